"""Console blocks of the documentation, done as they are written.

What is printed has to be what the page shows, except where it says “…”; JSON may be wrapped otherwise.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.patience import HUNG

SPINEGRAPH = Path(sys.executable).parent / "spinegraph"
SERVICE = "http://127.0.0.1:8000"
"""Where a page has the service."""


class Command(NamedTuple):
    """What is typed, and what is printed below it."""

    typed: str
    answer: str


def commands(block: str) -> Iterator[Command]:
    """The commands of a console block; one goes on over the line's end while a quote is open or after a backslash."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        length = next(number for number in range(1, len(lines) + 1) if _is_whole("".join(lines[:number])))
        yield Command("".join(lines[:length]).strip(), "".join(lines[length:]))


def _is_whole(typed: str) -> bool:
    try:
        shlex.split(typed)
    except ValueError:  # an open quote
        return False
    return not typed.endswith("\\\n")


def agrees(printed: str, shown: str) -> bool:
    """Whether a page shows what is printed: “…” on a line of its own stands for any lines, elsewhere for any characters."""
    if shown.startswith("{") and "…" not in shown.replace("<…>", ""):
        return bool(_told(json.loads(printed)) == _told(json.loads(shown)))
    lines = ("(?:.*\n)*?" if line == "…\n" else re.escape(line).replace("…", ".*") for line in shown.splitlines(keepends=True))
    return re.fullmatch("".join(lines), printed) is not None


def _told(answer: Any) -> Any:
    """An answer without the name of its request, which is another one each time."""
    return {key: value for key, value in answer.items() if key != "request_id"} if isinstance(answer, dict) else answer


class Terminal:
    """A folder in which a page's commands are typed."""

    def __init__(self, folder: Path, service: str = SERVICE) -> None:
        self.folder = folder
        self.service = service
        self.code = 0
        self.typed: list[str] = []

    def run(self, block: str) -> None:
        """Commands, one after another; `echo $?` shows how the last one ended, which is well unless it is asked."""
        told = [*commands(block), Command("", "")]
        for (typed, answer), (following, _) in itertools.pairwise(told):
            if typed == "echo $?":
                assert answer == f"{self.code}\n"
                continue
            printed = self.type(typed)
            assert agrees(printed, answer), f"$ {typed}\n{printed}"
            assert self.code == 0 or following == "echo $?", f"$ {typed} ends with {self.code}"

    def type(self, typed: str) -> str:
        """Run one command; what it prints, without spaces at the ends of lines."""
        program = typed.split()[0]
        assert program in ("spinegraph", "curl"), "a page needs nothing but an editor, spinegraph and a client of HTTP"
        path = f"{SPINEGRAPH.parent}:{os.environ['PATH']}"
        environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1", "PATH": path}
        environment.pop("SPINEGRAPH_SOURCES", None)
        done = subprocess.run(
            ["bash", "-c", typed.replace(SERVICE, self.service)],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=2 * HUNG,
            check=False,
        )
        self.code = done.returncode
        self.typed.append(typed)
        return re.sub(r"[ ]+$", "", done.stdout, flags=re.MULTILINE)
