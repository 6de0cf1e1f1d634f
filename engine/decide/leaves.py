"""Criteria that test a fact, a finding or a measurement: what they say of a case (see `explanation.Node`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from spinegraph.engine.decide.explanation import (
    CLOSED,
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
    Part,
    Prospect,
)
from spinegraph.engine.decide.facts import bits_of
from spinegraph.engine.decide.flips import NEVER, Options, all_of, any_of, one_set
from spinegraph.engine.decide.prospects import HOLDING, REFUTED, settled_by
from spinegraph.engine.model import Absent, Fact, Measured, Present, Proof, Unassessed

if TYPE_CHECKING:
    from spinegraph.engine.decide.proofbook import ProofBook
    from spinegraph.engine.decide.rule_nodes import RuleNode


class FindingNode(Node):
    """present, absent, unassessed."""

    __slots__ = (
        "_above", "_absent", "_assessed", "_below", "_bit", "_broader", "_code", "_derived", "_deriving", "_facts",
        "_inconclusive", "_index", "_mirrored", "_narrower", "_own", "_present", "_reaching", "_record", "operator",
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
        self._above, self._below = hierarchy.broader.get(finding, (finding,)), hierarchy.narrower.get(finding, (finding,))
        self._deriving = book.deriving.get(finding)
        self._derived = book.derived_within_reach(finding)
        self._inconclusive = isinstance(criterion, Present) and criterion.absence_inconclusive
        self._mirrored = int(self.operator == "absent")
        own = 1 << 2 * self._index if self._index >= 0 else 0
        self._assessed = Options(1 << facts.first_assessed + self._index if own else 0)
        self._record = (Options(own), NEVER if self._inconclusive else Options(2 * own))
        self._own = (own, 2 * own)
        reaching = (self._below, self._above)
        self._reaching = tuple(tuple(book.deriving[iri] for iri in iris if iri in book.deriving) for iris in reaching)

    def mention(self, case: Explanation) -> Proof:
        return self.proof(case)

    def named(self) -> int:
        assessed = self._assessed.singles if self.operator == "unassessed" else 0
        return sum(self._own) | assessed | (self._deriving.named() if self._deriving else 0)

    def reaches(self) -> Iterator[int]:
        yield self._narrower | self._broader | self._bit
        for rule in self._derived:
            yield from rule.reaches()

    def _prove(self, case: Explanation, truth: int) -> Proof:
        state = case.planes[self._present] | case.planes[self._absent] << 1
        present, absent = case.present & self._narrower, case.absent & self._broader
        derived = [node for node in self._derived if node.truth(case)]
        return self._node(truth, self._fact(state, present | absent, derived), ())

    def _fact(self, state: int, given: int, derived: list[RuleNode]) -> Fact:
        if state == UNKNOWN:
            return Fact(code=self._code, state="unknown", basis="not-assessed")
        through = (*self._facts.decode(given), *(node.id for node in derived))
        if through == (self._code,):
            return Fact(code=self._code, state=STATES[state], basis="given")
        return Fact(code=self._code, state=STATES[state], basis="derived", through=through)

    def _prospect(self, case: Explanation) -> Prospect:
        if case.planes[self._present] != case.planes[self._absent]:
            return CLOSED
        hold = refute = self._bit & ~(case.present ^ case.absent)
        if self._deriving:
            derived = self._deriving.prospect(case)
            hold, refute = hold | derived.hold, refute | derived.refute
        if self.operator == "unassessed":
            return Prospect(hold | refute, hold | refute)
        return Prospect(refute, hold) if self._mirrored else Prospect(hold, 0 if self._inconclusive else refute)

    def entailed(self) -> Iterator[int]:
        yield self.holds
        program = self._facts.program
        if self.operator == "present":
            yield from (program.present[iri] for iri in self._above if iri in program.present)
        elif self.operator == "absent":
            yield from (program.absent[iri] for iri in self._below if iri in program.absent)

    def supposing(self, full: frozenset[int]) -> Part:
        if self.operator != "unassessed":
            settled = (self._present in full, self._absent in full)
            if any(settled):
                return HOLDING if settled[self._mirrored] else REFUTED
        return settled_by(self, full)

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


class MeasuredNode(Node):
    """A measurement in a range."""

    __slots__ = ("_bit", "_bounded", "_code", "_number", "_unmeasured", "_ways")
    operator = "measured"

    def __init__(self, book: ProofBook, criterion: Measured, holds: int, refuted: int, label: str) -> None:
        super().__init__(book, criterion, holds, refuted, label)
        facts = book.facts
        self._code = facts.program.knowledge.measurements[criterion.measurement].code
        self._bit = facts.bit[self._code]
        self._unmeasured = Prospect(self._bit, self._bit if criterion.lower is not None or criterion.upper is not None else 0)
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

    def named(self) -> int:
        return 1 << self._number | self._bounded << self._number + 1

    def reaches(self) -> Iterator[int]:
        yield self._bit

    def _prove(self, case: Explanation, truth: int) -> Proof:
        value = case.values.get(self._code)
        if value is None:
            return self._node(truth, Fact(code=self._code, state="unknown", basis="not-assessed"), ())
        return self._node(truth, Fact(code=self._code, state="known", basis="given", value=value), ())

    def supposing(self, full: frozenset[int]) -> Part:
        return settled_by(self, full)

    def _prospect(self, case: Explanation) -> Prospect:
        return CLOSED if self._code in case.values else self._unmeasured

    def _change(self, case: Explanation, goal: int) -> Options:  # noqa: ARG002 (the same whatever was measured)
        return self._ways[goal]


def _undoing(recorded: int, goal: int) -> int:
    """The changes that make recorded absences presences, or the other way round."""
    side = 1 if goal in (HOLD, UNREFUTE) else 2
    return sum(side << 2 * number for number in bits_of(recorded))
