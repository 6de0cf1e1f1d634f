"""What fails is said in words; coverage tells what is exercised."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.validation.cases.files import ClinicalCase, read_cases
from spinegraph.engine.validation.cases.runs import CaseResult, failing, run_cases

from tests.small import write_small
from tests.validation.cases.conftest import Read
from tests.validation.cases.throat import GOOD

MORE = """
condition:Cold a owl:Class ; rdfs:subClassOf condition:ThroatInfection ; rdfs:label "cold"@en ; skos:notation "cold" .
"""


def result_of(case: ClinicalCase, engine: Engine) -> CaseResult:
    return run_cases([case], engine).results[0]


def test_a_case_that_holds(read: Read, small: Engine) -> None:
    assert result_of(read(GOOD)[0], small).failures == ()


def test_what_fails_is_said_in_words(read: Read, small: Engine) -> None:
    (case,) = read("""
- name: Everything is wrong
  case: {present: [sore_throat, tonsillar_exudate, fever], absent: [drooling, tender_nodes]}
  expect:
    urgency: emergency
    verdicts:
      give-penicillin: overridden or undetermined
      give-macrolide: indicated
      gargle: indicated
      nodes-alone: holds
    conditions: {strep_throat: not-suspected, deep_neck_infection: suspected}
    asks: [tender_nodes]
    asks_not: [penicillin_allergy]
    notices: [contradictory-input]
    notices_not: [review-pending]
    tensions: [T01]
    gaps: [nodes-alone]
""")
    assert result_of(case, small).failures == (
        "urgency: expected emergency, got undetermined",
        "rule give-penicillin: expected overridden or undetermined, got provisional (missing: temperature_c)",
        "rule give-macrolide: expected indicated, got undetermined (missing: penicillin_allergy)",
        "rule gargle: expected indicated, got out-of-scope",
        "rule nodes-alone: expected holds, got refuted",
        "condition strep_throat: expected not-suspected, got suspected",
        "condition deep_neck_infection: expected suspected, got undetermined (missing: temperature_c)",
        "notice contradictory-input: expected, but not shown",
        "notice review-pending: shown, but not expected",
        "gap nodes-alone: expected, but not shown",
        "tension T01: expected, but not shown",
        "asks: tender_nodes is not asked",
        "asks_not: penicillin_allergy is asked, to settle give-penicillin",
    )


def test_failing_cases_come_with_wrong_verdicts_first(read: Read, small: Engine) -> None:
    cases = read("""
- name: A question that is not asked
  case: {present: [sore_throat, tonsillar_exudate, fever], absent: [drooling, tender_nodes]}
  expect: {asks: [tender_nodes]}
- name: Another level
  case: {present: [sore_throat, tonsillar_exudate, fever], absent: [drooling, tender_nodes]}
  expect: {urgency: emergency}
- name: A condition
  case: {present: [sore_throat, tonsillar_exudate, fever], absent: [drooling, tender_nodes]}
  expect: {conditions: {strep_throat: suspected}}
- name: A verdict
  case: {present: [sore_throat, tonsillar_exudate, fever], absent: [drooling, tender_nodes]}
  expect: {verdicts: {gargle: indicated}}
""")
    found = list(failing(cases, small))
    assert [result.name for result in found] == ["A verdict", "Another level", "A question that is not asked"]
    assert {(result.name, result.failures) for result in found} == {
        (result.name, result.failures) for result in run_cases(cases, small).results if result.failures
    }


def test_a_reason_has_to_be_the_one_expected(read: Read, small: Engine) -> None:
    (case,) = read("""
- name: Allergic and not drooling
  case:
    present: [sore_throat, tonsillar_exudate, tender_nodes, penicillin_allergy]
    absent: [drooling]
    measurements: {temperature_c: 37}
  expect: {verdicts: {give-penicillin: overridden by refer-at-once}}
""")
    assert result_of(case, small).failures == (
        "rule give-penicillin: overridden, but not because of refer-at-once (because of give-macrolide, T01)",
    )


def test_a_condition_that_nothing_assesses(read: Read, tmp_path_factory: pytest.TempPathFactory) -> None:
    more = {"ontology/more.ttl": MORE}
    engine = Engine(load_knowledge(write_small(tmp_path_factory.mktemp("more"), more=more)))
    Path("throat.yaml").write_text("- {name: n, case: {}, expect: {conditions: {cold: suspected}}}")
    (case,) = read_cases([Path("throat.yaml")], engine.knowledge)
    assert result_of(case, engine).failures == ("condition cold: expected suspected, but no rule assesses it",)


def test_what_rests_on_a_contradiction_is_conflicting(read: Read, small: Engine) -> None:
    (case,) = read("""
- name: Drooling and not drooling
  case: {present: [sore_throat, drooling], absent: [drooling]}
  expect: {verdicts: {deep-neck-infection-from-signs: conflicting, refer-at-once: conflicting}, notices: [contradictory-input]}
""")
    assert result_of(case, small).failures == ()


# Coverage ------------------------------------------------------------------------------------


def test_coverage_counts_states_and_tells_what_is_missing(read: Read, small: Engine) -> None:
    entries = {entry.rule: entry for entry in run_cases(read(GOOD), small).coverage}
    penicillin = entries["give-penicillin"]
    assert penicillin.needed == ("fires", "refuted", "undetermined", "overridden", "provisional")
    assert (penicillin.reached["fires"], penicillin.reached["provisional"], penicillin.expected["provisional"]) == (1, 1, 1)
    assert penicillin.missing == ("refuted", "undetermined", "overridden")
    assert entries["give-macrolide"].reached == {"refuted": 1}
    assert entries["give-macrolide"].expected == {"refuted": 0}
    assert "T02" not in entries, "a tension without criterion can never hold"


def test_a_rule_that_only_its_scope_can_refute_or_leave_open(read: Read, small: Engine) -> None:
    """Gargling has no criterion; the throat examination's is never open."""
    cases = read("""
- {name: a, case: {absent: [sore_throat, fever]}, expect: {urgency: undetermined}}
- {name: b, case: {absent: [fever]}, expect: {urgency: undetermined}}
- {name: c, case: {present: [sore_throat], absent: [fever]}, expect: {urgency: undetermined}}
""")
    entries = {entry.rule: entry for entry in run_cases(cases, small).coverage}
    assert entries["gargle"].reached == {"refuted": 1, "undetermined": 1, "fires": 1}
    assert entries["examine-throat"].reached == {"undetermined": 1, "fires": 1}
    assert entries["give-penicillin"].reached == {"undetermined": 1}
