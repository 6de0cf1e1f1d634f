"""What counts as a number: the grammar of JSON, wherever a number is written; in Turtle with a datatype of numbers.

In content it is a plain decimal, without exponent: other engines compare decimals exactly and texts not at all, so a number
that is written as a text or with an exponent would hold here and fail there.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from spinegraph.engine.knowledge.turtle.terms import PREFIXES, Term, Text

_DERIVED = (
    "byte", "int", "long", "negativeInteger", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "short",
    "unsignedByte", "unsignedInt", "unsignedLong", "unsignedShort",
)  # fmt: skip
DECIMALS = frozenset(PREFIXES["xsd"] + name for name in ("decimal", "integer", *_DERIVED))
"""The datatypes of decimals (XML Schema 1.1 part 2)."""
NUMERIC = DECIMALS | {PREFIXES["xsd"] + name for name in ("double", "float")}
"""The datatypes that a number in a case may have."""
STRING = PREFIXES["xsd"] + "string"
PLAIN = "Write a plain number such as 37.5, of at most 15 digits, without quotation marks, exponent or unit."
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<rest>(?:\.[0-9]+)?(?P<exponent>[eE][+-]?[0-9]+)?)")


def read_number(text: str) -> int | float | None:
    """The number that a text is in JSON's grammar (RFC 8259 section 6), or None. Raises ValueError at thousands of digits.

    >>> [read_number(text) for text in ("54", "54.50", "1e3", "054", "+5", ".5", "5.", "5_4", "٥٤", "1:30", "NaN")]
    [54, 54.5, 1000.0, None, None, None, None, None, None, None, None]
    """
    written = _NUMBER.fullmatch(text)
    if written is None:
        return None
    return float(text) if written["rest"] else int(text)


def written_decimal(value: float) -> str:
    """A number as xsd:decimal writes it: its shortest digits, and never an exponent, which that type does not have.

    >>> [written_decimal(value) for value in (1e-06, 37.5, 40)]
    ['0.000001', '37.5', '40.0']
    """
    return f"{Decimal(repr(float(value))):f}"


def plain_number(term: Term) -> float | None:
    """The value of a literal that is a plain number; None for anything else, and for what is too large to be computed with."""
    if not isinstance(term, Text) or term.datatype not in DECIMALS:
        return None
    written = _NUMBER.fullmatch(term.value)
    if written is None or written["exponent"]:
        return None
    number = float(term.value)
    if not math.isfinite(number) or Decimal(repr(number)) != Decimal(term.value):
        return None  # what is computed with is what is written, to the last digit
    return number


def as_written(term: Term, name: str) -> str:
    """A value that is no plain number, for a message; `name` is what to call it if it is no literal."""
    if not isinstance(term, Text):
        return name
    if term.datatype in (STRING, PREFIXES["rdf"] + "langString"):
        return f'the text "{term.value[:40]}"'
    return repr(term.value[:40])
