"""The triples of a description: what is stated of a resource, blank nodes included, and what names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from spinegraph.engine.exchange.description.model import CriterionInWords, Description
from spinegraph.engine.exchange.rdf import N_TRIPLES, TURTLE, render
from spinegraph.engine.exchange.rdf import iri as node_of
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import BASE, Text

REFERENCES = "dcterms:references"
"""How a resource names another one somewhere below it, where no triple between the two says how."""


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


def linked_triples(description: Description, stated: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """What a description links beyond what is stated: each related resource by its property, each other link by REFERENCES.

    A link that a stated triple between the two makes already is not said again in general words.
    """
    iri = ox.NamedNode(description.iri)
    joined = {term for triple in stated for term in (triple.subject, triple.object)}
    incoming = {triple.subject for triple in stated if triple.object == iri}
    references = node_of(REFERENCES)
    for group in description.groups:
        for item in group.items:
            if group.property != REFERENCES or _node(item.href) not in incoming:
                yield ox.Triple(_node(item.href), node_of(group.property), iri)
    for passage in description.passages:
        yield ox.Triple(_node(passage.href), node_of("core:source"), _node(passage.source.href))
        joined.add(_node(passage.source.href))
    for href in dict.fromkeys(_hrefs(description)):
        if _node(href) not in joined and _node(href) != iri:
            yield ox.Triple(iri, references, _node(href))


def _node(href: str) -> ox.NamedNode:
    """The IRI that a page links."""
    return ox.NamedNode(href if "://" in href else BASE + href)


def _hrefs(description: Description) -> Iterator[str]:
    """What a page links, but for related resources, which have a property of their own."""
    items = [item for row in description.rows for item in row.items]
    yield from (item.href for item in (*items, *description.wider, *description.narrower, *description.review) if item.href)
    for criterion in description.criteria:
        yield from _hrefs_in(criterion.root)


def _hrefs_in(criterion: CriterionInWords) -> Iterator[str]:
    yield from (href for href in (criterion.href, *(passage.href for passage in criterion.passages)) if href)
    for child in criterion.children:
        yield from _hrefs_in(child)


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
