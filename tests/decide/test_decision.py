"""Verdicts, urgency, tensions, notices and the identity of a decision, on the small knowledge."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from spinegraph.engine import Case, Engine, Knowledge, Recommendation, load_knowledge, make_case, make_codebook
from spinegraph.engine.model import QUIET, VERDICTS, Notice

from tests.decide.deciding import STREP, assessed, decided, noticed, patient
from tests.random_cases import random_cases
from tests.small import RULE_FILE, Edit, all_cases, write_small

# What is shown -------------------------------------------------------------------------------


def test_by_default_only_live_verdicts_are_shown(small: Engine) -> None:
    case = patient(f"{STREP} fever", "drooling", temperature_c=39)
    everything = small.decide(case, include_all=True)
    assert {entry.id: entry.verdict for entry in everything.recommendations} == small.verdicts(case)
    shown = small.decide(case)
    assert {entry.id for entry in shown.recommendations} == {
        entry.id for entry in everything.recommendations if entry.verdict not in QUIET
    }
    assert len(shown.recommendations) < len(everything.recommendations)


@pytest.mark.parametrize("which", ["small", "engine"])
def test_include_all_gives_every_rule_and_condition_a_verdict(which: str, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(which)
    rules = {rule.id for rule in engine.knowledge.rules.values() if isinstance(rule, Recommendation)}
    assert rules
    for case in itertools.islice(random_cases(engine.program, seed=5), 10):
        decision = engine.decide(case, include_all=True)
        assert {entry.id for entry in decision.recommendations} == rules
        assert len({entry.condition for entry in decision.assessments}) == len(decision.assessments)


def test_recommendations_come_in_the_order_of_verdicts_then_of_urgency(small: Engine) -> None:
    shown = small.decide(patient(f"{STREP} fever drooling"), include_all=True).recommendations
    ranks = [VERDICTS.index(entry.verdict) for entry in shown]
    assert ranks == sorted(ranks)
    assert shown[0].id == "refer-at-once"


def test_a_recommendation_carries_its_source_passages_and_citations(small: Engine) -> None:
    found = decided(small, patient(), "give-penicillin")
    assert (found.source, found.passages, found.citations) == ("900", ("900-L005a",), (1,))
    assert (found.direction, found.modality, found.urgency, found.intervention) == ("for", "should", "routine", "penicillin")
    assert decided(small, patient(), "no-antibiotic").direction == "against"


def test_the_text_is_written_for_its_audience(small: Engine) -> None:
    for audience, text in (("clinician", "Do: gargle."), ("patient", "You: gargle.")):
        case = make_case({"present": ["sore_throat"], "audience": audience}, make_codebook(small.knowledge))
        assert decided(small, case, "gargle").text == text


@pytest.mark.parametrize(
    ("case", "strep", "deep", "any_infection"),
    [
        (patient("sore_throat"), "undetermined", "undetermined", "undetermined"),
        (patient(STREP), "suspected", "undetermined", "suspected"),
        (patient("sore_throat", "strep_sign drooling", temperature_c=37), "not-suspected", "not-suspected", "not-suspected"),
        (patient(STREP, "strep_sign"), "conflicting", "undetermined", "conflicting"),
        (patient(STREP.replace("sore_throat ", ""), "sore_throat"), "out-of-scope", "out-of-scope", "out-of-scope"),
        (patient(STREP, age_months=6), "out-of-scope", "out-of-scope", "out-of-scope"),
    ],
)
def test_conditions_are_assessed(case: Case, strep: str, deep: str, any_infection: str, small: Engine) -> None:
    expected = {"strep_throat": strep, "deep_neck_infection": deep, "throat_infection": any_infection}
    assert {condition: assessed(small, case, condition).verdict for condition in expected} == expected
    shown = {entry.condition for entry in small.decide(case).assessments}
    assert shown == {condition for condition, verdict in expected.items() if verdict != "out-of-scope"}


def test_an_assessment_names_the_passages_that_carry_it(small: Engine) -> None:
    assert assessed(small, patient("sore_throat drooling"), "deep_neck_infection").passages == ("900-L003a", "900-L001a")


# Urgency -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "urgency"),
    [
        (patient(), "undetermined"),
        (patient("sore_throat"), "undetermined"),
        (patient("sore_throat drooling"), "emergency"),
        (patient(f"{STREP} fever", "drooling", temperature_c=39), "routine"),
        (patient(f"{STREP} fever"), "undetermined"),
        (patient("sore_throat", "strep_sign drooling", temperature_c=37), "undetermined"),
        (patient("sore_throat drooling", age_months=6), "emergency"),
        (patient("sore_throat drooling", "drooling", temperature_c=37), "undetermined"),
    ],
    ids=[
        "nothing known", "nothing decided", "an emergency", "routine treatment", "treatment only provisional",
        "only options and advice against", "an excluded patient", "a contradictory emergency",
    ],
)  # fmt: skip
def test_urgency_is_that_of_what_is_to_be_done(case: Case, urgency: str, small: Engine) -> None:
    assert small.decide(case).brief.level == urgency


URGENT = """
rule:see-a-surgeon a core:Recommendation , sh:TripleRule ; rdfs:label "See a surgeon"@en ; sh:order 30 ; core:direction core:for ;
    core:modality core:should ; core:urgency core:urgent ; core:intervention intervention:Referral ;
    sh:condition shape:StrepSuspected .
"""


@pytest.mark.parametrize(
    ("case", "urgency"),
    [
        (patient(f"{STREP} fever", "drooling", temperature_c=39), "urgent"),
        (patient(f"{STREP} drooling"), "emergency"),
        (patient("sore_throat", "strep_sign drooling", temperature_c=37), "undetermined"),
    ],
    ids=["urgent beside routine", "emergency beside urgent", "neither holds"],
)
def test_the_highest_urgency_counts(case: Case, urgency: str, tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_small(tmp_path, more={"shapes/rules/more.ttl": URGENT})))
    assert engine.decide(case).brief.level == urgency


def test_an_emergency_that_is_only_provisional_is_an_emergency(tmp_path: Path) -> None:
    edit = Edit(RULE_FILE, "core:leavesOpen rule:no-antibiotic", "core:leavesOpen rule:no-antibiotic , rule:refer-at-once")
    engine = Engine(load_knowledge(write_small(tmp_path, edit)))
    case = patient("sore_throat tender_nodes drooling", "fever tonsillar_exudate")
    assert decided(engine, case, "refer-at-once").verdict == "provisional"
    assert engine.decide(case).brief.level == "emergency"


# Scope and exclusions ------------------------------------------------------------------------


def test_a_patient_whom_no_source_covers_gets_a_notice_and_nothing_else(small: Engine) -> None:
    decision = small.decide(patient("sore_throat tender_nodes drooling", "fever tonsillar_exudate", age_months=6))
    assert decision.recommendations == ()
    assert decision.assessments == ()
    assert decision.questions == ()
    assert decision.tensions == ()
    assert decision.notices == (Notice(code="out-of-scope", message="Infants are not covered.", about=("infants-not-covered",)),)


def test_one_source_excludes_a_patient_and_the_other_goes_on(small: Engine) -> None:
    decision = small.decide(patient("sore_throat fever"))
    (notice,) = noticed(decision, "out-of-scope")
    assert notice.about == ("no-gargling-with-fever",)
    assert decision.questions
    assert {entry.source for entry in decision.recommendations} == {"900"}


def test_a_patient_of_whom_nothing_is_covered_is_told_so(small: Engine) -> None:
    decision = small.decide(patient("drooling", "sore_throat"))
    assert decision.recommendations == ()
    assert decision.notices == (
        Notice(
            code="out-of-scope",
            message="No source speaks about this patient: none of the presentations that they cover is recorded.",
            about=("900", "901"),
        ),
    )


# Tensions ------------------------------------------------------------------------------------


def test_a_tension_is_shown_with_both_positions_while_it_is_live(small: Engine) -> None:
    (tension,) = small.decide(patient(STREP, "fever drooling", temperature_c=37)).tensions
    assert (tension.id, tension.label, tension.handling) == ("T01", "Treat without fever", "Both are shown.")
    positions = {position.label: (position.recommendation, position.verdict) for position in tension.positions}
    assert positions == {"treat": ("give-penicillin", "provisional"), "wait": ("", "")}


@pytest.mark.parametrize("case", [patient(STREP), patient(f"{STREP} fever"), patient("sore_throat", "fever strep_sign")])
def test_a_tension_that_is_not_live_is_not_shown(case: Case, small: Engine) -> None:
    assert small.decide(case).tensions == ()


# Identity ------------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_decision_in_whatever_order_it_is_written(small: Engine) -> None:
    codebook = make_codebook(small.knowledge)
    one = make_case(
        {"present": ["sore_throat", "fever"], "absent": ["drooling"], "measurements": {"temperature_c": 39, "age_months": 30}},
        codebook,
    )
    two = make_case(
        {
            "measurements": {"age_months": 30.0, "temperature_c": 39.0},
            "absent": ["DROOLING"],
            "present": ["fever", "sore_throat"],
        },
        codebook,
    )
    assert small.decide(one) == small.decide(two)


def test_another_case_audience_or_knowledge_gives_another_id(small: Engine, small_knowledge: Knowledge) -> None:
    case = patient("sore_throat")
    other_knowledge = Engine(msgspec.structs.replace(small_knowledge, digest="sha256:other"))
    ids = [
        small.decide(case).id,
        small.decide(patient("fever")).id,
        small.decide(patient("", "sore_throat")).id,
        small.decide(patient("sore_throat", temperature_c=38)).id,
        small.decide(Case(present=("sore_throat",), audience="patient")).id,
        other_knowledge.decide(case).id,
    ]
    assert len(set(ids)) == len(ids)
    assert Engine(small_knowledge).decide(case).id == ids[0]


def test_a_changed_file_changes_the_id(small: Engine, tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_small(tmp_path, Edit(RULE_FILE, '"Do: gargle."', '"Do gargle."'))))
    assert engine.decide(patient()).id != small.decide(patient()).id
    assert engine.decide(patient()).knowledge.digest != small.decide(patient()).knowledge.digest


@pytest.mark.parametrize("include_all", [False, True])
@pytest.mark.parametrize("which", ["small", pytest.param("engine", marks=pytest.mark.slow)])
def test_what_was_remembered_of_other_cases_changes_nothing(
    which: str, include_all: bool, request: pytest.FixtureRequest
) -> None:
    warm: Engine = request.getfixturevalue(which)
    cases = list(itertools.islice(random_cases(warm.program, seed=11), 80))
    for case in cases:
        warm.decide(case, not include_all)
        warm.decide_json(msgspec.structs.replace(case, audience="patient"), "full" if include_all else "standard")
    for case in cases[::8]:
        assert warm.decide(case, include_all) == Engine(warm.knowledge).decide(case, include_all)


@pytest.mark.parametrize("which", ["small", pytest.param("engine", marks=pytest.mark.slow)])
def test_the_json_is_that_of_the_decision(which: str, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(which)
    for case in itertools.islice(random_cases(engine.program, seed=3), 10):
        assert engine.decide_json(case, "full") == msgspec.json.encode(engine.decide(case, include_all=True))
        assert engine.decide_json(case) == msgspec.json.encode(engine.answer(case))
        assert engine.decide_json(case, "brief") == msgspec.json.encode(engine.brief(case))


def test_threads_that_share_an_engine_get_the_decisions_they_get_alone(small_knowledge: Knowledge) -> None:
    cases = list(all_cases({"temperature_c": (None, 38.5), "age_months": (None,)}))[::20]
    alone = Engine(small_knowledge)
    expected = [alone.decide_json(case) for case in cases]
    shared = Engine(small_knowledge)
    with ThreadPoolExecutor(4) as pool:
        for found in [list(pool.map(shared.decide_json, cases)) for _ in range(3)]:
            assert found == expected


# The contract --------------------------------------------------------------------------------


def test_the_fields_are_those_of_the_contract(small: Engine) -> None:
    case = patient(STREP, "fever")
    first = ["id", "knowledge", "case", "brief"]
    shared = [*first, "screens", "tensions", "notices", "passages", "disclaimer"]
    assert list(msgspec.to_builtins(small.brief(case))) == first
    assert list(msgspec.to_builtins(small.answer(case))) == [*shared, "assessments", "recommendations", "further"]
    plain = msgspec.to_builtins(small.decide(case))
    assert list(plain) == [*shared, "assessments", "recommendations", "questions"]
    assert list(plain["brief"]) == [
        "level", "because", "headline", "level_if", "do", "avoid", "rule_out", "likely", "review", "ask", "not_covered",
        "readings", "settled", "level_final", "open", "sources", "disclaimer",
    ]  # fmt: skip
    assert list(plain["brief"]["do"][0]) == ["recommendations", "text", "passages", "reading", "caution"]
    assert list(plain["knowledge"]) == ["version", "digest"]
    assert list(plain["case"]) == ["present", "absent", "measurements", "audience"]
    assert list(plain["assessments"][0]) == ["condition", "label", "verdict", "passages", "iri", "missing", "explanation"]
    assert list(plain["recommendations"][0]) == [
        "id", "iri", "label", "text", "direction", "intervention", "modality", "verdict", "urgency", "timing", "source",
        "passages", "citations", "overrides", "overridden_by", "left_open_by", "missing", "flips",
        "flips_complete", "explanation",
    ]  # fmt: skip
    assert list(plain["questions"][0]) == ["finding", "label", "question", "why", "settles", "passages"]
    assert list(plain["tensions"][0]) == ["id", "iri", "label", "handling", "positions"]
    assert list(plain["notices"][0]) == ["code", "message", "about"]
