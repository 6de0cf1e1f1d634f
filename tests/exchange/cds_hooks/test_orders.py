"""Drafts of orders: a warning where something stands against one, with what is advised instead; nothing otherwise."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from spinegraph.engine.exchange.cds_hooks.answering import HookAnswering
from spinegraph.engine.exchange.cds_hooks.overriding import SYSTEM

from tests.exchange.cds_hooks.calling import (
    CPT,
    EXAMPLES,
    LOW_BACK_PAIN,
    OURS,
    ROOT,
    Json,
    answered,
    example,
    order,
    ordering,
    ours,
    request,
    said,
)
from tests.exchange.fhir.reading.making import (
    IBUPROFEN,
    LOINC,
    MRI_LUMBAR,
    SNOMED,
    bundle,
    condition,
    observation,
    patient,
    quantity,
)

DRAFT = "ServiceRequest/draft-1"
MRI_HEAD = (SNOMED, "241601008")


def sign(*drafts: Json) -> Json:
    """The record of the documentation's example, with other drafts about to be signed."""
    given = example("order-select")
    for one in drafts:
        one["subject"] = {"reference": "Patient/p1"}
    given["hook"], given["context"] = "order-sign", {"userId": "Practitioner/d", "patientId": "p1", **ordering(*drafts)}
    return given


def test_an_order_that_is_advised_against_gets_a_warning_with_reason_source_and_a_better_one(answering: HookAnswering) -> None:
    (card,) = answered(answering, example("order-select"))["cards"]
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Advised against for this patient: MRI of the lumbar spine without contrast.")
    assert card["source"]["url"] == "https://w3id.org/spinegraph/rule/no-early-mri"
    assert "000-L084a: " in card["detail"]
    assert "On these facts: back pain; low back pain." in card["detail"]
    assert card["links"][0]["url"].startswith(ROOT)
    assert card["links"][0]["url"].endswith("&why=no-early-mri")
    assert ours(card)["verdicts"] == {"no-early-mri": "indicated"}
    assert {"code": "low_back_pain", "state": "present"} in ours(card)["proof"]


def test_a_suggestion_takes_the_draft_back_and_makes_what_is_advised(answering: HookAnswering) -> None:
    (card,) = answered(answering, example("order-select"))["cards"]
    first, second, last = card["suggestions"]
    assert card["selectionBehavior"] == "at-most-one"
    assert [one["isRecommended"] for one in card["suggestions"]] == [True, False, False]
    for suggestion in (first, second):
        taken_back, made = suggestion["actions"]
        assert (taken_back["type"], taken_back["resourceId"]) == ("delete", DRAFT)
        assert made["type"] == "create"
        assert made["resource"]["status"] == "draft"
        assert made["resource"]["subject"] == {"reference": "Patient/p1"}
    assert [action["type"] for action in last["actions"]] == ["delete"]
    names = [card["uuid"], *(suggestion["uuid"] for suggestion in card["suggestions"])]
    assert len(set(names)) == len(names)
    assert {reason["system"] for reason in card["overrideReasons"]} == {SYSTEM}


def test_what_is_narrower_than_what_is_advised_against_is_warned_of_by_any_of_its_codes(answering: HookAnswering) -> None:
    for code in (MRI_LUMBAR, (CPT, "72148"), (LOINC, "30679-5"), (CPT, "72158")):
        (card,) = answered(answering, sign(order(code)))["cards"]
        assert "no-early-mri" in ours(card)["verdicts"]


def test_every_draft_that_is_signed_is_looked_at_and_of_a_selection_only_that(answering: HookAnswering) -> None:
    drafts = (order(MRI_LUMBAR, "a"), order(IBUPROFEN, "b", "MedicationRequest"), order(MRI_LUMBAR, "c"))
    signed = answered(answering, sign(*drafts))
    assert [ours(card)["order"] for card in signed["cards"]] == ["ServiceRequest/a", "ServiceRequest/c"]
    assert set(ours(signed)["orders"]) == {"ServiceRequest/a", "MedicationRequest/b", "ServiceRequest/c"}
    selecting = sign(*drafts)
    selecting["hook"] = "order-select"
    selecting["context"]["selections"] = ["ServiceRequest/c", "MedicationRequest/b"]
    assert [ours(card)["order"] for card in answered(answering, selecting)["cards"]] == ["ServiceRequest/c"]


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (order(MRI_HEAD), "has no meaning here"),
        (order(MRI_LUMBAR, doNotPerform=True), "asks for something (do not perform)"),
        (order(MRI_LUMBAR, status="entered-in-error"), "entered in error"),
        ({**order(), "code": {"text": "MRI"}}, "no code"),
        ({"resourceType": "DeviceRequest", "id": "x"}, "DeviceRequest are not read"),
        ({"resourceType": "ServiceRequest", "id": "x", "code": "MRI"}, "not FHIR R4"),
        ({**order(IBUPROFEN, kind="MedicationRequest"), "medicationCodeableConcept": None}, "no code"),
    ],
)
def test_what_is_not_read_is_said_and_costs_only_itself(answering: HookAnswering, draft: Json, why: str) -> None:
    answer = answered(answering, sign(draft, order(MRI_LUMBAR, "read")))
    assert [ours(card)["order"] for card in answer["cards"]] == ["ServiceRequest/read"]
    (told,) = [one["not_read"] for one in ours(answer)["orders"].values() if "not_read" in one]
    assert why in told


def test_a_draft_for_another_patient_is_not_judged_by_this_record(answering: HookAnswering) -> None:
    given = sign(order(MRI_LUMBAR))
    given["context"]["draftOrders"]["entry"][0]["resource"]["subject"] = {"reference": "Patient/bert"}
    answer = answered(answering, given)
    assert answer["cards"] == []
    assert "about Patient/bert" in ours(answer)["orders"]["ServiceRequest/mri"]["not_read"]


def test_a_medicine_that_a_draft_contains_is_read(answering: HookAnswering) -> None:
    draft = order(IBUPROFEN, kind="MedicationRequest")
    code = draft.pop("medicationCodeableConcept")
    contained: dict[str, Any] = {"resourceType": "Medication", "id": "m", "code": code}
    draft |= {"contained": [contained], "medicationReference": {"reference": "#m"}}
    assert ours(answered(answering, sign(draft)))["orders"]["MedicationRequest/mri"] == {
        "read_as": "nonsteroidal anti-inflammatory drug"
    }
    draft["contained"] = [[], *draft["contained"]]
    draft["medicationReference"] = {"reference": "#other"}
    assert "#other" in ours(answered(answering, sign(draft)))["orders"]["MedicationRequest/mri"]["not_read"]


def test_a_draft_without_an_id_is_warned_of_and_cannot_be_taken_back(answering: HookAnswering) -> None:
    draft = order(MRI_LUMBAR)
    del draft["id"]
    (card,) = answered(answering, sign(draft))["cards"]
    assert "suggestions" not in card
    assert "selectionBehavior" not in card


def test_nothing_is_said_while_nothing_stands_against_an_order(answering: HookAnswering) -> None:
    record = (patient(birthDate="1980-01-01"), condition(LOW_BACK_PAIN), condition((SNOMED, "267064002"), id="urine"))
    for given in (
        request("order-sign", *record, context=ordering(order(MRI_LUMBAR))),
        request("order-sign", context=ordering(order(MRI_LUMBAR))),
        request("order-sign", context=ordering()),
    ):
        assert answered(answering, given)["cards"] == []


def test_nothing_is_proposed_for_the_deceased(answering: HookAnswering) -> None:
    given = example("order-select")
    given["prefetch"]["patient"]["deceasedBoolean"] = True
    assert answered(answering, given)["cards"] == []


def test_what_is_provisional_is_worded_so(answering: HookAnswering) -> None:
    given = example("order-select")
    items = given["prefetch"]["answers"]["entry"][0]["resource"]["item"]
    given["prefetch"]["answers"]["entry"][0]["resource"]["item"] = [
        {**item, "answer": [{"valueBoolean": True}]} if item["linkId"] == "weakness" else item for item in items
    ]
    answer = answered(answering, given)
    assert ours(answer)["verdicts"]["no-early-mri"] == "provisional"
    (card,) = answer["cards"]
    assert card["summary"].startswith("May be advised against for this patient: ")
    assert "It is provisional, not settled." in card["detail"]
    assert "Left open: " in card["detail"]
    assert "indicated" not in card["detail"]


def test_orders_are_not_performed(answering: HookAnswering) -> None:
    given = example("order-select")
    without = {**given, "hook": "patient-view", "context": {"userId": "Practitioner/d", "patientId": "p1"}}
    assert ours(answered(answering, given))["decision"] == ours(answered(answering, without))["decision"]
    given["context"]["draftOrders"] = bundle()
    assert "not among the drafts" in ours(answered(answering, given))["orders"][repr(DRAFT)]["not_read"]


def ordinary(**changed: bool) -> list[Json]:
    """The findings of the ordinary visit of the documentation, as observations; some of them otherwise."""
    case = yaml.safe_load((EXAMPLES / "ordinary-visit.yaml").read_text(encoding="utf-8"))
    found = {**dict.fromkeys(case["absent"], False), **dict.fromkeys(case["present"], True), **changed}
    lasting = observation((OURS, "duration_weeks"), id="lasting", valueQuantity=quantity(5, "d"))
    return [patient(birthDate="1980-01-01"), lasting, *(said(code, value) for code, value in found.items())]


RADIOGRAPH, CT = (OURS, "plain_radiograph"), (OURS, "computed_tomography")


@pytest.mark.parametrize("ordered", [RADIOGRAPH, CT], ids=["radiograph", "CT"])
def test_imaging_that_nothing_asks_for_is_routine(answering: HookAnswering, ordered: tuple[str, str]) -> None:
    (card,) = answered(answering, request("order-sign", *ordinary(), context=ordering(order(ordered))))["cards"]
    assert ours(card)["verdicts"] == {"no-routine-imaging": "indicated"}
    assert "000-L061a: " in card["detail"]


def test_imaging_that_is_advised_is_not_routine(answering: HookAnswering) -> None:
    record = ordinary(history_of_cancer=True, unexplained_weight_loss=True)
    given = request("order-sign", *record, context=ordering(order(RADIOGRAPH)))
    assert answered(answering, given)["cards"] == []
