"""present, absent, unassessed: what is recorded of a finding, or follows from what is recorded of narrower and wider ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Reach, Shape, Surroundings
from spinegraph.engine.criteria.shapes import NARROWER, NEVER, WIDER, Curie, Iri, ShapeData, all_of, any_of, property_value
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.model import Absent, Criterion, Hierarchy, Present, Unassessed

FindingCriterion = Present | Absent | Unassessed


# Turtle ------------------------------------------------------------------------------------------


def _read_present(shape: Shape, annotations: Annotations) -> Present:
    inconclusive = shape.flag("core:absenceInconclusive")
    return Present(finding=shape.finding("core:present"), absence_inconclusive=inconclusive, **annotations)


def _read_absent(shape: Shape, annotations: Annotations) -> Absent:
    return Absent(finding=shape.finding("core:absent"), **annotations)


def _read_unassessed(shape: Shape, annotations: Annotations) -> Unassessed:
    return Unassessed(finding=shape.finding("core:unassessed"), **annotations)


# Program -----------------------------------------------------------------------------------------


def _emit_present(criterion: Present, to: Emitter) -> Planes:
    refuted = "zero" if criterion.absence_inconclusive else to.fact("absent", criterion.finding)
    return to.fact("present", criterion.finding), refuted


def _emit_absent(criterion: Absent, to: Emitter) -> Planes:
    return to.fact("absent", criterion.finding), to.fact("present", criterion.finding)


def _emit_unassessed(criterion: Unassessed, to: Emitter) -> Planes:
    known = to.assign("k", f"{to.fact('present', criterion.finding)} | {to.fact('absent', criterion.finding)}")
    return f"{known} ^ ones", known


def _conclusions(criterion: FindingCriterion, hierarchy: Hierarchy) -> Iterator[str]:
    yield from hierarchy.narrower.get(criterion.finding, ())
    if not (isinstance(criterion, Present) and criterion.absence_inconclusive):
        yield from hierarchy.broader.get(criterion.finding, ())


def _reach(criterion: FindingCriterion, _: Surroundings, __: Callable[[Criterion], Reach]) -> Reach:
    inconclusive = isinstance(criterion, Present) and criterion.absence_inconclusive
    return Reach(refuted=not inconclusive, open=not isinstance(criterion, Unassessed))


# Words -------------------------------------------------------------------------------------------

STATES = {"present": "present", "absent": "absent", "unassessed": "not assessed"}


def _clause(criterion: FindingCriterion, names: Names) -> Clause:
    inconclusive = isinstance(criterion, Present) and criterion.absence_inconclusive
    name = names.name(criterion.finding)
    return Clause(criterion.operator, name, STATES[criterion.operator], inconclusive=inconclusive)


# SHACL -------------------------------------------------------------------------------------------


def _dual_present(criterion: Present, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return NEVER if criterion.absence_inconclusive else {"core:absent": Iri(criterion.finding)}


def _dual_absent(criterion: Absent, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return {"core:present": Iri(criterion.finding)}


def _dual_unassessed(criterion: Unassessed, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return any_of([{predicate: Iri(criterion.finding)} for predicate in ("core:present", "core:absent")])


def _recorded_present(finding: str) -> ShapeData:
    return property_value([Curie("core:present"), WIDER], finding)


def _recorded_absent(finding: str) -> ShapeData:
    return property_value([Curie("core:absent"), NARROWER], finding)


def _core(criterion: FindingCriterion, _: Surroundings, __: Callable[[Criterion], ShapeData]) -> ShapeData:
    finding = criterion.finding
    if isinstance(criterion, Unassessed):
        return all_of([{"sh:not": recorded(finding)} for recorded in (_recorded_present, _recorded_absent)])
    return _recorded_present(finding) if isinstance(criterion, Present) else _recorded_absent(finding)


_ABSENCE = ("core:absenceInconclusive",)
KINDS = (
    Kind(Present, "core:present", _ABSENCE, _read_present, _emit_present, _conclusions, _reach, _clause, _dual_present, _core),
    Kind(Absent, "core:absent", (), _read_absent, _emit_absent, _conclusions, _reach, _clause, _dual_absent, _core),
    Kind(
        Unassessed, "core:unassessed", (), _read_unassessed, _emit_unassessed,
        _conclusions, _reach, _clause, _dual_unassessed, _core,
    ),
)  # fmt: skip
