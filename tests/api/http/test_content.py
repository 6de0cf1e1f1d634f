"""Passages, references and screens as they are shown: whole, in order, honest about what is inferred, strict about parameters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from spinegraph.api.http.content import content_router
from spinegraph.api.http.errors import install_errors
from spinegraph.engine import Engine, Knowledge
from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def knowledge(engine: Engine) -> Knowledge:
    return engine.knowledge


@pytest.fixture(scope="module")
def client(knowledge: Knowledge) -> Iterator[TestClient]:
    app = FastAPI(redirect_slashes=False)
    install_errors(app)
    app.include_router(content_router(knowledge))
    with TestClient(app) as client:
        yield client


def ids(client: TestClient, query: str) -> list[str]:
    return [passage["id"] for passage in client.get(f"/v1/passages?{query}").json()["passages"]]


def test_every_passage_is_shown_with_where_it_stands(client: TestClient, knowledge: Knowledge) -> None:
    reply = client.get("/v1/passages")
    shown = {passage["id"]: passage for passage in reply.json()["passages"]}
    passages = {passage.id: passage for passage in knowledge.passages.values()}
    assert set(shown) == set(passages)
    for identifier, passage in shown.items():
        known = passages[identifier]
        assert (passage["start"], passage["end"], passage["digest"]) == (known.start, known.end, known.digest)
        assert passage["source"] == identifier.partition("-")[0]
        assert [citation["number"] for citation in passage["citations"]] == list(known.citations)
    assert client.get("/v1/passages", headers={"If-None-Match": reply.headers["etag"]}).status_code == 304


def test_what_a_citation_means_is_marked_as_inferred(client: TestClient, knowledge: Knowledge) -> None:
    cited = [citation for passage in client.get("/v1/passages").json()["passages"] for citation in passage["citations"]]
    assert cited
    assert all(citation["inferred"] for citation in cited)
    for citation in cited:
        assert (citation["confidence"] == "none") == (not citation["reference"])
        assert not citation["reference"] or citation["title"] == knowledge.references[citation["reference"]].title


def test_passages_come_once_in_reading_order_with_their_neighbours(client: TestClient) -> None:
    order = ids(client, "")
    place = order.index("000-L033a")
    assert ids(client, "id=000-L033a") == ["000-L033a"]
    assert ids(client, "id=000-L033a&around=1") == order[place - 1 : place + 2]
    assert ids(client, f"id={order[place + 1]},000-L033a&id=000-L033a&around=1") == order[place - 1 : place + 3]


def test_neighbours_end_with_the_document(client: TestClient) -> None:
    order = ids(client, "")
    first = next(identifier for identifier in order if identifier.startswith("001"))
    assert {identifier[:3] for identifier in ids(client, f"id={first}&around=10")} == {"001"}


def test_references_name_the_numbers_that_most_likely_mean_them(client: TestClient, knowledge: Knowledge) -> None:
    listed = client.get("/v1/references").json()["references"]
    assert [entry["iri"] for entry in listed] == list(knowledge.references)
    for mapping in knowledge.citations:
        entries = [entry for entry in listed if entry["iri"] == mapping.reference]
        assert all(mapping.number in entry["inferred_numbers"] for entry in entries)


@pytest.mark.parametrize("audience", ["clinician", "patient"])
def test_every_screen_is_shown_in_the_words_of_its_audience(audience: str, client: TestClient, knowledge: Knowledge) -> None:
    screens = client.get(f"/v1/screens?audience={audience}").json()["screens"]
    assert [screen["id"] for screen in screens] == [screen.id for screen in knowledge.screens.values()]
    for screen, known in zip(screens, knowledge.screens.values(), strict=True):
        assert 1 <= len(screen["items"]) <= 8
        assert screen["question"] == (known.patient_question if audience == "patient" else known.question)
        assert [item["asked_of"] for item in screen["items"]] == [item.asked_of for item in known.items]
        for item in screen["items"]:
            assert item["label"]
            assert item["question"]
            measured = item["kind"] == "measurement"
            assert measured == ("unit" in item) == ("minimum" in item)


def test_every_list_says_how_far_its_sources_are_reviewed(client: TestClient) -> None:
    for path in ("passages", "references", "screens"):
        assert "not been confirmed as reviewed" in client.get(f"/v1/{path}").json()["disclaimer"]


@pytest.mark.parametrize(
    ("path", "status", "where"),
    [
        ("passages?id=000-L999z", 404, "?id"),
        ("passages?id=", 404, "?id"),
        ("passages?around=11", 422, "?around"),
        ("passages?around=-1", 422, "?around"),
        ("passages?ids=000-L033a", 422, "?ids"),
        ("references?q=pain", 422, "?q"),
        ("screens?audience=child", 422, "?audience"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(path: str, status: int, where: str, client: TestClient) -> None:
    reply = client.get(f"/v1/{path}")
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["where"] == where
    assert reply.json()["mend"]
