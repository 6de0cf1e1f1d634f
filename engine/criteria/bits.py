"""Masks: an `int` as a set of small numbers, one bit each."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=1 << 14)
def bits_of(mask: int) -> tuple[int, ...]:
    """The positions of the set bits, lowest first.

    >>> bits_of(0b10110)
    (1, 2, 4)
    """
    positions = []
    while mask:
        low = mask & -mask
        positions.append(low.bit_length() - 1)
        mask ^= low
    return tuple(positions)


def joined(masks: Iterable[int]) -> int:
    """All bits of the masks together.

    >>> bin(joined([0b001, 0b101, 0b1000]))
    '0b1101'
    """
    return functools.reduce(operator.or_, masks, 0)
