"""Files that cannot be read at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic, Place

_PLACES = re.compile(r"^Parser error at .*?\d: | \(column \d+\)$", re.DOTALL)
"""Where the parser says that it stopped: the place of the diagnostic says so."""


def check_syntax(content: Content) -> Iterator[Diagnostic]:
    """A diagnostic for each file that is not UTF-8 Turtle, or too large, at the place where reading stopped."""
    for path, error in content.broken.items():
        place = Place(file=content.shown(path), line=error.line, column=error.column)
        yield content.diagnose(error.kind, "", place=place, what=_PLACES.sub("", error.what), mend=error.mend)
