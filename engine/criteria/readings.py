"""repeated, latest, change, change-ratio: what dated values of a measurement come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spinegraph.engine.criteria.changes import NEVER, ChangeSets
from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.criteria.in_time import APART, TIMES, WITHIN, window_in_words, written_window
from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.measurement import ranges_in_words
from spinegraph.engine.criteria.node import CLOSED, UNKNOWN, CriterionNode, Explanation, Head, OpenFacts, Part
from spinegraph.engine.criteria.open_facts import constant_or
from spinegraph.engine.criteria.related import FACETS, range_of
from spinegraph.engine.criteria.shapes import CoreForm, Duration, Iri, ShapeData, Value, conforms_to_any
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.messages import noted
from spinegraph.engine.model import (
    Altered,
    Changed,
    ChangedRatio,
    Criterion,
    Fact,
    Hierarchy,
    Latest,
    Measured,
    OfReadings,
    Proof,
    Repeated,
)
from spinegraph.engine.model.units import quantity

TERMS = {"repeated": "core:repeated", "latest": "core:latest", "change": "core:change", "change-ratio": "core:changeRatio"}
"""Operator → the constraint."""
MOST = 3
"""So many readings can be asked for: other engines compare each with each."""

# Turtle ------------------------------------------------------------------------------------------


def _reader(criterion: type[OfReadings]) -> Callable[[Shape, Annotations], OfReadings]:
    constraint = TERMS[criterion.operator]

    def read(shape: Shape, annotations: Annotations) -> OfReadings:
        measurement = shape.measurement(constraint)
        window = shape.window(WITHIN) if shape.states(WITHIN) else None
        lower, upper = range_of(shape, constraint)
        if not issubclass(criterion, Repeated):
            return criterion(measurement=measurement, window=window, lower=lower, upper=upper, **annotations)
        times = shape.number(TIMES)
        if times not in (2, 3):
            raise shape.error(
                f"{constraint} asks for {'no number of' if times is None else f'{times:g}'} readings",
                f"Write {TIMES} 2, or 3.",
                TIMES if times is not None else constraint,
            )
        if not shape.states(APART):
            raise shape.error(f"{constraint} stands without {APART}", 'Say how far apart: "P1D"^^xsd:duration.', constraint)
        return criterion(
            measurement=measurement,
            window=window,
            lower=lower,
            upper=upper,
            times=int(times),
            apart=shape.distance(APART),
            **annotations,
        )

    return read


# Program -----------------------------------------------------------------------------------------


def _emit(criterion: OfReadings, to: Emitter) -> Planes:
    return to.timed(criterion)


def _conclusions(_: OfReadings, __: Hierarchy) -> tuple[str, ...]:
    return ()


def _reach(_: OfReadings, __: Surroundings, ___: Callable[[Criterion], Reach]) -> Reach:
    return Reach(refuted=True, open=True)


# Case --------------------------------------------------------------------------------------------


class ReadingsNode(CriterionNode):
    """Readings: what is missing is a value, its date, or that of the case; changes of them are not worked out."""

    __slots__ = ("_bit", "_code", "_date", "_moment")

    def __init__(self, head: Head, criterion: OfReadings, graph: Preparation) -> None:
        super().__init__(head)
        facts = graph.facts
        self._code = facts.code_of[criterion.measurement]
        self._bit, self._date = facts.bit[self._code], facts.bit[date_of(self._code)]
        self._moment = facts.bit[AS_OF] if criterion.window else 0

    def mention(self, case: Explanation) -> Proof:
        return self.proof(case)

    def named(self) -> int:
        return 0

    def reaches(self) -> Iterator[int]:
        yield self._bit | self._date | self._moment

    def _prove(self, case: Explanation, truth: int) -> Proof:
        value = case.case.measurements.get(self._code)
        if value is None:
            return self._node(truth, Fact(code=self._code, state="unknown", basis="not-assessed"), ())
        at = case.case.dates.get("measurements", {}).get(self._code, "")
        return self._node(truth, Fact(code=self._code, state="known", basis="given", value=value, at=at), ())

    def restrict(self, full: frozenset[int]) -> Part:
        return constant_or(self, full)

    def _open_facts(self, case: Explanation) -> OpenFacts:
        if self.truth(case) != UNKNOWN:
            return CLOSED
        missing = self._date if self._code in case.values else self._bit
        if not case.case.as_of:
            missing |= self._moment
        return OpenFacts(missing, missing)

    def _change(self, case: Explanation, goal: int) -> ChangeSets:  # noqa: ARG002 (none is worked out)
        return NEVER


# Words -------------------------------------------------------------------------------------------


RATIO, DIFFERENCE = noted("{last} divided by the one before"), noted("{last} minus the one before")


def _clause(criterion: OfReadings, names: Names) -> Clause:
    say, name = names.say, names.name(criterion.measurement)
    inside, outside = ranges_in_words(Measured(measurement="", lower=criterion.lower, upper=criterion.upper), say)
    when = f" {window_in_words(criterion.window, names)}" if criterion.window else ""
    unit = "" if isinstance(criterion, Altered) and criterion.ratio else names.unit(criterion.measurement)
    if isinstance(criterion, Repeated):
        often = f"{inside} {unit}".rstrip()
        times, apart = criterion.times, quantity(criterion.apart.amount, criterion.apart.unit, say)
        state = say("{often} {times} times{when}, {apart} apart", often=often, times=times, when=when, apart=apart)
        return Clause(criterion.operator, name, state, opposite=say("not {times} times", times=times))
    last = say("last {name}{when}", name=name, when=when)
    if isinstance(criterion, Altered):
        last = say(RATIO if criterion.ratio else DIFFERENCE, last=last)
    return Clause(criterion.operator, last, inside, unit=unit, opposite=outside)


# SHACL -------------------------------------------------------------------------------------------


def _written(criterion: OfReadings, constraint: str, facets: dict[str, float]) -> ShapeData:
    shape: dict[str, Value] = {constraint: Iri(criterion.measurement), **facets, **written_window(criterion.window)}
    if isinstance(criterion, Repeated):
        shape[TIMES] = criterion.times
        shape[APART] = Duration(criterion.apart.written)
    return shape


def _facets(criterion: OfReadings) -> dict[str, float]:
    ends = ((criterion.lower, FACETS[:2]), (criterion.upper, FACETS[2:]))
    return {facets[0] if bound.inclusive else facets[1]: bound.value for bound, facets in ends if bound}


def _dual(criterion: OfReadings, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    if isinstance(criterion, Repeated):
        return _written(criterion, "core:notRepeated", _facets(criterion))
    parts = []
    for bound, facets in ((criterion.lower, FACETS[2:]), (criterion.upper, FACETS[:2])):
        if bound:
            facet = facets[1] if bound.inclusive else facets[0]
            parts.append(_written(criterion, TERMS[criterion.operator], {facet: bound.value}))
    return conforms_to_any(parts)


def _core(_: OfReadings, __: Surroundings, ___: Callable[[Criterion], CoreForm | None]) -> None:
    """SHACL Core does not compare dates."""


def _kind(criterion: type[OfReadings]) -> Kind[OfReadings]:
    return Kind(
        criterion=criterion,
        constraint=TERMS[criterion.operator],
        modifiers=(WITHIN, TIMES, APART, *FACETS) if issubclass(criterion, Repeated) else (WITHIN, *FACETS),
        read=_reader(criterion),
        emit=_emit,
        conclusions=_conclusions,
        prepare=ReadingsNode,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    )


_READINGS: tuple[type[OfReadings], ...] = (Repeated, Latest, Changed, ChangedRatio)
KINDS = tuple(map(_kind, _READINGS))
