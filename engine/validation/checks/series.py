"""Series of numbered things: what is left out of one was probably deleted, and whoever cites it finds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_lowercase

from spinegraph.engine.knowledge.turtle.terms import local_name, shorten
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic

_FORMS = {"core:Tension": re.compile(r"([A-Za-z]+)(\d+)"), "core:Passage": re.compile(r"(.*L\d+)([a-z])")}
"""A class whose members are numbered (T01, T02) or lettered (900-L002a, 900-L002b), and how their names are made."""


def check_series(content: Content) -> Iterator[Diagnostic]:
    """Numbers below the greatest of a series, from 1 on, and letters before the last, that nothing has."""
    for kind, form in _FORMS.items():
        series: dict[str, dict[int, str]] = {}
        for iri in content.graph.of_class(kind):
            if match := form.fullmatch(local_name(iri)):
                series.setdefault(match[1], {})[_number(match[2])] = iri
        for held in series.values():
            for number in sorted(held):
                if number > 1 and number - 1 not in held:
                    iri = held[number]
                    missing = _before(shorten(iri))
                    yield content.diagnose("naming", "left-out", iri, missing=missing)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else ascii_lowercase.index(text) + 1


def _before(name: str) -> str:
    """The name that comes before: T02 before T03, 900-L002a before 900-L002b."""
    if name[-1] in ascii_lowercase:
        return name[:-1] + ascii_lowercase[ascii_lowercase.index(name[-1]) - 1]
    digits = re.search(r"\d+$", name)
    return f"{name[: digits.start()]}{int(digits[0]) - 1:0{len(digits[0])}}" if digits else name
