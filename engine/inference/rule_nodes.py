"""Rules as what they say of a case, and as they act on others (see `explanation.Node`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.inference.explanation import (
    ALL_OF_AND,
    FALSE,
    HOLD,
    TRUE,
    UNHOLD,
    UNKNOWN,
    Explanation,
    Node,
    Support,
    reached,
)
from engine.inference.flips import DONE, Options, all_of, any_of
from engine.model import Proof, Rule

if TYPE_CHECKING:
    from engine.inference.proofbook import ProofBook


class RuleNode(Node):
    """A rule: scope and criterion together. While its scope is open, only the scope's facts matter."""

    __slots__ = ("criterion", "facts", "id", "scope")
    operator = "rule"

    def __init__(self, book: ProofBook, rule: Rule) -> None:
        whole = book.facts.program.rules[rule.iri].whole
        super().__init__(book, rule, whole.holds, whole.refuted, rule.label)
        self.id = rule.id
        self.facts = book.facts
        self.scope = book.node(rule.scope) if rule.scope is not None else None
        self.criterion = book.node(rule.criterion) if rule.criterion is not None else None

    def pending(self, case: Explanation) -> bool:
        """Whether it is not known that the rule's source speaks about this patient."""
        return self.scope is not None and self.scope.truth(case) == UNKNOWN

    def support(self) -> Support:
        return Support().joined(part.support() for part in (self.scope, self.criterion) if part is not None)

    def reaches(self) -> Iterator[int]:
        for part in (self.scope, self.criterion):
            if part is not None:
                yield from part.reaches()

    def parts(self, case: Explanation) -> tuple[Proof, ...]:
        """The proofs of scope and, once that is settled, criterion."""
        parts = (self.scope, None if self.pending(case) else self.criterion)
        return tuple([part.proof(case) for part in parts if part is not None])

    def _prove(self, case: Explanation, truth: int) -> Proof:
        return self._node(truth, None, self.parts(case))

    def _open(self, case: Explanation) -> int:
        if self.scope is not None:
            scope = self.scope.truth(case)
            if scope == FALSE:
                return 0
            if scope == UNKNOWN:
                return self.scope.open(case)
        return self.criterion.open(case) if self.criterion is not None else 0

    def _change(self, case: Explanation, goal: int) -> Options:
        parts = [part.change(case, goal) for part in (self.scope, self.criterion) if part is not None]
        return all_of(parts, self.facts) if goal in ALL_OF_AND else any_of(parts)


class ActingRule:
    """A rule as it acts on others: what excludes the patient from its source also keeps it from acting."""

    def __init__(self, node: RuleNode, excluding: tuple[RuleNode, ...]) -> None:
        self.node = node
        self.id = node.id
        self.number = node.number
        self._excluding = excluding

    def truth(self, case: Explanation) -> int:
        """Index of TRUTHS; false where its source does not speak about the patient."""
        if any(exclusion.truth(case) == TRUE for exclusion in self._excluding):
            return FALSE
        return self.node.truth(case)

    def open(self, case: Explanation) -> int:
        """As of a node."""
        total = self.node.open(case)
        for exclusion in self._excluding:
            total |= exclusion.open(case)
        return total

    def change(self, case: Explanation, goal: int) -> Options:
        """As of a node."""
        if reached(self.truth(case), goal):
            return DONE
        own = self.node.change(case, goal)
        if goal in ALL_OF_AND:
            standing = (exclusion for exclusion in self._excluding if exclusion.truth(case) & TRUE)
            return all_of((own, *(exclusion.change(case, UNHOLD) for exclusion in standing)), self.node.facts)
        return any_of((own, *(exclusion.change(case, HOLD) for exclusion in self._excluding)))

    def support(self) -> Support:
        """As of a node."""
        return self.node.support().joined(exclusion.support() for exclusion in self._excluding)
