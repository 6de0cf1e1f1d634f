"""Forms over HTTP: read, searched, filled in from a record, and asked one after the other."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from spinegraph.engine.exchange.fhir.writing.codings import CANONICAL

Json = dict[str, Any]
URL = f"{CANONICAL}Questionnaire/"
SNOMED = "http://snomed.info/sct"
RECORD: Json = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "anna", "birthDate": "1980-05-01"}},
        {
            "resource": {
                "resourceType": "Condition",
                "subject": {"reference": "Patient/anna"},
                "code": {"coding": [{"system": SNOMED, "code": "386661006"}]},
                "clinicalStatus": {"coding": [{"code": "active"}]},
            }
        },
        {
            "resource": {
                "resourceType": "Condition",
                "subject": {"reference": "Patient/anna"},
                "code": {"coding": [{"system": SNOMED, "code": "161891005"}]},
                "verificationStatus": {"coding": [{"code": "provisional"}]},
            }
        },
    ],
}


def parameters(**given: Json) -> Json:
    return {"resourceType": "Parameters", "parameter": [{"name": name, **value} for name, value in given.items()]}


YES = {"valueCoding": {"system": "http://terminology.hl7.org/CodeSystem/v2-0136", "code": "Y"}}
ANNA = {"valueReference": {"reference": "Patient/anna"}}
GIVEN: Json = {"subject": ANNA, "asOf": {"valueDate": "2026-03-03"}, "data": {"resource": RECORD}}


def bundle(*resources: Json) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def answers(response: Json) -> dict[str, Json]:
    """`linkId` → its answer."""
    waiting, found = [*response.get("item", ())], dict[str, Json]()
    while waiting:
        one = waiting.pop()
        waiting += one.get("item", ())
        found |= {one["linkId"]: one["answer"][0]} if "answer" in one else {}
    return found


def test_a_form_is_read_and_kept(client: httpx.Client) -> None:
    reply = client.get("/fhir/Questionnaire/screen-cancer.patient")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/fhir+json")
    assert reply.json()["url"] == f"{URL}screen-cancer.patient"
    again = client.get("/fhir/Questionnaire/screen-cancer.patient", headers={"If-None-Match": reply.headers["etag"]})
    assert again.status_code == 304


def test_forms_are_searched(client: httpx.Client) -> None:
    listed = client.get("/fhir/Questionnaire?_count=100").json()
    assert (listed["type"], listed["total"]) == ("searchset", len(listed["entry"]))
    assert {"all", "screen-cancer"} <= {one["resource"]["id"] for one in listed["entry"]}
    assert all("item" not in one["resource"] and one["resource"]["meta"]["tag"] for one in listed["entry"])
    for query in (
        "_id=screen-cancer",
        f"url={URL}screen-cancer",
        f"url={URL}screen-cancer|{listed['entry'][0]['resource']['version']}",
    ):
        (found,) = client.get(f"/fhir/Questionnaire?{query}").json()["entry"]
        assert found["resource"] == client.get("/fhir/Questionnaire/screen-cancer").json()
    none = client.get(f"/fhir/Questionnaire?url={URL}screen-cancer|0.0.0").json()
    assert none["total"] == 0
    assert "entry" not in none


def test_what_a_record_answers_and_nothing_else(client: httpx.Client) -> None:
    reply = client.post("/fhir/Questionnaire/all/$populate", json=parameters(**GIVEN))
    assert reply.status_code == 200, reply.text
    response, issues = (one["resource"] for one in reply.json()["parameter"])
    assert (response["resourceType"], response["status"]) == ("QuestionnaireResponse", "in-progress")
    assert response["subject"] == {"reference": "Patient/anna"}
    found = answers(response)
    assert set(found) == {"fever", "birth_date", "as_of", "age_years"}
    assert found["fever"]["valueCoding"]["code"] == "Y"
    assert found["age_years"] == {"valueDecimal": 45}
    assert [one["severity"] for one in issues["issue"]] == ["warning"]
    screen = client.post("/fhir/Questionnaire/screen-cancer/$populate", json=parameters(**GIVEN)).json()
    (only, left) = (one["resource"] for one in screen["parameter"])
    assert "item" not in only
    assert any("present fever" in one["diagnostics"] for one in left["issue"]), "what the form does not ask is named"


def test_a_bundle_alone_is_the_record(client: httpx.Client) -> None:
    reply = client.post("/fhir/Questionnaire/screen-infection/$populate", json=RECORD)
    assert answers(reply.json()["parameter"][0]["resource"]).keys() == {"fever"}
    beside = client.post("/fhir/Questionnaire/all/$populate?subject=Patient/anna&as_of=2026-03-03", json=RECORD)
    assert answers(beside.json()["parameter"][0]["resource"])["age_years"] == {"valueDecimal": 45}


def test_a_form_that_is_handed_out_decides(client: httpx.Client) -> None:
    """What is populated is posted back: with what is asked next, until nothing is."""
    response = client.post("/fhir/Questionnaire/all/$populate", json=parameters(**GIVEN)).json()["parameter"][0]["resource"]
    given = client.post("/v1/decisions?view=full", json=response, headers={"Content-Type": "application/fhir+json"}).json()
    plain = client.post(
        "/v1/decisions?view=full", json={"present": ["fever"], "birth_date": "1980-05-01", "as_of": "2026-03-03"}
    ).json()
    assert {one["id"]: one["verdict"] for one in given["recommendations"]} == {
        one["id"]: one["verdict"] for one in plain["recommendations"]
    }


def test_forms_one_after_the_other(client: httpx.Client) -> None:
    """An app asks the first screen, keeps every response, and asks for the next form with all of them."""
    kept: list[Json] = []
    asked: list[str] = []
    for _ in range(30):
        record = bundle(RECORD["entry"][0]["resource"], *kept)
        form = client.post("/fhir/Questionnaire/all/$next", json=record).json()
        if "item" not in form:
            break
        screen = form["item"][0]
        asked.append(screen["linkId"])
        kept.append({
            "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": form["url"],
            "subject": {"reference": "Patient/anna"}, "item": [{"linkId": screen["linkId"], "item": _denied(screen)}],
        })  # fmt: skip
    assert len(asked) > 3
    assert len(set(asked)) == len(asked), "no screen is asked twice when all of it is answered"


def _denied(screen: Json) -> list[Json]:
    """Every question of a screen answered: numbers with 40, where it hurts with yes, the rest with none of these."""
    number = [{"linkId": one["linkId"], "answer": [{"valueDecimal": 40}]} for one in screen["item"] if one["type"] == "decimal"]
    number += [{"linkId": link, "answer": [YES]} for link in {one["linkId"] for one in screen["item"]} & {"low_back_pain"}]
    none = [one["linkId"] for one in screen["item"] if one["type"] == "boolean"]
    return [*number, *({"linkId": link, "answer": [{"valueBoolean": True}]} for link in none)]


WRONG: dict[str, tuple[str, str, Any, int, str]] = {
    "form": ("GET", "all.fr", None, 404, "There is no Questionnaire"),
    "form of an operation": ("POST", "measles/$populate", parameters(**GIVEN), 404, "There is no Questionnaire"),
    "search": ("GET", "?title=x", None, 422, "title"),
    "nothing": ("POST", "all/$populate", parameters(subject=ANNA), 422, "'data' is missing"),
    "server data": ("POST", "all/$populate", parameters(**GIVEN, local={"valueBoolean": True}), 422, "no records are kept here"),
    "context": ("POST", "all/$populate", parameters(**GIVEN, context={"part": []}), 422, "no records are kept here"),
    "patient": (
        "POST", "all/$populate", parameters(**{**GIVEN, "subject": {"valueString": "Patient/ben"}}), 422, "There is no patient",
    ),
    "record": ("POST", "all/$next", parameters(data={"resource": {"resourceType": "Bundle", "type": "history"}}), 400, "history"),
    "body": ("POST", "all/$next", [], 422, "no resource"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(client: httpx.Client, name: str) -> None:
    method, path, body, status, words = WRONG[name]
    reply = client.request(method, f"/fhir/Questionnaire{'' if path.startswith('?') else '/'}{path}", json=body)
    (issue,) = reply.json()["issue"]
    assert reply.headers["content-type"] == "application/fhir+json"
    assert (reply.status_code, words in issue["diagnostics"]) == (status, True), reply.text
