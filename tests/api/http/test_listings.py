"""Listings: searched, paged, linked to resources, and strict about parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from spinegraph.api.http.errors import install_errors
from spinegraph.api.http.listings import listings_router
from spinegraph.api.http.resources import resources_router
from spinegraph.api.listings import make_listings
from spinegraph.engine import Knowledge, load_knowledge
from spinegraph.engine.exchange.description.resource import make_describer
from spinegraph.engine.model import Tension
from starlette.testclient import TestClient

NAMES = ("findings", "measurements", "conditions", "interventions", "rules", "sources", "tensions")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="module")
def client(knowledge: Knowledge) -> Iterator[TestClient]:
    app = FastAPI(redirect_slashes=False)
    install_errors(app)
    app.include_router(listings_router(knowledge))
    app.include_router(resources_router(make_describer()))
    with TestClient(app) as client:
        yield client


def _relations(link: str) -> dict[str, str]:
    return {relation: url for url, relation in re.findall(r'<([^>]*)>; rel="(\w+)"', link)}


@pytest.mark.parametrize("name", NAMES)
def test_following_next_gives_everything_once(name: str, client: TestClient, knowledge: Knowledge) -> None:
    url: str | None = f"/v1/{name}?limit=17"
    seen: list[str] = []
    while url:
        reply = client.get(url)
        assert reply.status_code == 200
        page = reply.json()
        assert len(page["items"]) <= 17
        seen += [item["iri"] for item in page["items"]]
        url = _relations(reply.headers["link"]).get("next")
    assert seen == [item.iri for item in make_listings(knowledge)[name]]
    assert page["total"] == len(seen) == len(set(seen))


@pytest.mark.parametrize("name", NAMES)
def test_every_item_leads_to_its_resource(name: str, client: TestClient) -> None:
    for item in client.get(f"/v1/{name}?limit=5").json()["items"]:
        assert item["label"]
        assert client.get(item["resource"]).status_code == 200


def test_search_finds_by_code_label_synonym_and_definition(client: TestClient) -> None:
    def codes(query: str) -> list[str]:
        return [item["code"] for item in client.get("/v1/findings", params={"q": query}).json()["items"]]

    assert codes("fever")[0] == "fever"
    assert codes("FEVER")[0] == "fever"
    assert "fever" in codes("pyrexia")
    assert codes("386661006") == codes("snomedct:386661006") == ["fever"]
    assert codes("urinary_retention")[0] == "urinary_retention"
    assert codes("urinary retention")[0] == "urinary_retention"
    assert codes("urinary-retention")[0] == codes("Urinary Retention")[0] == "urinary_retention"
    assert codes("fe\u0301vér")[0] == codes("ｆｅｖｅｒ")[0] == "fever"
    assert codes("no such words at all") == []


def test_rules_say_what_they_advise(client: TestClient) -> None:
    rules = client.get("/v1/rules", params={"q": "lumbar-mri-in-suspected-cauda-equina"}).json()["items"]
    assert rules[0]["direction"] == "for"
    assert rules[0]["urgency"] == "emergency"
    assert rules[0]["source"] == "000"
    assert rules[0]["about"] == "mri_lumbar_without_contrast"
    kinds = {item["kind"] for item in client.get("/v1/rules?limit=500").json()["items"]}
    assert kinds == {"recommendation", "assessment", "derived finding", "exclusion", "source gap"}


def test_documents_say_their_review_status(client: TestClient) -> None:
    assert {item["review_status"] for item in client.get("/v1/sources").json()["items"]} <= {"pending", "none"}


def test_tensions_have_every_position_with_its_documents(client: TestClient, knowledge: Knowledge) -> None:
    rules = {item["code"]: item for item in client.get("/v1/rules?limit=500").json()["items"]}
    sources = {item["code"]: item for item in client.get("/v1/sources").json()["items"]}
    for item in client.get("/v1/tensions?limit=500").json()["items"]:
        tension = knowledge.rules[item["iri"]]
        assert isinstance(tension, Tension)
        assert item["handling"] == tension.handling
        assert [position["label"] for position in item["positions"]] == [position.label for position in tension.positions]
        assert set(item.get("leaves_open", ())) <= set(rules)
        for position in item["positions"]:
            assert position["passages"]
            assert {id_[:3] for id_ in position["passages"]} == set(position["sources"]) <= set(sources)
            assert not position.get("recommendation") or position["recommendation"] in rules


def test_documents_say_when_they_were_changed(client: TestClient, knowledge: Knowledge) -> None:
    listed = {item["iri"]: item.get("modified", "") for item in client.get("/v1/sources").json()["items"]}
    assert listed == {source.iri: source.modified for source in knowledge.sources.values()}


def test_links_keep_the_search_and_stay_in_range(client: TestClient) -> None:
    reply = client.get("/v1/findings?q=pain&limit=2&offset=2")
    relations = _relations(reply.headers["link"])
    assert set(relations) == {"first", "prev", "next", "last"}
    assert all("q=pain" in url and "limit=2" in url for url in relations.values())
    beyond = client.get("/v1/findings?offset=100000")
    assert beyond.json()["items"] == []
    assert "next" not in _relations(beyond.headers["link"])
    assert client.get(_relations(beyond.headers["link"])["prev"]).json()["items"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("limit=0", "?limit"),
        ("limit=501", "?limit"),
        ("limit=ten", "?limit"),
        ("limit=", "?limit"),
        ("limit=1.5", "?limit"),
        ("offset=-1", "?offset"),
        ("offset=99999999999999999999", "?offset"),
        ("limit=%D9%A1", "?limit"),
        ("query=fever", "?query"),
        ("q=a&q=b", "?q"),
    ],
)
def test_bad_parameters_are_problems(query: str, where: str, client: TestClient) -> None:
    reply = client.get(f"/v1/findings?{query}")
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["where"] == where
    assert reply.json()["mend"]


def test_a_misspelt_parameter_is_suggested(client: TestClient) -> None:
    assert "did you mean 'offset'?" in client.get("/v1/findings?ofset=3").json()["detail"]


def test_what_has_not_changed_is_not_sent_again(client: TestClient, knowledge: Knowledge) -> None:
    reply = client.get("/v1/findings")
    assert reply.headers["etag"] == f'"{knowledge.digest}"'
    assert client.get("/v1/findings", headers={"If-None-Match": reply.headers["etag"]}).status_code == 304
    assert client.head("/v1/findings").status_code == 200


def test_any_page_may_list(client: TestClient) -> None:
    for reply in (client.get("/v1/findings"), client.get("/v1/findings?limit=0")):
        assert reply.headers["access-control-allow-origin"] == "*"
        assert "Link" in reply.headers["access-control-expose-headers"]
    assert client.post("/v1/findings").headers["allow"] == "GET, HEAD, OPTIONS"
