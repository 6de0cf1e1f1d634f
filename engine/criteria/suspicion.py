"""suspected, not-suspected: what the assessments of a condition come to. They add up: one that holds is enough to suspect it,
and all have to be refuted before it is not suspected."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.changes import NEVER, ChangeSets, all_of, any_of
from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.node import CLOSED, HOLD, TRUE, UNREFUTE, CriterionNode, Explanation, Head, OpenFacts, Part
from spinegraph.engine.criteria.open_facts import constant_or, open_facts_of_any, residual
from spinegraph.engine.criteria.planes import join
from spinegraph.engine.criteria.shapes import NOTHING, WIDER, CoreForm, Curie, Iri, ShapeData, conforms_to_all, property_value
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.messages import noted
from spinegraph.engine.model import Criterion, Hierarchy, NotSuspected, Proof, Suspected

ConditionCriterion = Suspected | NotSuspected


# Turtle ------------------------------------------------------------------------------------------


def _read_suspected(shape: Shape, annotations: Annotations) -> Suspected:
    return Suspected(condition=shape.condition("core:suspected"), **annotations)


def _read_not_suspected(shape: Shape, annotations: Annotations) -> NotSuspected:
    return NotSuspected(condition=shape.condition("core:notSuspected"), **annotations)


# Program -----------------------------------------------------------------------------------------


def _emit(criterion: ConditionCriterion, to: Emitter) -> Planes:
    pairs = to.assessments(criterion.condition)
    if not pairs:
        return "zero", "zero"
    suspected, cleared = join("|", [holds for holds, _ in pairs]), join("&", [refuted for _, refuted in pairs])
    return (suspected, cleared) if isinstance(criterion, Suspected) else (cleared, suspected)


def _conclusions(criterion: ConditionCriterion, hierarchy: Hierarchy) -> Iterator[str]:
    yield from hierarchy.narrower.get(criterion.condition, ())


def _reach(criterion: ConditionCriterion, around: Surroundings, of: Callable[[Criterion], Reach]) -> Reach:
    assessing = [rule.criterion for rule in around.assessing(criterion.condition) if rule.criterion is not None]
    clearable = all(of(assessed).refuted for assessed in assessing)
    return Reach(refuted=clearable or isinstance(criterion, NotSuspected), open=True)


# Case --------------------------------------------------------------------------------------------


class SuspicionNode(CriterionNode):
    """suspected, not-suspected: assessments add up."""

    __slots__ = ("_contradicts", "_mirrored", "_rules")

    def __init__(self, head: Head, criterion: ConditionCriterion, graph: Preparation) -> None:
        super().__init__(head)
        self._contradicts = graph.facts.contradicts
        self._mirrored = int(isinstance(criterion, NotSuspected))
        self._rules = graph.assessing(criterion.condition)

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

    def _open_facts(self, case: Explanation) -> OpenFacts:
        hold, refute = open_facts_of_any(self._rules, case) if self._rules else CLOSED
        return OpenFacts(refute, hold) if self._mirrored else OpenFacts(hold, refute)

    def entailed(self) -> Iterator[int]:
        yield self.holds
        if self._mirrored:
            yield from (rule.refuted for rule in self._rules)
        elif len(self._rules) == 1:
            yield from self._rules[0].entailed()

    def restrict(self, full: frozenset[int]) -> Part:
        found = constant_or(self, full)
        if found is not self or self._mirrored or not self._rules:
            return found
        return residual(self, self._rules, full, TRUE, open_facts_of_any)

    def _change(self, case: Explanation, goal: int) -> ChangeSets:
        goal ^= self._mirrored
        parts = [rule.change(case, goal) for rule in self._rules]
        if goal in (HOLD, UNREFUTE):
            return any_of(parts)
        return all_of(parts, self._contradicts) if parts else NEVER


# Words -------------------------------------------------------------------------------------------


IN_WORDS = {"suspected": noted("suspected"), "not-suspected": noted("not suspected")}


def _clause(criterion: ConditionCriterion, names: Names) -> Clause:
    return Clause(criterion.operator, names.name(criterion.condition), names.say(IN_WORDS[criterion.operator]))


# SHACL -------------------------------------------------------------------------------------------


def _dual(criterion: ConditionCriterion, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    opposite = "core:notSuspected" if isinstance(criterion, Suspected) else "core:suspected"
    return {opposite: Iri(criterion.condition)}


def _core(criterion: ConditionCriterion, around: Surroundings, _: Callable[[Criterion], CoreForm | None]) -> CoreForm:
    suspected = property_value([Curie("core:holds"), Curie("core:assesses"), WIDER], criterion.condition)
    assessing = list(around.assessing(criterion.condition))
    ruled_out = conforms_to_all(property_value(Curie("core:refuted"), rule.iri) for rule in assessing) if assessing else NOTHING
    return CoreForm(suspected, ruled_out) if isinstance(criterion, Suspected) else CoreForm(ruled_out, suspected)


KINDS = (
    Kind(
        criterion=Suspected,
        constraint="core:suspected",
        modifiers=(),
        read=_read_suspected,
        emit=_emit,
        conclusions=_conclusions,
        prepare=SuspicionNode,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    ),
    Kind(
        criterion=NotSuspected,
        constraint="core:notSuspected",
        modifiers=(),
        read=_read_not_suspected,
        emit=_emit,
        conclusions=_conclusions,
        prepare=SuspicionNode,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    ),
)
