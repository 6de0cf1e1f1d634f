"""What docs/integrate.md shows is done as it is written there, and goes as it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import httpx
import pytest
from spinegraph.engine import Codebook

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "integrate.md").read_text(encoding="utf-8")
COMMANDS = [
    command
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
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
                assert url.startswith("http://127.0.0.1:8000/")
    return client.post(url.removeprefix("http://127.0.0.1:8000"), headers=headers, content=body, files=files or None)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_answered(client: httpx.Client, command: str) -> None:
    assert sent(client, command).status_code == 200


def test_the_program_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "docs/integrate.md", "exec"), {})  # noqa: S102 (our own page)
    assert re.match(r"Emergency: .+ \['\w+', '\w+', '\w+'\]", capsys.readouterr().out)


def test_the_codes_it_names_are_known(codebook: Codebook) -> None:
    named = set(re.findall(r"`((?:snomedct|loinc|icd10cm|finding):[\w.-]+)`", PAGE))
    assert len(named) >= 4
    known = {name for name in named if name.lower() in {**codebook.findings, **codebook.measurements}}
    known |= {name for name in named if codebook.entailed(name, codebook.findings)}
    assert named - known == {"finding:Fever"}
    assert "finding:Fever" in codebook.findings
