"""Documents are written so that a difference can be read: one sentence per line, wrapped near 100 characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 104
LISTS = ("docs/diagnostics.md", "docs/queries/README.md")
"""Written from the catalogue, and a list of questions, each of which is a link."""
PAGES = [
    path
    for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
    if path.relative_to(ROOT).as_posix() not in LISTS
]


def prose(page: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines outside of code, tables and headings."""
    code = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("```"):
            code = not code
        elif not code and not line.startswith(("|", "#", "    ")):
            yield number, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_lines_are_short(page: Path) -> None:
    assert [number for number, line in prose(page) if len(line) > WIDTH and " " in line.strip(" -")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_sentence_begins_on_a_line_of_its_own(page: Path) -> None:
    ends = re.compile(r"(?<![A-Z])[a-z)`]{2}\. [A-Z][a-z]+ [a-z]+ ")
    assert [number for number, line in prose(page) if ends.search(line)] == []
