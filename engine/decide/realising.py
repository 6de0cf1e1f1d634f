"""Values for a patient of whom it is known how some of them are related: two of which the one is so much greater than the other.

The solver knows of a relation only that it takes two known values. Whether a patient has such values, some of each interval at
and around the bounds are tried; a patient for whom none fit is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.criteria.related import relate
from spinegraph.engine.model import Related

STEPS = (0.0, 0.01, -0.01, 1.0, -1.0)
"""So far from a bound values are tried."""
MOST_STEPS = 5_000
"""So many values are tried for one patient."""


class Wanted(NamedTuple):
    """A relation of two values, by code, and the two bits that it has to have."""

    one: str
    other: str
    criterion: Related
    bits: tuple[int, int]

    def holds(self, values: Mapping[str, float]) -> bool:
        """Whether it is as wanted; also while one of the two has no value yet."""
        if self.one not in values or self.other not in values:
            return True
        return relate(self.criterion, values[self.one], values[self.other]) == self.bits


def realised(
    wanted: Sequence[Wanted], pool: Callable[[str], Sequence[float]], fits: Callable[[str, float], bool]
) -> dict[str, float] | None:
    """Values that are related as is wanted; None where nothing that is tried fits.

    `pool`: some possible values of a code, the first of them the best; `fits`: whether another value is possible.
    """
    codes = list(dict.fromkeys(code for one in wanted for code in (one.other, one.one)))
    orders = (codes, codes[::-1])
    return next((found for order in orders if (found := _Search(wanted, pool, fits).extended({}, order)) is not None), None)


class _Search:
    def __init__(
        self, wanted: Sequence[Wanted], pool: Callable[[str], Sequence[float]], fits: Callable[[str, float], bool]
    ) -> None:
        self._wanted, self._pool, self._fits = wanted, pool, fits
        self._left = MOST_STEPS

    def extended(self, values: Mapping[str, float], codes: Sequence[str]) -> dict[str, float] | None:
        """Values with one for each of the codes."""
        if not codes:
            return dict(values)
        code, *rest = codes
        for value in dict.fromkeys((*self._pool(code), *self._near(code, values))):
            self._left -= 1
            if self._left < 0:
                return None
            more = {**values, code: value}
            if all(one.holds(more) for one in self._wanted) and (found := self.extended(more, rest)) is not None:
                return found
        return None

    def _near(self, code: str, values: Mapping[str, float]) -> Iterator[float]:
        """Values of a code at and around the bounds of relations to what has a value."""
        for one in self._wanted:
            bounds = [bound.value for bound in (one.criterion.lower, one.criterion.upper) if bound]
            for middle in (middle for bound in bounds for middle in _at(one, bound, code, values)):
                yield from (value for step in STEPS if self._fits(code, value := round(middle + step, 6)))


def _at(one: Wanted, bound: float, code: str, values: Mapping[str, float]) -> Iterator[float]:
    """The value of a code at which a relation is at its bound."""
    factor, ratio = one.criterion.factor, one.criterion.ratio
    if code == one.one and one.other in values:
        times = factor * values[one.other]
        yield bound * times if ratio else bound + times
    elif code == one.other and one.one in values and (bound or not ratio):
        yield values[one.one] / (bound * factor) if ratio else (values[one.one] - bound) / factor
