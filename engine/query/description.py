"""What the endpoint says of itself: SPARQL 1.1 Service Description with VoID counts."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from spinegraph.engine.exchange.sssom import RDF_TYPE
from spinegraph.engine.query.dataset import GraphCounts
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.publication import Publication
from spinegraph.engine.query.publication_rdf import about_dataset
from spinegraph.engine.query.results import GRAPH_TYPES

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
PREFIXES = {"sd": SD, "void": VOID, "format": "http://www.w3.org/ns/formats/", "dcterms": "http://purl.org/dc/terms/"}
XSD_INTEGER = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
RESULTS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "JSON-LD", "RDF_XML",
)  # fmt: skip
DATASET = ox.BlankNode("dataset")
DESCRIPTION_TYPES = ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml")


def describe(
    endpoint: str,
    media_type: str,
    graphs: tuple[GraphCounts, ...],
    digest: str,
    limits: QueryLimits,
    publication: Publication | None = None,
) -> bytes:
    """The service description of an endpoint (IRI). `graphs` and `digest` are empty where another service holds the data;
    `publication` is what is said of the dataset as it is published."""
    triples = [*_triples(ox.NamedNode(endpoint), graphs, digest, limits)]
    if graphs and publication is not None:
        triples += about_dataset(DATASET, publication, endpoint.removesuffix("sparql"))
    return ox.serialize(triples, format=GRAPH_TYPES[media_type], prefixes=PREFIXES) or b""


def _triples(endpoint: ox.NamedNode, graphs: tuple[GraphCounts, ...], digest: str, limits: QueryLimits) -> Iterator[ox.Triple]:
    service = ox.BlankNode("service")
    yield ox.Triple(service, RDF_TYPE, _sd("Service"))
    yield ox.Triple(service, _sd("endpoint"), endpoint)
    yield ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    for name in RESULTS:
        yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(PREFIXES["format"] + name))
    yield ox.Triple(
        service,
        ox.NamedNode(f"{PREFIXES['dcterms']}description"),
        ox.Literal(
            f"Read only, no federation. A query may take {limits.timeout_seconds:g} s and give {limits.max_rows} rows or "
            f"{limits.max_bytes} bytes; what takes more is stopped with 503, never cut short.",
            language="en",
        ),
    )
    if not graphs:
        return
    yield ox.Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    dataset = DATASET
    yield ox.Triple(service, _sd("defaultDataset"), dataset)
    yield ox.Triple(dataset, RDF_TYPE, _sd("Dataset"))
    yield ox.Triple(dataset, RDF_TYPE, _void("Dataset"))
    yield ox.Triple(dataset, ox.NamedNode(f"{PREFIXES['dcterms']}identifier"), ox.Literal(digest))
    yield from _numbers(dataset, graphs[0])
    for number, counts in enumerate(graphs):
        graph = ox.BlankNode(f"graph{number}")
        yield from _graph(dataset, graph, counts, number)


def _graph(dataset: ox.BlankNode, graph: ox.BlankNode, counts: GraphCounts, number: int) -> Iterator[ox.Triple]:
    if counts.iri.startswith("_:"):
        return
    if counts.iri:
        named = ox.BlankNode(f"named{number}")
        yield ox.Triple(dataset, _sd("namedGraph"), named)
        yield ox.Triple(named, RDF_TYPE, _sd("NamedGraph"))
        yield ox.Triple(named, _sd("name"), ox.NamedNode(counts.iri))
        yield ox.Triple(named, _sd("graph"), graph)
    else:
        yield ox.Triple(dataset, _sd("defaultGraph"), graph)
    yield ox.Triple(graph, RDF_TYPE, _sd("Graph"))
    yield from _numbers(graph, counts)


def _numbers(about: ox.BlankNode, counts: GraphCounts) -> Iterator[ox.Triple]:
    for name, number in (
        ("triples", counts.triples), ("distinctSubjects", counts.subjects),
        ("properties", counts.properties), ("classes", counts.classes),
    ):  # fmt: skip
        yield ox.Triple(about, _void(name), ox.Literal(str(number), datatype=XSD_INTEGER))


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)


def _void(name: str) -> ox.NamedNode:
    return ox.NamedNode(VOID + name)
