"""Files of strangers, over HTTP and on the command line: each ends in a report or a clean refusal, within limits, and fetches
nothing; the next request is answered.

A trap listens on loopback, and a file lies beside; every address in the hostile files is one of the two. No connection may
arrive, and nobody may open the file, whichever process it is.
"""

from __future__ import annotations

import ctypes
import gc
import gzip
import json
import os
import socket
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
import pytest
from spinegraph.api.cli.app import main
from spinegraph.api.http.validation import validation_router
from spinegraph.api.validation_settings import ValidationSettings, make_validation_service
from spinegraph.engine.validation.service.limits import MEBIBYTE, ValidationLimits
from spinegraph.engine.validation.service.service import ValidationService
from spinegraph.engine.validation.validate import CHECKS

from tests.authoring.guideline import write_good
from tests.authoring.hostile import BOMBS, HEAD, LARGE, MALFORMED, REACHING, Hostile
from tests.authoring.test_bad import SLOW
from tests.patience import HUNG, comes_true, not_hung
from tests.serving import Answer, app_of, send, serving

pytestmark = pytest.mark.slow

LIMITS = ValidationLimits(
    timeout_seconds=12, cpu_seconds=2, memory_bytes=320 * MEBIBYTE, max_report_bytes=3_600_000, workers=1, queue=4
)
SETTINGS = ValidationSettings(limits=LIMITS, body_seconds=1)
QUICK = tuple(check.name for check in CHECKS if check.name not in SLOW)
URL = "/v1/validation"
FITTING = {name: hostile for name, hostile in LARGE.items() if sum(map(len, hostile.files.values())) < LIMITS.max_bytes}
NORMAL = HEAD + "rule:a core:presnt finding:Fever ."
IN_OPEN = 0x20
UNSEEN = ("\x1b", "\x07", "\u202e", "\u200b", "\0")


class Server(NamedTuple):
    """A live service; what is sent to it arrives as from any client."""

    port: int
    service: ValidationService

    def post(self, body: bytes, headers: dict[str, str], **parameters: Any) -> Answer:
        return send(self.port, "POST", f"{URL}?{urlencode(parameters, doseq=True)}", body, headers)

    def validate(self, files: dict[str, bytes], checks: tuple[str, ...] = (), accept: str = "application/json") -> Answer:
        boundary = "a boundary that stands nowhere else"
        parts = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + text + b"\r\n"
            for name, text in files.items()
        )
        headers = {"Content-Type": f'multipart/form-data; boundary="{boundary}"', "Accept": accept}
        return self.post(parts + f"--{boundary}--\r\n".encode(), headers, beside="alone", only=checks or QUICK)


class Trap:
    """An address and a file that nobody may touch."""

    def __init__(self, folder: Path) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/trap"
        self.file = folder / "trap.ttl"
        self.file.write_text("<urn:x:secret> <urn:x:secret> <urn:x:secret> .", encoding="utf-8")
        self._watch = -1
        if sys.platform == "linux":
            libc = ctypes.CDLL(None)
            self._watch = libc.inotify_init1(os.O_NONBLOCK)
            assert libc.inotify_add_watch(self._watch, os.fsencode(self.file), IN_OPEN) > 0

    def caught(self) -> list[str]:
        """What has been touched since it was last asked."""
        found = []
        try:
            self.socket.accept()[0].close()
            found.append("the address")
        except BlockingIOError:
            pass
        try:
            if self._watch >= 0 and struct.unpack_from("iIII", os.read(self._watch, 4096))[1] & IN_OPEN:
                found.append("the file")
        except BlockingIOError:
            pass
        return found


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trap]:
    trap = Trap(tmp_path_factory.mktemp("trap"))
    yield trap
    trap.socket.close()


@contextmanager
def served(limits: ValidationLimits) -> Iterator[Server]:
    settings = ValidationSettings(limits=limits, body_seconds=1)
    service = make_validation_service(settings)
    with serving(app_of(validation_router(service, settings))) as port:
        yield Server(port, service)
    service.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with served(LIMITS) as running:
        yield running


@pytest.fixture(scope="module")
def unhurried() -> Iterator[Server]:
    """A service whose limits of time are out of reach, so that the limit under test is met first on any machine."""
    with served(
        msgspec.structs.replace(LIMITS, cpu_seconds=int(HUNG), timeout_seconds=HUNG, memory_bytes=128 * MEBIBYTE)
    ) as running:
        yield running


@pytest.fixture(scope="module")
def roomy() -> Iterator[Server]:
    """A service that has the time for all that is only large, however slow the machine is."""
    with served(msgspec.structs.replace(LIMITS, cpu_seconds=int(HUNG), timeout_seconds=HUNG)) as running:
        yield running


@pytest.fixture
def answers_right_after(server: Server, trap: Trap) -> Iterator[None]:
    yield
    check_that_it_answers(server, trap)


def check_that_it_answers(server: Server, trap: Trap) -> None:
    """After everything that is tried: nothing was touched, and a normal request is answered, correctly."""
    reply = server.post(NORMAL.encode(), {"Content-Type": "text/turtle"}, only="vocabulary", beside="alone")
    assert reply.status == 200, reply.body[:500]
    assert [one["id"] for one in reply.data["diagnostics"]] == ["SG201"]
    assert trap.caught() == []


def test_the_traps_work(trap: Trap) -> None:
    socket.create_connection(trap.socket.getsockname()).close()
    trap.file.read_bytes()
    time.sleep(0.05)
    assert trap.caught() == (["the address", "the file"] if sys.platform == "linux" else ["the address"])
    assert trap.caught() == []


# Over HTTP ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", [pytest.param(one, id=name) for name, one in {**REACHING, **MALFORMED, **FITTING}.items()])
def test_over_http(roomy: Server, trap: Trap, hostile: Hostile) -> None:
    reply = roomy.validate(hostile.aimed(trap.url, trap.file), hostile.checks)
    assert reply.status == 200, reply.body[:2000]
    assert set(hostile.found) <= {one["id"] for one in reply.data["diagnostics"]}
    assert "urn:x:secret" not in reply.body.decode()
    reasons = [gap["reason"] for gap in reply.data["not_run"]]
    assert [reason for reason in reasons if "Traceback" in reason or "pySHACL did not run" in reason] == []
    check_that_it_answers(roomy, trap)


@pytest.mark.usefixtures("answers_right_after")
@pytest.mark.parametrize("name", sorted(LARGE.keys() - FITTING.keys()))
def test_what_is_too_large_is_refused_before_it_is_read(server: Server, trap: Trap, name: str) -> None:
    (body,) = LARGE[name].aimed(trap.url, trap.file).values()
    reply = server.post(body, {"Content-Type": "text/turtle"})
    assert (reply.status, reply.data["limit"]) == (413, "max_bytes")


@pytest.mark.usefixtures("answers_right_after")
@pytest.mark.parametrize("hostile", [pytest.param(one, id=name) for name, one in BOMBS.items()])
def test_what_never_ends_is_ended_over_http(server: Server, trap: Trap, hostile: Hostile) -> None:
    with not_hung():
        reply = server.validate(hostile.aimed(trap.url, trap.file), hostile.checks)
    if reply.status == 200:  # the check was stopped, and the report says so
        assert not reply.data["complete"]
        (gap,) = reply.data["not_run"]
        assert gap["reason"].startswith("pySHACL was stopped: its processor time was up.")
    else:
        assert (reply.status, reply.data["limit"]) == (503, "timeout_seconds")


@pytest.mark.usefixtures("answers_right_after")
@pytest.mark.parametrize("accept", ["text/plain", "text/html", "application/xml", "text/turtle", "application/sarif+json"])
def test_markup_and_what_nobody_sees_stay_text(server: Server, trap: Trap, accept: str) -> None:
    files = MALFORMED["markup"].aimed(trap.url, trap.file) | {
        "b.ttl": (HEAD + 'finding:X core:presnt "\\u202E<script>"@en ; rdfs:label "\\u202E]0;x<b>"@en .').encode()
    }
    reply = server.validate(files, ("vocabulary", "words", "names"), accept)
    assert reply.status == 200
    text = reply.body.decode()
    assert "core:presnt" in text
    assert [letter for letter in UNSEEN if letter in text] == []
    if accept == "text/html":
        assert "<script" not in text
        assert "<img" not in text
    if accept == "application/xml":
        assert "<script>" not in text
        __import__("xml.etree.ElementTree").etree.ElementTree.fromstring(text)


@pytest.mark.usefixtures("answers_right_after")
def test_control_characters_are_refused_and_named_without_being_written(server: Server) -> None:
    text = HEAD + 'finding:Y rdfs:label "\\u001B]0;x\\u0007"@en .'
    reply = server.validate({"c.ttl": text.encode()}, ("syntax",), "text/plain")
    assert "SG208" in reply.body.decode()
    assert [letter for letter in UNSEEN if letter in reply.body.decode()] == []


@pytest.mark.usefixtures("answers_right_after")
def test_other_bodies(server: Server, trap: Trap) -> None:
    context = json.dumps({"@context": trap.url, "@id": "urn:x:a"}).encode()
    assert server.post(context, {"Content-Type": "application/ld+json"}).status == 415
    assert server.post(context, {"Content-Type": "application/json"}).status == 422
    bomb = gzip.compress(b"#" * 100_000_000)
    assert server.post(bomb, {"Content-Type": "text/turtle", "Content-Encoding": "gzip"}).status == 415
    assert server.post(b"", {"Content-Type": "text/turtle", "Content-Length": "10000000000"}).status == 413


@pytest.mark.usefixtures("answers_right_after")
def test_slow_bodies_are_given_up(server: Server) -> None:
    with not_hung(), socket.create_connection(("127.0.0.1", server.port), timeout=HUNG) as client:
        client.sendall(f"POST {URL} HTTP/1.1\r\nHost: x\r\nContent-Type: text/turtle\r\nContent-Length: 9\r\n\r\n#".encode())
        assert b" 408 " in client.recv(4096).partition(b"\r\n")[0]


@pytest.mark.usefixtures("answers_right_after")
def test_nothing_is_left_behind(server: Server) -> None:
    folders = [Path(f"/proc/{pid}/cwd").resolve() for pid in server.service.processes()] if sys.platform == "linux" else []
    server.validate({"shapes/left.ttl": b"# left", "cases/left.yaml": b"[]"})
    comes_true(lambda: not [name for folder in folders for name in _files(folder) if name.startswith("left.")])


def _files(folder: Path) -> list[str]:
    """Names of the files anywhere under a folder, of which parts may vanish meanwhile."""
    return [name for _, _, names in os.walk(folder) for name in names]


# Limits ------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux")
def test_memory_is_limited(unhurried: Server) -> None:
    files = {f"{n}.ttl": f"<urn:{n}> <urn:p> {', '.join(map(str, range(99_999)))} .".encode() for n in range(6)}
    reply = unhurried.validate(files, ("vocabulary",))
    assert (reply.status, reply.data["limit"]) == (503, "memory_bytes"), reply.body[:500]
    assert "Nothing was reported" in reply.data["detail"]


def test_reports_are_limited(unhurried: Server) -> None:
    many = HEAD + "".join(f"finding:{'a' * 5000}{n} core:presnt 1 .\n" for n in range(700))
    reply = unhurried.validate({"a.ttl": many.encode()}, ("vocabulary",))
    assert (reply.status, reply.data.get("limit")) == (503, "max_report_bytes"), len(reply.body)


# On the command line ------------------------------------------------------------------------------


@pytest.fixture
def no_collector() -> Iterator[None]:
    """A command's process is not as full of objects as this one, which the collector would go through again and again."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module")
def guideline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guideline")
    write_good(folder)
    return folder


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("hostile", [pytest.param(one, id=name) for name, one in {**REACHING, **MALFORMED, **LARGE}.items()])
def test_on_the_command_line(
    hostile: Hostile, trap: Trap, guideline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = []
    for name, body in hostile.aimed(trap.url, trap.file).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        given += [str(path)] if path.suffix != ".txt" else []
    report = tmp_path / "report.json"
    sources = ["--sources", str(tmp_path / "documents")] if (tmp_path / "documents").is_dir() else []
    only = [option for check in hostile.checks or QUICK if sources or check != "documents" for option in ("--only", check)]
    code = main(["validate", *given, "--knowledge", str(guideline), *sources, *only, "--format", "json", "--output", str(report)])
    told = capsys.readouterr()
    assert code in (0, 1, 2)
    assert "Traceback" not in told.out + told.err
    assert "fault of Spinegraph" not in told.err
    assert [letter for letter in UNSEEN if letter in told.out + told.err] == []
    found = json.loads(report.read_bytes())
    assert set(hostile.found) <= {one["id"] for one in found["diagnostics"]}
    assert "urn:x:secret" not in report.read_text(encoding="utf-8")
    assert trap.caught() == []
