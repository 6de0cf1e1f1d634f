"""Values that no criterion tells apart: the stretches into which bounds cut the possible values of a measurement, and codes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from spinegraph.engine.decide.facts import compare
from spinegraph.engine.model import CaseValue, CodedProperty, Compared, Measured, Measurement


class Piece(NamedTuple):
    """An unbroken stretch of values that no criterion tells apart: one of them, and whether it is a single value."""

    value: CaseValue
    point: bool


View = tuple[tuple[int, int], ...]
"""How criteria see a value: in range, certainly out of range, for each."""


def view_of(criteria: Iterable[Compared], value: CaseValue) -> View:
    return tuple(compare(criterion, value) for criterion in criteria)


def pieces(thing: Measurement | CodedProperty, criteria: Sequence[Compared]) -> list[Piece]:
    """The stretches into which the criteria cut the possible values, in ascending order; of coded values, each."""
    if isinstance(thing, CodedProperty):
        return [Piece(code, True) for code in thing.codes]
    marks = _marks(criteria)
    stretches = groupby(sorted(numbers_of(thing, criteria)), key=lambda value: view_of(criteria, value))
    together = [list(values) for _, values in stretches]
    return [Piece(min(values, key=roundness), len(values) == 1 and values[0] in marks) for values in together]


def _marks(criteria: Iterable[Compared]) -> list[float]:
    measured = [criterion for criterion in criteria if isinstance(criterion, Measured)]
    bounds = [bound for criterion in measured for bound in (criterion.lower, criterion.upper) if bound]
    return sorted({mark for bound in bounds for mark in (bound.value, bound.other) if mark is not None})


def readable_values(thing: Measurement | CodedProperty, criteria: Iterable[Compared]) -> Sequence[CaseValue]:
    """Possible values, what reads best in a witness first: one at least of every stretch, and every code."""
    if isinstance(thing, CodedProperty):
        return thing.codes
    return sorted(numbers_of(thing, criteria), key=roundness)


def numbers_of(measurement: Measurement, criteria: Iterable[Compared]) -> set[float]:
    """Possible values at, between and beyond all bounds: one at least of every stretch."""
    marks = _marks(criteria)
    ends = [end for end in (measurement.minimum, measurement.maximum) if math.isfinite(end)]
    reach = [marks[0] - 1, marks[-1] + 1] if marks else [0.0]
    steps = sorted({*marks, *ends, *reach})
    inner = [(left + right) / 2 for left, right in pairwise(steps)]
    whole = [float(number) for left, right in pairwise(steps) for number in _whole_between(left, right)]
    return {value for value in (*steps, *inner, *whole) if measurement.minimum <= value <= measurement.maximum}


def _whole_between(left: float, right: float) -> Iterator[int]:
    """A few whole numbers strictly between two values: the first, and the first multiple of five."""
    first = math.floor(left) + 1
    for number in (first, first + (-first) % 5):
        if left < number < right:
            yield number


def roundness(value: float) -> tuple[bool, bool, bool, float]:
    """Whole numbers first, then multiples of five, nothing before small values: what reads well in a witness."""
    return (not float(value).is_integer(), value % 5 != 0, value == 0, value)
