"""Criteria that join others, and suspicions, which join assessments: what they say of a case (see `explanation.Node`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from spinegraph.engine.decide.explanation import (
    ALL_OF_AND,
    CLOSED,
    CONFLICTING,
    FALSE,
    HOLD,
    TRUE,
    UNKNOWN,
    UNREFUTE,
    Explanation,
    Node,
    Part,
    Prospect,
)
from spinegraph.engine.decide.facts import joined
from spinegraph.engine.decide.flips import DONE, NEVER, Options, all_of, any_of
from spinegraph.engine.decide.prospects import prospect_of_all, prospect_of_any, settled_by, without_settled
from spinegraph.engine.model import And, AtLeast, NotSuspected, Or, Proof, Suspected

if TYPE_CHECKING:
    from spinegraph.engine.decide.proofbook import ProofBook


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

    def named(self) -> int:
        return joined(child.named() for child in self._children)

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

    def _prospect(self, case: Explanation) -> Prospect:
        if self._count:
            return self._prospect_of_count(case)
        return prospect_of_all(self._children, case) if self.operator == "and" else prospect_of_any(self._children, case)

    def _prospect_of_count(self, case: Explanation) -> Prospect:
        """Facts of any member, as long as enough members can still hold, or be refuted."""
        if self.truth(case) in (TRUE, FALSE):
            return CLOSED
        hold = refute = holding = refuting = 0
        for child in self._children:
            prospect, truth = child.prospect(case), child.truth(case)
            hold, refute = hold | prospect.hold, refute | prospect.refute
            holding += bool(prospect.hold or truth & TRUE)
            refuting += bool(prospect.refute or truth & FALSE)
        reached, missed = holding >= self._count, refuting > len(self._children) - self._count
        return Prospect(hold if reached else 0, refute if missed else 0)

    def entailed(self) -> Iterator[int]:
        yield self.holds
        if self.operator == "and" or len(self._children) == 1:
            for child in self._children:
                yield from child.entailed()

    def supposing(self, full: frozenset[int]) -> Part:
        found = settled_by(self, full)
        if found is not self or self._count:
            return found
        settling, prospect = (FALSE, prospect_of_all) if self.operator == "and" else (TRUE, prospect_of_any)
        return without_settled(self, self._children, full, settling, prospect)

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

    def named(self) -> int:
        return joined(rule.named() for rule in self._rules)

    def reaches(self) -> Iterator[int]:
        for rule in self._rules:
            yield from rule.reaches()

    def _prove(self, case: Explanation, truth: int) -> Proof:
        holding = [rule for rule in self._rules if rule.truth(case) & TRUE]
        if holding:
            return self._node(truth, None, tuple(rule.proof(case) for rule in holding))
        return self._node(truth, None, tuple(rule.mention(case) for rule in self._rules))

    def _prospect(self, case: Explanation) -> Prospect:
        hold, refute = prospect_of_any(self._rules, case) if self._rules else CLOSED
        return Prospect(refute, hold) if self._mirrored else Prospect(hold, refute)

    def entailed(self) -> Iterator[int]:
        yield self.holds
        if self._mirrored:
            yield from (rule.refuted for rule in self._rules)
        elif len(self._rules) == 1:
            yield from self._rules[0].entailed()

    def supposing(self, full: frozenset[int]) -> Part:
        found = settled_by(self, full)
        if found is not self or self._mirrored or not self._rules:
            return found
        return without_settled(self, self._rules, full, TRUE, prospect_of_any)

    def _change(self, case: Explanation, goal: int) -> Options:
        goal ^= self._mirrored
        parts = [rule.change(case, goal) for rule in self._rules]
        if goal in (HOLD, UNREFUTE):
            return any_of(parts)
        return all_of(parts, self._facts) if parts else NEVER
