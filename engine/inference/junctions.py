"""Criteria that join others, and suspicions, which join assessments: what they say of a case (see `explanation.Node`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from engine.inference.explanation import (
    ALL_OF_AND,
    CONFLICTING,
    FALSE,
    HOLD,
    TRUE,
    UNKNOWN,
    UNREFUTE,
    Explanation,
    Node,
    Support,
)
from engine.inference.flips import DONE, NEVER, Options, all_of, any_of
from engine.model import And, AtLeast, NotSuspected, Or, Proof, Suspected

if TYPE_CHECKING:
    from engine.inference.proofbook import ProofBook


class JunctionNode(Node):
    """and, or; and at-least, which is neither but has members too."""

    __slots__ = ("_children", "_count", "_facts", "operator")

    def __init__(self, book: ProofBook, criterion: And | Or | AtLeast, holds: int, refuted: int, label: str) -> None:
        super().__init__(book, criterion, holds, refuted, label)
        self.operator = criterion.operator
        members = criterion.members if isinstance(criterion, AtLeast) else criterion.children
        self._facts = book.facts
        self._children = tuple(map(book.node, members))
        self._count = criterion.count if isinstance(criterion, AtLeast) else 0

    def support(self) -> Support:
        return Support().joined(child.support() for child in self._children)

    def reaches(self) -> Iterator[int]:
        for child in self._children:
            yield from child.reaches()

    def _prove(self, case: Explanation, truth: int) -> Proof:
        deciding = {"or": TRUE, "and": FALSE}.get(self.operator)
        carrying = [child for child in self._children if child.truth(case) == truth] if truth == deciding else []
        if carrying:
            return self._node(truth, None, tuple([child.proof(case) for child in carrying]))
        if truth == UNKNOWN:
            return self._node(truth, None, tuple([self._outlined(child, case) for child in self._children]))
        return self._node(truth, None, tuple([child.proof(case) for child in self._children]))

    @staticmethod
    def _outlined(child: Node, case: Explanation) -> Proof:
        """A part of something open: in full if it is open itself, else what it is and nothing below it."""
        return child.proof(case) if child.truth(case) in (UNKNOWN, CONFLICTING) else child.mention(case)

    def _open(self, case: Explanation) -> int:
        if self._count:
            return 0 if self.truth(case) in (TRUE, FALSE) else _open_any(self._children, case, -1)
        return _open_any(self._children, case, TRUE if self.operator == "or" else FALSE)

    def _change(self, case: Explanation, goal: int) -> Options:
        if self._count:
            return self._change_count(case, goal)
        parts = [child.change(case, goal) for child in self._children]
        if (self.operator == "and") == (goal in ALL_OF_AND):
            return all_of(parts, self._facts)
        return any_of(parts)

    def _change_count(self, case: Explanation, goal: int) -> Options:
        """So many members that the count is reached, or no longer, or can be, or can no longer be."""
        needed = self._count if goal in ALL_OF_AND else len(self._children) - self._count + 1
        levels = [DONE] + [NEVER] * needed
        for child in self._children:
            options = child.change(case, goal)
            for level in range(needed, 0, -1):
                levels[level] = any_of((levels[level], all_of((levels[level - 1], options), self._facts)))
        return levels[needed]


class SuspicionNode(Node):
    """suspected, not-suspected: assessments add up."""

    __slots__ = ("_facts", "_mirrored", "_rules", "operator")

    def __init__(self, book: ProofBook, criterion: Suspected | NotSuspected, holds: int, refuted: int, label: str) -> None:
        super().__init__(book, criterion, holds, refuted, label)
        self.operator = criterion.operator
        self._facts = book.facts
        self._mirrored = int(isinstance(criterion, NotSuspected))
        self._rules = tuple(book.rule(rule) for rule in book.assessing[criterion.condition])

    def support(self) -> Support:
        return Support().joined(rule.support() for rule in self._rules)

    def reaches(self) -> Iterator[int]:
        for rule in self._rules:
            yield from rule.reaches()

    def _prove(self, case: Explanation, truth: int) -> Proof:
        holding = [rule for rule in self._rules if rule.truth(case) & TRUE]
        if holding:
            return self._node(truth, None, tuple(rule.proof(case) for rule in holding))
        return self._node(truth, None, tuple(rule.mention(case) for rule in self._rules))

    def _open(self, case: Explanation) -> int:
        return _open_any(self._rules, case, TRUE)

    def _change(self, case: Explanation, goal: int) -> Options:
        goal ^= self._mirrored
        parts = [rule.change(case, goal) for rule in self._rules]
        if goal in (HOLD, UNREFUTE):
            return any_of(parts)
        return all_of(parts, self._facts) if parts else NEVER


def _open_any(parts: Iterable[Node], case: Explanation, settling: int) -> int:
    """Facts open in any part, or none if one part has settled the whole for good."""
    total = 0
    for part in parts:
        open_facts = part.open(case)
        if not open_facts and part.truth(case) == settling:
            return 0
        total |= open_facts
    return total
