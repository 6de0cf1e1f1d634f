"""The IRI of an ontology answers with all of it, and libraries of others load it with what it imports from a running service."""

from __future__ import annotations

import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine
from spinegraph.engine.exchange.rdf_xml import rdf_xml
from spinegraph.engine.knowledge.turtle.terms import BASE, expand

from tests.serving import serving

ONTOLOGY = Path(__file__).parents[3] / "ontology"
FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
}
OWLAPI = "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
"""What the OWL API, and so Protégé and ROBOT, accept."""
DEFINED_BY = ox.NamedNode(expand("rdfs:isDefinedBy"))


def triples(text: bytes, media_type: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(text, format=FORMATS[media_type])]


@pytest.mark.parametrize("media_type", FORMATS)
@pytest.mark.parametrize("name", ["core", "findings", "shared-vocabulary", "inferred"])
def test_an_ontology_answers_with_all_that_it_states(name: str, media_type: str, client: httpx.Client) -> None:
    path = "/core/" if name == "core" else f"/ontology/{name}"
    reply = client.get(path, headers={"Accept": media_type})
    assert reply.headers["content-type"].split(";")[0] == media_type
    served = [triple for triple in triples(reply.content, media_type) if triple.predicate != DEFINED_BY]
    filed = ox.Dataset(ox.parse(path=str(ONTOLOGY / f"{name}.ttl"), format=ox.RdfFormat.TURTLE))
    answered = ox.Dataset(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in served)
    for dataset in (filed, answered):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert set(filed) == set(answered)


def test_owlapi_gets_rdf_and_a_browser_a_page(client: httpx.Client) -> None:
    for path in ("/core/", "/ontology/findings", "/finding/Fever", "/graph/ontology/findings"):
        assert client.get(path, headers={"Accept": OWLAPI}).headers["content-type"].startswith("application/rdf+xml")
        browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
        assert client.get(path, headers=browser).headers["content-type"].startswith("text/html")
    assert client.get("/ontology/findings.rdf").headers["content-type"].startswith("application/rdf+xml")


def test_a_term_says_what_it_is_defined_by(client: httpx.Client) -> None:
    fever, findings = ox.NamedNode(f"{BASE}finding/Fever"), ox.NamedNode(f"{BASE}ontology/findings")
    for path in ("/finding/Fever", "/ontology/findings"):
        found = triples(client.get(path, headers={"Accept": "text/turtle"}).content, "text/turtle")
        assert [triple.object for triple in found if (triple.subject, triple.predicate) == (fever, DEFINED_BY)] == [findings]
    found = triples(client.get("/core/", headers={"Accept": "text/turtle"}).content, "text/turtle")
    defined = {triple.subject.value for triple in found if triple.predicate == DEFINED_BY}  # type: ignore[union-attr]
    assert defined
    assert {iri for iri in defined if not iri.startswith(BASE)} == set(), "what others define is only declared here"


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/core", 308, "core/"),
        ("/core.rdf", 308, "core/.rdf"),
        ("/ontology/findings/0.1.0", 303, "../findings"),
        ("/ontology/findings/9.9", 404, None),
        ("/core/0.1.0", 200, None),
    ],
)
def test_versions_and_slashes(path: str, status: int, location: str | None, client: httpx.Client) -> None:
    reply = client.get(path, follow_redirects=False)
    assert (reply.status_code, reply.headers.get("location")) == (status, location)


def test_what_xml_cannot_write_is_refused() -> None:
    thing, text = ox.NamedNode("http://a"), ox.Literal("x\u0001")
    with pytest.raises(ValueError, match="no name for the property http://a/1"):
        rdf_xml([ox.Triple(thing, ox.NamedNode("http://a/1"), thing)], {})
    with pytest.raises(ValueError, match="a character that XML cannot write"):
        rdf_xml([ox.Triple(thing, ox.NamedNode("http://a/b"), text)], {})


# Loaded by others from the running service ----------------------------------------------------


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    """Where a service runs that is stopped afterwards: one of its own, for what is stopped answers no more queries."""
    with serving(create_app(Settings(), engine)) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def service(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a running service, to which whatever this process opens below w3id.org leads, and nothing else."""
    really = urllib.request.urlopen

    def urlopen(asked: Any, *args: Any, **more: Any) -> Any:
        request = asked if isinstance(asked, urllib.request.Request) else urllib.request.Request(asked)  # noqa: S310
        assert request.full_url.startswith((BASE, address)), request.full_url
        request.full_url = request.full_url.replace(BASE, address)
        return really(request, *args, **more)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return address


START = f"{BASE}ontology/findings"
CLOSURE = {START, f"{BASE}core/", f"{BASE}ontology/shared-vocabulary"}


def load_closure(service: str) -> rdflib.Graph:
    """All that an ontology states, and what it imports, as rdflib reads it; there is one header, without imports."""
    graph, waiting, seen = rdflib.Graph(), [START], set()
    while waiting:
        iri = waiting.pop()
        if iri not in seen:
            seen.add(iri)
            graph.parse(iri.replace(BASE, service))
            waiting += map(str, graph.objects(rdflib.URIRef(iri), rdflib.OWL.imports))
    assert seen == CLOSURE
    for iri in seen - {START}:
        graph.remove((rdflib.URIRef(iri), None, None))
    graph.remove((None, rdflib.OWL.imports, None))
    return graph


def test_rdflib_loads_it_with_its_imports(service: str) -> None:
    graph = load_closure(service)
    for name, kind in (("finding/Fever", "Class"), ("core/Finding", "Class"), ("core/ageYears", "DatatypeProperty")):
        assert (rdflib.URIRef(BASE + name), rdflib.RDF.type, rdflib.OWL[kind]) in graph


def test_owlready2_loads_it_with_its_imports(service: str) -> None:
    owlready2 = pytest.importorskip("owlready2")
    world = owlready2.World()
    ontology = world.get_ontology(START).load()
    loaded = (ontology, *ontology.indirectly_imported_ontologies())
    assert {one.base_iri.rstrip("#/") for one in loaded} == {iri.rstrip("/") for iri in CLOSURE}
    assert world[f"{BASE}finding/Fever"] in world[f"{BASE}core/Finding"].descendants()


def test_horned_owl_finds_annotations_where_others_would_see_data(service: str) -> None:
    """What is declared as an annotation property is read as one: no class is taken for an individual that has data."""
    horned = pytest.importorskip("pyhornedowl")
    graph = load_closure(service)
    ontology = horned.open_ontology_from_string(graph.serialize(format="xml"), "rdf")
    assert str(ontology.get_iri()) == START
    kinds = Counter(type(one.component).__name__ for one in ontology.get_components())
    assert kinds["DataPropertyAssertion"] == 0
    assert kinds["AnnotationAssertion"] > 1000
    own = [one.component.ope for one in ontology.get_components() if type(one.component).__name__ == "ObjectPropertyAssertion"]
    objects = {str(iri) for iri in graph.subjects(rdflib.RDF.type, rdflib.OWL.ObjectProperty)}
    assert {str(getattr(property_, "first", property_)) for property_ in own} <= objects
