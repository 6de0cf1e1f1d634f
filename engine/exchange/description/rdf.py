"""The triples of a description: what is stated of a resource, blank nodes included, and what names it."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
from spinegraph.engine.exchange.rdf import N_TRIPLES, TURTLE, render
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import Text


def described_triples(graph: Graph, iri: str, inbound: Iterable[tuple[str, str]] = ()) -> list[ox.Triple]:
    """Everything stated of an IRI and of the blank nodes below it, then the statements that name it (`inbound`).

    Blank nodes are numbered in the order of their mention, so that the same content gives the same triples.
    """
    numbers: dict[str, ox.BlankNode] = {}
    found: dict[ox.Triple, None] = {}

    def node(name: str) -> ox.NamedNode | ox.BlankNode:
        if not name.startswith("_:"):
            return ox.NamedNode(name)
        return numbers.setdefault(name, ox.BlankNode(f"b{len(numbers)}"))

    waiting = [iri]
    seen = {iri}
    while waiting:
        subject = waiting.pop(0)
        for predicate, values in graph.predicates(subject).items():
            for value in values:
                found[
                    ox.Triple(node(subject), ox.NamedNode(predicate), literal(value) if isinstance(value, Text) else node(value))
                ] = None
                if isinstance(value, str) and value.startswith("_:") and value not in seen:
                    seen.add(value)
                    waiting.append(value)
    for subject, predicate in inbound:
        found[ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(iri))] = None
    return list(found)


def literal(value: Text) -> ox.Literal:
    """A text as Oxigraph has it."""
    if value.language:
        return ox.Literal(value.value, language=value.language)
    return ox.Literal(value.value, datatype=ox.NamedNode(value.datatype))


def render_triples(triples: list[ox.Triple], media_type: str) -> bytes:
    """Triples in a media type; Turtle in the normal form of the knowledge files. Raises ValueError."""
    if media_type == TURTLE:
        from spinegraph.engine.knowledge.turtle.formatting import (
            format_turtle,  # rdflib: nests blank nodes, which Oxigraph does not
        )

        return format_turtle((ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()).encode()
    quads = [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples]
    return render(quads, media_type) if media_type != N_TRIPLES else ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
