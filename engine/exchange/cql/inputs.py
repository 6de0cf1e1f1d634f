"""What a library is told of a patient: its parameters, and each input plane of the program as an expression on them.

Null is "not known". Whatever compares is asked whether it `is true` or `is false`, so that an input is never null itself: what
is unknown shows by neither of two planes holding.
"""

from __future__ import annotations

from spinegraph.engine.criteria import words_of
from spinegraph.engine.criteria.words import names_of
from spinegraph.engine.exchange.cql.dated import DATE, Dated
from spinegraph.engine.exchange.cql.numbers import fits, measured, related, sides
from spinegraph.engine.exchange.cql.tree import (
    Expression,
    ListOf,
    Literal,
    Parameter,
    ParameterRef,
    Quantity,
    both,
    either,
    operation,
)
from spinegraph.engine.model import Compared, Criterion, OneOf, Recurrence, Related
from spinegraph.engine.model.units import in_words
from spinegraph.engine.program.program import Performable, Program

BOTH_WAYS = "{}: recorded both ways"
LAST_DONE = "{}: last done"
NEVER = Literal(False)


class Inputs:
    """The parameters of one program, and its input planes in its order.

    `left_out`: what CQL is not asked to work out, by name of the parameter that takes its place.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._knowledge = program.knowledge
        self._dated = Dated(program, self._parameter)
        self.parameters: dict[str, Parameter] = {}
        self.left_out: dict[str, Criterion] = {}

    def planes(self) -> list[Expression]:
        """The expressions of all input planes, but for the one that always holds."""
        planes: list[Expression] = []
        for iri in self._program.findings:
            concept = self._knowledge.findings[iri]
            planes += self._recorded(concept.code, concept.label)
        for comparison in self._program.comparisons:
            planes += self._compared(comparison.criterion)
        planes += [self._performed(act) for act in self._program.performable]
        for criterion in self._program.related:
            planes += self._relation(criterion)
        for one in self._program.timed:
            planes += self._dated.pair(one) or self._left_out(one)
        return planes

    def _parameter(self, name: str, kind: str, comment: str = "", default: Literal | None = None) -> ParameterRef:
        self.parameters.setdefault(name, Parameter(name=name, type=kind, comment=comment, default=default))
        return ParameterRef(name)

    def _recorded(self, code: str, label: str) -> tuple[Expression, Expression]:
        """Recorded to be so, and not to be so: one Boolean, and a second one for records that say both."""
        stated = self._parameter(code, "Boolean", label)
        clash = operation("IsTrue", self._parameter(BOTH_WAYS.format(code), "Boolean", default=NEVER))
        return either(operation("IsTrue", stated), clash), either(operation("IsFalse", stated), clash)

    def _value(self, measurement: str) -> ParameterRef:
        thing = self._knowledge.measurements[measurement]
        return self._parameter(thing.code, "Decimal", f"{thing.label} ({in_words(thing.unit) or 'no unit'})")

    def _compared(self, criterion: Compared) -> tuple[Expression, Expression]:
        if isinstance(criterion, OneOf):
            thing = self._knowledge.coded[criterion.coded]
            given = self._parameter(thing.code, "String", f"{thing.label}: {', '.join(thing.codes)}")
            return _one_of(given, criterion.codes), _one_of(given, criterion.others)
        return measured(criterion, self._value(criterion.measurement))

    def _relation(self, criterion: Related) -> tuple[Expression, Expression]:
        bounds = [bound.value for bound in (criterion.lower, criterion.upper) if bound]
        if not fits(criterion.factor, *bounds):
            return self._left_out(criterion)
        return sides(related(criterion, self._value(criterion.measurement), self._value(criterion.other)))

    def _performed(self, act: Performable) -> Expression:
        """That an intervention is done; of what recurs, not if it may be due again, where both dates are known."""
        concept = self._knowledge.interventions[act.intervention]
        code = f"performed:{concept.code}"
        done = operation("IsTrue", self._parameter(code, "Boolean", f"{concept.label}: done"))
        if act.recurrence is None:
            return done
        last = self._parameter(LAST_DONE.format(code), DATE, "the days that the date can be")
        due = operation("GreaterOrEqual", operation("End", self._dated.now()), _again(operation("Start", last), act.recurrence))
        return both(done, operation("Not", operation("IsTrue", due)))

    def _left_out(self, criterion: Criterion) -> tuple[Expression, Expression]:
        """What is left to the caller: one Boolean, as of a finding."""
        asked = words_of(criterion, names_of(self._knowledge))
        same = sum(name.startswith(asked) for name in self.left_out)
        name = f"{asked} {same + 1}" if same else asked
        self.left_out[name] = criterion
        return self._recorded(name, "worked out by the caller: null where it is not known")


def _one_of(given: Expression, codes: tuple[str, ...]) -> Expression:
    if not codes:
        return NEVER
    listed = ListOf(tuple(map(Literal, codes)))
    return operation("IsTrue", operation("In", given, listed))


def _again(day: Expression, recurrence: Recurrence) -> Expression:
    for amount, unit in ((recurrence.every.months, "months"), (recurrence.every.days, "days")):
        if amount:
            day = operation("Add", day, Quantity(amount, "months" if unit == "months" else "days"))
    return day
