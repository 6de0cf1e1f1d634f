"""Every IRI of the project answers, in every format, under its code too, and says what is near when it does not exist."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

import httpx
import pyoxigraph as ox
import pytest
from fastapi import FastAPI
from spinegraph.api.http.errors import install_errors
from spinegraph.api.http.resources import LISTED, resources_router
from spinegraph.api.sparql_settings import served_files
from spinegraph.engine.exchange.description.resource import KINDS, Describer, make_describer
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.query.dataset import take_snapshot
from starlette.testclient import TestClient

from tests.api.conftest import MakeClient

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def describer() -> Describer:
    return make_describer()


@pytest.fixture
def client(describer: Describer) -> Iterator[TestClient]:
    app = FastAPI(redirect_slashes=False)
    install_errors(app)
    app.include_router(resources_router(describer))
    with TestClient(app, follow_redirects=False) as client:
        yield client


def own_iris() -> set[str]:
    """Every IRI of the project that stands anywhere in the dataset: in any place of a triple, as a datatype, as a graph."""
    snapshot = take_snapshot(served_files())
    quads = ox.parse(snapshot.quads, format=ox.RdfFormat.N_QUADS)
    terms = {term for quad in quads for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)}
    terms |= {term.datatype for term in terms if isinstance(term, ox.Literal)}
    return {term.value for term in terms if isinstance(term, ox.NamedNode) and term.value.startswith(BASE)}


def test_every_iri_of_the_dataset_answers(app: FastAPI) -> None:
    iris = own_iris()
    assert len(iris) > 1000
    assert {iri.removeprefix(BASE).partition("/")[0] for iri in iris} == {*KINDS, "graph"} - {"score"}  # none is shipped
    asyncio.run(answer_all(app, sorted(iris)))


async def answer_all(app: FastAPI, iris: Iterable[str]) -> None:
    """Each IRI, as a page and as Turtle that speaks of it; without a thread for each request, as a TestClient has it."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", follow_redirects=True) as client:
        for iri in iris:
            path = f"/{iri.removeprefix(BASE)}"
            page = await client.get(path, headers={"Accept": "text/html"})
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8"), path
            assert "</html>" in page.text
            turtle = await client.get(path, headers={"Accept": "text/turtle"})
            assert (turtle.status_code, turtle.headers["content-type"]) == (200, "text/turtle; charset=utf-8"), path
            parsed = ox.parse(turtle.content, format=ox.RdfFormat.TURTLE)
            assert any(ox.NamedNode(iri) in (quad.subject, quad.object) for quad in parsed), path


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/html;q=0.2, text/turtle;q=0.9", "text/turtle"),
    ],
)
def test_accept_chooses_the_format(accept: str, content_type: str, client: TestClient) -> None:
    reply = client.get("/finding/Fever", headers={"Accept": accept})
    assert reply.headers["content-type"].split(";")[0] == content_type
    assert reply.headers["vary"] == "Accept"
    assert reply.headers["link"] == f'<{BASE}finding/Fever>; rel="canonical"'
    assert reply.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/finding/Fever.ttl", "text/turtle"),
        ("/finding/Fever.jsonld", "application/ld+json"),
        ("/finding/Fever.nt", "application/n-triples"),
        ("/finding/Fever.rdf", "application/rdf+xml"),
        ("/finding/Fever.html", "text/html"),
    ],
)
def test_a_suffix_chooses_the_format(path: str, content_type: str, client: TestClient) -> None:
    reply = client.get(path, headers={"Accept": "image/png"})
    assert reply.status_code == 200
    assert reply.headers["content-type"].split(";")[0] == content_type
    assert "vary" not in reply.headers


def test_what_cannot_be_accepted_is_406(client: TestClient) -> None:
    reply = client.get("/finding/Fever", headers={"Accept": "image/png"})
    assert reply.status_code == 406
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/finding/urinary_retention", "UrinaryRetention"),
        ("/finding/urinary-retention", "UrinaryRetention"),
        ("/finding/URINARYRETENTION", "UrinaryRetention"),
        ("/finding/fever.ttl", "Fever.ttl"),
        ("/source/000", "left-back-pain-with-spasm"),
        ("/passage/000-l033a", "000-L033a"),
        ("/tension/c01", "C01"),
        ("/core/age_years", "ageYears"),
        ("/screen/CAUDA-EQUINA", "cauda-equina"),
        ("/uncovered/Injury", "injury"),
        ("/line/Stay-Active", "stay-active"),
    ],
)
def test_a_code_is_redirected_to_the_resource(path: str, location: str, client: TestClient) -> None:
    reply = client.get(path)
    assert (reply.status_code, reply.headers["location"]) == (303, location)
    assert client.get(path, follow_redirects=True).status_code == 200


def test_what_does_not_exist_is_404_with_the_nearest(client: TestClient) -> None:
    reply = client.get("/finding/Fevver")
    assert reply.status_code == 404
    problem = reply.json()
    assert problem["type"].endswith("/problem/unknown-resource")
    assert problem["nearest"][0] == "/finding/Fever"
    assert client.get("/finding/zzzzzzzz").json()["nearest"] == []


@pytest.mark.parametrize(
    "path", ["/finding/..%2F..%2Fetc", "/finding/%00", "/finding/%22%3E%3Cscript%3E", "/finding/.ttl", "/finding/%ED%A0%80"]
)
def test_odd_names_are_no_more_than_unknown(path: str, client: TestClient) -> None:
    reply = client.get(path)
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"


def test_unknown_kinds_are_404(client: TestClient) -> None:
    assert client.get("/nothing/Fever").status_code == 404


def test_a_page_that_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/finding/Fever", headers={"Accept": "text/turtle"})
    etag = first.headers["etag"]
    again = client.get("/finding/Fever", headers={"Accept": "text/turtle", "If-None-Match": f'"other", W/{etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = client.get("/finding/Fever", headers={"Accept": "text/html", "If-None-Match": etag})
    assert other.status_code == 200


def test_head_is_get_without_a_body(client: TestClient) -> None:
    reply = client.head("/finding/Fever", headers={"Accept": "text/turtle"})
    assert reply.status_code == 200
    assert reply.headers["etag"] == client.get("/finding/Fever.ttl").headers["etag"]


def test_other_methods_are_refused(client: TestClient) -> None:
    assert client.post("/finding/Fever").status_code == 405


def test_the_document_describes_the_paths(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert "/finding/{name}" in paths
    assert set(paths["/finding/{name}"]) == {"get"}


def test_a_slash_too_many_and_a_namespace_lead_on(client: TestClient) -> None:
    reply = client.get("/finding/Fever/")
    assert (reply.status_code, reply.headers["location"]) == (308, "../Fever")
    assert client.get("/finding/Fever/", follow_redirects=True).status_code == 200
    for kind in LISTED:
        for path in (f"/{kind}", f"/{kind}/"):
            reply = client.get(path)
            assert (reply.status_code, reply.headers["location"]) == (303, f"{'../' if path.endswith('/') else ''}v1/{kind}s")


@pytest.mark.parametrize("path", ["/finding/Fever", "/finding/fever", "/finding/none", "/core/"])
def test_any_page_may_read_answers_and_errors(path: str, client: TestClient) -> None:
    replies = [client.get(path), client.get(path, headers={"Accept": "image/png"}), client.post(path), client.options(path)]
    assert {reply.headers["access-control-allow-origin"] for reply in replies} == {"*"}
    assert [reply.headers["allow"] for reply in replies[2:]] == ["GET, HEAD, OPTIONS"] * 2
    assert [reply.status_code for reply in replies[2:]] == [405, 204]


def test_a_passage_is_json_as_the_list_answers_it(app: FastAPI, make_client: MakeClient) -> None:
    client = make_client(app)
    listed = client.get("/v1/passages?id=000-L033a")
    for path, accept in (("/passage/000-L033a", "application/json"), ("/passage/000-L033a.json", "*/*")):
        reply = client.get(path, headers={"Accept": accept})
        assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
        assert reply.content == listed.content
        assert reply.headers["link"] == f'<{BASE}passage/000-L033a>; rel="canonical"'
    assert (
        client.get("/passage/000-L033a", headers={"Accept": "application/json"}).headers["content-location"] == "000-L033a.json"
    )
    assert client.get("/passage/000-L999z", headers={"Accept": "application/json"}).status_code == 404


def test_only_passages_are_json(client: TestClient) -> None:
    assert client.get("/finding/Fever", headers={"Accept": "application/json"}).status_code == 406
    assert client.get("/finding/Fever.json").status_code == 404
