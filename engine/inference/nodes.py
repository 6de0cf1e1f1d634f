"""What each kind of criterion says of a case: why it is as it is, what can still change it, what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from engine.inference.explanation import (
    ALL_OF_AND,
    CONFLICTING,
    FALSE,
    HOLD,
    REFUTE,
    STATES,
    TRUE,
    UNHOLD,
    UNKNOWN,
    UNREFUTE,
    Explanation,
    Node,
    Support,
    reached,
)
from engine.inference.facts import bits_of
from engine.inference.flips import DONE, NEVER, Options, all_of, any_of, one_set
from engine.model import Absent, And, AtLeast, Fact, Measured, NotSuspected, Or, Present, Proof, Rule, Suspected, Unassessed

if TYPE_CHECKING:
    from engine.inference.proofbook import ProofBook

MAX_REMEMBERED_LEAVES = 256
"""Proofs of a leaf are the same from case to case; so many are kept per leaf."""


class FindingNode(Node):
    """present, absent, unassessed."""

    __slots__ = (
        "_above_narrower", "_absent", "_assessed", "_below_broader", "_bit", "_broader", "_code", "_contradicting", "_derived",
        "_deriving", "_facts", "_inconclusive", "_index", "_mirrored", "_narrower", "_own", "_present", "_reaching", "_record",
        "_remembered", "operator",
    )  # fmt: skip

    def __init__(self, book: ProofBook, criterion: Present | Absent | Unassessed, holds: int, refuted: int, label: str) -> None:
        super().__init__(book, criterion, holds, refuted, label)
        facts = book.facts
        finding = criterion.finding
        self.operator = criterion.operator
        self._facts = facts
        self._code = facts.code_of[finding]
        self._index = facts.number.get(finding, -1)
        self._bit = facts.bit.get(self._code, 0)
        self._present, self._absent = facts.program.present[finding], facts.program.absent[finding]
        self._narrower, self._broader = facts.narrower(finding), facts.broader(finding)
        hierarchy = facts.program.knowledge.hierarchy
        above = {up for low in hierarchy.narrower[finding] for up in hierarchy.broader[low]}
        below = {low for up in hierarchy.broader[finding] for low in hierarchy.narrower[up]}
        self._above_narrower, self._below_broader = facts.mask(above), facts.mask(below)
        self._contradicting = tuple(rule for iri, rule in book.deriving.items() if iri in above | below)
        self._deriving = book.deriving.get(finding)
        self._derived = book.derived_within_reach(finding)
        self._inconclusive = isinstance(criterion, Present) and criterion.absence_inconclusive
        self._remembered: dict[tuple[int, ...], Proof] = {}
        self._mirrored = int(self.operator == "absent")
        own = 1 << 2 * self._index if self._index >= 0 else 0
        self._assessed = Options(1 << facts.first_assessed + self._index if own else 0)
        self._record = (Options(own), NEVER if self._inconclusive else Options(2 * own))
        self._own = (own, 2 * own)
        reaching = (hierarchy.narrower.get(finding, (finding,)), hierarchy.broader.get(finding, (finding,)))
        self._reaching = tuple(tuple(book.deriving[iri] for iri in iris if iri in book.deriving) for iris in reaching)

    def mention(self, case: Explanation) -> Proof:
        return self.proof(case)

    def support(self) -> Support:
        # what contradicts a narrower or a wider finding matters too: a contradiction is shown
        present, absent = self._narrower | self._bit | self._below_broader, self._broader | self._bit | self._above_narrower
        named = sum(self._own) | (self._assessed.singles if self.operator == "unassessed" else 0)
        parts = [*(node.support() for node in (*self._derived, *self._contradicting)), Support(changes=named)]
        named |= self._deriving.support().changes if self._deriving else 0
        return Support(present, absent).joined(parts)._replace(changes=named)

    def reaches(self) -> Iterator[int]:
        yield self._narrower | self._broader | self._bit
        for rule in self._derived:
            yield from rule.reaches()

    def _prove(self, case: Explanation, truth: int) -> Proof:
        state = case.planes[self._present] | case.planes[self._absent] << 1
        present, absent = case.present & self._narrower, case.absent & self._broader
        derived = [node for node in self._derived if node.truth(case)]
        key = (truth, state, present, absent, *(node.number for node in derived))
        found = self._remembered.get(key)
        if found is None:
            found = self._node(truth, self._fact(state, present | absent, derived), ())
            if len(self._remembered) < MAX_REMEMBERED_LEAVES:
                self._remembered[key] = found
        return found

    def _fact(self, state: int, given: int, derived: list[RuleNode]) -> Fact:
        if state == UNKNOWN:
            return Fact(code=self._code, state="unknown", basis="not-assessed")
        through = (*self._facts.decode(given), *(node.id for node in derived))
        if through == (self._code,):
            return Fact(code=self._code, state=STATES[state], basis="given")
        return Fact(code=self._code, state=STATES[state], basis="derived", through=through)

    def _open(self, case: Explanation) -> int:
        if case.planes[self._present] != case.planes[self._absent]:
            return 0
        own = self._bit & ~(case.present ^ case.absent)
        return own | self._deriving.open(case) if self._deriving else own

    def _change(self, case: Explanation, goal: int) -> Options:
        if self.operator == "unassessed":
            return self._assessed if goal in (REFUTE, UNHOLD) else NEVER
        goal ^= self._mirrored
        contrary = case.absent & self._broader if goal in (HOLD, UNREFUTE) else case.present & self._narrower
        if goal in (UNHOLD, UNREFUTE):
            return self._forget(case, goal, contrary)
        if not contrary and not self._deriving:
            return self._record[goal]
        if self._inconclusive and goal == REFUTE:
            return NEVER
        undo = _undoing(contrary, goal)
        return self._derive(case, self._deriving, goal, undo) if self._deriving else Options(0, (self._own[goal] | undo,))

    def _derive(self, case: Explanation, deriving: RuleNode, goal: int, undo: int) -> Options:
        """Record it, or make the rule say so that derives it: recording is enough unless the rule says the opposite."""
        wanted = TRUE if goal == HOLD else FALSE
        derived = deriving.truth(case)
        already = case.planes[self._present if goal == HOLD else self._absent]
        parts = []
        if self._own[goal] and derived in (UNKNOWN, wanted):
            parts.append(one_set((0 if already else self._own[goal]) | undo))
        if derived != wanted:
            parts.append(all_of((deriving.change(case, goal), one_set(undo)), self._facts))
        return any_of(parts)

    def _forget(self, case: Explanation, goal: int, recorded: int) -> Options:
        """Reverse what is recorded, and the rules that derive it: a fact can be changed, not forgotten."""
        side = TRUE if goal == UNHOLD else FALSE
        deriving = [rule.change(case, goal) for rule in self._reaching[goal - UNHOLD] if rule.truth(case) & side]
        reversed_ = one_set(_undoing(recorded, goal))
        return all_of((reversed_, *deriving), self._facts) if deriving else reversed_


def _undoing(recorded: int, goal: int) -> int:
    """The changes that make recorded absences presences, or the other way round."""
    side = 1 if goal in (HOLD, UNREFUTE) else 2
    return sum(side << 2 * number for number in bits_of(recorded))


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


class MeasuredNode(Node):
    """A measurement in a range."""

    __slots__ = ("_bit", "_bounded", "_code", "_number", "_ways")
    operator = "measured"

    def __init__(self, book: ProofBook, criterion: Measured, holds: int, refuted: int, label: str) -> None:
        super().__init__(book, criterion, holds, refuted, label)
        facts = book.facts
        self._code = facts.program.knowledge.measurements[criterion.measurement].code
        self._bit = facts.bit[self._code]
        self._bounded = criterion.lower is not None or criterion.upper is not None
        key = (criterion.measurement, criterion.lower, criterion.upper)
        comparison = facts.comparison[key]
        self._number = 2 * len(facts.number) + 2 * comparison
        inside = Options(1 << self._number)
        outside = Options(2 << self._number) if self._bounded else NEVER
        banded = any(bound and bound.other is not None for bound in (criterion.lower, criterion.upper))
        beyond = [Options(*facts.leaving(comparison, out)) for out in (0, 1)] if banded else [outside, inside]
        self._ways = (inside, outside, *beyond)

    def mention(self, case: Explanation) -> Proof:
        return self.proof(case)

    def support(self) -> Support:
        return Support(measured=frozenset((self._code,)), changes=1 << self._number | self._bounded << self._number + 1)

    def reaches(self) -> Iterator[int]:
        yield self._bit

    def _prove(self, case: Explanation, truth: int) -> Proof:
        value = case.values.get(self._code)
        if value is None:
            return self._node(truth, Fact(code=self._code, state="unknown", basis="not-assessed"), ())
        return self._node(truth, Fact(code=self._code, state="known", basis="given", value=value), ())

    def _open(self, case: Explanation) -> int:
        return 0 if self._code in case.values else self._bit

    def _change(self, case: Explanation, goal: int) -> Options:  # noqa: ARG002 (the same whatever was measured)
        return self._ways[goal]


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


def _open_any(parts: Iterable[Node], case: Explanation, settling: int) -> int:
    """Facts open in any part, or none if one part has settled the whole for good."""
    total = 0
    for part in parts:
        open_facts = part.open(case)
        if not open_facts and part.truth(case) == settling:
            return 0
        total |= open_facts
    return total
