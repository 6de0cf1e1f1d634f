"""Orders rated by appropriate use criteria, where the service is set up for it: what is open has no rating."""

from __future__ import annotations

from typing import Any

import pytest
from spinegraph.engine import Codebook, Engine
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.exchange.cds_hooks.answering import HookAnswering
from spinegraph.engine.exchange.cds_hooks.order_cards import order_writer
from spinegraph.engine.exchange.cds_hooks.ratings import RATING, RATINGS_SYSTEM, RatingOptions

from tests.exchange.cds_hooks.calling import LOW_BACK_PAIN, Json, answered, example, order, ordering, ours, request
from tests.exchange.fhir.reading.making import IBUPROFEN, SNOMED, condition, patient


def ratings(answer: Json) -> list[str]:
    """The rating that each changed order was given."""
    found = []
    for action in answer.get("systemActions", ()):
        assert action["type"] == "update"
        (rating,) = [one for one in action["resource"]["extension"] if one["url"] == RATING]
        (coding,) = rating["valueCodeableConcept"]["coding"]
        assert coding["system"] == RATINGS_SYSTEM
        found.append(coding["code"])
    return found


def test_what_a_recommendation_advises_against_is_not_appropriate(rating: HookAnswering) -> None:
    given = example("order-select")
    answer = answered(rating, given)
    assert ratings(answer) == ["not-appropriate"]
    changed = answer["systemActions"][0]["resource"]
    extensions = {one.pop("url").removeprefix(RATING): [*one.values()] for one in changed.pop("extension")}
    assert extensions["-qcdsm-consulted"] == ["G1234"]
    assert extensions["-auc-applied"] == ["https://w3id.org/spinegraph/rule/no-early-mri"]
    assert extensions["-consult-id"][0].startswith("urn:uuid:")
    assert changed == given["context"]["draftOrders"]["entry"][0]["resource"]


def test_an_earlier_rating_is_replaced_and_other_extensions_stay(rating: HookAnswering) -> None:
    given = example("order-select")
    draft = given["context"]["draftOrders"]["entry"][0]["resource"]
    draft["extension"] = [{"url": RATING, "valueCodeableConcept": {}}, {"url": "https://other.example/x", "valueString": "kept"}]
    answer = answered(rating, given)
    assert ratings(answer) == ["not-appropriate"]
    assert answer["systemActions"][0]["resource"]["extension"][0]["valueString"] == "kept"


@pytest.mark.parametrize(("extension", "expected"), [("x", []), ({}, []), ([None, 1, {"url": 2}], ["not-appropriate"])])
def test_odd_extensions_of_a_draft_stay_as_they_are(rating: HookAnswering, extension: Any, expected: list[str]) -> None:
    given = example("order-select")
    given["context"]["draftOrders"]["entry"][0]["resource"]["extension"] = extension
    answer = answered(rating, given)
    assert len(answer.get("systemActions", ())) == len(expected)
    if expected:
        assert answer["systemActions"][0]["resource"]["extension"][: len(extension)] == extension


def test_what_a_recommendation_advises_is_appropriate(rating: HookAnswering) -> None:
    record = (patient(birthDate="1980-01-01"), condition(LOW_BACK_PAIN), condition((SNOMED, "267064002"), id="urine"))
    answer = answered(rating, request("order-sign", *record, context=ordering(order())))
    assert (ratings(answer), answer["cards"]) == (["appropriate"], [])


def test_what_is_open_has_no_rating_and_what_would_settle_it_is_asked(rating: HookAnswering) -> None:
    answer = answered(rating, request("order-sign", context=ordering(order())))
    assert ratings(answer) == []
    assert [ours(card)["card"] for card in answer["cards"]] == ["ask"]


def test_where_no_source_speaks_of_the_patient_no_criteria_apply(rating: HookAnswering) -> None:
    record = (patient(birthDate="2015-01-01"), condition(LOW_BACK_PAIN))
    assert ratings(answered(rating, request("order-sign", *record, context=ordering(order())))) == ["no-criteria-apply"]


def test_only_what_was_named_is_rated(rating: HookAnswering, answering: HookAnswering) -> None:
    drug = request("order-sign", context=ordering(order(IBUPROFEN, kind="MedicationRequest")))
    assert ratings(answered(rating, drug)) == []
    assert ratings(answered(answering, example("order-select"))) == []


def test_an_intervention_that_there_is_not_is_refused(engine: Engine, codebook: Codebook) -> None:
    with pytest.raises(VocabularyError, match="no intervention 'imagin'"):
        HookAnswering(engine, codebook, order_writer(engine.knowledge), RatingOptions(("imagin",)))
