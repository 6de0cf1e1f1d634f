"""Criteria on dates, as CQL computes with them (`criteria/occurrence.py` and `criteria/reading.py` say what they mean).

A date is the interval of the days that it can be. Only what is certain of both its ends counts, so that nothing is concluded that
a better known date could take back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, pairwise

from spinegraph.engine.decide.timeline import facts_read
from spinegraph.engine.exchange.cql.numbers import in_range
from spinegraph.engine.exchange.cql.tree import (
    Expression,
    If,
    Literal,
    Operation,
    ParameterRef,
    Property,
    Quantity,
    Query,
    both,
    either,
    operation,
)
from spinegraph.engine.model import Knowledge, Occurring, Repeated, Timed, Window
from spinegraph.engine.program.program import Program

AS_OF, DATE = "as of", "Interval<Date>"
DATES, DENIED, READINGS = "{}: dates", "{}: denied", "{}: readings"
READING = f"List<Tuple{{number Integer, value Decimal, at {DATE}}}>"
NEVER = Literal(False)
D, E = Property("D"), Property("E")
Declare = Callable[[str, str, str], ParameterRef]
"""Name, type and comment of a parameter → the parameter."""


class Dated:
    """Writes the criteria on dates of one program; `declare` keeps the parameters that they need."""

    def __init__(self, program: Program, declare: Declare) -> None:
        self._knowledge: Knowledge = program.knowledge
        self._declare = declare
        self._facts = facts_read(program.knowledge, program.timed)

    def pair(self, criterion: Timed) -> tuple[Expression, Expression] | None:
        """That it holds, and that it is refuted; None where hours count, or which reading is the last."""
        if isinstance(criterion, Occurring):
            return self._holds(criterion), self._refuted(criterion)
        if isinstance(criterion, Repeated) and criterion.apart.unit == "d":
            return self._repeated(criterion)
        return None

    def now(self) -> ParameterRef:
        """The moment of the case."""
        return self._declare(AS_OF, DATE, "the day of the visit")

    # Occurrences

    def _lists(self, facts: Iterable[str]) -> list[ParameterRef]:
        comment = "when it was so, up to the day of the visit; null for an entry without a date, empty for none"
        codes = [self._facts[fact][0] for fact in facts if fact in self._facts]
        return [self._declare(DATES.format(code), f"List<{DATE}>", comment) for code in codes]

    def _below(self, fact: str) -> list[ParameterRef]:
        return self._lists(self._knowledge.hierarchy.narrower.get(fact, (fact,)))

    def _denied(self, fact: str) -> list[Expression]:
        wider = self._knowledge.hierarchy.broader.get(fact, (fact,))
        codes = [self._facts[iri][0] for iri in wider if iri in self._facts]
        comment = "recorded as not so, without a date"
        return [operation("IsTrue", self._declare(DENIED.format(code), "Boolean", comment)) for code in codes]

    def _holds(self, criterion: Occurring) -> Expression:
        lists = self._below(criterion.finding)
        if criterion.times == 1:
            return self._known(criterion.window, either(*(_some(one, "D", self._meets(criterion, D)) for one in lists)))
        every = lists[0] if len(lists) == 1 else _united(lists)
        same_day = (operation("Less", _end(E), _end(D)), operation("GreaterOrEqual", _end(E), _start(D)))
        counts = both(self._meets(criterion, D), operation("Not", _some(every, "E", both(self._meets(criterion, E), *same_day))))
        days = Query((("D", every),), counts, _end(D))
        return self._known(criterion.window, operation("GreaterOrEqual", operation("Count", days), Literal(criterion.times)))

    def _refuted(self, criterion: Occurring) -> Expression:
        wider = self._knowledge.hierarchy.broader.get(criterion.finding, (criterion.finding,))
        ways = self._denied(criterion.finding)
        open_ = either(operation("IsNull", D), operation("Not", operation("IsTrue", self._misses(criterion, D))))
        for fact in (fact for fact in wider if fact in self._facts):
            (own,) = self._lists((fact,))
            missing = (operation("Not", _any(one, "D", open_)) for one in self._below(fact))
            ways.append(self._known(criterion.window, both(operation("Exists", own), *missing)))
        return either(*ways, *(self._denied(criterion.reference) if criterion.reference else ()))

    def _meets(self, criterion: Occurring, date: Expression) -> Expression:
        if criterion.window:
            return self._within(criterion.window, date)
        events = self._below(criterion.reference)
        later = either(operation("IsNull", Property("S")), operation("GreaterOrEqual", _end(Property("S")), _start(date)))
        known = either(*(operation("Exists", one) for one in events))
        none_later = (operation("Not", _any(one, "S", later)) for one in events)
        return both(operation("Not", operation("IsNull", date)), known, *none_later)

    def _misses(self, criterion: Occurring, date: Expression) -> Expression:
        if criterion.window:
            return self._beyond(criterion.window, date)
        earlier = operation("Less", _end(date), _start(Property("S")))
        return either(*(_some(one, "S", earlier) for one in self._below(criterion.reference)))

    def _known(self, window: Window | None, asked: Expression) -> Expression:
        """Nothing lies in or before a window that ends nobody knows when. (In a query, cql-execution takes a parameter that is
        null for its declaration, so that it may not come to that.)"""
        return If(operation("IsNull", self.now()), NEVER, asked) if window else asked

    def _within(self, window: Window, date: Expression) -> Expression:
        """Certainly in a window: as far back as a calendar goes from the last day that now can be."""
        return operation("LessOrEqual", _back(_end(self.now()), window), _start(date))

    def _beyond(self, window: Window, date: Expression) -> Expression:
        return operation("Less", _end(date), _back(_start(self.now()), window))

    # Readings

    def _repeated(self, criterion: Repeated) -> tuple[Expression, Expression]:
        thing = self._knowledge.measurements[criterion.measurement]
        comment = "all values, numbered, with the days that their dates can be; empty for none"
        readings = self._declare(READINGS.format(thing.code), READING, comment)
        aliases = tuple("ABC"[: criterion.times])
        taken = [self._taken(criterion, alias) for alias in aliases]
        inside = [in_range(criterion, Property(alias, "value")) for alias in aliases]
        may_count = [one for alias in aliases for one in self._may_count(criterion, alias)]

        def exists(*conditions: Expression) -> Expression:
            sources = tuple((alias, readings) for alias in aliases)
            return operation("Exists", Query(sources, both(*conditions)))

        apart = Quantity(criterion.apart.amount, "days")
        certainly = [_after(Property(one, "at"), Property(other, "at"), apart) for one, other in pairwise(aliases)]
        possibly = [condition for pair in combinations(aliases, 2) for condition in _possibly(*pair, apart)]
        holds = exists(*taken, *inside, *certainly)
        none = operation("Not", exists(*inside, *may_count, *possibly))
        refuted = both(operation("Not", holds), exists(*taken, *certainly), none)
        return self._known(criterion.window, holds), self._known(criterion.window, refuted)

    def _taken(self, criterion: Repeated, alias: str) -> Expression:
        at = Property(alias, "at")
        return self._within(criterion.window, at) if criterion.window else operation("Not", operation("IsNull", at))

    def _may_count(self, criterion: Repeated, alias: str) -> list[Expression]:
        if not criterion.window:
            return []
        return [operation("Not", operation("IsTrue", self._beyond(criterion.window, Property(alias, "at"))))]


def _start(date: Expression) -> Operation:
    return operation("Start", date)


def _end(date: Expression) -> Operation:
    return operation("End", date)


def _some(dates: Expression, alias: str, where: Expression) -> Operation:
    """That a condition is so of one of some dates."""
    return operation("Exists", Query(((alias, dates),), where))


def _any(dates: Expression, alias: str, where: Expression) -> Operation:
    """The same where a null can be it, which `exists` would pass over."""
    return operation("Exists", Query(((alias, dates),), where, Literal(True)))


def _united(lists: Sequence[ParameterRef]) -> Expression:
    return Operation("Union", tuple(lists))


def _back(day: Expression, window: Window) -> Operation:
    return operation("Subtract", day, Quantity(window.amount, "days" if window.unit == "d" else "months"))


def _after(one: Expression, other: Expression, apart: Quantity) -> Operation:
    """That another date certainly lies so long after one."""
    return operation("GreaterOrEqual", _start(other), operation("Add", _end(one), apart))


def _possibly(one: str, other: str, apart: Quantity) -> tuple[Expression, Expression]:
    """That two readings are different ones, and that their dates can lie so far apart."""
    first, second = Property(one, "at"), Property(other, "at")
    orders = ((first, second), (second, first))
    ways = (operation("GreaterOrEqual", _end(b), operation("Add", _start(a), apart)) for a, b in orders)
    different = operation("Less", Property(one, "number"), Property(other, "number"))
    return different, either(operation("IsNull", first), operation("IsNull", second), *ways)
