"""and, or: criteria joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from spinegraph.engine.criteria.changes import ChangeSets, all_of, any_of
from spinegraph.engine.criteria.joining import JoinedNode
from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.node import ALL_OF_AND, FALSE, TRUE, CriterionNode, Explanation, Head, OpenFacts, Part
from spinegraph.engine.criteria.open_facts import constant_or, open_facts_of_all, open_facts_of_any, residual
from spinegraph.engine.criteria.planes import join
from spinegraph.engine.criteria.shapes import CoreForm, ShapeData, conforms_to_all, conforms_to_any
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


# Case --------------------------------------------------------------------------------------------


class BooleanNode(JoinedNode):
    """and, or."""

    __slots__ = ("_all",)

    def __init__(self, head: Head, criterion: And | Or, graph: Preparation) -> None:
        super().__init__(head, criterion, graph)
        self._all = isinstance(criterion, And)

    def _carrying(self, case: Explanation, truth: int) -> list[CriterionNode]:
        deciding = FALSE if self._all else TRUE
        return [child for child in self._children if child.truth(case) == truth] if truth == deciding else []

    def entailed(self) -> Iterator[int]:
        yield self.holds
        if self._all or len(self._children) == 1:
            for child in self._children:
                yield from child.entailed()

    def restrict(self, full: frozenset[int]) -> Part:
        found = constant_or(self, full)
        if found is not self:
            return found
        settling, open_facts = (FALSE, open_facts_of_all) if self._all else (TRUE, open_facts_of_any)
        return residual(self, self._children, full, settling, open_facts)

    def _open_facts(self, case: Explanation) -> OpenFacts:
        return open_facts_of_all(self._children, case) if self._all else open_facts_of_any(self._children, case)

    def _change(self, case: Explanation, goal: int) -> ChangeSets:
        parts = [child.change(case, goal) for child in self._children]
        return all_of(parts, self._contradicts) if self._all == (goal in ALL_OF_AND) else any_of(parts)


# Words -------------------------------------------------------------------------------------------


def _clause(criterion: And | Or, names: Names) -> Clause:
    return Clause(criterion.operator, joint=names.say("all of") if isinstance(criterion, And) else names.say("any of"))


# SHACL -------------------------------------------------------------------------------------------


def _dual(criterion: And | Or, of: Callable[[Criterion], ShapeData]) -> ShapeData:
    duals = map(of, criterion.children)
    return conforms_to_any(duals) if isinstance(criterion, And) else conforms_to_all(duals)


def _core(criterion: And | Or, _: Surroundings, of: Callable[[Criterion], CoreForm | None]) -> CoreForm | None:
    forms = [form for form in map(of, criterion.children) if form]
    if len(forms) < len(criterion.children):
        return None
    holds, refuted = ([form[side] for form in forms] for side in (0, 1))
    if isinstance(criterion, And):
        return CoreForm(conforms_to_all(holds), conforms_to_any(refuted))
    return CoreForm(conforms_to_any(holds), conforms_to_all(refuted))


KINDS = (
    Kind(
        criterion=And,
        constraint="sh:and",
        modifiers=(),
        read=_read_and,
        emit=_emit,
        conclusions=_conclusions,
        prepare=BooleanNode,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    ),
    Kind(
        criterion=Or,
        constraint="sh:or",
        modifiers=(),
        read=_read_or,
        emit=_emit,
        conclusions=_conclusions,
        prepare=BooleanNode,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    ),
)
