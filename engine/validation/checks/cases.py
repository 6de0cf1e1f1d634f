"""Case files: every case that is not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.errors import CaseError, UnknownCodeError
from engine.validation.case_files import case_errors
from engine.validation.content import Content
from engine.validation.diagnostics import Diagnostic, Place


def check_cases(content: Content) -> Iterator[Diagnostic]:
    """A diagnostic for each entry of a case file that cannot be read against the content."""
    if content.knowledge is None:
        return
    for error in case_errors(content.cases, content.knowledge):
        yield _told(content, error)


def _told(content: Content, error: CaseError) -> Diagnostic:
    what = error.what
    where = error.where
    if isinstance(error, UnknownCodeError):  # each line of it has its own place
        where, _, what = what.partition(": ")
    match = re.fullmatch(r"(?P<file>.*?)(?::(?P<line>\d+))?(?:: .*)?", where, re.DOTALL)
    path = next((path for path in content.cases if match and str(path) == match["file"]), None)
    line = int(match["line"] or 0) if match else 0
    place = Place(file=content.shown(path) if path else where, line=line)
    return content.diagnose("case-file-malformed", what, place=place, mend=error.mend)
