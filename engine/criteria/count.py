"""at-least, at-most: how many of a group of findings are present."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.node import Head
from spinegraph.engine.criteria.shapes import NARROWER, WIDER, CoreForm, Curie, Iri, ShapeData, Value, node_shape
from spinegraph.engine.criteria.sums import Ballot, SumNode, at_least, at_most, emit_ballots
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.messages import noted
from spinegraph.engine.model import AtLeast, AtMost, Counted, Criterion, Hierarchy, Present

# Turtle ------------------------------------------------------------------------------------------


def _read_at_least(shape: Shape, annotations: Annotations) -> AtLeast:
    return AtLeast(**_counted(shape, "core:atLeast", 1), **annotations)


def _read_at_most(shape: Shape, annotations: Annotations) -> AtMost:
    return AtMost(**_counted(shape, "core:atMost", 0), **annotations)


def _counted(shape: Shape, constraint: str, first: int) -> dict[str, Any]:
    """Count, group and members; `first`: the least count that says something, of as many that do as there are members."""
    if not shape.states("core:of"):
        what, mend = f"{constraint} stands without core:of", "Add core:of and a finding."
        raise shape.error(what, mend, constraint, lacks=("core:of",))
    group = shape.finding("core:of")
    members = tuple(Present(finding=child) for child in shape.direct_subclasses(group))
    count, last = shape.number(constraint) or 0.0, len(members) + first - 1
    if not (first <= count <= last and count.is_integer()):
        mend = f"Use a whole number from {first} to {last}." if members else "Name a group that has direct subclasses."
        what = f"{constraint} {count:g} of {shape.named(group)}, which has {len(members)} direct subclasses"
        raise shape.error(what, mend, constraint)
    return {"count": int(count), "group": group, "members": members}


# Program -----------------------------------------------------------------------------------------


def _ballot(criterion: Counted) -> Ballot:
    vote = at_least if isinstance(criterion, AtLeast) else at_most
    return vote([1] * len(criterion.members), criterion.count)


def _emit(criterion: Counted, to: Emitter) -> Planes:
    return emit_ballots([_ballot(criterion)], [to.criterion(member) for member in criterion.members], to)


def _conclusions(_: Counted, __: Hierarchy) -> tuple[str, ...]:
    return ()


def _reach(_: Counted, __: Surroundings, ___: Callable[[Criterion], Reach]) -> Reach:
    return Reach(refuted=True, open=True)


# Case --------------------------------------------------------------------------------------------


def _prepare(head: Head, criterion: Counted, graph: Preparation) -> SumNode:
    return SumNode(head, criterion, graph, [_ballot(criterion)])


# Words -------------------------------------------------------------------------------------------


JOINTS = {"at-least": noted("at least {count} of"), "at-most": noted("at most {count} of")}


def _clause(criterion: Counted, names: Names) -> Clause:
    joint = names.say(JOINTS[criterion.operator], count=criterion.count)
    return Clause(criterion.operator, names.name(criterion.group), joint=joint)


# SHACL -------------------------------------------------------------------------------------------


def _dual_at_least(criterion: AtLeast, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return {"core:atMost": criterion.count - 1, "core:of": Iri(criterion.group)}


def _dual_at_most(criterion: AtMost, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return {"core:atLeast": criterion.count + 1, "core:of": Iri(criterion.group)}


def _core(criterion: Counted, _: Surroundings, __: Callable[[Criterion], CoreForm | None]) -> CoreForm:
    present: list[Value] = [Curie("core:present"), WIDER]
    absent: list[Value] = [Curie("core:absent"), NARROWER]
    in_favour, opposed = (present, absent) if isinstance(criterion, AtLeast) else (absent, present)
    ballot = _ballot(criterion)
    return CoreForm(_so_many(criterion, in_favour, ballot.needed), _so_many(criterion, opposed, ballot.against))


def _so_many(criterion: Counted, path: Value, needed: int) -> ShapeData:
    """So many members of the group at a path, or more."""
    members = node_shape({"sh:in": [Iri(member.finding) for member in criterion.members]})
    return {
        "sh:property": node_shape({"sh:path": path, "sh:qualifiedValueShape": members, "sh:qualifiedMinCount": needed}),
    }


KINDS = (
    Kind(
        criterion=AtLeast,
        constraint="core:atLeast",
        modifiers=("core:of",),
        read=_read_at_least,
        emit=_emit,
        conclusions=_conclusions,
        prepare=_prepare,
        reach=_reach,
        clause=_clause,
        dual=_dual_at_least,
        core=_core,
    ),
    Kind(
        criterion=AtMost,
        constraint="core:atMost",
        modifiers=("core:of",),
        read=_read_at_most,
        emit=_emit,
        conclusions=_conclusions,
        prepare=_prepare,
        reach=_reach,
        clause=_clause,
        dual=_dual_at_most,
        core=_core,
    ),
)
