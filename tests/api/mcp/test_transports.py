"""The same conversation in memory, with a process and over HTTP; what the HTTP door refuses; what is said without the SDK."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import httpx
import pytest
from mcp import StdioServerParameters
from mcp.server.mcpserver import MCPServer
from spinegraph.api.cli.app import main
from spinegraph.api.http.app import create_app
from spinegraph.api.mcp import installed
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.api.conftest import MakeClient
from tests.api.mcp.asking import RED_FLAG, call, take_a_history, talk
from tests.patience import HUNG
from tests.serving import Answer, send, serving

ROOT = Path(__file__).parents[3]
SPINEGRAPH = str(Path(sys.executable).with_name("spinegraph"))
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def port(engine: Engine) -> Iterator[int]:
    with serving(create_app(Settings(), engine)) as port:
        yield port


def post(port: int, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    return send(port, "POST", "/mcp", body, {**HEADERS, **(headers or {})})


def message(case: str) -> bytes:
    """A call of `decide` with a case as it is written."""
    return (
        '{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "decide", "arguments": {"case": ' + case + "}}}"
    ).encode()


@pytest.mark.slow
def test_a_conversation_goes_the_same_way_everywhere(server: MCPServer, port: int) -> None:
    expected = talk(server, take_a_history)
    for mode in ("auto", "legacy"):  # the protocol with and without its first handshake
        assert talk(f"http://127.0.0.1:{port}/mcp", take_a_history, mode) == expected
    assert talk(StdioServerParameters(command=SPINEGRAPH, args=["mcp"]), take_a_history) == expected


@pytest.mark.slow
def test_a_process_refuses_as_memory_does(server: MCPServer) -> None:
    process = StdioServerParameters(command=SPINEGRAPH, args=["mcp"])
    case = {"present": ["feverr", "\x1b[2J"]}
    assert call(process, "decide", case=case) == call(server, "decide", case=case)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "headers", "status", "where"),
    [
        (message("{}"), {"Host": "clinic.example"}, 421, "Host"),
        (message("{}"), {"Host": ""}, 421, "Host"),
        (message("{}"), {"Host": "[::1"}, 421, "Host"),
        (message("{}"), {"Host": "127.0.0.1.clinic.example:80"}, 421, "Host"),
        (message("{}"), {"Origin": "https://clinic.example"}, 421, "Origin"),
        (message("{}"), {"Origin": "null"}, 421, "Origin"),
        (message("{}"), {"Content-Type": "text/plain"}, 415, "Content-Type"),
        (message("{}"), {"Content-Encoding": "gzip"}, 415, "Content-Encoding"),
        (b"{", {}, 400, "line 1, column 2"),
        (b"\xff", {}, 400, "byte 0"),
        (b"[" * 100_000, {}, 400, None),
        (message('{"present": ["fever"], "present": []}'), {}, 400, "line 1, column 127"),
        (message('{"present": ["fever\\ud800"]}'), {}, 400, "/params/arguments/case/present/0"),
        (message('{"\\udfff": []}'), {}, 400, "/params/arguments/case"),
        (b" " * (1 << 20) + message("{}"), {}, 413, None),
    ],
)
def test_the_door_refuses_as_the_service_does(
    port: int, body: bytes, headers: dict[str, str], status: int, where: str | None
) -> None:
    answer = post(port, body, headers)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.data.get("where") == where
    assert answer.data["mend"]


@pytest.mark.slow
def test_a_message_is_answered_alone(port: int) -> None:
    answer = post(port, message(json.dumps(RED_FLAG)), {"Origin": f"http://localhost:{port}", "Host": f"LOCALHOST:{port}"})
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.data["result"]["structuredContent"]["brief"]["level"] == "emergency"


@pytest.mark.slow
def test_other_methods_are_refused(port: int) -> None:
    for method in ("GET", "DELETE", "PUT"):
        answer = send(port, method, "/mcp")
        assert (answer.status, answer.headers["allow"]) == (405, "OPTIONS, POST")


@pytest.mark.slow
def test_a_service_that_starts_again_has_its_door(engine: Engine) -> None:
    app = create_app(Settings(), engine)
    for _ in range(2):
        with serving(app) as port:
            assert post(port, message("{}")).status == 200


@pytest.mark.slow
def test_names_can_be_added(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINEGRAPH_ALLOW_HOSTS", "Clinic.example, 10.0.0.1")
    with serving(create_app(Settings(), engine)) as port:
        for host in ("clinic.example", "clinic.example:443", "10.0.0.1", "localhost"):
            assert post(port, message("{}"), {"Host": host, "Origin": f"https://{host}"}).status == 200


# Without the SDK -----------------------------------------------------------------------------


@pytest.fixture(params=["", "1.26.0", "2.2.9", "3.0.0", "unknown"])
def without_sdk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK is not installed, or not in a version that is understood."""

    def version(name: str) -> str:
        if not request.param:
            raise PackageNotFoundError(name)
        return str(request.param)

    monkeypatch.setattr(installed, "version", version)


@pytest.mark.usefixtures("without_sdk")
def test_without_the_sdk_the_service_says_so(engine: Engine, make_client: MakeClient) -> None:
    client: httpx.Client = make_client(create_app(Settings(), engine))
    reply = client.post("/mcp", json={})
    assert (reply.status_code, reply.headers["content-type"]) == (501, "application/problem+json")
    assert "pip install 'spinegraph[mcp]'" in reply.json()["mend"]
    assert client.post("/v1/decisions", json=RED_FLAG).status_code == 200


@pytest.mark.usefixtures("without_sdk")
def test_without_the_sdk_the_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "pip install 'spinegraph[mcp]'" in printed.err


@pytest.mark.parametrize("found", ["2.3.0", "2.10.1rc1"])
def test_a_version_that_is_understood_is_taken(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "version", lambda _: found)
    installed.require_sdk()


def test_the_extra_asks_for_the_same_versions() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert (extras["mcp"], installed.LEAST, installed.BELOW) == (["mcp>=2.3,<3"], (2, 3), (3, 0))


@pytest.mark.slow
def test_the_service_is_read_without_the_sdk() -> None:
    program = "import sys, spinegraph.api.http.app, spinegraph.api.cli.mcp; sys.exit('mcp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=HUNG).returncode == 0
