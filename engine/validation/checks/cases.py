"""Case files: every case that is not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from spinegraph.engine.errors import CaseError, UnknownCodeError
from spinegraph.engine.validation.cases.files import case_errors
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic, Place


def check_cases(content: Content) -> Iterator[Diagnostic]:
    """A diagnostic for each entry of a case file that cannot be read against the content."""
    if content.knowledge is None:
        return
    for error in case_errors(content.cases, content.knowledge):
        yield _diagnostic(content, error)


def _slip(error: CaseError, what: str, line: str) -> str:
    """How to mend the usual slips of a case file, or "" where it is none."""
    number = next(filter(str.isdecimal, error.unknown), "") if isinstance(error, UnknownCodeError) else ""
    if number:
        return f"A decimal number is written with a point: write .{number} instead of ,{number} after the number before."
    if not what.startswith("This is not YAML"):
        return ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "Indent with spaces: a tab is none."
    return "Look at this line and the one above: entries of one level begin in one column, and what is opened is closed."


def _diagnostic(content: Content, error: CaseError) -> Diagnostic:
    what = error.what
    where = error.where
    if isinstance(error, UnknownCodeError):  # each line of it has its own place
        where, _, what = what.partition(": ")
    path = next((path for path in content.cases if where.startswith(str(path))), None)
    if path is None:
        return content.diagnose("case-file-malformed", "", place=Place(file=where), what=what, mend=error.mend)
    numbers = re.match(r":(\d+)|.*?line (\d+)", where[len(str(path)) :])
    line = int(numbers[1] or numbers[2]) if numbers else 0
    mend = _slip(error, what, _line(path, line)) or error.mend
    for other in content.cases:
        mend = mend.replace(str(other), content.shown(other))
    place = Place(file=content.shown(path), line=line)
    return content.diagnose("case-file-malformed", "", place=place, what=what, mend=mend)


def _line(path: Path, number: int) -> str:
    """A line of a case file, or "" where it is not known."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""
