"""What the pages for those who build on the service show is done as it is written there, and goes as it says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from spinegraph.api.http.app import create_app
from spinegraph.engine import Codebook

from tests.console import SERVICE
from tests.pages import TEN_LINES, programs
from tests.patience import HUNG
from tests.serving import serving

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("integrate", "decisions", "validation")}
COMMANDS = [
    command
    for page in PAGES.values()
    for block in re.findall(r"```sh\n(curl.*?)```", page, re.DOTALL)
    for command in re.split(r"\n(?=curl )", block.replace("\\\n", " "))
]


def sent(client: httpx.Client, command: str) -> httpx.Response:
    """What a curl command is answered."""
    program, *words = shlex.split(command)
    assert program == "curl"
    headers: dict[str, str] = {}
    body: bytes | None = None
    files: list[tuple[str, tuple[str, bytes]]] = []
    url = ""
    while words:
        match words:
            case ["-s", *words]:
                pass
            case ["-H", header, *words]:
                name, _, value = header.partition(": ")
                headers[name] = value
            case ["-d", text, *words]:
                body = text.encode()
            case ["--data-binary", path, *words]:
                body = (ROOT / path.removeprefix("@")).read_bytes()
            case ["-F", part, *words]:
                name, path, called = re.split("=@|;filename=", part)
                files.append((name, (called, (ROOT / path).read_bytes())))
            case [url, *words]:
                assert url.startswith(f"{SERVICE}/")
    return client.post(url.removeprefix(SERVICE), headers=headers, content=body, files=files or None)


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 3


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_answered(client: httpx.Client, command: str) -> None:
    assert sent(client, command).status_code == 200


def test_ten_lines_of_python_are_an_app() -> None:
    app, _ = programs("python")
    assert len(app.splitlines()) == 10
    with serving(create_app()) as port:
        command = [sys.executable, "-c", app.replace(SERVICE, f"http://127.0.0.1:{port}")]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=HUNG)
    assert (ran.stdout, ran.stderr) == (TEN_LINES, "")


def test_the_engine_is_asked_without_a_service(capsys: pytest.CaptureFixture[str]) -> None:
    _, program = programs("python")
    exec(compile(program, "docs/integrate.md", "exec"), {})  # noqa: S102 (our own page)
    assert re.match(r"Emergency: .+ \['\w+', '\w+', '\w+'\]", capsys.readouterr().out)


def test_the_codes_they_name_are_known(codebook: Codebook) -> None:
    named = set(re.findall(r"`((?:snomedct|loinc|icd10cm|finding):[\w.-]+)`", "\n".join(PAGES.values())))
    assert len(named) >= 4
    known = {name for name in named if name.lower() in {**codebook.findings, **codebook.measurements}}
    known |= {name for name in named if codebook.entailed(name, codebook.findings)}
    assert named - known == {"finding:Fever"}
    assert "finding:Fever" in codebook.findings
