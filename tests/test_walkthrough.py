"""The walk-through of docs/author.md, done as it is written: from a text to explained decisions with the terminal alone.

A block whose paragraph ends in the name of a file, `path`:, is that file; a diff is made to it. A console block is run by
the installed `spinegraph`, and has to answer exactly what is printed there, except where the page says “…”.
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser

PAGE = Path(__file__).parent.parent / "docs" / "author.md"
BEGIN, END = "## A guideline from nothing\n", "\n## A new guideline: `"
SPINEGRAPH = Path(sys.executable).parent / "spinegraph"
FILES = ("markdown", "turtle", "yaml")
"""Languages of blocks that are files."""


class Command(NamedTuple):
    """What is typed, and what is printed below it."""

    typed: str
    answer: str


def commands(block: str) -> Iterator[Command]:
    """The commands of a console block."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        typed, _, answer = part.partition("\n")
        yield Command(typed, answer)


def agrees(printed: str, shown: str) -> bool:
    """Whether a page shows what is printed: “…” on a line of its own stands for any lines, elsewhere for any characters."""
    lines = ("(?:.*\n)*?" if line == "…\n" else re.escape(line).replace("…", ".*") for line in shown.splitlines(keepends=True))
    return re.fullmatch("".join(lines), printed) is not None


class Walk:
    """A folder in which a page is followed; each method does one block, and gives nothing back where all is well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = 0
        self.typed: list[str] = []

    def write(self, example: Example) -> None:
        """A file as the page has it."""
        path = self._named(example)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(example.parsed), encoding="utf-8")

    def change(self, example: Example) -> None:
        """A change to a file: the old lines of each part have to stand in it once."""
        path = self._named(example)
        text = path.read_text(encoding="utf-8")
        for part in re.split(r"^@@.*\n", str(example.parsed), flags=re.MULTILINE)[1:]:
            lines = part.splitlines(keepends=True)
            old, new = ("".join(line[1:] for line in lines if line[0] in f" {sign}") for sign in "-+")
            assert text.count(old) == 1, f"{path.name} holds {text.count(old)} times:\n{old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def run(self, example: Example) -> None:
        """Commands, one after another; `echo $?` shows how the last one ended, which is well unless it is asked."""
        told = [*commands(str(example.parsed)), Command("", "")]
        for (typed, answer), (following, _) in itertools.pairwise(told):
            if typed == "echo $?":
                assert answer == f"{self.code}\n"
                continue
            printed = self._type(typed)
            assert agrees(printed, answer), f"$ {typed}\n{printed}"
            assert self.code == 0 or following == "echo $?", f"$ {typed} ends with {self.code}"

    def _type(self, typed: str) -> str:
        program, *arguments = shlex.split(typed)
        assert program == "spinegraph", "the page needs nothing but an editor and spinegraph"
        environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"}
        environment.pop("SPINEGRAPH_SOURCES", None)
        done = subprocess.run(
            [SPINEGRAPH, *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        self.code = done.returncode
        self.typed.append(arguments[0])
        return re.sub(r"[ ]+$", "", done.stdout, flags=re.MULTILINE)

    def _named(self, example: Example) -> Path:
        before = example.document.text[: example.region.start].rstrip()
        named = re.search(r"`([^`\n]+)`:\Z", before)
        assert named, "the paragraph before a block ends in the name of its file"
        return self.folder / named[1]


def follow(page: Path, folder: Path) -> tuple[Walk, int]:
    """Do everything that the section of a page says, in its order, in a folder; how many blocks that were."""
    walk = Walk(folder)
    parsers = [CodeBlockParser("console", walk.run), CodeBlockParser("diff", walk.change)]
    parsers += [CodeBlockParser(language, walk.write) for language in FILES]
    document = Sybil(parsers=parsers).parse(page)
    begin = document.text.index(BEGIN)
    end = document.text.index(END, begin + len(BEGIN))
    done = [example for example in document.examples() if begin <= example.region.start < end]
    assert len(done) == document.text.count("\n```", begin, end) // 2, "every block is a file, a change or a command"
    for example in done:
        example.evaluate()
    return walk, len(done)


def test_the_walk_through_goes_as_it_is_written(tmp_path: Path) -> None:
    walk, blocks = follow(PAGE, tmp_path)
    assert blocks > 15
    assert {"new-guideline", "format", "validate", "test", "coverage", "sources", "decide"} <= set(walk.typed)
    assert list(tmp_path.rglob("*.py")) == []


PAGE_OF_ONE = """\
{BEGIN}
A file, `a.txt`:

```yaml
one: 1
```

```console
$ spinegraph --version
{answer}
```
{END}end
"""


@pytest.mark.parametrize(
    ("answer", "right"), [("…", True), ("0.…", True), ("x\n…", False), ("0.0.0", False), ("…\n$ echo $?\n1", False)]
)
def test_a_page_that_shows_something_else_is_found_out(tmp_path: Path, answer: str, right: bool) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE_OF_ONE.format(BEGIN=BEGIN, END=END, answer=answer), encoding="utf-8")
    if right:
        follow(page, tmp_path)
    else:
        with pytest.raises(AssertionError):
            follow(page, tmp_path)
    assert (tmp_path / "a.txt").read_text() == "one: 1\n"
