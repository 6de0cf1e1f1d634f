"""The walk-through of docs/author.md, done as it is written: from a text to explained decisions with the terminal alone.

A block whose paragraph ends in the name of a file, `path`:, is that file, or where there is one, what stands in it, with “…” for
lines that are left out; a diff is made to it. A console block is run, and has to print what stands there.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser

from tests.console import Terminal

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parent.parent / "docs" / "author.md"
PACKAGE = PAGE.parent.parent / "guidelines" / "ankle-and-foot"
"""What the walk-through is about: it says that a copy stands in the folder."""
BEGIN, END = "## A guideline from nothing\n", "\n## A new guideline: `"
FILES = ("markdown", "turtle", "yaml")
"""Languages of blocks that are files."""
INDENT = re.compile("^ +", re.MULTILINE)
"""What an excerpt may lack: a block is read without the indentation that all its lines have."""


class Walk(Terminal):
    """A folder in which a page is followed; each method does one block, and gives nothing back where all is well."""

    def write(self, example: Example) -> None:
        """A file as the page has it, or an excerpt of one that is there."""
        path = self._named(example)
        if path.exists():
            text, reached = INDENT.sub("", path.read_text(encoding="utf-8")), 0
            for part in INDENT.sub("", str(example.parsed)).split("…\n"):
                reached = text.find(part, reached) + len(part)
                assert reached >= len(part), f"{path.name} does not hold:\n{part}"
            return
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

    def enter(self, example: Example) -> None:
        """Commands, one after another."""
        self.run(str(example.parsed))

    def _named(self, example: Example) -> Path:
        before = example.document.text[: example.region.start].rstrip()
        named = re.search(r"`([^`\n]+)`:\Z", before)
        assert named, "the paragraph before a block ends in the name of its file"
        return self.folder / named[1]


def follow(page: Path, folder: Path) -> tuple[Walk, int]:
    """Do everything that the section of a page says, in its order, in a folder; how many blocks that were."""
    walk = Walk(folder)
    parsers = [CodeBlockParser("console", walk.enter), CodeBlockParser("diff", walk.change)]
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
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name)
    walk, blocks = follow(PAGE, tmp_path)
    assert blocks > 15
    assert {typed.split()[0] for typed in walk.typed} == {"spinegraph"}
    entered = {typed.split()[1] for typed in walk.typed}
    assert {"new-guideline", "format", "validate", "test", "coverage", "sources", "decide"} <= entered
    assert {typed.split()[0] for typed in walk.typed} == {"spinegraph"}
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


@pytest.mark.parametrize(("excerpt", "right"), [("a\n…\nc\n", True), ("c\n…\na\n", False), ("b\nd\n", False)])
def test_an_excerpt_that_does_not_stand_in_its_file_is_found_out(tmp_path: Path, excerpt: str, right: bool) -> None:
    (tmp_path / "a.txt").write_text("a\nb\nc\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\nA file, `a.txt`:\n\n```yaml\n{excerpt}```\n{END}end\n", encoding="utf-8")
    if right:
        follow(page, tmp_path)
    else:
        with pytest.raises(AssertionError):
            follow(page, tmp_path)
