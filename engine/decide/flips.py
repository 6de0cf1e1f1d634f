"""Minimal sets of fact changes, as masks.

An `Options` value says how something can be made true (or false): any one of its sets of changes is enough. Single changes,
by far the most frequent, are kept together in one mask, so that joining the options of a long `or` is one operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from spinegraph.engine.decide.facts import Facts

MAX_SETS = 8
"""How many sets of several changes are kept at each step, smallest first; single changes are all kept."""


class Options(NamedTuple):
    """Alternatives: each bit of `singles` alone, or all bits of one of `larger` together; `cut` if there were more."""

    singles: int
    larger: tuple[int, ...] = ()
    cut: bool = False


DONE = Options(0, (0,))
"""Nothing has to change."""
NEVER = Options(0)
"""No change of facts does it."""


def any_of(parts: Iterable[Options]) -> Options:
    """One of the parts is enough."""
    singles = 0
    larger: list[int] = []
    cut = False
    for lone, sets, lost in parts:
        singles |= lone
        if sets:
            larger += sets
            cut |= lost
    if not larger:
        return Options(singles)
    if len(larger) == 1:
        return Options(singles, () if larger[0] & singles else tuple(larger), cut) if larger[0] else DONE
    return minimal(singles, larger, cut)


def all_of(parts: Iterable[Options], facts: Facts) -> Options:
    """All of the parts are needed; sets that would make a fact both present and absent are dropped."""
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
        return NEVER if facts.contradicts(certain) else one_set(certain)
    if len(choices) == 1 and not certain:
        return choices[0]
    alternatives = sorted(map(sets_of, choices), key=len)
    joined = [certain]
    for sets in alternatives[:-1]:
        found = minimal(0, [left | right for left in joined for right in sets], cut)
        joined, cut = sets_of(found), found.cut
    joined = [left | right for left in joined for right in alternatives[-1]]
    return minimal(0, joined, cut, facts.contradicts)


def sets_of(options: Options) -> list[int]:
    """The alternatives one by one, single changes first."""
    return [*_lone(options.singles), *options.larger]


def _lone(singles: int) -> list[int]:
    """The bits of a mask, each as a mask of its own."""
    alone = []
    while singles:
        low = singles & -singles
        alone.append(low)
        singles ^= low
    return alone


def one_set(change: int) -> Options:
    """One alternative: all bits of a mask together."""
    if change & (change - 1) or not change:
        return Options(0, (change,))
    return Options(change)


def minimal(singles: int, changes: Iterable[int], cut: bool = False, impossible: Callable[[int], bool] | None = None) -> Options:
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
    return Options(singles, tuple(remaining), cut)
