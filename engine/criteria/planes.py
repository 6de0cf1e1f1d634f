"""Expressions of `&` and `|` over named planes, as the compiler writes them."""

from __future__ import annotations

from typing import Literal

NEUTRAL = {"&": "ones", "|": "zero"}
ABSORBING = {"&": "zero", "|": "ones"}


def join(operator: Literal["&", "|"], terms: list[str]) -> str:
    """Planes under one operator, without repetitions and neutral ones; of none, the neutral one.

    >>> join("|", ["p1", "zero", "p2", "p1"]), join("&", ["p1", "zero"]), join("&", [])
    ('p1 | p2', 'zero', 'ones')
    """
    kept = list(dict.fromkeys(term for term in terms if term != NEUTRAL[operator]))
    if ABSORBING[operator] in kept:
        return ABSORBING[operator]
    return f" {operator} ".join(kept) or NEUTRAL[operator]
