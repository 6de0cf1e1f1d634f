"""Representative values of a measurement → the ranges that they stand for, in words and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from spinegraph.engine.decide.facts import compare
from spinegraph.engine.model import CaseValue, Compared, Measured, Measurement
from spinegraph.engine.model.decision import Range


class _Stretch(NamedTuple):
    """Values between two neighbouring bounds, or one bound itself (`low` = `high`); None is no bound."""

    low: float | None
    high: float | None
    value: float


def ranges_of(measurement: Measurement, criteria: Sequence[Compared], values: Iterable[CaseValue]) -> tuple[Range, ...]:
    """The ranges of all values that the criteria see as they see one of these; () where that is every possible value."""
    seen = {_view(criteria, value) for value in values}
    stretches = list(_stretches(measurement, criteria))
    chosen = [_view(criteria, stretch.value) in seen for stretch in stretches]
    if all(chosen):
        return ()
    runs: list[list[_Stretch]] = []
    for number, stretch in enumerate(stretches):
        if chosen[number] and number and chosen[number - 1]:
            runs[-1].append(stretch)
        elif chosen[number]:
            runs.append([stretch])
    return tuple(_range(run[0], run[-1], run[0] is stretches[0], run[-1] is stretches[-1]) for run in runs)


def _view(criteria: Sequence[Compared], value: CaseValue) -> tuple[tuple[int, int], ...]:
    return tuple(compare(criterion, value) for criterion in criteria)


def _stretches(measurement: Measurement, criteria: Sequence[Compared]) -> Iterator[_Stretch]:
    """The possible values, cut at every bound, in ascending order."""
    measured = (criterion for criterion in criteria if isinstance(criterion, Measured))
    bounds = (bound for criterion in measured for bound in (criterion.lower, criterion.upper) if bound)
    marks = sorted({mark for bound in bounds for mark in (bound.value, bound.other) if mark is not None})
    inside = [mark for mark in marks if measurement.minimum <= mark <= measurement.maximum]
    if not inside:
        yield _Stretch(None, None, min(max(0.0, measurement.minimum), measurement.maximum))
        return
    first, last = inside[0], inside[-1]
    if measurement.minimum < first:
        yield _Stretch(None, first, (max(measurement.minimum, first - 2) + first) / 2)
    yield _Stretch(first, first, first)
    for low, high in pairwise(inside):
        yield _Stretch(low, high, (low + high) / 2)
        yield _Stretch(high, high, high)
    if measurement.maximum > last:
        yield _Stretch(last, None, (min(measurement.maximum, last + 2) + last) / 2)


def _range(first: _Stretch, last: _Stretch, from_least: bool, to_greatest: bool) -> Range:
    """From the first to the last stretch of a run; what begins or ends with the possible values has no bound there."""
    low = None if from_least else first.low
    high = None if to_greatest else last.high
    return Range(
        minimum=low if first.low == first.high else None,
        exclusive_minimum=low if first.low != first.high else None,
        maximum=high if last.low == last.high else None,
        exclusive_maximum=high if last.low != last.high else None,
    )


def range_in_words(values: Range) -> str:
    """A range in a few signs.

    >>> range_in_words(Range(minimum=18, exclusive_maximum=50))
    '≥ 18 and < 50'
    >>> range_in_words(Range(minimum=6, maximum=6))
    'exactly 6'
    """
    if values.minimum is not None and values.minimum == values.maximum:
        return f"exactly {values.minimum:.4g}"
    signs = (("≥", values.minimum), (">", values.exclusive_minimum), ("≤", values.maximum), ("<", values.exclusive_maximum))
    return " and ".join(f"{sign} {value:.4g}" for sign, value in signs if value is not None)


def ranges_in_words(ranges: Sequence[Range]) -> str:
    """Several ranges, any of which will do; "any value" for none."""
    return " or ".join(map(range_in_words, ranges)) or "any value"
