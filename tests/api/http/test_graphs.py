"""Every named graph answers: its triples for programs, what it is about for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from fastapi import FastAPI
from spinegraph.api.http.errors import install_errors
from spinegraph.api.http.graphs import graphs_router
from spinegraph.api.sparql_settings import SparqlSettings, make_query_service, parse_data_option
from spinegraph.engine.exchange.description.resource import make_describer
from spinegraph.engine.query.dataset import GRAPH_BASE
from spinegraph.engine.query.service import QueryService
from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryService]:
    mine = tmp_path_factory.mktemp("data") / "mine é.ttl"
    mine.write_text("<http://my/a> <http://my/p> 1 , <http://my/b> .", encoding="utf-8")
    service = make_query_service(SparqlSettings(), data=[parse_data_option(str(mine))])
    yield service
    service.close()


@pytest.fixture(scope="module")
def client(service: QueryService) -> Iterator[TestClient]:
    app = FastAPI(redirect_slashes=False)
    install_errors(app)
    app.include_router(graphs_router(service, make_describer()))
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize(
    ("media_type", "form"),
    [("text/turtle", ox.RdfFormat.TURTLE), ("application/n-triples", ox.RdfFormat.N_TRIPLES),
     ("application/ld+json", ox.RdfFormat.JSON_LD)],
)  # fmt: skip
@pytest.mark.parametrize("name", ["ontology/findings", "shapes/rules/common", "data/mine%20%C3%A9", "derived"])
def test_a_graph_is_its_triples_and_their_number(
    name: str, media_type: str, form: ox.RdfFormat, client: TestClient, service: QueryService
) -> None:
    reply = client.get(f"/graph/{name}", headers={"Accept": media_type})
    assert reply.headers["content-type"].partition(";")[0] == media_type
    graph = ox.NamedNode(GRAPH_BASE + name)
    said = {quad.triple for quad in ox.parse(reply.content, format=form)}
    about = {triple for triple in said if triple.subject == graph}
    expected = service.triples_of(graph.value)
    number = next(counts.triples for counts in service.snapshot.graphs if counts.iri == graph.value)
    assert number == len(expected)
    assert ox.Literal(number) in {triple.object for triple in about}
    found, wanted = (
        ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples) for triples in (said - about, expected)
    )
    for dataset in (found, wanted):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert found == wanted


def test_people_see_what_a_graph_is_about(client: TestClient) -> None:
    page = client.get("/graph/ontology/sources/back-pain", headers={"Accept": "text/html"})
    assert "<h1>ontology/sources/back-pain</h1>" in page.text
    assert "<h2>Passages</h2>" in page.text
    assert 'href="../../../passage/001-L002a"' in page.text
    assert page.headers["vary"] == "Accept"
    mine = client.get("/graph/data/mine%20%C3%A9.html")
    assert 'href="http://my/a"' in mine.text
    assert "vary" not in mine.headers


def test_a_graph_that_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/graph/ontology/core.nt")
    again = client.get("/graph/ontology/core.nt", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["content-location"] == "/graph/ontology/core.nt"


def test_what_there_is_not(client: TestClient) -> None:
    reply = client.get("/graph/ontology/finding")
    assert (reply.status_code, reply.json()["nearest"][0]) == (404, "/graph/ontology/findings")
    assert client.get("/graph/").status_code == 404
    assert client.get("/graph/..%2F..%2Fetc%2Fpasswd").status_code == 404
    assert client.get("/graph/ontology/core", headers={"Accept": "image/png"}).status_code == 406


def test_a_graph_that_is_elsewhere_is_not_here(tmp_path: Path) -> None:
    service = make_query_service(SparqlSettings(backend="http://127.0.0.1:9/"))
    app = FastAPI()
    install_errors(app)
    app.include_router(graphs_router(service, make_describer()))
    assert TestClient(app).get("/graph/ontology/core").status_code == 404
