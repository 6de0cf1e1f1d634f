"""suspected, not-suspected: what the assessments of a condition come to. They add up: one that holds is enough to suspect it,
and all have to be refuted before it is not suspected."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Reach, Shape, Surroundings
from spinegraph.engine.criteria.planes import join
from spinegraph.engine.criteria.shapes import NEVER, WIDER, Curie, Iri, ShapeData, all_of, property_value
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.model import Criterion, Hierarchy, NotSuspected, Suspected

ConditionCriterion = Suspected | NotSuspected


# Turtle ------------------------------------------------------------------------------------------


def _read_suspected(shape: Shape, annotations: Annotations) -> Suspected:
    return Suspected(condition=shape.condition("core:suspected"), **annotations)


def _read_not_suspected(shape: Shape, annotations: Annotations) -> NotSuspected:
    return NotSuspected(condition=shape.condition("core:notSuspected"), **annotations)


# Program -----------------------------------------------------------------------------------------


def _emit(criterion: ConditionCriterion, to: Emitter) -> Planes:
    pairs = to.assessments(criterion.condition)
    if not pairs:
        return "zero", "zero"
    suspected, cleared = join("|", [holds for holds, _ in pairs]), join("&", [refuted for _, refuted in pairs])
    return (suspected, cleared) if isinstance(criterion, Suspected) else (cleared, suspected)


def _conclusions(criterion: ConditionCriterion, hierarchy: Hierarchy) -> Iterator[str]:
    yield from hierarchy.narrower.get(criterion.condition, ())


def _reach(criterion: ConditionCriterion, around: Surroundings, of: Callable[[Criterion], Reach]) -> Reach:
    assessing = [rule.criterion for rule in around.assessing(criterion.condition) if rule.criterion is not None]
    clearable = all(of(assessed).refuted for assessed in assessing)
    return Reach(refuted=clearable or isinstance(criterion, NotSuspected), open=True)


# Words -------------------------------------------------------------------------------------------


def _clause(criterion: ConditionCriterion, names: Names) -> Clause:
    return Clause(criterion.operator, names.name(criterion.condition), criterion.operator.replace("-", " "))


# SHACL -------------------------------------------------------------------------------------------


def _dual(criterion: ConditionCriterion, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    opposite = "core:notSuspected" if isinstance(criterion, Suspected) else "core:suspected"
    return {opposite: Iri(criterion.condition)}


def _core(criterion: ConditionCriterion, around: Surroundings, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    if isinstance(criterion, Suspected):
        return property_value([Curie("core:holds"), Curie("core:assesses"), WIDER], criterion.condition)
    assessing = list(around.assessing(criterion.condition))
    return all_of(property_value(Curie("core:refuted"), rule.iri) for rule in assessing) if assessing else NEVER


KINDS = (
    Kind(Suspected, "core:suspected", (), _read_suspected, _emit, _conclusions, _reach, _clause, _dual, _core),
    Kind(NotSuspected, "core:notSuspected", (), _read_not_suspected, _emit, _conclusions, _reach, _clause, _dual, _core),
)
