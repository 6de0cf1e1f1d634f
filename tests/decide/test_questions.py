"""What is asked next: everything that can still change a verdict, nothing else, the most dangerous first."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
import pytest
from spinegraph.engine import Case, Engine, Recommendation, load_knowledge
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import QUIET, VERDICTS, Assessment, Question

from tests.decide.every_case import AXES, EveryCase, Flags, Table, named_by_rule
from tests.random_cases import random_cases
from tests.small import write_small

pytestmark = pytest.mark.slow

CONFLICTING = VERDICTS.index("conflicting")


def asked(engine: Engine, case: Case) -> list[str]:
    return [question.finding for question in engine.decide(case).questions]


def suspicions(engine: Engine, every: EveryCase) -> dict[str, Table]:
    """The truth of each condition's suspicion: some assessment holds, all are refuted."""
    knowledge = engine.knowledge
    found = {}
    for iri, concept in knowledge.conditions.items():
        truths = [
            every.truth[rule.iri]
            for rule in knowledge.rules.values()
            if isinstance(rule, Assessment) and rule.condition in knowledge.hierarchy.narrower[iri]
        ]
        holds = np.logical_or.reduce([truth & 1 for truth in truths])
        refuted = np.logical_and.reduce([truth & 2 for truth in truths])
        found[concept.code] = holds + 2 * refuted.astype(np.int64)
    return found


def can_change(every: EveryCase, table: Table, conflicting: int, strict: bool) -> Mapping[str, Flags]:
    """For each fact, where learning it can change the table; unless `strict`, at the price of contradictions elsewhere."""
    consistent = every.consistent
    every.consistent = consistent if strict else table != conflicting
    found = {code: every.decisive(table, code).ravel() for code in AXES}
    every.consistent = consistent
    return found


def test_every_question_can_change_a_verdict_that_is_shown(small: Engine, every_case: EveryCase) -> None:
    by_rule = {rule: can_change(every_case, table, CONFLICTING, False) for rule, table in every_case.verdict.items()}
    by_condition = {code: can_change(every_case, table, 3, False) for code, table in suspicions(small, every_case).items()}
    questions = 0
    for number, case in every_case.consistent_cases():
        decision = small.decide(case)
        shown = [by_rule[entry.id] for entry in decision.recommendations]
        shown += [by_condition[entry.condition] for entry in decision.assessments]
        for question in decision.questions:
            assert any(table[question.finding][number] for table in shown), (case, question)
            questions += 1
    assert questions > 10_000


def test_everything_that_can_change_a_live_verdict_is_asked_once_the_scope_is_known(small: Engine, every_case: EveryCase) -> None:
    """Of the facts that rules speak of; a narrower finding that would settle one of them is not asked beside it."""
    named = frozenset(
        code
        for rule in small.knowledge.rules.values()
        if isinstance(rule, Recommendation)
        for code in named_by_rule(rule, small.knowledge)
    )
    by_rule = {rule: can_change(every_case, table, CONFLICTING, True) for rule, table in every_case.verdict.items()}
    checked = 0
    for number, case in every_case.consistent_cases():
        if "sore_throat" in case.present:
            decision = small.decide(case)
            expected = {code for entry in decision.recommendations for code in named if by_rule[entry.id][code][number]}
            assert expected <= {question.finding for question in decision.questions}, case
            checked += len(expected)
    assert checked > 5_000


@pytest.mark.parametrize(("which", "count"), [("small", 400), ("engine", 60)])
def test_nothing_known_is_asked_and_nothing_twice(which: str, count: int, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(which)
    questions = 0
    for case in itertools.islice(random_cases(engine.program, seed=31), count):
        found = asked(engine, case)
        known = {*case.present} ^ {*case.absent} | {*case.measurements}
        assert known.isdisjoint(found), case
        assert len(set(found)) == len(found)
        questions += len(found)
    assert questions > count


@pytest.mark.parametrize(("which", "count"), [("small", 400), ("engine", 60)])
def test_a_derived_finding_that_is_never_recorded_is_never_asked(which: str, count: int, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(which)
    derived = {finding.code for finding in engine.knowledge.findings.values() if finding.derived_only}
    assert derived
    for case in itertools.islice(random_cases(engine.program, seed=32), count):
        assert derived.isdisjoint(asked(engine, case))


def test_while_the_scope_is_unknown_only_the_scope_is_asked(small: Engine) -> None:
    assert asked(small, Case()) == ["sore_throat"]


def test_a_patient_who_is_out_of_scope_is_asked_nothing(small: Engine) -> None:
    assert asked(small, Case(absent=("sore_throat",))) == []
    assert asked(small, Case(present=("sore_throat",), measurements={"age_months": 6.0})) == []


def test_a_patient_of_whom_everything_is_known_is_asked_nothing(small: Engine) -> None:
    case = Case(
        present=("drooling", "sore_throat"),
        absent=("penicillin_allergy", "strep_sign"),
        measurements={"age_months": 24.0, "temperature_c": 37.0},
    )
    assert asked(small, case) == []


# Ranking -------------------------------------------------------------------------------------


def test_what_can_make_an_emergency_hold_comes_before_everything_else(small: Engine, every_case: EveryCase) -> None:
    """Held against the truth tables: first the facts that can still settle the emergency rule, then the others."""
    emergency = expand("rule:refer-at-once")
    strict, loose = (can_change(every_case, every_case.truth[emergency], 3, strict) for strict in (True, False))
    named = named_by_rule(small.knowledge.rules[emergency], small.knowledge)
    mixed = 0
    for number, case in every_case.consistent_cases():
        found = asked(small, case)
        first = [strict[code][number] and code in named for code in found]
        possible = [loose[code][number] for code in found]
        last_of_first = max((place for place, dangerous in enumerate(first) if dangerous), default=-1)
        assert all(possible[: last_of_first + 1]), (case, found)
        mixed += 0 < last_of_first + 1 < len(found)
    assert mixed > 1000


@pytest.mark.parametrize("seed", [33, 34])
def test_the_shipped_knowledge_asks_first_what_the_most_urgent_rules_need(seed: int, engine: Engine) -> None:
    ranks = {
        rule.id: ("emergency", "urgent", "routine", "ungraded").index(rule.urgency) if rule.direction == "for" else 4
        for rule in engine.knowledge.rules.values()
        if isinstance(rule, Recommendation)
    }
    emergencies = 0
    for case in itertools.islice(random_cases(engine.program, seed), 80):
        decision = engine.decide(case)
        needs: dict[str, int] = {}
        for entry in decision.recommendations:
            if entry.verdict in ("undetermined", "conflicting"):
                for code in entry.missing:
                    needs[code] = min(needs.get(code, 5), ranks[entry.id])
        order = [needs.get(question.finding, 5) for question in decision.questions]
        dangerous = [place for place, rank in enumerate(order) if rank == 0]
        assert dangerous == list(range(len(dangerous))), case
        emergencies += len(dangerous)
    assert emergencies > 20


def test_among_equally_dangerous_facts_the_one_that_settles_more_comes_first(small: Engine) -> None:
    decision = small.decide(Case(present=("sore_throat",)))
    (emergency,) = (entry for entry in decision.recommendations if entry.id == "refer-at-once")
    first = decision.questions[: len(emergency.missing)]
    assert {question.finding for question in first} == set(emergency.missing)
    settled = [len(question.settles) for question in first]
    assert settled == sorted(settled, reverse=True)
    assert len(set(settled)) > 1


# Words ---------------------------------------------------------------------------------------


def question_about(engine: Engine, case: Case, code: str) -> Question:
    (question,) = (question for question in engine.decide(case).questions if question.finding == code)
    return question


@pytest.mark.parametrize(
    ("audience", "code", "label", "words"),
    [
        ("clinician", "fever", "fever", "Is there a fever?"),
        ("patient", "fever", "fever", "Do you have a fever?"),
        ("clinician", "temperature_c", "temperature", "What is the temperature?"),
        ("patient", "temperature_c", "your temperature", "What is your temperature?"),
        ("clinician", "tonsillar_exudate", "tonsillar exudate", "Is there exudate on the tonsils?"),
        ("patient", "tonsillar_exudate", "white spots on your tonsils", "white spots on your tonsils?"),
        ("clinician", "drooling", "drooling", "drooling?"),
    ],
)
def test_a_question_is_worded_for_its_audience(audience: str, code: str, label: str, words: str, small: Engine) -> None:
    case = Case(present=("sore_throat",), audience="patient" if audience == "patient" else "clinician")
    question = question_about(small, case, code)
    assert (question.label, question.question) == (label, words)


def test_a_question_says_what_it_settles_and_on_which_passages(small: Engine) -> None:
    question = question_about(small, Case(present=("sore_throat",)), "drooling")
    assert {"refer-at-once", "deep-neck-infection-from-signs"} <= set(question.settles)
    assert question.passages == ("900-L003a",)
    others = len(question.settles) - 1
    assert question.why == f"can change “Refer at once” and {others} other{'s' if others > 1 else ''}"


@pytest.mark.parametrize("which", ["small", "engine"])
def test_what_a_question_settles_is_live(which: str, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(which)
    for case in itertools.islice(random_cases(engine.program, seed=35), 40):
        decision = engine.decide(case, include_all=True)
        quiet = {entry.id for entry in decision.recommendations if entry.verdict in QUIET}
        for question in decision.questions:
            assert question.settles
            assert quiet.isdisjoint(question.settles), (case, question)


# Facts that stand beside a verdict -----------------------------------------------------------

SECOND_GAP = """
shape:Allergic a sh:NodeShape ; core:present finding:PenicillinAllergy .
rule:second-gap a core:SourceGap , sh:TripleRule ; sh:order 30 ; sh:condition shape:SoreThroat , shape:Allergic ;
    core:scope shape:SoreThroat ; core:text "Also open."@en ; core:leavesOpen rule:no-antibiotic .
"""


def test_what_could_only_leave_open_what_is_open_already_is_not_asked(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_small(tmp_path, more={"shapes/rules/more.ttl": SECOND_GAP})))
    case = Case(
        present=("sore_throat", "tender_nodes"),
        absent=("drooling", "fever", "tonsillar_exudate"),
        measurements={"age_months": 24.0, "temperature_c": 37.0},
    )
    before = engine.verdicts(case)
    assert before["no-antibiotic"] == "provisional"
    for side in ("present", "absent"):
        told = msgspec.structs.replace(case, **{side: (*getattr(case, side), "penicillin_allergy")})
        assert engine.verdicts(told) == before
    assert "penicillin_allergy" not in asked(engine, case)


def test_what_could_only_displace_what_is_displaced_already_is_not_asked(tmp_path: Path) -> None:
    more = SECOND_GAP.replace("core:SourceGap", "core:Recommendation").replace(
        'core:text "Also open."@en ; core:leavesOpen rule:no-antibiotic',
        "core:direction core:against ; core:modality core:may ; core:urgency core:routine ; "
        "core:intervention intervention:Referral ; core:overridesIfKnown rule:no-antibiotic",
    )
    first = more.replace("second-gap", "first").replace("shape:Allergic", "shape:Drools").replace("PenicillinAllergy", "Drooling")
    engine = Engine(load_knowledge(write_small(tmp_path, more={"shapes/rules/a.ttl": first, "shapes/rules/b.ttl": more})))
    case = Case(
        present=("drooling", "sore_throat"), absent=("strep_sign",), measurements={"age_months": 24.0, "temperature_c": 37.0}
    )
    decision = engine.decide(case)
    verdicts = {entry.id: entry.verdict for entry in decision.recommendations}
    assert verdicts["no-antibiotic"] == "overridden"
    (question,) = (question for question in decision.questions if question.finding == "penicillin_allergy")
    assert "no-antibiotic" not in question.settles
