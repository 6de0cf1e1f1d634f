"""What counts as a number in content: a plain decimal, without exponent, unit or quotation marks.

Other engines compare decimals exactly and texts not at all, so a number that is written as a text or with an exponent
would hold here and fail there.
"""

from __future__ import annotations

import math
import re

from spinegraph.engine.knowledge.turtle.terms import PREFIXES, Term, Text

_DERIVED = (
    "byte", "int", "long", "negativeInteger", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "short",
    "unsignedByte", "unsignedInt", "unsignedLong", "unsignedShort",
)  # fmt: skip
DECIMALS = frozenset(PREFIXES["xsd"] + name for name in ("decimal", "integer", *_DERIVED))
"""The datatypes of decimals (XML Schema 1.1 part 2)."""
PLAIN = "Write a plain number such as 37.5, without quotation marks, exponent or unit."
_FORM = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def plain_number(term: Term) -> float | None:
    """The value of a literal that is a plain number; None for anything else, and for what is too large to be computed with."""
    if not isinstance(term, Text) or term.datatype not in DECIMALS or not _FORM.fullmatch(term.value):
        return None
    number = float(term.value)
    return number if math.isfinite(number) else None


def as_written(term: Term, name: str) -> str:
    """A value that is no plain number, for a message; `name` is what to call it if it is no literal."""
    if not isinstance(term, Text):
        return name
    if term.datatype in (PREFIXES["xsd"] + "string", PREFIXES["rdf"] + "langString"):
        return f'the text "{term.value[:40]}"'
    return repr(term.value[:40])
