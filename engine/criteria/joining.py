"""What nodes have in common that join others."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.kind import Preparation
from spinegraph.engine.criteria.node import CONFLICTING, UNKNOWN, CriterionNode, Explanation, Head
from spinegraph.engine.model import Criterion, Proof


class JoinedNode(CriterionNode):
    """A criterion with parts: its proof shows those that carry the truth, if some do, or all."""

    __slots__ = ("_children", "_contradicts")

    def __init__(self, head: Head, criterion: Criterion, graph: Preparation) -> None:
        super().__init__(head)
        self._contradicts = graph.facts.contradicts
        self._children = tuple(map(graph.node, criterion.parts))

    def named(self) -> int:
        return joined(child.named() for child in self._children)

    def reaches(self) -> Iterator[int]:
        for child in self._children:
            yield from child.reaches()

    def _prove(self, case: Explanation, truth: int) -> Proof:
        carrying = self._carrying(case, truth)
        if carrying:
            return self._node(truth, None, tuple([child.proof(case) for child in carrying]))
        if truth == UNKNOWN:
            return self._node(truth, None, tuple([_outlined(child, case) for child in self._children]))
        return self._node(truth, None, tuple([child.proof(case) for child in self._children]))

    def _carrying(self, case: Explanation, truth: int) -> list[CriterionNode]:  # noqa: ARG002
        """The parts that are enough for the truth, each alone; none where it takes several."""
        return []


def _outlined(child: CriterionNode, case: Explanation) -> Proof:
    """A part of something open: in full if it is open itself, else what it is and nothing below it."""
    return child.proof(case) if child.truth(case) in (UNKNOWN, CONFLICTING) else child.mention(case)
