"""What is asked of a number, as cut-offs: the smallest numbers of which `compare` says something else than of those below.

They are found by asking `compare` itself, so that what it rounds (durations, to days) is rounded alike for a population.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from spinegraph.engine.decide.facts import compare, possible_values
from spinegraph.engine.model import Measured, Measurement


class Stretch(NamedTuple):
    """The numbers from one on, up to the next stretch, with what `compare` says of them."""

    start: float
    holds: int
    refuted: int


def stretches(criterion: Measured, measurement: Measurement) -> tuple[Stretch, ...]:
    """The stretches of all values that a measurement can have.

    >>> from spinegraph.engine.model import Bound
    >>> names = dict.fromkeys(("iri", "code", "label", "patient_label", "definition"), "score")
    >>> score = Measurement(**names, unit="1", minimum=0, maximum=99)
    >>> asked = Measured(measurement="score", lower=Bound(value=6, inclusive=True, other=4))
    >>> [tuple(part) for part in stretches(asked, score)]
    [(0, 0, 1), (4.0, 0, 0), (6.0, 1, 0)]
    """
    values = [value for value in possible_values(measurement, [criterion]) if not isinstance(value, str)]
    found = [Stretch(values[0], *compare(criterion, values[0]))]
    for left, right in pairwise(values):
        found += _between(criterion, left, right)
    return tuple(found)


def _between(criterion: Measured, left: float, right: float) -> Iterator[Stretch]:
    """The stretches that begin after one value, and not after another."""
    while compare(criterion, left) != compare(criterion, right):
        before, first = float(left), float(right)
        told = compare(criterion, before)
        while before < (middle := before + (first - before) / 2) < first:
            if compare(criterion, middle) == told:
                before = middle
            else:
                first = middle
        yield Stretch(first, *compare(criterion, first))
        left = first
