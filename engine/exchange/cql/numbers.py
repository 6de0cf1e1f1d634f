"""Criteria on numbers in CQL, whose Decimal has eight decimal places."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from spinegraph.engine.exchange.cql.tree import Case, Expression, Literal, Null, both, either, operation
from spinegraph.engine.model import Bound, Measured, OfReadings, Related
from spinegraph.engine.model.units import DAYS, SAME_DAY, comparable

PLACES = Decimal("0.00000001")
NEVER = Literal(False)


def decimal(number: float) -> Decimal:
    """A number as it is written."""
    return Decimal(repr(float(number)))


def measured(criterion: Measured, value: Expression) -> tuple[Expression, Expression]:
    unit = criterion.unit
    bounds = [(bound, sign) for bound, sign in ((criterion.lower, 1), (criterion.upper, -1)) if bound]
    if not bounds:
        return operation("Not", operation("IsNull", value)), NEVER
    inside = both(*(_meets(value, bound.value, unit, sign, bound.inclusive) for bound, sign in bounds))
    if all(bound.other is None for bound, _ in bounds):
        return sides(inside)
    outside = either(*(_certainly_beyond(value, bound, unit, sign) for bound, sign in bounds))
    return operation("IsTrue", inside), operation("IsTrue", outside)


def _certainly_beyond(value: Expression, bound: Bound, unit: str, sign: int) -> Expression:
    if bound.other is None:
        return operation("Not", _meets(value, bound.value, unit, sign, bound.inclusive))
    return _meets(value, bound.other, unit, -sign, False)


def _meets(value: Expression, bound: float, unit: str, sign: int, inclusive: bool) -> Expression:
    """That a value lies above (1) or below (-1) a bound. A duration near to a whole number of days is that number
    (`units.comparable`): the edge lies as far outside a bound that is included, and inside one that is not."""
    days = decimal(comparable(bound, unit))
    if not unit or days != days.to_integral_value():
        return _reaches(value, decimal(bound), sign, inclusive)
    edge = days - sign * (1 if inclusive else -1) * decimal(SAME_DAY)
    in_days = value if DAYS[unit] == 1 else _times(DAYS[unit], value)
    return _reaches(in_days, edge, sign, inclusive)


def _reaches(value: Expression, edge: Decimal, sign: int, inclusive: bool) -> Expression:
    """That a value lies above (1) or below (-1) an edge. Digits that no value can have are rounded away to the same effect."""
    operator = ("Greater" if sign > 0 else "Less") + ("OrEqual" if inclusive else "")
    rounding = ROUND_CEILING if (sign > 0) == inclusive else ROUND_FLOOR
    return operation(operator, value, Literal(edge.quantize(PLACES, rounding).normalize()))


def _times(factor: float, value: Expression) -> Expression:
    """A value times a factor, which is written with all places: the reference engine in JavaScript cuts a product to the places
    of the longer factor (0.1 × 22.6 is 2.2 to it)."""
    return operation("Multiply", Literal(decimal(factor).quantize(PLACES)), value)


def related(criterion: Related, value: Expression, other: Expression) -> Expression:
    """That the difference or ratio of two values is in range. A ratio is compared without dividing: nothing is rounded."""
    times = other if criterion.factor == 1 else _times(criterion.factor, other)
    ends = [(bound, sign) for bound, sign in ((criterion.lower, 1), (criterion.upper, -1)) if bound]
    if not criterion.ratio:
        difference = _rounded(operation("Subtract", value, times))
        return both(*(_reaches(difference, decimal(bound.value), sign, bound.inclusive) for bound, sign in ends))

    def in_range(direction: int) -> Expression:
        return both(*(_at_times(value, bound, times, sign * direction) for bound, sign in ends))

    zero = Literal(Decimal(0))
    above, below = operation("Greater", times, zero), operation("Less", times, zero)
    return Case(((above, in_range(1)), (below, in_range(-1))), Null())


def _at_times(value: Expression, bound: Bound, times: Expression, sign: int) -> Expression:
    operator = ("Greater" if sign > 0 else "Less") + ("OrEqual" if bound.inclusive else "")
    return operation(operator, value, _rounded(_times(bound.value, times)))


def _rounded(value: Expression) -> Expression:
    """To as many places as a Decimal has: engines that compute in binary would see differences beyond them."""
    return operation("Round", value, Literal(8))


def sides(asked: Expression) -> tuple[Expression, Expression]:
    """As asked for, and certainly not so."""
    return operation("IsTrue", asked), operation("IsFalse", asked)


def in_range(criterion: OfReadings, value: Expression) -> Expression:
    """That one reading lies between the bounds."""
    ends = [(bound, sign) for bound, sign in ((criterion.lower, 1), (criterion.upper, -1)) if bound]
    return both(*(_reaches(value, decimal(bound.value), sign, bound.inclusive) for bound, sign in ends))


def fits(*values: float) -> bool:
    """Whether numbers have no more places than a Decimal."""
    return all(decimal(value) == decimal(value).quantize(PLACES) for value in values)
