"""`$apply`: a record in, drafts and open data out; unknown stays unknown, and what is contradictory is no action."""

from __future__ import annotations

import json

import httpx
import pytest
from spinegraph.engine.exchange.fhir.elements import OWN

from tests.exchange.fhir.reading.making import ANNA, Json, of_findings

RULE = "lumbar-mri-in-suspected-cauda-equina"
FHIR = "application/fhir+json"


def parameters(data: Json | None, *more: Json) -> Json:
    given = [{"name": "subject", "valueString": ANNA}, *more]
    if data is not None:
        given.append({"name": "data", "resource": data})
    return {"resourceType": "Parameters", "parameter": given}


def apply(client: httpx.Client, plan: str, body: Json, query: str = "") -> httpx.Response:
    return client.post(f"/fhir/PlanDefinition/{plan}/$apply{query}", content=json.dumps(body), headers={"Content-Type": FHIR})


def parts(reply: httpx.Response) -> dict[str, list[Json]]:
    """The resources of an answer, by type."""
    assert reply.status_code == 200, reply.text
    found: dict[str, list[Json]] = {}
    for entry in reply.json()["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


CAUDA = of_findings(("back_pain", True), ("saddle_anesthesia", True))


def test_what_is_indicated_is_an_action_with_a_draft(client: httpx.Client) -> None:
    reply = apply(client, RULE, parameters(CAUDA))
    assert reply.headers["content-type"] == FHIR
    found = parts(reply)
    (group,), (order,), (guidance,) = found["RequestGroup"], found["ServiceRequest"], found["GuidanceResponse"]
    (action,) = group["action"]
    assert (action["priority"], order["status"], order["subject"]) == ("stat", "draft", {"reference": ANNA})
    assert action["resource"] == {"reference": f"urn:uuid:{order['id']}"}
    assert {one["url"].rpartition("/")[2] for one in action["extension"]} >= {"cpg-directionOfRecommendation", "cpg-rationale"}
    assert guidance["status"] == "success"
    assert guidance["moduleCanonical"].endswith(f"/PlanDefinition/{RULE}")
    assert found["CarePlan"][0]["activity"] == [{"reference": {"reference": f"urn:uuid:{group['id']}"}}]


def test_the_same_record_is_the_same_bundle(client: httpx.Client) -> None:
    assert apply(client, RULE, parameters(CAUDA)).content == apply(client, RULE, parameters(CAUDA)).content


def test_what_waits_asks_for_data_and_proposes_nothing(client: httpx.Client) -> None:
    found = parts(apply(client, RULE, parameters(of_findings(("back_pain", True)))))
    (guidance,) = found["GuidanceResponse"]
    assert guidance["status"] == "data-required"
    codes = {one["code"] for need in guidance["dataRequirement"] for one in need["codeFilter"][0]["code"]}
    assert "saddle_anesthesia" in codes
    assert "action" not in found["RequestGroup"][0]
    assert "ServiceRequest" not in found


def test_a_contradiction_is_said_and_proposes_nothing(client: httpx.Client) -> None:
    """Two observations without a date that say yes and no."""
    clash = of_findings(("back_pain", True), ("saddle_anesthesia", True), ("saddle_anesthesia", False))
    found = parts(apply(client, RULE, parameters(clash)))
    assert "action" not in found["RequestGroup"][0]
    assert found["GuidanceResponse"][0]["status"] == "data-required"
    assert [one for one in found["OperationOutcome"][0]["issue"] if one["code"] == "conflict" and RULE in one["details"]["text"]]


def test_a_package_is_applied_whole(client: httpx.Client) -> None:
    found = parts(apply(client, "spinegraph", parameters(CAUDA)))
    actions = [one["id"] for one in found["RequestGroup"][0]["action"]]
    assert RULE in actions
    assert len(actions) == len(found["ServiceRequest"]) + len(found.get("Task", ())) + len(found.get("MedicationRequest", ()))
    assert len(found["GuidanceResponse"][0]["dataRequirement"]) > 20


def test_it_is_told_how_much_of_the_record_was_used(client: httpx.Client) -> None:
    strange = of_findings(("back_pain", True), ("saddle_anesthesia", True), ("what_nobody_knows", True))
    (outcome,) = parts(apply(client, RULE, parameters(strange)))["OperationOutcome"]
    (told,) = (one["diagnostics"] for one in outcome["issue"] if one["details"]["text"] == "What became of the record")
    assert told.startswith("4 resources, ")
    assert "unmapped-code (1)" in told


def test_a_bundle_alone_will_do(client: httpx.Client) -> None:
    alone = parts(apply(client, RULE, CAUDA, f"?subject={ANNA}&as_of=2026-03-03"))
    assert alone["RequestGroup"][0]["authoredOn"] == "2026-03-03"
    assert alone["RequestGroup"][0]["action"]


def test_provenance_comes_where_somebody_says_when(client: httpx.Client) -> None:
    assert "Provenance" not in parts(apply(client, RULE, parameters(CAUDA)))
    said = parameters(CAUDA, {"name": "madeAt", "valueDateTime": "2026-03-03T10:00:00Z"})
    (trail,) = parts(apply(client, RULE, said))["Provenance"]
    assert trail["recorded"] == "2026-03-03T10:00:00Z"
    entities = {one["what"]["display"].partition(":")[0] for one in trail["entity"]}
    assert {"000", "000-L033a"} <= entities


def test_a_patient_is_told_in_their_words_and_no_grades(client: httpx.Client) -> None:
    user = {"name": "userType", "valueCodeableConcept": {"coding": [{"code": "patient"}]}}
    (group,) = parts(apply(client, RULE, parameters(CAUDA, user)))["RequestGroup"]
    (clinician,) = parts(apply(client, RULE, parameters(CAUDA)))["RequestGroup"]
    assert group["action"][0]["description"] != clinician["action"][0]["description"]
    assert "documentation" not in group["action"][0]


def test_what_changes_nothing_is_said(client: httpx.Client) -> None:
    body = parameters(CAUDA, {"name": "encounter", "valueString": "Encounter/1"}, {"name": "userLanguage", "valueCode": "fr"})
    issues = parts(apply(client, RULE, body))["OperationOutcome"][0]["issue"]
    aside = [one["diagnostics"] for one in issues if one["details"]["text"] == "Left aside"]
    assert [text.partition(":")[0].partition(" ")[0] for text in aside] == ["encounter", "userLanguage"]


BAD = {
    "no data": (RULE, parameters(None), 422, "parameter"),
    "server data": (RULE, parameters(CAUDA, {"name": "useServerData", "valueBoolean": True}), 422, "parameter"),
    "endpoint": (RULE, parameters(CAUDA, {"name": "dataEndpoint", "valueUri": "https://example.org"}), 422, "parameter[1]"),
    "unknown": (RULE, parameters(CAUDA, {"name": "colour", "valueCode": "red"}), 422, "parameter[1].name"),
    "no such plan": ("lumbar-mri", parameters(CAUDA), 404, None),
    "no such patient": (RULE, {**parameters(CAUDA), "parameter": [
        {"name": "subject", "valueString": "Patient/2"}, {"name": "data", "resource": CAUDA}]}, 422, None),
    "an instant that is none": (RULE, parameters(CAUDA, {"name": "madeAt", "valueDate": "2026-03-03"}), 422, "parameter"),
    "a moment that is none": (RULE, parameters(CAUDA, {"name": "asOf", "valueString": "soon"}), 422, None),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_applied_is_refused_with_its_place(client: httpx.Client, name: str) -> None:
    plan, body, status, place = BAD[name]
    reply = apply(client, plan, body)
    assert reply.headers["content-type"] == FHIR
    (issue,) = reply.json()["issue"]
    assert reply.status_code == status, reply.text
    if place:
        assert issue["expression"] == [place]


def test_other_bodies_are_refused(client: httpx.Client) -> None:
    path = f"/fhir/PlanDefinition/{RULE}/$apply"
    assert client.post(path, content="<a/>", headers={"Content-Type": "application/fhir+xml"}).status_code == 415
    assert client.post(path, content="{", headers={"Content-Type": FHIR}).status_code == 400
    assert client.get(path).status_code == 405
    twice = apply(client, RULE, parameters(CAUDA), f"?subject={ANNA}")
    assert (twice.status_code, twice.json()["issue"][0]["expression"]) == (422, ["http.subject"])


def test_v1_decisions_answers_the_same_drafts(client: httpx.Client) -> None:
    body, headers = json.dumps(CAUDA), {"Content-Type": FHIR, "Accept": FHIR}
    reply = client.post(f"/v1/decisions?subject={ANNA}", content=body, headers=headers)
    assert reply.headers["content-type"] == FHIR
    applied = parts(apply(client, "spinegraph", parameters(CAUDA)))
    assert [one["id"] for one in parts(reply)["RequestGroup"][0]["action"]] == [
        one["id"] for one in applied["RequestGroup"][0]["action"]
    ]


@pytest.fixture(scope="module")
def plan(client: httpx.Client) -> Json:
    found: Json = client.get(f"/fhir/PlanDefinition/{RULE}").json()
    return found


def named(client: httpx.Client, value: Json | None, data: Json | None = CAUDA) -> httpx.Response:
    """The operation of the type, with a value of `planDefinition`."""
    given = parameters(data, *([{"name": "planDefinition", **value}] if value else []))
    return client.post("/fhir/PlanDefinition/$apply", content=json.dumps(given), headers={"Content-Type": FHIR})


def test_a_plan_may_be_named_in_the_body(client: httpx.Client, plan: Json) -> None:
    right = apply(client, RULE, parameters(CAUDA)).json()
    version = f"{plan['url']}|{plan['version']}"
    for value in (
        {"valueCanonical": plan["url"]}, {"valueUri": version}, {"valueString": RULE}, {"resource": plan},
        {"valueReference": {"reference": f"PlanDefinition/{RULE}"}},
    ):  # fmt: skip
        assert named(client, value).json() == right


@pytest.mark.parametrize(
    ("value", "status", "told"),
    [
        (None, 422, "'planDefinition' is missing"),
        ({"valueCanonical": "https://example.org/PlanDefinition/spinegraph"}, 404, "There is no PlanDefinition"),
        ({"valueCanonical": f"{OWN}/PlanDefinition/{RULE}|99"}, 404, "There is no PlanDefinition"),
        ({"valueBoolean": True}, 422, "'planDefinition' has 'valueBoolean'"),
        ({"resource": {"resourceType": "Patient"}}, 422, "'planDefinition' is no PlanDefinition"),
        ({"resource": {"resourceType": "PlanDefinition"}}, 404, "There is no PlanDefinition ''"),
    ],
)
def test_a_plan_that_is_named_wrongly_is_refused(client: httpx.Client, value: Json | None, status: int, told: str) -> None:
    reply = named(client, value)
    assert reply.status_code == status
    assert told in reply.json()["issue"][0]["diagnostics"]


def test_a_plan_that_the_path_names_is_not_named_again(client: httpx.Client) -> None:
    reply = apply(client, RULE, parameters(CAUDA, {"name": "planDefinition", "valueString": RULE}))
    assert reply.status_code == 422


def test_a_page_may_apply_a_plan_that_the_body_names(client: httpx.Client) -> None:
    """The path looks like that of a plan called `$apply`, whose methods were offered."""
    reply = client.options("/fhir/PlanDefinition/$apply")
    assert (reply.status_code, reply.headers["allow"]) == (204, "OPTIONS, POST")
    assert client.options(f"/fhir/PlanDefinition/{RULE}").headers["allow"] == "GET, HEAD, OPTIONS"
