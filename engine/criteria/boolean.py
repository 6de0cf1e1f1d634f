"""and, or: criteria joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Reach, Shape, Surroundings
from spinegraph.engine.criteria.planes import join
from spinegraph.engine.criteria.shapes import ShapeData, all_of, any_of
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.model import And, Criterion, Hierarchy, Or

# Turtle ------------------------------------------------------------------------------------------


def _read_and(shape: Shape, annotations: Annotations) -> And:
    return And(children=shape.members("sh:and"), **annotations)


def _read_or(shape: Shape, annotations: Annotations) -> Or:
    return Or(children=shape.members("sh:or"), **annotations)


# Program -----------------------------------------------------------------------------------------


def _emit(criterion: And | Or, to: Emitter) -> Planes:
    pairs = [to.criterion(part) for part in criterion.children]
    both: Literal["&", "|"] = "&" if isinstance(criterion, And) else "|"
    either: Literal["&", "|"] = "|" if isinstance(criterion, And) else "&"
    return join(both, [holds for holds, _ in pairs]), join(either, [refuted for _, refuted in pairs])


def _conclusions(_: And | Or, __: Hierarchy) -> tuple[str, ...]:
    return ()


def _reach(criterion: And | Or, _: Surroundings, of: Callable[[Criterion], Reach]) -> Reach:
    parts = list(map(of, criterion.children))
    enough = any if isinstance(criterion, And) else all
    return Reach(enough(part.refuted for part in parts), any(part.open for part in parts))


# Words -------------------------------------------------------------------------------------------


def _clause(criterion: And | Or, _: Names) -> Clause:
    return Clause(criterion.operator, joint="all of" if isinstance(criterion, And) else "any of")


# SHACL -------------------------------------------------------------------------------------------


def _dual(criterion: And | Or, of: Callable[[Criterion], ShapeData]) -> ShapeData:
    duals = map(of, criterion.children)
    return any_of(duals) if isinstance(criterion, And) else all_of(duals)


def _core(criterion: And | Or, _: Surroundings, of: Callable[[Criterion], ShapeData]) -> ShapeData:
    shapes = map(of, criterion.children)
    return all_of(shapes) if isinstance(criterion, And) else any_of(shapes)


KINDS = (
    Kind(And, "sh:and", (), _read_and, _emit, _conclusions, _reach, _clause, _dual, _core),
    Kind(Or, "sh:or", (), _read_or, _emit, _conclusions, _reach, _clause, _dual, _core),
)
