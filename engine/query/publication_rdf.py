"""A published dataset described: DCAT 3 for catalogues, VoID for linked data, and schema.org for search engines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
from spinegraph.engine.exchange.rdf import iri, render
from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES
from spinegraph.engine.query.publication import DESCRIPTION, KEYWORDS, RIGHTS, TITLE, DumpFacts, Publication

DATASET = f"{BASE}dataset"
NAMESPACES = {
    **PREFIXES,
    "void": "http://rdfs.org/ns/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "spdx": "http://spdx.org/rdf/terms#",
    "foaf": "http://xmlns.com/foaf/0.1/",
}
IANA = "https://www.iana.org/assignments/media-types/"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Node = ox.NamedNode | ox.BlankNode


def render_publication(publication: Publication, root: str, media_type: str) -> bytes:
    """The description of the dataset, and of its dumps and graphs. `root` is the IRI of the service, with a slash at its end.

    Raises ValueError for what is no media type of a graph.
    """
    triples = [*_dataset(publication, root), *_graphs(publication)]
    return render([ox.Quad(*triple) for triple in triples], media_type, NAMESPACES)


def render_graphs(publication: Publication, media_type: str) -> bytes:
    """The named graphs and their sizes. Raises ValueError for what is no media type of a graph."""
    return render([ox.Quad(*triple) for triple in _graphs(publication)], media_type, NAMESPACES)


def about_dataset(subject: Node, publication: Publication, root: str) -> Iterator[ox.Triple]:
    """What is said of the dataset wherever it is described: whose it is, where it is to be had, and what it links to."""
    yield _say(subject, "dcterms:title", _text(TITLE))
    yield _say(subject, "dcterms:description", _text(DESCRIPTION))
    for licence in publication.licences:
        yield _say(subject, "dcterms:license", _named(licence))
    if publication.linksets:
        yield _say(subject, "dcterms:rights", _text(RIGHTS))
    for creator in publication.creators:
        yield _say(subject, "dcterms:creator", _named(creator))
    for predicate, day in (("dcterms:created", publication.created), ("dcterms:modified", publication.modified)):
        if day:
            yield _say(subject, predicate, _day(day))
    for document in publication.documents:
        yield _say(subject, "dcterms:source", ox.NamedNode(document.iri))
    yield _say(subject, "void:sparqlEndpoint", ox.NamedNode(f"{root}sparql"))
    yield _say(subject, "void:uriSpace", ox.Literal(BASE))
    yield _say(subject, "foaf:homepage", ox.NamedNode(f"{root}dataset"))
    for dump in publication.dumps:
        yield _say(subject, "void:dataDump", ox.NamedNode(root + dump.name))
    for example in publication.examples:
        yield _say(subject, "void:exampleResource", ox.NamedNode(example))
    for vocabulary in publication.vocabularies:
        yield _say(subject, "void:vocabulary", ox.NamedNode(vocabulary))
    yield from _linksets(subject, publication)


def _linksets(subject: Node, publication: Publication) -> Iterator[ox.Triple]:
    for number, links in enumerate(publication.linksets):
        node = ox.BlankNode(f"linkset{number}")
        yield _say(subject, "void:subset", node)
        yield _say(node, "rdf:type", _iri("void:Linkset"))
        yield _say(node, "void:subjectsTarget", subject)
        yield _say(node, "void:objectsTarget", ox.NamedNode(links.target))
        yield _say(node, "void:linkPredicate", ox.NamedNode(links.predicate))
        yield _say(node, "void:triples", _number(links.links))


def _dataset(publication: Publication, root: str) -> Iterator[ox.Triple]:
    subject = ox.NamedNode(DATASET)
    for kind in ("dcat:Dataset", "void:Dataset"):
        yield _say(subject, "rdf:type", _iri(kind))
    yield from about_dataset(subject, publication, root)
    yield _say(subject, "dcterms:identifier", ox.Literal(publication.digest))
    if publication.version:
        yield _say(subject, "dcat:version", ox.Literal(publication.version))
    for keyword in KEYWORDS:
        yield _say(subject, "dcat:keyword", _text(keyword))
    whole = publication.graphs[0]
    for predicate, number in (
        ("void:triples", whole.triples), ("void:distinctSubjects", whole.subjects), ("void:properties", whole.properties),
        ("void:classes", whole.classes),
    ):  # fmt: skip
        yield _say(subject, predicate, _number(number))
    service = ox.BlankNode("service")
    yield _say(service, "rdf:type", _iri("dcat:DataService"))
    yield _say(service, "dcterms:title", _text("SPARQL"))
    yield _say(service, "dcat:endpointURL", ox.NamedNode(f"{root}sparql"))
    yield _say(service, "dcat:endpointDescription", ox.NamedNode(f"{root}openapi.json"))
    yield _say(service, "dcat:servesDataset", subject)
    for dump in publication.dumps:
        yield from _distribution(subject, dump, publication, root)


def _distribution(subject: ox.NamedNode, dump: DumpFacts, publication: Publication, root: str) -> Iterator[ox.Triple]:
    name = dump.name.rpartition(".")[2]
    node, checksum = ox.BlankNode(f"dump-{name}"), ox.BlankNode(f"checksum-{name}")
    yield _say(subject, "dcat:distribution", node)
    yield _say(node, "rdf:type", _iri("dcat:Distribution"))
    yield _say(node, "dcterms:title", _text(f"All graphs as {dump.media_type}"))
    yield _say(node, "dcat:accessURL", ox.NamedNode(f"{root}dataset"))
    yield _say(node, "dcat:downloadURL", ox.NamedNode(root + dump.name))
    yield _say(node, "dcat:mediaType", ox.NamedNode(IANA + dump.media_type))
    yield _say(node, "dcat:byteSize", _number(dump.size, "nonNegativeInteger"))
    for licence in publication.licences:
        yield _say(node, "dcterms:license", _named(licence))
    yield _say(node, "spdx:checksum", checksum)
    yield _say(checksum, "rdf:type", _iri("spdx:Checksum"))
    yield _say(checksum, "spdx:algorithm", _iri("spdx:checksumAlgorithm_sha256"))
    yield _say(checksum, "spdx:checksumValue", ox.Literal(dump.sha256, datatype=ox.NamedNode(f"{PREFIXES['xsd']}hexBinary")))


def _graphs(publication: Publication) -> Iterator[ox.Triple]:
    """Each named graph, as a part of the dataset that can be had alone."""
    for counts in publication.graphs[1:]:
        if counts.iri.startswith("_:"):
            continue
        graph = ox.NamedNode(counts.iri)
        yield _say(ox.NamedNode(DATASET), "void:subset", graph)
        yield _say(graph, "rdf:type", _iri("void:Dataset"))
        yield _say(graph, "void:triples", _number(counts.triples))


# For search engines ---------------------------------------------------------------------------


def schema_org(publication: Publication, root: str) -> dict[str, Any]:
    """The same in the words of https://schema.org/Dataset, as search engines read it in a page."""
    facts = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": DATASET,
        "name": TITLE,
        "description": DESCRIPTION,
        "url": f"{root}dataset",
        "identifier": [DATASET, publication.digest],
        "keywords": list(KEYWORDS),
        "license": list(publication.licences),
        "version": publication.version,
        "dateCreated": publication.created,
        "dateModified": publication.modified,
        "isAccessibleForFree": True,
        "isBasedOn": [
            {"@type": "CreativeWork", "@id": document.iri, "name": document.title, "creativeWorkStatus": document.review}
            for document in publication.documents
        ],
        "creator": [{"@id": name} if "://" in name else {"@type": "Organization", "name": name} for name in publication.creators],
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": dump.media_type,
                "contentUrl": root + dump.name,
                "contentSize": f"{dump.size} B",
                "sha256": dump.sha256,
            }
            for dump in publication.dumps
        ],
    }
    return {key: value for key, value in facts.items() if value not in ("", [])}


# Nodes ----------------------------------------------------------------------------------------


def _say(subject: Node, predicate: str, value: Node | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, _iri(predicate), value)


def _iri(curie: str) -> ox.NamedNode:
    prefix, _, name = curie.partition(":")
    return ox.NamedNode(NAMESPACES[prefix] + name) if prefix in NAMESPACES else iri(curie)


def _text(words: str) -> ox.Literal:
    return ox.Literal(words, language="en")


def _named(value: str) -> ox.NamedNode | ox.Literal:
    """An IRI, or a name."""
    return ox.NamedNode(value) if "://" in value else ox.Literal(value)


def _day(day: str) -> ox.Literal:
    return ox.Literal(day, datatype=ox.NamedNode(f"{PREFIXES['xsd']}date")) if DAY.fullmatch(day) else ox.Literal(day)


def _number(number: int, datatype: str = "integer") -> ox.Literal:
    return ox.Literal(str(number), datatype=ox.NamedNode(PREFIXES["xsd"] + datatype))
