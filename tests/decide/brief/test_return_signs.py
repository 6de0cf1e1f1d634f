"""Signs to come back for: denied, asked of the patient, and each one that the program itself makes more urgent."""

from __future__ import annotations

import pytest
from msgspec import structs
from spinegraph.engine import Case, Engine

EMERGENCIES = ("urinary_retention", "saddle_anesthesia", "fecal_incontinence", "bilateral_leg_weakness")


@pytest.fixture(scope="module")
def ordinary(engine: Engine) -> Case:
    """Low back pain in a patient who denies everything that he can be asked."""
    knowledge = engine.knowledge
    items = [item for screen in knowledge.screens.values() for item in screen.items if item.asked_of == "patient"]
    codes = {knowledge.findings[item.asks].code for item in items if item.asks in knowledge.findings}
    absent = tuple(sorted(codes - {"back_pain", "low_back_pain"}))
    return Case(present=("low_back_pain",), absent=absent, measurements={"age_years": 40}, audience="patient")


def test_each_is_denied_and_makes_the_case_as_urgent_as_it_says(engine: Engine, ordinary: Case) -> None:
    signs = engine.return_signs(ordinary)
    assert {sign.code for sign in signs} >= set(EMERGENCIES)
    assert [sign.level for sign in signs] == sorted((sign.level for sign in signs), key=("emergency", "urgent").index)
    broader = engine.knowledge.hierarchy.broader
    findings = {finding.code: finding for finding in engine.knowledge.findings.values()}
    for sign in signs:
        assert sign.code in ordinary.absent
        wider = {code for code, finding in findings.items() if finding.iri in broader[findings[sign.code].iri]}
        there = structs.replace(
            ordinary, present=(*ordinary.present, sign.code), absent=tuple(code for code in ordinary.absent if code not in wider)
        )
        assert engine.brief(there).brief.level == sign.level


def test_a_denied_sign_that_is_left_out_raises_nothing(engine: Engine, ordinary: Case) -> None:
    named = {sign.code for sign in engine.return_signs(ordinary)}
    left = [code for code in ordinary.absent if code not in named]
    assert left
    for code in left:
        without = tuple(other for other in ordinary.absent if other != code)
        level = engine.brief(structs.replace(ordinary, present=(*ordinary.present, code), absent=without)).brief.level
        assert level not in ("emergency", "urgent"), code


def test_what_was_not_asked_is_not_named(engine: Engine) -> None:
    case = Case(present=("low_back_pain",), absent=("saddle_anesthesia",), audience="patient")
    assert [sign.code for sign in engine.return_signs(case)] == ["saddle_anesthesia"]
    assert engine.return_signs(structs.replace(case, absent=())) == ()


def test_words_are_those_of_the_audience(engine: Engine) -> None:
    case = Case(present=("low_back_pain",), absent=("saddle_anesthesia",))
    (sign,) = engine.return_signs(case)
    assert sign.label == "saddle anesthesia"
    (for_patient,) = engine.return_signs(structs.replace(case, audience="patient"))
    assert for_patient.label != sign.label


def test_nothing_is_above_an_emergency_and_nothing_is_said_of_a_contradiction(engine: Engine) -> None:
    emergency = Case(present=("low_back_pain", "urinary_retention"), absent=("saddle_anesthesia",))
    assert engine.return_signs(emergency) == ()
    clash = Case(present=("low_back_pain", "night_pain"), absent=("night_pain", "saddle_anesthesia"))
    assert engine.return_signs(clash) == ()
