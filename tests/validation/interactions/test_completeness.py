"""On small random guidelines the solver reports exactly what counting over every patient finds, with the smallest witness."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from spinegraph.engine import Knowledge
from spinegraph.engine.model import URGENCIES, Assessment, Exclusion, Recommendation, Rule, SourceGap, Tension
from spinegraph.engine.validation.diagnostics import Witness
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour
from spinegraph.engine.validation.interactions.assessments import disagreeing_assessments
from spinegraph.engine.validation.interactions.conflicts import idle_tensions, opposite_directions
from spinegraph.engine.validation.interactions.displacement import circular_overrides, uncovered
from spinegraph.engine.validation.interactions.reachability import (
    MODALITIES,
    idle_overrides,
    repeated,
    shadowed,
    trivial,
    unreachable,
)
from spinegraph.engine.validation.interactions.survey import survey

from tests.validation.interactions.random_guidelines import EveryPatient, Flags, Writer

pytestmark = pytest.mark.slow

GUIDELINES = 200
SUMS = 60
"""So many more that count findings or points."""
SEEDS = [*((seed, False) for seed in range(GUIDELINES)), *((seed, True) for seed in range(SUMS))]
Found = set[tuple[str, str, tuple[str, ...]]]


class Counting:
    """The same questions, answered by looking at every patient."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.every = EveryPatient(knowledge)
        self.rules = list(knowledge.rules.values())
        self.advice = [rule for rule in self.rules if isinstance(rule, Recommendation)]

    def has(self, rule: Recommendation, *verdicts: str) -> Flags:
        return np.isin(self.every.verdict[rule.iri], verdicts)

    def acts(self, rule: Rule) -> Flags:
        acting = self.every.holds[rule.iri].copy()
        for other in self.rules:
            if isinstance(other, Exclusion) and other.source and other.source == rule.source:
                acting &= ~(self.every.holds[other.iri] & ~self.every.refuted[other.iri])
        return acting

    def opposite(self) -> Iterator[tuple[str, str, Flags]]:
        for order, bar in permutations(self.advice, 2):
            below = self.knowledge.hierarchy.narrower[bar.intervention]
            if (order.direction, bar.direction) != ("for", "against") or order.intervention not in below:
                continue
            both = self.has(order, "indicated") & self.has(bar, "indicated")
            for rule in self.rules:
                if isinstance(rule, Tension) and {order.iri, bar.iri} <= {p.recommendation for p in rule.positions}:
                    both &= ~self.every.holds[rule.iri]
            if both.any():
                yield order.iri, bar.iri, both

    def idle_overrides(self) -> Found:
        return {
            ("idle-override", rule.iri, (target,))
            for rule in self.advice
            for target in (*rule.overrides, *rule.overrides_if_known)
            if not (self.acts(rule) & self._stands(target)).any()
        }

    def idle_tensions(self) -> Found:
        found: Found = set()
        for rule in self.rules:
            if not isinstance(rule, Tension | SourceGap):
                continue
            holds = self.every.holds[rule.iri]
            if not holds.any():
                found |= {("idle-tension", rule.iri, ())} if isinstance(rule, Tension) else set()
                continue
            if isinstance(rule, Tension):
                one, other = (position.recommendation for position in rule.positions)
                if not (holds & self._stands(one) & self._stands(other)).any():
                    found.add(("idle-tension", rule.iri, (one, other)))
            found |= {
                ("idle-tension", rule.iri, (target,))
                for target in rule.leaves_open
                if not (self.acts(rule) & self._stands(target)).any()
            }
        return found

    def dead(self) -> Found:
        rules = (rule for rule in self.rules if not isinstance(rule, Tension))
        return {("never-holds", rule.iri, ()) for rule in rules if not self.every.holds[rule.iri].any()}

    def trivial(self) -> Found:
        found: Found = set()
        for rule in self.rules:
            scope = self.every.in_scope[rule.iri]
            if scope.any() and self.every.criterion[rule.iri][scope].all():
                found.add(("always-holds", rule.iri, ()))
        return found

    def never_told(self) -> set[str]:
        return {
            rule.iri
            for rule in self.advice
            if self._stands(rule.iri).any() and not self.has(rule, "indicated", "provisional").any()
        }

    def uncovered(self) -> set[str]:
        return {rule.iri for rule in self.advice if self.every.holds[rule.iri].any() and not self._stands(rule.iri).any()}

    def circles(self) -> dict[tuple[str, ...], Flags]:
        """Rules that each override the next and the last the first, by the patients for whom all of them act and stand."""
        found = {}
        for length in range(2, len(self.advice) + 1):
            for circle in permutations(self.advice, length):
                pairs = zip(circle, (*circle[1:], circle[0]), strict=True)
                if circle[0].iri == min(rule.iri for rule in circle) and all(
                    after.iri in (*before.overrides, *before.overrides_if_known) for before, after in pairs
                ):
                    flags = [self.acts(rule) & self._stands(rule.iri) for rule in circle]
                    found[tuple(rule.iri for rule in circle)] = np.logical_and.reduce(flags)
        return {circle: patients for circle, patients in found.items() if patients.any()}

    def anticipating(self, rule: Rule) -> set[str]:
        """The rules that hold whenever this one does and say at least as much."""
        holds = self.every.holds[rule.iri]
        others = (other for other in self.rules if other is not rule and holds.any() and _contains(other, rule))
        return {other.iri for other in others if not (holds & ~self.every.holds[other.iri]).any()}

    def disagreeing(self) -> set[tuple[str, str]]:
        assessments = [rule for rule in self.rules if isinstance(rule, Assessment)]
        found = set()
        for one, other in permutations(assessments, 2):
            if one.condition != other.condition or one.source == other.source:
                continue
            patients = self.every.holds[one.iri] & self.every.in_scope[other.iri]
            for rule in assessments:
                if (rule.condition, rule.source) == (other.condition, other.source):
                    patients &= self.every.refuted[rule.iri]
            if patients.any():
                found.add((one.iri, other.iri))
        return found

    def _stands(self, iri: str) -> Flags:
        return np.isin(self.every.verdict[iri], ("indicated", "provisional", "overridden"))

    def fewest(self, flags: Flags) -> int:
        return int(self.every.sizes[flags].min())


def _contains(one: Rule, other: Rule) -> bool:
    if one.source != other.source or type(one) is not type(other):
        return False
    if isinstance(one, Assessment) and isinstance(other, Assessment):
        return one.condition == other.condition
    if isinstance(one, Recommendation) and isinstance(other, Recommendation):
        return (
            (one.direction, one.intervention) == (other.direction, other.intervention)
            and MODALITIES.index(one.modality) <= MODALITIES.index(other.modality)
            and URGENCIES.index(one.urgency) <= URGENCIES.index(other.urgency)
        )
    return False


def _named(behaviours: Iterator[Behaviour]) -> Found:
    return {(behaviour.name, behaviour.rule, behaviour.others) for behaviour in behaviours}


@pytest.mark.parametrize(("seed", "sums"), SEEDS)
def test_the_solver_reports_what_counting_finds_and_nothing_else(seed: int, sums: bool, tmp_path: Path) -> None:
    knowledge = Writer(seed, sums=sums).write(tmp_path)
    analysis, counting = Analysis(knowledge), Counting(knowledge)

    reported = {(found.rule, found.others[0]): found for found in opposite_directions(analysis)}
    counted = {(order, bar): patients for order, bar, patients in counting.opposite()}
    assert set(reported) == set(counted)
    for pair, patients in counted.items():
        assert _size(reported[pair].witness) == counting.fewest(patients)

    assert _named(idle_overrides(analysis)) == counting.idle_overrides()
    assert _named(idle_tensions(analysis)) == counting.idle_tensions()
    assert _named(unreachable(analysis)) == counting.dead()
    assert _named(trivial(analysis)) == counting.trivial()
    assert {found.rule for found in shadowed(analysis)} == counting.never_told()
    assert {found.rule for found in uncovered(analysis)} == counting.uncovered()
    circles = {(found.rule, *found.others): found.witness for found in circular_overrides(analysis)}
    assert set(circles) == set(counting.circles())
    for circle, patients in counting.circles().items():
        assert _size(circles[circle]) == counting.fewest(patients)
    _check_repetitions({found.rule: found.others[0] for found in repeated(analysis)}, counting)
    assert {(found.rule, found.others[0]) for found in disagreeing_assessments(analysis)} == counting.disagreeing()


def _size(witness: Witness | None) -> int:
    assert witness is not None
    return len(witness.case.present) + len(witness.case.absent) + len(witness.case.values)


def _check_repetitions(reported: dict[str, str], counting: Counting) -> None:
    """Each rule that another anticipates is reported, or its twin is in its place."""
    for rule in counting.rules:
        others = counting.anticipating(rule)
        if rule.iri in reported:
            assert reported[rule.iri] in others
        else:
            twins = {other for other in others if rule.iri in counting.anticipating(counting.knowledge.rules[other])}
            assert others == twins
            assert not others or others & set(reported) or min(others | {rule.iri}) == rule.iri


def test_the_random_guidelines_show_every_behaviour(tmp_path: Path) -> None:
    """Otherwise agreement would prove nothing."""
    found = set()
    for seed in range(GUIDELINES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        analysis = Analysis(Writer(seed).write(folder))
        found |= {behaviour.name for behaviour in survey(analysis)}
    assert found >= {
        "opposite-directions", "idle-override", "idle-tension", "never-holds", "always-holds", "shadowed", "said-twice",
        "assessments-disagree", "circular-override", "beside-passages",
    }  # fmt: skip
