"""Cases as the answers to a form: exactly, or as somebody would give them now."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spinegraph.engine import Case, CaseFile, Codebook, Engine, make_case
from spinegraph.engine.exchange.fhir.form.link_ids import RECORDED
from spinegraph.engine.exchange.fhir.questionnaire.populate import populate
from spinegraph.engine.exchange.fhir.questionnaire.questionnaire import FormName, Questionnaires
from spinegraph.engine.exchange.fhir.questionnaire.response import Responder
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.exchange.fhir.writing.codings import Json

from tests.exchange.fhir.questionnaire.test_questionnaire import items

DATED: Json = {
    "present": [{"code": "fever", "at": "2026-03-01"}, "low_back_pain"],
    "absent": ["trauma"],
    "performed": ["mri_lumbar"],
    "measurements": {"temperature_c": {"value": 38.4, "at": "2026-03-02"}, "duration_weeks": 5},
    "as_of": "2026-03-03",
}


@pytest.fixture(scope="module")
def form(engine: Engine) -> Json:
    return Questionnaires(engine.knowledge).write(FormName())


@pytest.fixture(scope="module")
def responder(engine: Engine) -> Responder:
    return Responder(engine.knowledge)


def made(codebook: Codebook, data: Json) -> Case:
    return make_case(data, codebook)


def answers(response: Json) -> dict[str, Any]:
    """`linkId` → the value of its answer, but for entries."""
    found = {}
    for one in items(response):
        if "answer" in one and not one["linkId"].startswith("entry:"):
            (found[one["linkId"]],) = one["answer"][0].values()
    return found


def entries(response: Json) -> list[str]:
    return [one["item"][0]["answer"][0]["valueCoding"]["code"] for one in items(response) if one["linkId"] == RECORDED]


def test_what_a_question_cannot_say_is_an_entry(responder: Responder, form: Json, codebook: Codebook) -> None:
    written = responder.write(made(codebook, DATED), form, "Patient/anna")
    assert written.left_out == ()
    assert set(answers(written.resource)) == {"low_back_pain", "trauma", "duration_weeks", "as_of"}
    assert sorted(entries(written.resource)) == ["fever", "mri_lumbar", "temperature_c"]
    assert written.resource["subject"] == {"reference": "Patient/anna"}


def test_as_of_now_a_date_that_is_not_asked_for_is_named(responder: Responder, form: Json, codebook: Codebook) -> None:
    written = responder.fill_in(made(codebook, DATED), form)
    found = answers(written.resource)
    assert (found["fever"]["code"], found["temperature_c"]) == ("Y", 38.4)
    assert entries(written.resource) == ["mri_lumbar"]
    assert written.left_out == ("at:fever (2026-03-01)", "at:temperature_c (2026-03-02)")


def test_a_screen_names_what_it_does_not_ask(engine: Engine, responder: Responder, codebook: Codebook) -> None:
    screen = Questionnaires(engine.knowledge).write(FormName(screen="infection"))
    file = CaseFile(made(codebook, DATED | {"audience": "patient"}))
    response, issues = (one["resource"] for one in populate(file, screen, responder)["parameter"])
    assert set(answers(response)) == {"fever"}
    assert response["status"] == "in-progress"
    named = [one["diagnostics"].removeprefix("The form does not ask for it: ") for one in issues["issue"]]
    assert named == [
        "audience.", "as_of.", "at:fever (2026-03-01).", "present low_back_pain.", "absent trauma.", "performed mri_lumbar.",
        "measurements duration_weeks.", "measurements temperature_c (2026-03-02).",
    ]  # fmt: skip


def test_nothing_known_is_nothing_answered(responder: Responder, form: Json) -> None:
    (only,) = populate(CaseFile(Case()), form, responder)["parameter"]
    assert "item" not in only["resource"]


def test_what_is_recorded_both_ways_is_no_answer(responder: Responder, form: Json, codebook: Codebook) -> None:
    both = made(codebook, {"present": ["fever"], "absent": ["fever"]})
    for written in (responder.write(both, form), responder.fill_in(both, form)):
        assert answers(written.resource) == {}
        assert entries(written.resource) == ["fever", "fever"]


def test_what_a_gate_hides_is_an_entry(engine: Engine, responder: Responder, form: Json, codebook: Codebook) -> None:
    """A short duration and care that failed before: the form does not ask for the latter, the case has it."""
    case = made(codebook, {"present": ["conservative_therapy_failed"], "measurements": {"duration_weeks": 2}})
    written = responder.write(case, form)
    assert entries(written.resource) == ["conservative_therapy_failed"]
    read = FhirReader(engine.knowledge, codebook).read(json.dumps(written.resource).encode()).case
    assert (read.present, read.measurements) == (case.present, case.measurements)


def test_a_time_without_a_zone_is_named(responder: Responder, form: Json, codebook: Codebook) -> None:
    case = made(codebook, {"present": [{"code": "fever", "at": "2026-03-01T08:30"}], "as_of": "2026-03-03T10:00"})
    written = responder.write(case, form)
    assert written.left_out == ("as_of", "present fever (2026-03-01T08:30)")
