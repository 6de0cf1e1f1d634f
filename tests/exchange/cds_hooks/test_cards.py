"""What is told of a patient in view: at most three cards, none where nothing is to be said, and the verdicts of JSON."""

from __future__ import annotations

import pytest
from spinegraph.engine import Engine
from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.exchange.cds_hooks.answering import HookAnswering
from spinegraph.engine.exchange.cds_hooks.messages import summary_of
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions

from tests.exchange.cds_hooks.calling import (
    AS_OF,
    INSTANCE,
    LOW_BACK_PAIN,
    ROOT,
    Json,
    answered,
    example,
    gathered,
    order,
    ordering,
    ours,
    parsed,
    request,
    said,
)
from tests.exchange.fhir.reading.making import FEVER, SNOMED, condition, observation, patient, quantity

CANNOT_PASS_URINE = (SNOMED, "267064002")


def kinds(answer: Json) -> list[str]:
    return [ours(card)["card"] for card in answer["cards"]]


def test_an_emergency_is_told_first_and_then_what_to_ask(answering: HookAnswering) -> None:
    answer = answered(answering, example("patient-view"))
    brief, ask = answer["cards"]
    assert kinds(answer) == ["brief", "ask"]
    assert (brief["indicator"], ask["indicator"]) == ("critical", "info")
    assert brief["summary"].startswith("Emergency: ")
    assert "**Do**" in brief["detail"]
    assert "not a device" in brief["detail"]
    assert all(len(card["summary"]) < 140 for card in answer["cards"])
    assert all(link["url"].startswith(f"{ROOT}#y=") for card in answer["cards"] for link in card["links"])
    assert set(ours(brief)["verdicts"].items()) <= set(ours(answer)["verdicts"].items())


def test_what_only_asks_is_one_card(answering: HookAnswering) -> None:
    answer = answered(answering, request())
    assert kinds(answer) == ["ask"]
    assert answer["cards"][0]["detail"].count("\n- ") >= 2


def test_the_same_request_has_the_same_answer_and_another_call_other_names(answering: HookAnswering) -> None:
    first, again = answered(answering, request()), answered(answering, request())
    other = answered(answering, {**request(), "hookInstance": INSTANCE.replace("d", "e")})
    assert first == again
    assert {card["uuid"] for card in first["cards"]}.isdisjoint(card["uuid"] for card in other["cards"])


def test_verdicts_are_those_of_the_same_record_without_a_hook(
    answering: HookAnswering, engine: Engine, codebook: Codebook
) -> None:
    for given in (example("patient-view"), request(), request("patient-view", patient(birthDate="1950-01-01"), condition(FEVER))):
        hook = parsed(given)
        options = RecordOptions(subject=hook.patient, as_of=AS_OF)
        case = FhirReader(engine.knowledge, codebook).case_of(gathered(hook).record, options).case
        told = ours(answered(answering, given))["verdicts"]
        quiet = {"undetermined", "not-indicated", "out-of-scope"}
        assert told == {id_: verdict for id_, verdict in engine.verdicts(case).items() if verdict not in quiet}


@pytest.mark.parametrize(
    "record",
    [
        (patient(birthDate="1980-01-01"),),
        (patient(birthDate="1980-01-01"), condition((SNOMED, "195967001"))),
        (patient(birthDate="2020-01-01"),),
        (patient(birthDate="1980-01-01", deceasedBoolean=True), condition(LOW_BACK_PAIN), condition(CANNOT_PASS_URINE, id="u")),
        (patient(birthDate="1980-01-01", deceasedDateTime="2026-01-01"), condition(LOW_BACK_PAIN)),
    ],
    ids=["nothing", "asthma", "a child with nothing", "deceased", "deceased at a date"],
)
def test_where_nothing_is_to_be_said_there_is_no_card(answering: HookAnswering, record: tuple[Json, ...]) -> None:
    answer = answered(answering, request("patient-view", *record))
    assert answer["cards"] == []
    assert ours(answer)["record"]["resources"] == len(record)


def test_a_child_with_a_complaint_gets_no_order_and_is_said_not_to_be_covered(answering: HookAnswering) -> None:
    answer = answered(answering, request("patient-view", patient(birthDate="2018-01-01"), condition(LOW_BACK_PAIN)))
    (card,) = answer["cards"]
    assert (card["indicator"], ours(card)["verdicts"]) == ("info", {})
    assert "No source here covers this patient" in card["summary"]
    assert "**Do**" not in card["detail"]


def test_a_child_with_a_sign_of_danger_keeps_its_level(answering: HookAnswering) -> None:
    record = (patient(birthDate="2018-01-01"), condition(LOW_BACK_PAIN), condition(CANNOT_PASS_URINE, id="urine"))
    (card,) = answered(answering, request("patient-view", *record))["cards"]
    assert card["indicator"] == "critical"
    assert "senior help" in card["summary"]


def test_a_contradiction_is_a_card_of_its_own_and_there_are_never_more_than_three(answering: HookAnswering) -> None:
    record = (
        patient(birthDate="1980-01-01"),
        condition(LOW_BACK_PAIN),
        condition(CANNOT_PASS_URINE, id="urine"),
        condition(FEVER, id="fever"),
        observation(FEVER, id="no-fever", valueBoolean=False),
    )
    answer = answered(answering, request("patient-view", *record))
    assert kinds(answer) == ["brief", "ask", "contradiction"]
    last = answer["cards"][-1]
    assert (last["indicator"], ours(last)["about"]) == ("warning", ["fever"])
    assert last["summary"].startswith("The record contradicts itself: ")


def test_two_values_of_one_time_are_told_though_no_rule_reads_either(answering: HookAnswering) -> None:
    at = {"effectiveDateTime": "2026-03-03T08:00:00Z"}
    weeks = [
        observation(("https://w3id.org/spinegraph", "duration_weeks"), id=f"o{n}", valueQuantity=quantity(n, "wk"), **at)
        for n in (2, 9)
    ]
    answer = answered(answering, request("patient-view", patient(birthDate="1980-01-01"), condition(LOW_BACK_PAIN), *weeks))
    assert kinds(answer)[-1] == "contradiction"
    assert "at one time" in answer["cards"][-1]["detail"]


def test_what_a_sender_wrote_is_no_markup(answering: HookAnswering) -> None:
    evil = condition(LOW_BACK_PAIN, id="bad", onsetDateTime="[x](http://evil.example)<img src=y>`*")
    answer = answered(answering, request("patient-view", patient(birthDate="1980-01-01"), condition(LOW_BACK_PAIN), evil))
    detail = answer["cards"][0]["detail"]
    assert "\\[x\\](http://evil.example)\\<img" in detail
    assert "<img" not in detail.replace("\\<img", "")


def test_what_was_not_to_be_had_is_said(answering: HookAnswering) -> None:
    given = request()
    del given["prefetch"]["allergies"]
    answer = answered(answering, given)
    assert "not to be had: allergies" in answer["cards"][0]["detail"]
    assert ours(answer)["missing"] == {"allergies": "not sent"}
    assert ours(answer)["record"]["whole"] is False


def test_others_in_the_record_are_not_used_and_that_is_said(answering: HookAnswering) -> None:
    record = (
        patient(birthDate="1980-01-01"),
        condition(LOW_BACK_PAIN),
        condition(CANNOT_PASS_URINE, id="x", subject="Patient/bert"),
    )
    answer = answered(answering, request("patient-view", *record))
    assert ours(answer)["level"] == "undetermined"
    assert ours(answer)["record"]["kinds"]["other-patient"] == 1
    assert "about 'Patient/bert'" in answer["cards"][0]["detail"]


def test_the_moment_is_that_of_the_hook_or_the_one_that_is_given_or_none(answering: HookAnswering) -> None:
    stated = {**request(), "extension": {"org.w3id.spinegraph": {"as_of": "2030-01-01"}}}
    ages = [
        answered(answering, given, as_of=as_of)["cards"][0]["links"][0]["url"].rpartition("age_years~")[2]
        for given, as_of in ((stated, AS_OF), (request(), AS_OF), (request(), ""))
    ]
    assert ages[:2] == ["50.0~a", "46.0~a"]
    assert "age_years" not in answered(answering, request(), as_of="")["cards"][0]["links"][0]["url"]


def test_cards_are_in_the_language_that_is_asked_for(answering: HookAnswering) -> None:
    answer = answered(answering, example("patient-view"), language="de")
    assert answer["cards"][1]["summary"].startswith("Als Nächstes fragen: ")
    drafts = ordering(order(id_="x"), select=("ServiceRequest/y",))
    (told,) = ours(answered(answering, request("order-select", context=drafts), language="de"))["orders"].values()
    assert told["not_read"] == "Es wurde ausgewählt und ist nicht unter den Entwürfen."


def test_a_smart_app_is_launched_where_there_is_one(answering: HookAnswering) -> None:
    (card,) = answered(answering, request(), smart=True)["cards"]
    assert [link["type"] for link in card["links"]] == ["absolute", "smart"]
    assert card["links"][1] == {
        "label": "Open with this patient",
        "url": f"{ROOT}smart/launch",
        "type": "smart",
        "appContext": f'{{"card":"{card["uuid"]}"}}',
    }


def test_facts_of_a_record_say_what_they_say_elsewhere(answering: HookAnswering) -> None:
    record = (patient(birthDate="1980-01-01"), condition(LOW_BACK_PAIN), said("urinary_retention", True), said("fever", False))
    answer = answered(answering, request("patient-view", *record))
    assert answer["cards"][0]["links"][0]["url"].startswith(
        f"{ROOT}#y=low_back_pain.urinary_retention&n=fever&m=age_years~46.0~a"
    )


def test_a_summary_is_cut_between_words() -> None:
    assert summary_of("x" * 139) == "x" * 139
    cut = summary_of("several words, " * 20)
    assert len(cut) < 140
    assert cut.endswith("words…")
