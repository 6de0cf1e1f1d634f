"""Changes of facts, made by hand: what a flip says, understood by its words alone."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import cache

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@cache
def in_range(value: float, words: str) -> bool:
    """Whether a value lies in a range as a Change states it: "> 50", ">= 4 and < 6", "< 4 or > 6", "known"."""
    if words == "known":
        return True
    for alternative in words.split(" or "):
        bounds = [bound.split(" ") for bound in alternative.split(" and ")]
        if all(COMPARISONS[sign](value, float(number)) for sign, number in bounds):
            return True
    return False
