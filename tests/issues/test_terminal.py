"""Control characters of a case reached the terminal and could rewrite it; `decide >&-` printed nothing and was a success."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rich.text import Text
from spinegraph.api.cli.app import main
from spinegraph.api.cli.streams import ClosedPage, Page, pages
from spinegraph.api.cli.terminal_page import PageConsole

STEERING = ("\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\r", "\x08", "\u202e", "\u2066", "\x00", "\x7f")


class Terminal:
    """A terminal that keeps what is written to it."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("steering", STEERING)
def test_nothing_that_is_printed_steers_the_terminal(steering: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    with pages():
        sys.stdout.write(f"a{steering}b\n\t")
        sys.stdout.writelines([steering, "c"])
    left = "".join(each for each in steering if each.isprintable())
    assert terminal.text == f"a{left}b\n\t{left}c"


@pytest.mark.parametrize("steering", STEERING)
def test_colours_are_left_and_nothing_else(steering: str) -> None:
    terminal = Terminal()
    console = PageConsole(file=terminal, force_terminal=True, color_system="standard", width=80)  # type: ignore[arg-type]
    console.print(Text(f"a{steering}b", style="bold red"))
    left = "".join(each for each in steering if each.isprintable())
    assert terminal.text == f"\x1b[1;31ma{left}b\x1b[0m\n"


@pytest.mark.parametrize("command", ["decide", "article", "interview"])
def test_an_error_about_a_file_is_clean(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case\x1b[31m.json"
    path.write_text('{"\\u001b[31mkey\\u202e": 1}', encoding="utf-8")
    given = ["--case", str(path)] if command == "interview" else [str(path)]
    assert main([command, *given]) == 2
    printed = capsys.readouterr().err
    assert "case[31m.json" in printed
    assert not any(each in printed for each in "\x1b\u202e")


@pytest.mark.slow
@pytest.mark.parametrize("options", ["", "--json", "--all"])
def test_a_decision_that_nobody_can_read_is_no_success(options: str) -> None:
    command = f'"$0" -m spinegraph.api.cli.app decide docs/examples/red-flag.yaml {options} >&-'
    done = subprocess.run(["/bin/sh", "-c", command, sys.executable], capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr == b"Standard output: it is closed, so that nothing can be printed.\n"


def test_data_go_through_as_they_are(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8") as stream:
        Page(stream).buffer.write(b"\x1b\x00")
    assert (tmp_path / "out").read_bytes() == b"\x1b\x00"
    with pytest.raises(OSError, match="it is closed"):
        ClosedPage().buffer.write(b"x")
