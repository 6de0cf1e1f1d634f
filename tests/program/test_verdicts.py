"""The verdict planes: exactly one is set for each patient, and it is that of the table of design section 5."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from numpy.typing import NDArray
from spinegraph.engine import Engine, Knowledge, load_knowledge
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import VERDICTS, DerivedFinding, Exclusion, OneOf, Recommendation, Rule, SourceGap, Tension, Verdict
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.program import FURTHEST, Performable, Program

from tests.random_cases import random_cases
from tests.small import all_cases, write_small
from tests.validation.interactions.random_guidelines import PARENTS, Writer, records

Flags = NDArray[np.bool_]
GUIDELINES = 20


class Table:
    """The verdicts by hand, from the truths of the rules alone: an oracle that shares nothing with the compiler."""

    def __init__(self, program: Program, planes: Sequence[Flags], inputs: list[list[int]]) -> None:
        patients = len(inputs)
        given = np.array(inputs, dtype=np.bool_)
        self._measured = {
            comparison.measurement: given[:, 2 * (len(program.findings) + number)]
            for number, comparison in enumerate(program.comparisons)
            if not isinstance(comparison.criterion, OneOf)
            and comparison.criterion.lower is None
            and comparison.criterion.upper is None
        }
        self._recorded_absent = {iri: given[:, 2 * number + 1] for number, iri in enumerate(program.findings)}
        self._performed = {act: given[:, program.first_performed + number] for number, act in enumerate(program.performable)}
        self._rules = program.knowledge.rules
        self._knowledge = program.knowledge
        flags = [np.broadcast_to(np.asarray(plane, dtype=np.bool_), patients) for plane in planes]
        self._present = {iri: flags[slot] for iri, slot in program.present.items()}
        self._truth = {iri: tuple((flags[h], flags[r]) for h, r in slots) for iri, slots in program.rules.items()}

    def verdicts(self, rule: Recommendation) -> NDArray[np.str_]:
        (holds, refuted), (in_scope, out), (_, criterion_refuted) = self._truth[rule.iri]
        excluding = [self._truth[other.iri][0] for other in self._all(Exclusion) if other.source in ("", rule.source)]
        overriding = [
            (*self._acting(other), rule.iri in other.overrides)
            for other in self._all(Recommendation)
            if isinstance(other, Recommendation) and rule.iri in (*other.overrides, *other.overrides_if_known)
        ]
        leaving = [
            self._acting(other)[0]
            for other in self._all(SourceGap, Tension)
            if isinstance(other, SourceGap | Tension) and rule.iri in other.leaves_open
        ]
        if rule.direction == "for":
            leaving += [self._present[iri] for iri in self._knowledge.interventions[rule.intervention].contraindications]
        none = np.zeros_like(holds)
        obtained = () if rule.recurrence else self._knowledge.interventions[rule.intervention].obtains
        can_be_done = rule.direction == "for" and rule.urgency in ("routine", "ungraded")
        known = np.logical_and.reduce([~none, *map(self._known, obtained)]) if obtained else none
        done = known | self._performed.get(Performable(rule.intervention, rule.recurrence), none) if can_be_done else none
        outside = np.logical_or.reduce([out & ~in_scope, *(h & ~r for h, r in excluding)])
        clash = [in_scope & out, holds & refuted, *(h & r for h, r in excluding), *(holds & h & r for h, r, _ in overriding)]
        displaced = np.logical_or.reduce([none, *(h for h, _, _ in overriding)])
        left_open = np.logical_or.reduce([none, *(~h & ~r for h, r, strict in overriding if strict), *leaving])
        table: dict[Verdict, Flags] = {
            "out-of-scope": outside,
            "conflicting": np.logical_or.reduce(clash),
            "not-indicated": criterion_refuted,
            "undetermined": ~holds,
            "overridden": displaced,
            "provisional": left_open,
            "done": done,
        }
        own = np.select(list(table.values()), list(table), default="indicated")
        return self._within(rule, own) if rule.if_chosen else own

    def _within(self, rule: Recommendation, own: NDArray[np.str_]) -> NDArray[np.str_]:
        """A choice is as far on as the furthest of what it is a choice within, and no further than by itself."""
        wider = [self.verdicts(other) for iri in rule.if_chosen if isinstance(other := self._rules[iri], Recommendation)]
        order = ["out-of-scope", "conflicting", "not-indicated", "undetermined", "overridden", "provisional", "done", "indicated"]
        chosen = []
        for mine, *others in zip(own.tolist(), *(one.tolist() for one in wider), strict=True):
            furthest = min(others, key=FURTHEST.index)
            chosen.append(min(mine, furthest, key=order.index))
        return np.array(chosen)

    def _known(self, finding: str) -> Flags:
        """A value; or present, or absent by itself: by what is recorded of it, or by the rule that derives it."""
        if finding in self._measured:
            return self._measured[finding]
        absent = self._recorded_absent.get(finding, np.zeros_like(self._present[finding]))
        for rule in self._rules.values():
            if isinstance(rule, DerivedFinding) and rule.finding == finding:
                absent = absent | self._truth[rule.iri][0][1]
        return self._present[finding] | absent

    def _acting(self, rule: Rule) -> tuple[Flags, Flags]:
        """A source that does not speak about the patient displaces nothing."""
        holds, refuted = self._truth[rule.iri][0]
        for exclusion in self._all(Exclusion):
            if rule.source and exclusion.source == rule.source:
                excludes, not_excludes = self._truth[exclusion.iri][0]
                outside = excludes & ~not_excludes
                holds, refuted = holds & ~outside, refuted | outside
        return holds, refuted

    def _all(self, *kinds: type[Rule]) -> Iterator[Rule]:
        return (rule for rule in self._rules.values() if isinstance(rule, kinds))


def _held_to_the_table(program: Program, inputs: list[list[int]]) -> set[str]:
    """Compare every recommendation for all patients. Returns the verdicts that came up."""
    planes = program.run(list(np.array(inputs, dtype=np.bool_).T))
    table = Table(program, planes, inputs)
    seen: set[str] = set()
    for iri in program.verdicts:
        rule = program.knowledge.rules[iri]
        assert isinstance(rule, Recommendation)
        found: Mapping[Verdict, Flags] = program.verdict_planes(iri, planes)
        stacked = np.array([np.broadcast_to(found[verdict], len(inputs)) for verdict in VERDICTS])
        assert (stacked.sum(axis=0) == 1).all(), iri
        expected = table.verdicts(rule)
        assert (np.array(VERDICTS)[stacked.argmax(axis=0)] == expected).all(), iri
        seen.update(expected.tolist())
    return seen


def test_every_case_of_the_small_guideline_has_one_verdict_and_it_is_that_of_the_table(small_knowledge: Knowledge) -> None:
    program = compile_program(small_knowledge)
    encoder = CaseEncoder(program)
    assert _held_to_the_table(program, [encoder.planes(case) for case in all_cases()]) == set(VERDICTS) - {"done"}


CONTRAINDICATED = "intervention:Antibiotic core:contraindication finding:PenicillinAllergy ."


def test_contraindications_leave_what_they_reach_open(tmp_path: Path) -> None:
    knowledge = load_knowledge(write_small(tmp_path, more={"ontology/more.ttl": CONTRAINDICATED}))
    program = compile_program(knowledge)
    encoder = CaseEncoder(program)
    cases = list(all_cases())
    assert _held_to_the_table(program, [encoder.planes(case) for case in cases]) == set(VERDICTS) - {"done"}
    macrolide = expand("rule:give-macrolide")
    found = {program.verdict(macrolide, program.run(encoder.planes(case))) for case in cases}
    assert "indicated" not in found
    assert "provisional" in found


OBTAINED = """
intervention:Macrolide core:obtains finding:Fever , finding:TenderNodes .
intervention:Referral core:obtains finding:Drooling .
"""


@pytest.mark.parametrize("seed", range(3))
def test_what_is_performed_makes_recommendations_of_it_done(seed: int, engine: Engine) -> None:
    program, chance = engine.program, random.Random(seed)  # noqa: S311
    encoder = CaseEncoder(program)
    codes = [program.knowledge.interventions[act.intervention].code for act in program.performable]
    cases = [
        structs.replace(case, performed=tuple(sorted(chance.sample(codes, chance.randrange(len(codes))))))
        for case in itertools.islice(random_cases(program, seed=seed), 300)
    ]
    assert _held_to_the_table(program, [encoder.planes(case) for case in cases]) >= {"done", "indicated"}


def test_what_is_obtained_makes_a_recommendation_done_unless_it_is_urgent(tmp_path: Path) -> None:
    program = compile_program(load_knowledge(write_small(tmp_path, more={"ontology/more.ttl": OBTAINED})))
    encoder = CaseEncoder(program)
    cases = list(all_cases())
    assert _held_to_the_table(program, [encoder.planes(case) for case in cases]) == set(VERDICTS)
    referral = {program.verdict(expand("rule:refer-at-once"), program.run(encoder.planes(case))) for case in cases}
    assert "indicated" in referral
    assert "done" not in referral


@pytest.mark.parametrize("sums", [False, True])
@pytest.mark.parametrize("seed", range(GUIDELINES))
def test_random_guidelines_have_the_verdicts_of_the_table(seed: int, sums: bool, tmp_path: Path) -> None:
    program = compile_program(Writer(seed, sums=sums).write(tmp_path))
    encoder = CaseEncoder(program)
    assert _held_to_the_table(program, [encoder.planes(case) for case in records([f"f_{name.lower()}" for name in PARENTS])])


def test_the_shipped_guideline_has_the_verdicts_of_the_table(engine: Engine) -> None:
    program = engine.program
    encoder = CaseEncoder(program)
    cases = itertools.islice(random_cases(program, seed=7), 500)
    assert _held_to_the_table(program, [encoder.planes(case) for case in cases]) >= set(VERDICTS) - {"provisional"}


def test_one_patient_has_the_verdict_whose_plane_is_set(small: Engine) -> None:
    program = small.program
    encoder = CaseEncoder(program)
    for case in itertools.islice(random_cases(program, seed=3), 50):
        planes = program.run(encoder.planes(case))
        for iri in program.verdicts:
            set_ = [verdict for verdict, plane in program.verdict_planes(iri, planes).items() if plane]
            assert set_ == [program.verdict(iri, planes)]


def test_recommendations_that_always_stand_alike_share_their_verdict_planes(engine: Engine) -> None:
    assert len({(slots.start, slots.stop) for slots in engine.program.verdicts.values()}) < len(engine.program.verdicts)


CHOICES = """
rule:give-macrolide core:ifChosen rule:gargle , rule:give-penicillin .
rule:examine-throat core:ifChosen rule:give-macrolide .
rule:gargle core:every "P3M"^^xsd:duration .
"""


def test_a_choice_has_the_verdict_of_the_table_in_every_case(tmp_path: Path) -> None:
    program = compile_program(load_knowledge(write_small(tmp_path, more={"ontology/more.ttl": CHOICES})))
    encoder = CaseEncoder(program)
    cases = list(all_cases())
    cases += [structs.replace(case, performed=("gargling",)) for case in cases[::7]]
    assert _held_to_the_table(program, [encoder.planes(case) for case in cases]) == set(VERDICTS)
