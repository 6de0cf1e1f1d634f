"""How urgent a case is (design section 5, *Level*), and what would raise it once a question that the sources leave open is
answered the other way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.criteria.node import TRUE, UNKNOWN, Explanation
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.decide.applicability import ApplicabilityResult
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.decide.recommendation import PreparedRecommendation
from spinegraph.engine.model import Knowledge, Level, Recommendation, Rule, SourceGap, Tension, Urgency
from spinegraph.engine.program.relations import Relations

RAISING: tuple[Level, ...] = ("emergency", "urgent")
"""The grades that something indicated raises a case to, highest first."""


class LevelIf(NamedTuple):
    """A level that a case has on one side of what the sources leave open: ids of recommendation, tensions, readings."""

    level: Urgency
    recommendation: str
    left_open_by: tuple[str, ...]


class LevelRules(NamedTuple):
    """What the level of a case is read from. Prepared once.

    `grading`: ids of the recommendations that count: how urgent a case is cannot be known before its screen, so those to
    assess do not. `rules`: by id. `ungraded`: the gaps about signs that no passage grades, each with its package.
    """

    grading: frozenset[str]
    rules: Mapping[str, Rule]
    ungraded: Sequence[tuple[str, RuleNode]]
    relations: Relations

    def level(
        self,
        results: Iterable[tuple[PreparedRecommendation, ApplicabilityResult]],
        case: Explanation,
        excluded: frozenset[str],
    ) -> Level:
        """The highest grade of what is to be done; routine only for a clean picture with something plainly indicated.

        `excluded`: packages none of whose sources speaks about the patient. There nothing is ordered, but a sign keeps the
        grade that its source gives it.
        """
        counted = [(entry, result) for entry, result in results if entry.rule.id in self.grading]
        raised = {entry.rule.urgency for entry, result in counted if self._raises(entry, result, case, excluded)}
        for urgency in RAISING:
            if urgency in raised:
                return urgency
        if self.ungraded_signs(case, excluded):
            return "undetermined"
        orders = (entry.rule for entry, result in counted if result.verdict in ("indicated", "done"))
        return "routine" if any(rule.urgency == "routine" and rule.modality != "may" for rule in orders) else "undetermined"

    def level_if(self, results: Iterable[tuple[PreparedRecommendation, ApplicabilityResult]]) -> tuple[LevelIf, ...]:
        """What does not raise the level only because a declared tension, or a reading of ours, leaves it open."""
        return tuple(
            LevelIf(entry.rule.urgency, entry.rule.id, result.left_open_by)
            for entry, result in results
            if entry.rule.id in self.grading
            and entry.rule.urgency in RAISING
            and result.verdict == "provisional"
            and self._declared(result.left_open_by)
        )

    def ungraded_signs(self, case: Explanation, excluded: frozenset[str]) -> tuple[str, ...]:
        """Ids of the gaps about a present sign that no passage grades."""
        return tuple(node.id for package, node in self.ungraded if package not in excluded and node.truth(case) & TRUE)

    def _raises(
        self, entry: PreparedRecommendation, result: ApplicabilityResult, case: Explanation, excluded: frozenset[str]
    ) -> bool:
        if entry.rule.urgency not in RAISING:
            return False
        if result.verdict == "out-of-scope" and self.relations.package(entry.rule) in excluded:
            return self._sign_holds(entry, case)
        left_open = result.verdict == "provisional" and not self._declared(result.left_open_by)
        return result.verdict == "indicated" or left_open

    def _sign_holds(self, entry: PreparedRecommendation, case: Explanation) -> bool:
        """Whether it would raise the level, did its source speak about the patient."""
        position = entry.applicability.position
        if position.node.truth(case) != TRUE or any(rule.truth(case) & TRUE for rule in position.overriding):
            return False
        leaving = [rule.id for rule in position.leaving if rule.truth(case) & TRUE]
        leaving += [rule.id for rule in position.strict if rule.truth(case) == UNKNOWN]
        return not leaving or not self._declared(leaving)

    def _declared(self, reasons: Iterable[str]) -> bool:
        """Whether a recommendation is open only because of declared tensions and gaps that are readings of ours."""
        rules = [self.rules.get(reason) for reason in reasons]
        return all(isinstance(rule, Tension) or (isinstance(rule, SourceGap) and rule.reading) for rule in rules)


def level_rules(knowledge: Knowledge, graph: CriterionGraph) -> LevelRules:
    """The rules that the level of a case is read from."""
    relations = graph.facts.program.relations
    screens = {iri for iri, concept in knowledge.interventions.items() if concept.screening}
    rules = knowledge.rules.values()
    orders = (rule for rule in rules if isinstance(rule, Recommendation) and rule.direction == "for")
    gaps = (rule for rule in rules if isinstance(rule, SourceGap) and rule.leaves_level_open)
    return LevelRules(
        grading=frozenset(rule.id for rule in orders if rule.intervention not in screens),
        rules={rule.id: rule for rule in rules},
        ungraded=tuple((relations.package(gap), graph.rule(gap)) for gap in gaps),
        relations=relations,
    )
