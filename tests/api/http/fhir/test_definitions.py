"""What follows from the knowledge is read and searched, and what is asked for in vain is said so."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import httpx
import pytest
from spinegraph.api.http.fhir.served import DEFINITIONS
from spinegraph.engine import Engine
from spinegraph.engine.exchange.fhir.elements import OWN
from spinegraph.engine.model import Recommendation

RULE = "lumbar-mri-in-suspected-cauda-equina"


@pytest.mark.parametrize("kind", [one.type for one in DEFINITIONS])
def test_each_type_is_searched_and_read(client: httpx.Client, kind: str) -> None:
    bundle = client.get(f"/fhir/{kind}?_count=2").json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset")
    assert 0 < len(bundle["entry"]) <= min(2, bundle["total"])
    first = bundle["entry"][0]
    alone = client.get(httpx.URL(first["fullUrl"]).path)
    assert alone.json() == first["resource"]
    assert alone.headers["content-type"] == "application/fhir+json"
    assert client.get(httpx.URL(first["fullUrl"]).path, headers={"If-None-Match": alone.headers["etag"]}).status_code == 304
    text = first["resource"]["description"]
    assert "not a medical device" in text
    assert "review status" in text.lower()


def test_links_lead_through_all_of_it(client: httpx.Client) -> None:
    seen: list[str] = []
    path = "/fhir/PlanDefinition?_count=50"
    while path:
        bundle = client.get(path).json()
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        links = {link["relation"]: httpx.URL(link["url"]) for link in bundle["link"]}
        path = links["next"].raw_path.decode() if "next" in links else ""
    assert len(seen) == len(set(seen)) == bundle["total"] > 100


def test_parameters_narrow_the_search(client: httpx.Client) -> None:
    plan = client.get(f"/fhir/PlanDefinition/{RULE}").json()
    for query in (f"_id={RULE}", f"url={plan['url']}", f"url={plan['url']}|{plan['version']}", f"name={plan['name']}"):
        found = client.get(f"/fhir/PlanDefinition?{query}").json()
        assert [entry["resource"]["id"] for entry in found["entry"]] == [RULE], query
    assert client.get("/fhir/PlanDefinition?_count=0").json()["total"] > 100
    assert "entry" not in client.get("/fhir/PlanDefinition?_id=nothing").json()


@pytest.mark.parametrize(
    ("path", "status", "place"),
    [
        ("/fhir/PlanDefinition?status=draft", 422, "http.status"),
        ("/fhir/PlanDefinition?_count=-1", 422, "http._count"),
        ("/fhir/DocumentReference?url=x", 422, "http.url"),
        ("/fhir/PlanDefinition/lumbar-mri", 404, None),
        ("/fhir/Evidence", 404, None),
    ],
)
def test_what_is_asked_in_vain_is_an_outcome(client: httpx.Client, path: str, status: int, place: str | None) -> None:
    reply = client.get(path)
    (issue,) = reply.json()["issue"]
    assert (reply.status_code, issue.get("expression", [None])) == (status, [place])


def content_of(client: httpx.Client, library: dict[str, Any], media_type: str) -> str:
    """A file of a library, from its data or from where it says."""
    (one,) = (one for one in library["content"] if one["contentType"] == media_type)
    data = base64.b64decode(one["data"]) if "data" in one else client.get(f"/fhir/{one['url']}").content
    assert base64.b64decode(one["hash"]) == hashlib.sha1(data, usedforsecurity=False).digest()
    return data.decode()


def test_what_is_too_long_for_a_text_is_fetched_by_itself(client: httpx.Client) -> None:
    (library,) = client.get("/fhir/Library").json()["entry"]
    elm = json.loads(content_of(client, library["resource"], "application/elm+json"))
    assert elm["library"]["identifier"]["id"] == library["resource"]["name"]
    assert all(len(one.get("data", "")) <= 1 << 20 for one in library["resource"]["content"])
    reply = client.get("/fhir/Binary/Spinegraph-elm")
    assert reply.headers["content-type"] == "application/elm+json"
    assert client.get("/fhir/Binary/Spinegraph-xml").status_code == 404
    assert client.get("/fhir/Binary/Spinegraph-elm", headers={"Accept": "application/fhir+json"}).status_code == 406


def test_a_plan_names_its_order_and_its_condition_in_the_library(client: httpx.Client) -> None:
    plan = client.get(f"/fhir/PlanDefinition/{RULE}").json()
    (action,) = plan["action"]
    order = client.get(f"/fhir/ActivityDefinition?url={action['definitionCanonical']}").json()["entry"][0]["resource"]
    assert (order["kind"], order["priority"]) == ("ServiceRequest", "stat")
    (library,) = client.get(f"/fhir/Library?url={plan['library'][0]}").json()["entry"]
    cql = content_of(client, library["resource"], "text/cql")
    condition = action["condition"][0]["expression"]
    assert condition["language"] == "text/cql-identifier"
    assert f'define "{condition["expression"]}":' in cql


def test_every_condition_is_a_definition_of_the_library(client: httpx.Client, engine: Engine) -> None:
    (library,) = client.get("/fhir/Library").json()["entry"]
    text = content_of(client, library["resource"], "text/cql")
    for rule in engine.knowledge.rules.values():
        if isinstance(rule, Recommendation):
            assert f'define "{rule.id}: applies":' in text


def test_the_direction_of_a_mapping_is_that_of_its_target(client: httpx.Client, engine: Engine) -> None:
    """R4 says of the target that it is wider or narrower than the source, as SKOS says of the object."""
    groups = client.get("/fhir/ConceptMap/mappings").json()["group"]
    said = {
        (element["code"], group["target"], target["code"]): target
        for group in groups
        for element in group["element"]
        for target in element["target"]
    }
    assert sum(len(group["element"]) for group in groups) > 100
    assert said["fever", "http://snomed.info/sct", "386661006"]["equivalence"] == "equivalent"
    assert said["fecal_incontinence", "http://hl7.org/fhir/sid/icd-10-cm", "R15"]["equivalence"] == "wider"
    assert said["corticosteroid_use", "http://hl7.org/fhir/sid/icd-10-cm", "Z79.52"]["equivalence"] == "narrower"
    assert all(target["comment"] for target in said.values() if target["equivalence"] in ("narrower", "inexact"))
    assert len(said) == len({(one.subject, one.meaning) for one in engine.knowledge.mappings})


def test_a_value_set_has_what_is_narrower(client: httpx.Client, engine: Engine) -> None:
    sets = client.get("/fhir/ValueSet/intervention-mri").json()["compose"]["include"]
    (own,) = (one for one in sets if one["system"] == OWN)
    codes = {one["code"] for one in own["concept"]}
    assert {"mri", "mri_lumbar", "mri_lumbar_without_contrast"} <= codes
    system = client.get("/fhir/CodeSystem/spinegraph").json()
    assert system["url"] == OWN
    assert codes <= {one["code"] for one in system["concept"]}
    assert system["count"] == len(system["concept"])
