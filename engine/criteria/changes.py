"""Minimal sets of fact changes, as masks.

`ChangeSets` say how something can be made true (or false): any one of the sets is enough. Single changes, by far the most
frequent, are kept together in one mask, so that joining the sets of a long `or` is one operation. With the changes numbered
0: fever present, 1: fever absent, 2: chills present, "fever, or chills without fever" is

>>> ChangeSets(singles=0b001, larger=(0b110,))
ChangeSets(singles=1, larger=(6,), cut=False)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from spinegraph.engine.criteria.bits import bits_of

MAX_SETS = 8
"""How many sets of several changes are kept at each step, smallest first; single changes are all kept."""


class ChangeSets(NamedTuple):
    """Alternatives: each bit of `singles` alone, or all bits of one of `larger` together; `cut` if there were more."""

    singles: int
    larger: tuple[int, ...] = ()
    cut: bool = False


DONE = ChangeSets(0, (0,))
"""Nothing has to change."""
NEVER = ChangeSets(0)
"""No change of facts does it."""


def any_of(parts: Iterable[ChangeSets]) -> ChangeSets:
    """One of the parts is enough.

    >>> any_of([ChangeSets(0b001), ChangeSets(0b100), ChangeSets(0, (0b011,))])  # the pair has a single one in it
    ChangeSets(singles=5, larger=(), cut=False)
    """
    singles = 0
    larger: list[int] = []
    cut = False
    for lone, sets, lost in parts:
        singles |= lone
        if sets:
            larger += sets
            cut |= lost
    if not larger:
        return ChangeSets(singles)
    if len(larger) == 1:
        return ChangeSets(singles, () if larger[0] & singles else tuple(larger), cut) if larger[0] else DONE
    return minimal(singles, larger, cut)


def all_of(parts: Iterable[ChangeSets], contradicts: Callable[[int], bool]) -> ChangeSets:
    """All of the parts are needed; sets that contradict themselves are dropped.

    >>> all_of([ChangeSets(0b0101), ChangeSets(0b1000)], lambda change: False)  # one of two, and a third
    ChangeSets(singles=0, larger=(9, 12), cut=False)
    >>> all_of([ChangeSets(0b01), ChangeSets(0b10)], lambda change: change == 0b11)
    ChangeSets(singles=0, larger=(), cut=False)
    """
    certain = 0
    choices = []
    cut = False
    for options in parts:
        singles, larger, lost = options
        cut |= lost
        if not larger and singles and not singles & (singles - 1):
            certain |= singles
        elif not singles and len(larger) == 1:
            certain |= larger[0]
        elif not singles and not larger:
            return NEVER
        else:
            choices.append(options)
    if not choices:
        return NEVER if contradicts(certain) else one_set(certain)
    if len(choices) == 1 and not certain:
        return choices[0]
    alternatives = sorted(map(sets_of, choices), key=len)
    joined = [certain]
    for sets in alternatives[:-1]:
        found = minimal(0, [left | right for left in joined for right in sets], cut)
        joined, cut = sets_of(found), found.cut
    joined = [left | right for left in joined for right in alternatives[-1]]
    return minimal(0, joined, cut, contradicts)


def sets_of(options: ChangeSets) -> list[int]:
    """The alternatives one by one, single changes first."""
    return [*(1 << number for number in bits_of(options.singles)), *options.larger]


def one_set(change: int) -> ChangeSets:
    """One alternative: all bits of a mask together."""
    if change & (change - 1) or not change:
        return ChangeSets(0, (change,))
    return ChangeSets(change)


def minimal(
    singles: int, changes: Iterable[int], cut: bool = False, impossible: Callable[[int], bool] | None = None
) -> ChangeSets:
    """Sort sets into singles and larger, and drop every set that contains another, or is `impossible`.

    `cut`: whether some were lost before. A single change is never impossible.
    """
    larger = set()
    for change in changes:
        if not change:
            return DONE
        if change & (change - 1):
            larger.add(change)
        else:
            singles |= change
    kept: list[int] = []
    remaining = [change for change in larger if not change & singles] if singles else list(larger)
    if len(remaining) > 1 or impossible:
        remaining.sort()
        remaining.sort(key=int.bit_count)
        for change in remaining:
            for smaller in kept:
                if smaller & change == smaller:
                    break
            else:
                if impossible and impossible(change):
                    continue
                if len(kept) == MAX_SETS:
                    cut = True
                    break
                kept.append(change)
        remaining = kept
    return ChangeSets(singles, tuple(remaining), cut)
