"""An ontology: not only its header but all that its files state, and of what each thing they declare is a part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox
from spinegraph.engine.exchange.description.rdf import literal
from spinegraph.engine.exchange.rdf import iri as node_of
from spinegraph.engine.knowledge.files import GENERATED
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES, RDF_TYPE, Text, expand

DEFINED_BY = expand("rdfs:isDefinedBy")
ONTOLOGY = expand("owl:Ontology")
STANDARD = tuple(namespace for namespace in PREFIXES.values() if not namespace.startswith(BASE))
"""Namespaces of vocabularies that are declared here, as OWL 2 DL asks for it, and defined elsewhere."""


def ontology_triples(graph: Graph, iri: str, defined: Mapping[str, tuple[str, ...]]) -> list[ox.Triple]:
    """What the files state that declare an ontology, in their order, and `rdfs:isDefinedBy` of what is declared there.

    `defined`: by what each thing is defined, as `ontologies_of` finds it. Blank nodes are numbered in the order of their mention:
    the same content gives the same triples.
    """
    numbers: dict[str, ox.BlankNode] = {}

    def node(name: str) -> ox.NamedNode | ox.BlankNode:
        if not name.startswith("_:"):
            return ox.NamedNode(name)
        return numbers.setdefault(name, ox.BlankNode(f"b{len(numbers)}"))

    found: dict[ox.Triple, None] = {}
    for subject, predicate, value in _statements(graph, iri):
        written = literal(value) if isinstance(value, Text) else node(value)
        found[ox.Triple(node(subject), ox.NamedNode(predicate), written)] = None
        if predicate == RDF_TYPE and subject != iri and not subject.startswith("_:") and iri in defined.get(subject, ()):
            found[ox.Triple(node(subject), node_of("rdfs:isDefinedBy"), ox.NamedNode(iri))] = None
    return list(found)


def _statements(graph: Graph, iri: str) -> Iterator[tuple[str, str, str | Text]]:
    for path in graph.files_of(iri):
        yield from graph.statements_of(path)


def ontologies_of(graph: Graph) -> Mapping[str, tuple[str, ...]]:
    """What is declared in the files of ontologies → these ontologies; what is inferred of them defines nothing."""
    found: dict[str, dict[str, None]] = {}
    for ontology in graph.of_class("owl:Ontology"):
        paths = (path for path in graph.files_of(ontology) if path.name != GENERATED)
        for subject in (subject for path in paths for subject in _declared(graph.statements_of(path))):
            if subject != ontology and not subject.startswith(STANDARD):
                found.setdefault(subject, {})[ontology] = None
    return {subject: tuple(ontologies) for subject, ontologies in found.items()}


def _declared(statements: Iterable[tuple[str, str, str | Text]]) -> Iterator[str]:
    return (subject for subject, predicate, _ in statements if predicate == RDF_TYPE and not subject.startswith("_:"))


def versions_of(graph: Graph) -> Mapping[str, str]:
    """IRI of a version (`owl:versionIRI`) → the ontology of which it is one."""
    return {
        version: ontology for ontology in graph.of_class("owl:Ontology") for version in graph.iris(ontology, "owl:versionIRI")
    }
