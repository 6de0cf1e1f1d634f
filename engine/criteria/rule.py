"""Rules as what they say of a case, and as they act on others (see `node.CriterionNode`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.changes import DONE, ChangeSets, all_of, any_of
from spinegraph.engine.criteria.node import (
    ALL_OF_AND,
    CLOSED,
    FALSE,
    HOLD,
    TRUE,
    UNHOLD,
    UNKNOWN,
    CriterionNode,
    Explanation,
    Head,
    OpenFacts,
    Part,
    reached,
)
from spinegraph.engine.criteria.open_facts import constant_or, open_facts_of_rule, residual
from spinegraph.engine.model import Proof


class RuleNode(CriterionNode):
    """A rule: scope and criterion together. While its scope is open, only the scope's facts matter."""

    __slots__ = ("contradicts", "criterion", "id", "scope")

    def __init__(
        self,
        head: Head,
        id_: str,
        scope: CriterionNode | None,
        criterion: CriterionNode | None,
        contradicts: Callable[[int], bool],
    ) -> None:
        super().__init__(head)
        self.id = id_
        self.scope = scope
        self.criterion = criterion
        self.contradicts = contradicts

    def pending(self, case: Explanation) -> bool:
        """Whether it is not known that the rule's source speaks about this patient."""
        return self.scope is not None and self.scope.truth(case) == UNKNOWN

    def named(self) -> int:
        return joined(part.named() for part in (self.scope, self.criterion) if part is not None)

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

    def _open_facts(self, case: Explanation) -> OpenFacts:
        if self.scope is None:
            return self.criterion.open_facts(case) if self.criterion else CLOSED
        if self.criterion is None:
            return self.scope.open_facts(case) if self.pending(case) else CLOSED
        return open_facts_of_rule((self.scope, self.criterion), case)

    def entailed(self) -> Iterator[int]:
        yield self.holds
        for part in (self.scope, self.criterion):
            if part is not None:
                yield from part.entailed()

    def restrict(self, full: frozenset[int]) -> Part:
        found = constant_or(self, full)
        if found is not self:
            return found
        parts = [part for part in (self.scope, self.criterion) if part is not None]
        return residual(self, parts, full, FALSE, open_facts_of_rule) if parts else self

    def _change(self, case: Explanation, goal: int) -> ChangeSets:
        parts = [part.change(case, goal) for part in (self.scope, self.criterion) if part is not None]
        return all_of(parts, self.contradicts) if goal in ALL_OF_AND else any_of(parts)


class ActingRule:
    """A rule as it acts on others: what excludes the patient from its source also keeps it from acting."""

    def __init__(self, node: RuleNode, excluding: tuple[RuleNode, ...], part: Part | None = None) -> None:
        """`part`: what of the rule is to be looked at; all of it by default."""
        self.node = node
        self.id = node.id
        self.number = node.number
        self._excluding = excluding
        self._part: Part = part or node

    def truth(self, case: Explanation) -> int:
        """Index of TRUTHS; false where its source does not speak about the patient."""
        if any(exclusion.truth(case) == TRUE for exclusion in self._excluding):
            return FALSE
        return self._part.truth(case)

    def open_facts(self, case: Explanation) -> OpenFacts:
        """Facts that can make it act, or no longer; and those that can refute it."""
        hold, refute = self._part.open_facts(case)
        if not self._excluding:
            return OpenFacts(hold, refute)
        if any(exclusion.truth(case) == TRUE for exclusion in self._excluding):
            return CLOSED
        bars = 0
        for exclusion in self._excluding:
            bars |= exclusion.open_facts(case).hold
        return OpenFacts(hold | bars if hold or self._part.truth(case) & TRUE else 0, refute | bars)

    def restrict(self, full: frozenset[int]) -> ActingRule:
        """The rule where these planes are full: only what is left of it is looked at."""
        return ActingRule(self.node, self._excluding, self.node.restrict(full))

    def change(self, case: Explanation, goal: int) -> ChangeSets:
        """As of a node."""
        if reached(self.truth(case), goal):
            return DONE
        own = self.node.change(case, goal)
        if goal in ALL_OF_AND:
            standing = (exclusion for exclusion in self._excluding if exclusion.truth(case) & TRUE)
            return all_of((own, *(exclusion.change(case, UNHOLD) for exclusion in standing)), self.node.contradicts)
        return any_of((own, *(exclusion.change(case, HOLD) for exclusion in self._excluding)))

    def named(self) -> int:
        """As of a node."""
        return self.node.named() | joined(exclusion.named() for exclusion in self._excluding)

    def reaches(self) -> Iterator[int]:
        """As of a node."""
        for node in (self.node, *self._excluding):
            yield from node.reaches()
