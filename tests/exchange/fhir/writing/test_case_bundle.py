"""Cases as Bundles: each entry as the resource that says it, and what none says in a form."""

from __future__ import annotations

from typing import Any

import pytest
from spinegraph.engine import Case, Codebook, Engine, make_case
from spinegraph.engine.exchange.fhir.writing.case_bundle import CaseBundles
from spinegraph.engine.exchange.fhir.writing.codings import Codings, Json

MIXED: dict[str, Any] = {
    "present": ["low_back_pain", {"code": "fever", "at": "2026-03-01"}],
    "absent": ["trauma", {"code": "night_pain", "at": "2026-02"}],
    "performed": [{"code": "mri_lumbar", "at": "2026-03-02T08:30:00Z"}],
    "not_performed": ["plain_radiograph"],
    "taking": ["nsaid"],
    "not_taking": ["antibiotic_therapy"],
    "measurements": {"duration_weeks": 5, "temperature_c": {"value": 38.4, "at": "2026-03-02"}},
    "birth_date": "1972-05-01",
    "as_of": "2026-03-03T10:00:00Z",
}
"""A case with every kind of entry."""


@pytest.fixture(scope="module")
def bundles(engine: Engine) -> CaseBundles:
    return CaseBundles(engine.knowledge, Codings(engine.knowledge))


def resources(bundle: Json) -> list[Json]:
    return [one["resource"] for one in bundle["entry"]]


def only(bundle: Json, kind: str) -> Json:
    (found,) = [one for one in resources(bundle) if one["resourceType"] == kind]
    return found


def test_every_entry_is_the_resource_that_says_it(bundles: CaseBundles, codebook: Codebook) -> None:
    bundle, left = bundles.write(make_case(MIXED, codebook))
    assert left == ()
    assert only(bundle, "Patient") == {"resourceType": "Patient", "birthDate": "1972-05-01"}
    conditions = {}
    for one in resources(bundle):
        if one["resourceType"] == "Condition":
            verified, at = one["verificationStatus"]["coding"][0]["code"], one.get("onsetDateTime") or one.get("recordedDate")
            conditions[one["code"]["coding"][0]["code"]] = (verified, at)
    assert conditions == {
        "low_back_pain": ("confirmed", None), "fever": ("confirmed", "2026-03-01"),
        "trauma": ("refuted", None), "night_pain": ("refuted", "2026-02"),
    }  # fmt: skip
    acts = {(one["status"], one["code"]["text"]) for one in resources(bundle) if one["resourceType"] == "Procedure"}
    assert {status for status, _ in acts} == {"completed", "not-done"}
    medicines = {one["status"] for one in resources(bundle) if one["resourceType"] == "MedicationStatement"}
    assert medicines == {"active", "not-taken"}
    values = {}
    for one in resources(bundle):
        if one["resourceType"] == "Observation":
            quantity = one["valueQuantity"]
            values[one["code"]["coding"][0]["code"]] = (quantity["value"], quantity["code"], one.get("effectiveDateTime"))
    assert values["temperature_c"] == (38.4, "Cel", "2026-03-02")
    assert values["duration_weeks"] == (5, "wk", None)
    assert bundle["timestamp"] == "2026-03-03T10:00:00Z"


def test_what_no_resource_says_stands_in_a_form(bundles: CaseBundles, codebook: Codebook) -> None:
    case = make_case({"present": ["fever"], "absent": ["fever", "trauma"], "as_of": "2026-03"}, codebook)
    bundle, left = bundles.write(case)
    (group,) = only(bundle, "QuestionnaireResponse")["item"]
    moment, *entries = group["item"]
    assert (left, moment["answer"]) == ((), [{"valueDateTime": "2026-03"}])
    assert len(entries) == 2
    assert [one["code"]["text"] for one in resources(bundle) if one["resourceType"] == "Condition"] == ["trauma"]
    assert "timestamp" not in bundle, "a month is no instant"


def test_references_lead_to_the_patient_and_the_same_case_is_the_same_bundle(bundles: CaseBundles, codebook: Codebook) -> None:
    case = make_case(MIXED, codebook)
    bundle, _ = bundles.write(case)
    urls = [one["fullUrl"] for one in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    assert {one["subject"]["reference"] for one in resources(bundle)[1:]} == {urls[0]}
    assert bundles.write(case).resource == bundle
    assert bundles.write(Case()).resource["entry"][0]["fullUrl"] != urls[0]


def test_words_and_times_without_a_zone_are_named(bundles: CaseBundles, codebook: Codebook) -> None:
    data: dict[str, Any] = {"present": [{"code": "fever", "at": "2026-03-01T08:30"}], "language": "de", "audience": "patient"}
    assert bundles.write(make_case(data, codebook)).left_out == ("audience", "language", "present fever (2026-03-01T08:30)")
