"""Counts and scores as CQL has them: a sum of what holds, and bounds on it, instead of the steps that a program takes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from spinegraph.engine.exchange.cql.numbers import decimal
from spinegraph.engine.exchange.cql.tree import Expression, If, ListOf, Literal, Null, both, either, operation
from spinegraph.engine.model import AtLeast, Bound, Counted, Score, Scored


def counted(criterion: Counted, members: Sequence[Expression], *, holds: bool) -> Expression:
    """That so many of a group are present (or absent). `members`: whether each is, of the side that `counts_present` names."""
    needed = criterion.count if isinstance(criterion, AtLeast) else len(members) - criterion.count
    number = needed if holds else len(members) - needed + 1
    one = Literal(1)
    found = operation("Count", ListOf(tuple(If(member, one, Null()) for member in members)))
    return operation("GreaterOrEqual", found, Literal(number))


def counts_present(criterion: Counted, *, holds: bool) -> bool:
    """Whether it is present members, not absent ones, that make a count hold, or refute it."""
    return isinstance(criterion, AtLeast) == holds


def end_of(score: Score, sides: Sequence[tuple[Expression, Expression]], *, least: bool) -> Expression:
    """The least or the greatest sum that unknown items leave; `sides`: of each item, that it holds, and that it is refuted."""
    terms = []
    for item, (holds, refuted) in zip(score.items, sides, strict=True):
        points, nothing = Literal(decimal(item.points)), Literal(Decimal("0.0"))
        certain = (item.points > 0) == least
        terms.append(If(holds, points, nothing) if certain else If(refuted, nothing, points))
    total = operation("Sum", ListOf(tuple(terms)))
    return total if all(item.points.is_integer() for item in score.items) else operation("Round", total, Literal(8))


def scored(criterion: Scored, least: Expression, greatest: Expression, *, holds: bool) -> Expression:
    """That a score lies between the bounds whatever its unknown items are, or beyond one of them."""
    parts = []
    for bound, sign in ((criterion.lower, 1), (criterion.upper, -1)):
        if bound:
            nearer, farther = (least, greatest) if sign > 0 else (greatest, least)
            parts.append(_beyond(nearer, bound, sign) if holds else _short_of(farther, bound, sign))
    return both(*parts) if holds else either(*parts)


def _beyond(end: Expression, bound: Bound, sign: int) -> Expression:
    operator = ("Greater" if sign > 0 else "Less") + ("OrEqual" if bound.inclusive else "")
    return operation(operator, end, Literal(decimal(bound.value)))


def _short_of(end: Expression, bound: Bound, sign: int) -> Expression:
    operator = ("Less" if sign > 0 else "Greater") + ("" if bound.inclusive else "OrEqual")
    return operation(operator, end, Literal(decimal(bound.value)))
