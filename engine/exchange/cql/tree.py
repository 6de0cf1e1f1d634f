"""A CQL library as a tree, of which `text` writes CQL and `elm` writes ELM: neither says what the other does not.

Names of operators and of members are those of ELM (CQL 1.5, Appendix on the Expression Logical Model).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal as OneOf
from typing import NamedTuple

from spinegraph.engine.model import Frozen


class Literal(Frozen, frozen=True):
    """A Boolean, Integer, Decimal or String."""

    value: bool | int | Decimal | str


class Null(Frozen, frozen=True):
    """What is not known."""


class ParameterRef(Frozen, frozen=True):
    """The value that the caller gives a parameter."""

    name: str


class Ref(Frozen, frozen=True):
    """What another definition comes to."""

    name: str


class Property(Frozen, frozen=True):
    """A member of what a query has under an alias; of that itself, where `path` is empty."""

    scope: str
    path: str = ""


class Quantity(Frozen, frozen=True):
    """A span of the calendar: so many "months", "days" or "hours"."""

    amount: int
    unit: OneOf["months", "days", "hours"]


class Operation(Frozen, frozen=True):
    """An operator with its operands; And and Or have two or more."""

    operator: str
    operands: tuple[Expression, ...]


class ListOf(Frozen, frozen=True):
    """A list of values."""

    elements: tuple[Expression, ...]


class If(Frozen, frozen=True):
    """One of two values."""

    condition: Expression
    then: Expression
    otherwise: Expression


class Case(Frozen, frozen=True):
    """The value of the first condition that is so."""

    items: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression


class Query(Frozen, frozen=True):
    """All combinations of values of some lists, each under its alias, of which a condition is so; or the distinct values that an
    expression has for them (`returned`)."""

    sources: tuple[tuple[str, Expression], ...]
    where: Expression
    returned: Expression | None = None


Expression = Literal | Null | ParameterRef | Ref | Property | Quantity | Operation | ListOf | If | Case | Query


def operation(operator: str, *operands: Expression) -> Operation:
    """An operator with its operands."""
    return Operation(operator, operands)


def both(*operands: Expression) -> Expression:
    """All of some conditions."""
    return operands[0] if len(operands) == 1 else Operation("And", operands)


def either(*operands: Expression) -> Expression:
    """Any of some conditions."""
    return operands[0] if len(operands) == 1 else Operation("Or", operands)


class Parameter(Frozen, frozen=True, kw_only=True):
    """What the caller gives. `type`: as CQL writes it, such as `Boolean` or `List<Interval<Date>>`."""

    name: str
    type: str
    default: Literal | None = None
    comment: str = ""


class Definition(Frozen, frozen=True, kw_only=True):
    """A named expression. `passages`: the ids of those that it rests on; they stand as tags in both forms."""

    name: str
    expression: Expression
    label: str = ""
    reading: str = ""
    passages: tuple[str, ...] = ()


class Section(NamedTuple):
    """Definitions under a heading."""

    title: str
    definitions: tuple[Definition, ...]


class Library(Frozen, frozen=True, kw_only=True):
    """A library. `header`: what it says of itself; `missing`: what it leaves to the caller, because CQL has it not."""

    name: str
    version: str
    header: tuple[str, ...]
    missing: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    sections: tuple[Section, ...]

    @property
    def definitions(self) -> Iterator[Definition]:
        """All definitions, in the order written."""
        for section in self.sections:
            yield from section.definitions
