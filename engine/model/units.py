"""UCUM units as readers know them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise

WORDS: Mapping[str, str] = {
    "a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours", "min": "minutes", "Cel": "°C", "/min": "a minute",
}  # fmt: skip

COUNTED = frozenset({"a", "mo", "wk", "d", "h", "min"})
"""Units whose words have a singular."""


def in_words(unit: str) -> str:
    """A UCUM unit in words; one that has none stands as it is."""
    return WORDS.get(unit, unit)


def quantity(value: float, unit: str, say: Callable[[str], str] = str) -> str:
    """A number with its UCUM unit in words: "1 week", "2 weeks", "39 °C". `say`: from English words of time to others."""
    words = in_words(unit)
    if unit in COUNTED:
        words = say(words.removesuffix("s") if value == 1 else words)
    return f"{value:g} {words}".rstrip()


DAYS: Mapping[str, float] = {"d": 1.0, "wk": 7.0, "mo": 30.4375, "a": 365.25}
"""UCUM units of time → days in one of them."""
SAME_DAY = 0.0351
"""A duration this near to a whole number of days (50 minutes) is that number: weeks with two decimals are no more precise."""


@lru_cache(maxsize=1 << 12)
def comparable(value: float, unit: str) -> float:
    """The number by which values and bounds of a unit are compared: days for durations, the value itself for all else.

    Thirty days are one patient however they are rounded when they are written in weeks:

    >>> {comparable(weeks, "wk") for weeks in (4.285714, 30 / 7, 4.2857, 4.29)}
    {30.0}
    >>> comparable(4.28, "wk") < 30 < comparable(4.3, "wk")
    True
    """
    if unit not in DAYS:
        return value
    days = round(value * DAYS[unit], 9)
    if not math.isfinite(days):
        return value
    whole = math.floor(days + 0.5)
    return float(whole) if abs(days - whole) <= SAME_DAY else days


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
