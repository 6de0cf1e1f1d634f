"""What is asked of random small guidelines, held against counting: what can change a live verdict, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from spinegraph.engine.decide import assignments
from spinegraph.engine.model import Exclusion, Recommendation, Rule, SourceGap, Tension

from tests.decide.counting import AXES, RECORDS, Counted, Flags
from tests.decide.every_case import named_facts
from tests.validation.interactions.random_guidelines import Writer

pytestmark = pytest.mark.slow

GUIDELINES = 50
CASES = 40


class Asked:
    """What was asked in one case, and what can still change in it."""

    def __init__(self, counted: Counted, number: int) -> None:
        self._knowledge = counted.engine.knowledge
        self._facts = counted.engine.graph.facts
        self._number = number
        self._rests_on = counted.rests_on
        unknown = {iri for iri, truth in counted.truths.items() if not truth.flat[number]}
        self._pending = {iri for iri in unknown if not counted.scopes[iri].flat[number]}
        self.case = RECORDS[number]
        self.decision = counted.engine.decide(self.case)

    def about(self, rules: set[str]) -> set[str]:
        """What is asked because of these rules."""
        return {question.finding for question in self.decision.questions if rules & set(question.settles)}

    def named(self, rules: list[Rule]) -> set[str] | None:
        """What rules speak of; one alone of which it is unknown whether it speaks about this patient: its scope.

        None if that is unknown of one of several, or of one that they rest on: then what its criterion speaks of is asked later.
        """
        waiting = [rule for rule in rules if rule.iri in self._pending]
        if any(self._rests_on[rule.iri] & self._pending for rule in rules) or (waiting and len(rules) > 1):
            return None
        criteria = [criterion for rule in rules for criterion in (rule.scope, None if waiting else rule.criterion)]
        return {code for criterion in criteria for code in named_facts(criterion, self._knowledge)}

    def told(self, rule: Recommendation) -> list[Rule]:
        """A recommendation, and what can displace it, leave it open or exclude the patient: later, if its scope is unknown."""
        if rule.iri in self._pending:
            return [rule]
        return [rule, *(other for other in self._knowledge.rules.values() if _is_beside(other, rule))]

    def changing(self, decisive: Mapping[str, Flags]) -> set[str]:
        """The facts that can still change something."""
        return {code for code in AXES if decisive[code][self._number]}

    def with_related(self, codes: set[str]) -> set[str]:
        """Facts with those that are wider or narrower."""
        return {*codes, *self._facts.decode(self._facts.related(sum(self._facts.bit[code] for code in codes)))}


def _is_beside(other: Rule, rule: Recommendation) -> bool:
    match other:
        case Recommendation():
            return rule.iri in (*other.overrides, *other.overrides_if_known)
        case SourceGap() | Tension():
            return rule.iri in other.leaves_open
    return isinstance(other, Exclusion)


@pytest.fixture(params=[(seed, sums) for sums in (False, True) for seed in range(GUIDELINES)])
def counted(request: pytest.FixtureRequest, tmp_path: Path) -> Counted:
    seed, sums = request.param
    return Counted(Writer(seed, sums=sums).write(tmp_path))


def cases(counted: Counted) -> Iterator[Asked]:
    """Some records that do not contradict themselves, of patients whom no rule excludes."""
    exclusions = [iri for iri, rule in counted.engine.knowledge.rules.items() if isinstance(rule, Exclusion)]
    for number in random.Random(len(counted.verdicts)).sample(list(np.flatnonzero(counted.consistent)), CASES):  # noqa: S311
        explained = counted.engine.explain(RECORDS[number])
        if not any(explained.planes[counted.engine.program.rules[iri].whole.holds] for iri in exclusions):
            yield Asked(counted, int(number))


def test_a_fact_is_asked_if_it_can_change_a_live_verdict_and_only_then(counted: Counted) -> None:
    """Of the facts that the rules speak of; one that is wider or narrower than one that is asked may be left out."""
    decisive = {rule: counted.all_decisive(table) for rule, table in counted.verdicts.items()}
    for asked in cases(counted):
        for entry in asked.decision.recommendations:
            rule = counted.engine.knowledge.rules[entry.iri]
            assert isinstance(rule, Recommendation)
            questions, changing = asked.about({entry.id}), asked.changing(decisive[entry.id])
            assert questions <= changing, (asked.case, entry.id)
            named = asked.named(asked.told(rule))
            assert named is None or changing & named <= asked.with_related(questions), (asked.case, entry.id)


def test_a_fact_is_asked_if_it_can_change_a_suspicion_and_only_then(counted: Counted) -> None:
    decisive = {code: counted.all_decisive(table) for code, table in counted.suspicions.items()}
    for asked in cases(counted):
        assessments = {
            entry.condition: counted.engine.program.relations.assessing(entry.iri) for entry in asked.decision.assessments
        }
        changing = {condition: asked.changing(decisive[condition]) for condition in assessments}
        rules = {rule.id for found in assessments.values() for rule in found}
        assert asked.about(rules) <= set().union(*changing.values()), asked.case
        for condition, found in assessments.items():
            questions = asked.about({rule.id for rule in found})
            named = asked.named(list(found))
            assert named is None or changing[condition] & named <= asked.with_related(questions), (asked.case, condition)


def test_what_has_too_many_assignments_is_asked_rather_too_much_than_too_little(
    counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = [asked.decision for asked in cases(counted)]
    monkeypatch.setattr(assignments, "MAX_ASSIGNMENTS", 0)
    untried = Counted(counted.engine.knowledge)
    for exact, asked in zip(tried, cases(untried), strict=True):
        assert {question.finding for question in exact.questions} <= {question.finding for question in asked.decision.questions}
