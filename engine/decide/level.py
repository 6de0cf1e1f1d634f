"""How urgent a case is (design section 5, *Level*), and what would raise it once a question that the sources leave open is
answered the other way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.criteria.node import TRUE, Explanation
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.decide.applicability import ApplicabilityResult
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.decide.recommendation import PreparedRecommendation
from spinegraph.engine.model import Knowledge, Level, Recommendation, Rule, SourceGap, Urgency
from spinegraph.engine.program.program import LevelSlots
from spinegraph.engine.program.relations import Relations

LEVELS: tuple[Level, ...] = ("emergency", "urgent", "undetermined", "routine")
"""Highest first: what is not known may yet be anything, so that routine is lower."""
RAISING: tuple[Level, ...] = ("emergency", "urgent")
"""The grades that something indicated raises a case to, highest first."""


class LevelIf(NamedTuple):
    """A level that a case has on one side of what the sources leave open: ids of recommendation, tensions, readings."""

    level: Urgency
    recommendation: str
    left_open_by: tuple[str, ...]


def level_of(slots: LevelSlots, planes: Sequence[int], certain: Sequence[int]) -> Level:
    """The highest grade of what is to be done; routine only for a clean picture with something plainly indicated.

    `certain`: the planes without contradictory facts: no side of a contradiction raises the level or makes it routine.
    """
    found = LEVELS[[certain[slot] for slot in slots].index(1)]
    return found if found != "routine" or planes[slots.routine] else "undetermined"


class LevelRules(NamedTuple):
    """What says why a case has its level. Prepared once.

    `grading`: ids of the recommendations that count. `rules`: by id. `ungraded`: the gaps about signs that no passage grades,
    each with its package.
    """

    grading: frozenset[str]
    rules: Mapping[str, Rule]
    ungraded: Sequence[tuple[str, RuleNode]]
    relations: Relations

    def level_if(self, results: Iterable[tuple[PreparedRecommendation, ApplicabilityResult]]) -> tuple[LevelIf, ...]:
        """What does not raise the level only because a declared tension, or a reading of ours, leaves it open."""
        return tuple(
            LevelIf(entry.rule.urgency, entry.rule.id, result.left_open_by)
            for entry, result in results
            if entry.rule.id in self.grading
            and entry.rule.urgency in RAISING
            and result.verdict == "provisional"
            and self.declared(result.left_open_by)
        )

    def ungraded_signs(self, case: Explanation, excluded: frozenset[str]) -> tuple[str, ...]:
        """Ids of the gaps about a present sign that no passage grades."""
        return tuple(node.id for package, node in self.ungraded if package not in excluded and node.truth(case) & TRUE)

    def declared(self, reasons: Iterable[str]) -> bool:
        """Whether a recommendation is open only because of declared tensions and gaps that are readings of ours."""
        return all(self.relations.declared(self.rules.get(reason)) for reason in reasons)


def level_rules(knowledge: Knowledge, graph: CriterionGraph) -> LevelRules:
    """The rules that say why a case has its level."""
    relations = graph.facts.program.relations
    rules = knowledge.rules.values()
    gaps = (rule for rule in rules if isinstance(rule, SourceGap) and rule.leaves_level_open)
    return LevelRules(
        grading=frozenset(rule.id for rule in rules if isinstance(rule, Recommendation) and relations.grades(rule)),
        rules={rule.id: rule for rule in rules},
        ungraded=tuple((relations.package(gap), graph.rule(gap)) for gap in gaps),
        relations=relations,
    )
