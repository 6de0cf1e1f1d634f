"""The dataset as a whole: described alike in every format, to be had in one file, and found from where people look."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from fastapi import FastAPI
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from spinegraph.api.http.dataset import dataset_router
from spinegraph.api.http.errors import install_errors
from spinegraph.api.sparql_settings import SparqlSettings, make_query_service, parse_data_option
from spinegraph.engine import Engine
from spinegraph.engine.query.dataset import GRAPH_BASE
from starlette.testclient import TestClient

DATASET = URIRef("https://w3id.org/spinegraph/dataset")
VOID, DCAT = Namespace("http://rdfs.org/ns/void#"), Namespace("http://www.w3.org/ns/dcat#")
DCTERMS, SPDX = Namespace("http://purl.org/dc/terms/"), Namespace("http://spdx.org/rdf/terms#")
FORMS = {"text/turtle": "ttl", "application/ld+json": "jsonld", "application/n-triples": "nt", "application/rdf+xml": "rdf"}


@pytest.fixture(scope="module")
def described(client: httpx.Client) -> Graph:
    return Graph().parse(data=client.get("/dataset", headers={"Accept": "text/turtle"}).text, format="turtle")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own JSON-LD parser uses it
@pytest.mark.parametrize(("media_type", "suffix"), FORMS.items())
def test_every_format_says_the_same(media_type: str, suffix: str, client: httpx.Client) -> None:
    negotiated, chosen = client.get("/dataset", headers={"Accept": media_type}), client.get(f"/dataset.{suffix}")
    assert negotiated.headers["content-type"].partition(";")[0] == media_type
    assert negotiated.headers["content-location"] == f"dataset.{suffix}"
    form = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}[suffix]
    found, same = (Graph().parse(data=reply.text, format=form) for reply in (negotiated, chosen))
    assert len(found) == len(same)
    assert (DATASET, DCTERMS.title, Literal("Clinical guidelines as a knowledge graph", lang="en")) in found


def test_it_says_whose_it_is_and_what_is_in_it(described: Graph, client: httpx.Client) -> None:
    assert {DCAT.Dataset, VOID.Dataset} == {*described.objects(DATASET, RDF.type)}
    assert [*described.objects(DATASET, DCTERMS.license)] == [URIRef("https://www.apache.org/licenses/LICENSE-2.0")]
    assert {str(day) for day in described.objects(DATASET, DCTERMS.modified)} == {max(_days(client))}
    graphs = [graph for graph in described.objects(DATASET, VOID.subset) if str(graph).startswith(GRAPH_BASE)]
    assert URIRef(f"{GRAPH_BASE}ontology/findings") in graphs
    assert all(described.value(graph, VOID.triples) is not None for graph in graphs)
    assert URIRef("http://www.w3.org/ns/shacl#") in {*described.objects(DATASET, VOID.vocabulary)}
    for example in described.objects(DATASET, VOID.exampleResource):
        assert client.get(str(example).removeprefix("https://w3id.org/spinegraph")).status_code == 200


def _days(client: httpx.Client) -> list[str]:
    """The days on which ontologies say that they were changed."""
    reply = client.post(
        "/sparql",
        data={
            "query": "SELECT ?day { ?o a <http://www.w3.org/2002/07/owl#Ontology> ; <http://purl.org/dc/terms/modified> ?day }"
        },
        headers={"Accept": "text/csv"},
    )
    return reply.text.split()[1:]


def test_the_links_to_other_systems_are_counted(described: Graph, client: httpx.Client) -> None:
    counted = {
        (str(described.value(node, VOID.linkPredicate)), str(described.value(node, VOID.objectsTarget))): int(
            str(described.value(node, VOID.triples))
        )
        for node in described.subjects(RDF.type, VOID.Linkset)
    }
    query = (
        "SELECT (COUNT(*) AS ?n) { ?s <http://www.w3.org/2004/02/skos/core#exactMatch> ?o "
        'FILTER STRSTARTS(STR(?o), "http://snomed.info/id/") }'
    )
    reply = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert counted["http://www.w3.org/2004/02/skos/core#exactMatch", "http://snomed.info/id/"] == int(reply.text.split()[1]) > 50


@pytest.mark.parametrize(("kind", "form"), [("trig", ox.RdfFormat.TRIG), ("nq", ox.RdfFormat.N_QUADS)])
def test_a_dump_is_all_of_it_with_the_digest_that_is_told(
    kind: str, form: ox.RdfFormat, described: Graph, client: httpx.Client
) -> None:
    plain = client.get(f"/dataset.{kind}", headers={"Accept-Encoding": "identity"})
    packed = client.get(f"/dataset.{kind}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    assert packed.content == plain.content
    (node,) = (
        one for one in described.objects(DATASET, DCAT.distribution) if kind in str(described.value(one, DCAT.downloadURL))
    )
    assert int(str(described.value(node, DCAT.byteSize))) == len(plain.content)
    checksum = described.value(node, SPDX.checksum)
    assert str(described.value(checksum, SPDX.checksumValue)) == hashlib.sha256(plain.content).hexdigest()
    assert len({quad.triple for quad in ox.parse(plain.content, format=form)}) == int(str(described.value(DATASET, VOID.triples)))
    for reply in (plain, packed):
        headers = {"If-None-Match": reply.headers["etag"], "Accept-Encoding": reply.headers.get("content-encoding", "identity")}
        assert client.get(f"/dataset.{kind}", headers=headers).status_code == 304


def test_the_page_carries_schema_org(client: httpx.Client, engine: Engine) -> None:
    reply = client.get("/dataset", headers={"Accept": "text/html"})
    (script,) = re.findall(r'<script type="application/ld\+json">\n(.*?)\n</script>', reply.text, re.DOTALL)
    found = json.loads(script)
    assert found["@type"] == "Dataset"
    assert found["license"] == ["https://www.apache.org/licenses/LICENSE-2.0"]
    sources = engine.knowledge.sources.values()
    assert {one["name"]: one["creativeWorkStatus"] for one in found["isBasedOn"]} == {
        source.title: source.review_status for source in sources
    }
    for download in found["distribution"]:
        body = client.get(
            download["contentUrl"].removeprefix("http://testserver"), headers={"Accept-Encoding": "identity"}
        ).content
        assert download["sha256"] == hashlib.sha256(body).hexdigest()


def test_the_service_description_says_it_too(client: httpx.Client) -> None:
    found = Graph().parse(data=client.get("/sparql", headers={"Accept": "text/turtle"}).text, format="turtle")
    (dataset,) = (one for one in found.subjects(RDF.type, VOID.Dataset))
    for predicate in (DCTERMS.license, DCTERMS.title, DCTERMS.modified, VOID.dataDump, VOID.exampleResource, VOID.vocabulary):
        assert found.value(dataset, predicate) is not None
    assert len([*found.subjects(VOID.subjectsTarget, dataset)]) > 5


def test_the_graphs_are_listed(client: httpx.Client) -> None:
    page, triples = (client.get("/graph/", headers={"Accept": accept}).text for accept in ("text/html", "text/turtle"))
    graphs = {str(graph) for graph in Graph().parse(data=triples, format="turtle").subjects(RDF.type, VOID.Dataset)}
    assert {f"{GRAPH_BASE}{name}" for name in re.findall(r'<tr><td><a href="([^"]+)"', page)} == graphs
    assert len(graphs) > 20


MOVED = {"/graph": "/graph/", "/dataset/": "/dataset", "/.well-known/void": "/dataset", "/core": "/core/"}


@pytest.mark.parametrize(("path", "target"), MOVED.items())
def test_other_addresses_lead_there(path: str, target: str, client: httpx.Client) -> None:
    reply = client.get(path, follow_redirects=False)
    assert reply.status_code in (303, 308)
    assert client.get(path, follow_redirects=True).url.path == target


def test_a_format_that_there_is_not_names_those_that_there_are(client: httpx.Client) -> None:
    reply = client.get("/dataset.zip")
    assert reply.status_code == 404
    assert "/dataset.trig" in reply.json()["nearest"]


# A user's own data ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_own_data(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Iterator[TestClient]:
    mine = tmp_path_factory.mktemp("data") / "patients.trig"
    mine.write_text(f"<{GRAPH_BASE}ontology/findings> {{ <urn:patient> <urn:p> 1 }}", encoding="utf-8")
    service = make_query_service(SparqlSettings(), data=[parse_data_option(str(mine))])
    app = FastAPI(redirect_slashes=False)
    install_errors(app)
    app.include_router(dataset_router(service, engine.knowledge))
    with TestClient(app) as client:
        yield client
    service.close()


def test_what_a_user_adds_is_not_given_away(with_own_data: TestClient, client: httpx.Client) -> None:
    dump = with_own_data.get("/dataset.nq").content
    assert b"urn:patient" not in dump
    assert dump == client.get("/dataset.nq").content


# Permanent identifiers ------------------------------------------------------------------------

W3ID = Path(__file__).parents[3] / "docs" / "w3id" / ".htaccess"


@pytest.mark.parametrize("path", ["finding/Fever", "core/", "graph/ontology/findings", "dataset", "passage/000-L033a.ttl"])
def test_permanent_identifiers_lead_to_a_path_of_the_service(path: str, client: httpx.Client) -> None:
    rules = re.findall(r"^RewriteRule (\S+) (\S+) \[R=(\d+),L,NE\]$", W3ID.read_text(encoding="utf-8"), re.MULTILINE)
    target = next(re.sub(pattern, to.replace("$1", r"\1"), path) for pattern, to, _ in rules if re.match(pattern, path))
    assert target.startswith("https://service.example/")
    assert client.get(target.removeprefix("https://service.example")).status_code == 200
    assert {status for *_, status in rules} <= {"302", "303"}
