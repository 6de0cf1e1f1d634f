"""present, absent, unassessed: what is recorded of a finding, or follows from what is recorded of narrower and wider ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spinegraph.engine.criteria.bits import bits_of
from spinegraph.engine.criteria.changes import NEVER, ChangeSets, all_of, any_of, one_set
from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.node import (
    CLOSED,
    FALSE,
    HOLD,
    REFUTE,
    STATES,
    TRUE,
    UNHOLD,
    UNKNOWN,
    UNREFUTE,
    CriterionNode,
    Explanation,
    Head,
    OpenFacts,
    Part,
)
from spinegraph.engine.criteria.open_facts import HOLDING, REFUTED, constant_or
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.criteria.shapes import (
    NARROWER,
    NOTHING,
    WIDER,
    CoreForm,
    Curie,
    Iri,
    ShapeData,
    conforms_to_all,
    conforms_to_any,
    node_shape,
    property_value,
)
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.messages import noted
from spinegraph.engine.model import Absent, ActCriterion, Criterion, Fact, Hierarchy, Present, Proof, Unassessed

FindingCriterion = Present | Absent | Unassessed
AFFIRMED, DENIED = ("present", "performed", "taking"), ("absent", "not-performed", "not-taking")
"""Operators that ask whether a fact is so, and whether it is not."""


# Turtle ------------------------------------------------------------------------------------------


def _read_present(shape: Shape, annotations: Annotations) -> Present:
    inconclusive = shape.flag("core:absenceInconclusive")
    return Present(finding=shape.finding("core:present"), absence_inconclusive=inconclusive, **annotations)


def _read_absent(shape: Shape, annotations: Annotations) -> Absent:
    return Absent(finding=shape.finding("core:absent"), **annotations)


def _read_unassessed(shape: Shape, annotations: Annotations) -> Unassessed:
    return Unassessed(finding=shape.finding("core:unassessed"), **annotations)


# Program -----------------------------------------------------------------------------------------


def _emit_present(criterion: Present, to: Emitter) -> Planes:
    refuted = "zero" if criterion.absence_inconclusive else to.fact("absent", criterion.finding)
    return to.fact("present", criterion.finding), refuted


def _emit_absent(criterion: Absent, to: Emitter) -> Planes:
    return to.fact("absent", criterion.finding), to.fact("present", criterion.finding)


def _emit_unassessed(criterion: Unassessed, to: Emitter) -> Planes:
    known = to.assign("k", f"{to.fact('present', criterion.finding)} | {to.fact('absent', criterion.finding)}")
    return f"{known} ^ ones", known


def _conclusions(criterion: FindingCriterion, hierarchy: Hierarchy) -> Iterator[str]:
    yield from hierarchy.narrower.get(criterion.finding, ())
    if not (isinstance(criterion, Present) and criterion.absence_inconclusive):
        yield from hierarchy.broader.get(criterion.finding, ())


def _reach(criterion: FindingCriterion, _: Surroundings, __: Callable[[Criterion], Reach]) -> Reach:
    inconclusive = isinstance(criterion, Present) and criterion.absence_inconclusive
    return Reach(refuted=not inconclusive, open=not isinstance(criterion, Unassessed))


# Case --------------------------------------------------------------------------------------------


class FindingNode(CriterionNode):
    """present, absent, unassessed; and acts, which are facts like findings."""

    __slots__ = (
        "_above", "_absent", "_assessed", "_below", "_bit", "_broader", "_code", "_contradicts", "_derived", "_deriving",
        "_facts", "_inconclusive", "_index", "_mirrored", "_narrower", "_own", "_present", "_reaching", "_record",
    )  # fmt: skip

    def __init__(self, head: Head, criterion: FindingCriterion | ActCriterion, graph: Preparation) -> None:
        super().__init__(head)
        facts, finding = graph.facts, criterion.finding
        self._facts, self._contradicts = facts, facts.contradicts
        self._code = facts.code_of[finding]
        self._index = facts.number.get(finding, -1)
        self._bit = facts.bit.get(self._code, 0)
        self._present, self._absent = facts.present[finding], facts.absent[finding]
        self._narrower, self._broader = facts.narrower(finding), facts.broader(finding)
        self._above = facts.hierarchy.broader.get(finding, (finding,))
        self._below = facts.hierarchy.narrower.get(finding, (finding,))
        self._deriving = graph.deriving(finding)
        deriving = {iri: rule for iri in (*self._below, *self._above) if (rule := graph.deriving(iri)) is not None}
        self._derived = tuple(deriving.values())
        # rules that make it present, where it follows from narrower findings; and absent, from wider ones
        self._reaching = tuple(tuple(deriving[iri] for iri in iris if iri in deriving) for iris in (self._below, self._above))
        self._inconclusive = isinstance(criterion, Present) and criterion.absence_inconclusive
        self._mirrored = int(self.operator in DENIED)
        own = 1 << 2 * self._index if self._index >= 0 else 0
        self._own = (own, 2 * own)
        self._record = (ChangeSets(own), NEVER if self._inconclusive else ChangeSets(2 * own))
        self._assessed = ChangeSets(1 << facts.first_assessed + self._index if own else 0)

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
        making, unmaking = self._reaching
        derived = [
            node
            for node in self._derived
            if (node.truth(case) & TRUE and node in making) or (node.truth(case) & FALSE and node in unmaking)
        ]
        if state == UNKNOWN and self._deriving:
            return self._node(truth, self._fact(state, 0, []), (self._deriving.proof(case),))
        return self._node(truth, self._fact(state, present | absent, derived), tuple([node.proof(case) for node in derived]))

    def _fact(self, state: int, given: int, derived: list[RuleNode]) -> Fact:
        if state == UNKNOWN:
            return Fact(code=self._code, state="unknown", basis="not-assessed")
        through = (*self._facts.decode(given), *(node.id for node in derived))
        if through == (self._code,):
            return Fact(code=self._code, state=STATES[state], basis="given")
        return Fact(code=self._code, state=STATES[state], basis="derived", through=through)

    def _open_facts(self, case: Explanation) -> OpenFacts:
        if case.planes[self._present] != case.planes[self._absent]:
            return CLOSED
        hold = refute = self._bit & ~(case.present ^ case.absent)
        if self._deriving:
            derived = self._deriving.open_facts(case)
            hold, refute = hold | derived.hold, refute | derived.refute
        if self.operator == "unassessed":
            return OpenFacts(hold | refute, hold | refute)
        return OpenFacts(refute, hold) if self._mirrored else OpenFacts(hold, 0 if self._inconclusive else refute)

    def entailed(self) -> Iterator[int]:
        yield self.holds
        present, absent = self._facts.present, self._facts.absent
        if self.operator in AFFIRMED:
            yield from (present[iri] for iri in self._above if iri in present)
        elif self.operator in DENIED:
            yield from (absent[iri] for iri in self._below if iri in absent)

    def restrict(self, full: frozenset[int]) -> Part:
        if self.operator != "unassessed":
            settled = (self._present in full, self._absent in full)
            if any(settled):
                return HOLDING if settled[self._mirrored] else REFUTED
        return constant_or(self, full)

    def _change(self, case: Explanation, goal: int) -> ChangeSets:
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
        return self._derive(case, self._deriving, goal, undo) if self._deriving else ChangeSets(0, (self._own[goal] | undo,))

    def _derive(self, case: Explanation, deriving: RuleNode, goal: int, undo: int) -> ChangeSets:
        """Record it, or make the rule say so that derives it: recording is enough unless the rule says the opposite."""
        wanted = TRUE if goal == HOLD else FALSE
        derived = deriving.truth(case)
        already = case.planes[self._present if goal == HOLD else self._absent]
        parts = []
        if self._own[goal] and derived in (UNKNOWN, wanted):
            parts.append(one_set((0 if already else self._own[goal]) | undo))
        if derived != wanted:
            parts.append(all_of((deriving.change(case, goal), one_set(undo)), self._contradicts))
        return any_of(parts)

    def _forget(self, case: Explanation, goal: int, recorded: int) -> ChangeSets:
        """Reverse what is recorded, and the rules that derive it: a fact can be changed, not forgotten."""
        side = TRUE if goal == UNHOLD else FALSE
        deriving = [rule.change(case, goal) for rule in self._reaching[goal - UNHOLD] if rule.truth(case) & side]
        reversed_ = one_set(_undoing(recorded, goal))
        return all_of((reversed_, *deriving), self._contradicts) if deriving else reversed_


def _undoing(recorded: int, goal: int) -> int:
    """The changes that make recorded absences presences, or the other way round."""
    side = 1 if goal in (HOLD, UNREFUTE) else 2
    return sum(side << 2 * number for number in bits_of(recorded))


# Words -------------------------------------------------------------------------------------------

IN_WORDS = {"present": noted("present"), "absent": noted("absent"), "unassessed": noted("not assessed")}


def _clause(criterion: FindingCriterion, names: Names) -> Clause:
    inconclusive = isinstance(criterion, Present) and criterion.absence_inconclusive
    name = names.name(criterion.finding)
    return Clause(criterion.operator, name, names.say(IN_WORDS[criterion.operator]), inconclusive=inconclusive)


# SHACL -------------------------------------------------------------------------------------------


def _dual_present(criterion: Present, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return NOTHING if criterion.absence_inconclusive else {"core:absent": Iri(criterion.finding)}


def _dual_absent(criterion: Absent, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return {"core:present": Iri(criterion.finding)}


def _dual_unassessed(criterion: Unassessed, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return conforms_to_any([{predicate: Iri(criterion.finding)} for predicate in ("core:present", "core:absent")])


def _recorded_present(finding: str) -> ShapeData:
    return property_value([Curie("core:present"), WIDER], finding)


def _recorded_absent(finding: str) -> ShapeData:
    return property_value([Curie("core:absent"), NARROWER], finding)


def _core(criterion: FindingCriterion, _: Surroundings, __: Callable[[Criterion], CoreForm | None]) -> CoreForm:
    present, absent = _recorded_present(criterion.finding), _recorded_absent(criterion.finding)
    if isinstance(criterion, Unassessed):
        neither = conforms_to_all([{"sh:not": node_shape(recorded)} for recorded in (present, absent)])
        return CoreForm(neither, conforms_to_any([present, absent]))
    if isinstance(criterion, Present):
        return CoreForm(present, NOTHING if criterion.absence_inconclusive else absent)
    return CoreForm(absent, present)


KINDS = (
    Kind(
        criterion=Present,
        constraint="core:present",
        modifiers=("core:absenceInconclusive",),
        read=_read_present,
        emit=_emit_present,
        conclusions=_conclusions,
        prepare=FindingNode,
        reach=_reach,
        clause=_clause,
        dual=_dual_present,
        core=_core,
    ),
    Kind(
        criterion=Absent,
        constraint="core:absent",
        modifiers=(),
        read=_read_absent,
        emit=_emit_absent,
        conclusions=_conclusions,
        prepare=FindingNode,
        reach=_reach,
        clause=_clause,
        dual=_dual_absent,
        core=_core,
    ),
    Kind(
        criterion=Unassessed,
        constraint="core:unassessed",
        modifiers=(),
        read=_read_unassessed,
        emit=_emit_unassessed,
        conclusions=_conclusions,
        prepare=FindingNode,
        reach=_reach,
        clause=_clause,
        dual=_dual_unassessed,
        core=_core,
    ),
)
