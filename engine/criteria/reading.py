"""What dated values of a measurement come to: so many in range and apart, the last one, what it changed by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import combinations

from spinegraph.engine.criteria.occurrence import Reading, Span
from spinegraph.engine.criteria.related import relate
from spinegraph.engine.model import Altered, Apart, Bound, Difference, Latest, OfReadings, Ratio, Repeated, Window


def read(criterion: OfReadings, readings: Sequence[Reading]) -> tuple[int, int]:
    """(holds, refuted) of a criterion, from all readings of its measurement."""
    if isinstance(criterion, Repeated):
        return _repeated(criterion, readings)
    ordered = in_order(readings)
    if isinstance(criterion, Latest):
        return _bits(criterion, ordered[:1], lambda last: in_range(criterion, last[0].value))
    if isinstance(criterion, Altered):
        return _altered(criterion, ordered)
    raise TypeError(f"{criterion.operator} is no criterion on readings.")


def in_order(readings: Sequence[Reading]) -> list[Reading]:
    """The last reading and the one before, as far as it is certain which these are; none where one has no date.

    >>> same = Reading(1.0, None)
    >>> in_order([same])
    []
    """
    left = list(readings)
    found: list[Reading] = []
    while left and len(found) < 2:
        if any(one.when is None for one in left):
            return []
        last = max(left, key=lambda one: one.when.second if one.when else Span(0, 0))
        left.remove(last)
        if any(_may_follow(other, last) for other in left):
            break
        found.append(last)
    return found


def _may_follow(other: Reading, last: Reading) -> bool:
    return other.when is None or last.when is None or other.when.second.most >= last.when.second.least


def in_range(criterion: OfReadings, value: float) -> bool:
    """Whether a value lies between the bounds of a criterion."""
    number = Decimal(repr(float(value)))
    return _beyond(criterion.lower, number, 1) and _beyond(criterion.upper, number, -1)


def _beyond(bound: Bound | None, number: Decimal, sign: int) -> bool:
    if bound is None:
        return True
    over = sign * (number - Decimal(repr(float(bound.value))))
    return over > 0 or (bound.inclusive and not over)


def _bits(criterion: OfReadings, needed: Sequence[Reading], test: Callable[[Sequence[Reading]], bool]) -> tuple[int, int]:
    if not needed or not all(_in_window(one, criterion.window) for one in needed):
        return 0, 0
    inside = test(needed)
    return int(inside), int(not inside)


def _in_window(reading: Reading, window: Window | None) -> bool:
    return window is None or (reading.when is not None and reading.when.within(window))


def _altered(criterion: Altered, ordered: Sequence[Reading]) -> tuple[int, int]:
    if len(ordered) < 2 or not all(_in_window(one, criterion.window) for one in ordered):
        return 0, 0
    kind = Ratio if criterion.ratio else Difference
    compared = kind(measurement="", other="", factor=1, lower=criterion.lower, upper=criterion.upper)
    return relate(compared, ordered[0].value, ordered[1].value)


def _repeated(criterion: Repeated, readings: Sequence[Reading]) -> tuple[int, int]:
    inside = [one for one in readings if in_range(criterion, one.value)]
    taken = [one for one in readings if one.when is not None and _in_window(one, criterion.window)]
    holds = _so_many(criterion, [one for one in taken if in_range(criterion, one.value)], certainly)
    if holds or not _so_many(criterion, taken, certainly):
        return int(holds), 0
    may_count = [one for one in inside if not (criterion.window and one.when and one.when.beyond(criterion.window))]
    return 0, int(not _so_many(criterion, may_count, possibly))


def _so_many(criterion: Repeated, readings: Iterable[Reading], apart: Callable[[Reading, Reading, Apart], bool]) -> bool:
    return any(
        all(apart(one, other, criterion.apart) for one, other in combinations(some, 2))
        for some in combinations(readings, criterion.times)
    )


def certainly(one: Reading, other: Reading, apart: Apart) -> bool:
    """Whether two readings are certainly so far apart."""
    if one.when is None or other.when is None:
        return False
    return one.when.follows(other.when, apart) or other.when.follows(one.when, apart)


def possibly(one: Reading, other: Reading, apart: Apart) -> bool:
    """Whether two readings can be so far apart."""
    if one.when is None or other.when is None:
        return True
    return one.when.may_follow(other.when, apart) or other.when.may_follow(one.when, apart)
