"""UCUM units as readers know them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

WORDS: Mapping[str, str] = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "Cel": "°C", "/min": "a minute"}

COUNTED = frozenset({"a", "mo", "wk", "d"})
"""Units whose words have a singular."""


def in_words(unit: str) -> str:
    """A UCUM unit in words; one that has none stands as it is."""
    return WORDS.get(unit, unit)


def quantity(value: float, unit: str) -> str:
    """A number with its UCUM unit in words: "1 week", "2 weeks", "39 °C"."""
    words = in_words(unit)
    return f"{value:g} {words.removesuffix('s') if value == 1 and unit in COUNTED else words}".rstrip()


CODES: Mapping[str, str] = {
    "years": "a", "months": "mo", "weeks": "wk", "days": "d", "hours": "h", "minutes": "min", "bpm": "/min", "mm_h": "mm/h",
    "mmhg": "mm[Hg]", "kg": "kg", "cm": "cm", "percent": "%", "celsius": "Cel",
}  # fmt: skip
"""Words in the code of a measurement → the UCUM unit that they promise to whoever sends a value."""
LAST = {"c": "Cel", "f": "[degF]", "g": "g", "mg": "mg", "m": "m"}
"""Words that name a unit only at the end of a code."""


def is_common(unit: str) -> bool:
    """Whether a UCUM unit is one that codes and words know here."""
    return unit in {*WORDS, *CODES.values(), *LAST.values()}


def named_in(code: str) -> str:
    """The UCUM unit that a code such as `age_years` names, or "" where it names none."""
    words = code.lower().split("_")
    pairs = ["_".join(pair) for pair in pairwise(words)]
    return next((CODES[word] for word in (*pairs, *words) if word in CODES), LAST.get(words[-1], ""))
