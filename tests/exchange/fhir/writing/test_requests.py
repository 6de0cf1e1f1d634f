"""What recommendations propose, as drafts of orders: the resource that the content names, and nothing that no source states."""

from __future__ import annotations

import pytest
from spinegraph.engine import Engine, load_knowledge, make_case, make_codebook
from spinegraph.engine.exchange.fhir.writing.codings import Codings
from spinegraph.engine.exchange.fhir.writing.requests import Order, draft_request, request_of
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.model import Recommendation


@pytest.fixture(scope="module")
def throat() -> Engine:
    return Engine(load_knowledge(named_paths(*shipped_packages()["sore-throat"])))


def test_an_indicated_image_is_a_draft_with_its_reasons(engine: Engine) -> None:
    case = make_case({"present": ["saddle_anesthesia", "back_pain"]}, make_codebook(engine.knowledge))
    decision = engine.decide(case)
    (decided,) = (one for one in decision.recommendations if one.id == "lumbar-mri-in-suspected-cauda-equina")
    request = request_of(decided, engine.knowledge, Codings(engine.knowledge), "Patient/1")
    assert (request["resourceType"], request["status"], request["intent"]) == ("ServiceRequest", "draft", "proposal")
    assert (request["priority"], request["subject"]) == ("stat", {"reference": "Patient/1"})
    assert "doNotPerform" not in request
    assert "saddle_anesthesia" in {reason["coding"][0]["code"] for reason in request["reasonCode"]}
    assert request["category"][0]["coding"][0]["code"] == "363679005"


def test_the_kind_of_every_order_is_declared(engine: Engine) -> None:
    """Every intervention of the shipped knowledge says what asks for it, and each draft has what R4 requires of it."""
    knowledge, codings = engine.knowledge, Codings(engine.knowledge)
    for rule in knowledge.rules.values():
        if not isinstance(rule, Recommendation):
            continue
        request = draft_request(rule, knowledge, codings, Order())
        assert knowledge.interventions[rule.intervention].ordered_as
        assert request["status"] == "draft"
        if request["resourceType"] in ("ServiceRequest", "MedicationRequest"):
            assert request.get("doNotPerform", False) is (rule.direction == "against")
            assert request["subject"]
        else:
            assert "doNotPerform" not in request
            assert (request["resourceType"] == "Task") <= (rule.direction == "for")


def test_a_dose_is_told_in_the_words_of_the_source_and_for_the_patient(throat: Engine) -> None:
    knowledge = throat.knowledge
    rule = next(one for one in knowledge.rules.values() if isinstance(one, Recommendation) and one.doses and one.doses[0].per)
    assert draft_request(rule, knowledge, Codings(knowledge), Order()).get("dosageInstruction") is None
    case = make_case({"measurements": {"weight_kg": 20}}, make_codebook(knowledge))
    (decided,) = (one for one in throat.decide(case, True).recommendations if one.id == rule.id)
    request = request_of(decided, knowledge, Codings(knowledge))
    assert request["resourceType"] == "MedicationRequest"
    assert decided.dose[0].text in request["dosageInstruction"][0]["text"]  # type: ignore[index]
    assert request["subject"] == {"display": "the patient of this case"}
