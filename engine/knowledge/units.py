"""UCUM units as readers know them."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "Cel": "°C", "/min": "a minute"}


def in_words(unit: str) -> str:
    """A UCUM unit in words; one that has none stands as it is."""
    return WORDS.get(unit, unit)
