"""performed, not-performed, taking, not-taking: whether an intervention, or a narrower one, is done or taken.

In a program an act is a fact with the hierarchy of its intervention, which behaves as a finding does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Reach, Shape, Surroundings
from spinegraph.engine.criteria.presence import FindingNode
from spinegraph.engine.criteria.shapes import NARROWER, WIDER, CoreForm, Curie, Iri, ShapeData, Value, property_value
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.messages import noted
from spinegraph.engine.model import ActCriterion, Criterion, Hierarchy, NotPerformed, NotTaking, Performed, Taking

IN_WORDS = {
    "performed": noted("done"),
    "not-performed": noted("not done"),
    "taking": noted("taken"),
    "not-taking": noted("not taken"),
}
TERMS = {
    "performed": "core:performed",
    "not-performed": "core:notPerformed",
    "taking": "core:taking",
    "not-taking": "core:notTaking",
}
"""Operator → the predicate of cases and of criteria."""
OPPOSITE = {"performed": "not-performed", "not-performed": "performed", "taking": "not-taking", "not-taking": "taking"}

# Turtle ------------------------------------------------------------------------------------------


def _reader(criterion: type[ActCriterion]) -> Callable[[Shape, Annotations], ActCriterion]:
    def read(shape: Shape, annotations: Annotations) -> ActCriterion:
        return criterion(intervention=shape.act(TERMS[criterion.operator], criterion.kind), **annotations)

    return read


# Program -----------------------------------------------------------------------------------------


def _emit(criterion: ActCriterion, to: Emitter) -> Planes:
    done, not_done = to.fact("present", criterion.finding), to.fact("absent", criterion.finding)
    return (not_done, done) if criterion.denied else (done, not_done)


def _conclusions(_: ActCriterion, __: Hierarchy) -> Iterator[str]:
    yield from ()


def _reach(_: ActCriterion, __: Surroundings, ___: Callable[[Criterion], Reach]) -> Reach:
    return Reach(refuted=True, open=True)


# Words -------------------------------------------------------------------------------------------


def _clause(criterion: ActCriterion, names: Names) -> Clause:
    return Clause(criterion.operator, names.name(criterion.intervention), names.say(IN_WORDS[criterion.operator]))


# SHACL -------------------------------------------------------------------------------------------


def _dual(criterion: ActCriterion, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return {TERMS[OPPOSITE[criterion.operator]]: Iri(criterion.intervention)}


def _core(criterion: ActCriterion, _: Surroundings, __: Callable[[Criterion], CoreForm | None]) -> CoreForm:
    own, opposite = Curie(TERMS[criterion.operator]), Curie(TERMS[OPPOSITE[criterion.operator]])
    reached, otherwise = (NARROWER, WIDER) if criterion.denied else (WIDER, NARROWER)
    paths: list[list[Value]] = [[own, reached], [opposite, otherwise]]
    return CoreForm(*(property_value(path, criterion.intervention) for path in paths))


def _kind(criterion: type[ActCriterion]) -> Kind[ActCriterion]:
    return Kind(
        criterion=criterion,
        constraint=TERMS[criterion.operator],
        modifiers=(),
        read=_reader(criterion),
        emit=_emit,
        conclusions=_conclusions,
        prepare=FindingNode,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    )


KINDS = tuple(map(_kind, (Performed, NotPerformed, Taking, NotTaking)))
