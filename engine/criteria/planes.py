"""Expressions of `&` and `|` over named planes, as the compiler writes them."""

from __future__ import annotations

from typing import Literal

NEUTRAL = {"&": "ones", "|": "zero"}
ABSORBING = {"&": "zero", "|": "ones"}


MOST_TERMS = 64
"""So many terms stand side by side; more are put in brackets by groups, because Python compiles no expression of any depth."""


def join(operator: Literal["&", "|"], terms: list[str]) -> str:
    """Planes under one operator, without repetitions and neutral ones; of none, the neutral one.

    >>> join("|", ["p1", "zero", "p2", "p1"]), join("&", ["p1", "zero"]), join("&", [])
    ('p1 | p2', 'zero', 'ones')
    """
    kept = list(dict.fromkeys(term for term in terms if term != NEUTRAL[operator]))
    if ABSORBING[operator] in kept:
        return ABSORBING[operator]
    while len(kept) > MOST_TERMS:
        groups = [kept[start : start + MOST_TERMS] for start in range(0, len(kept), MOST_TERMS)]
        kept = [f"({f' {operator} '.join(group)})" for group in groups]
    return f" {operator} ".join(kept) or NEUTRAL[operator]


def only_holds(pair: tuple[str, str]) -> str:
    """Holds, and is not refuted as well."""
    holds, refuted = pair
    return f"({holds} ^ ({holds} & {refuted}))"


def without(plane: str, part: str) -> str:
    """A plane without a part of it."""
    return plane if part == "zero" else "zero" if part == plane else f"{plane} ^ {part}"
