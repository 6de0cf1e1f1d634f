"""Quads in the order in which they were stated, and their writing as Turtle, TriG, N-Triples, JSON-LD and RDF/XML.

Oxigraph writes JSON-LD expanded, which people cannot read; the compact form here has a context of prefixes and nothing else,
so that a reader needs no network to understand it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox
from spinegraph.engine.exchange.rdf_xml import RDF_XML, rdf_xml
from spinegraph.engine.knowledge.numbers import written_decimal
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, RDF_TYPE

TURTLE, JSON_LD, TRIG, N_TRIPLES = "text/turtle", "application/ld+json", "application/trig", "application/n-triples"
XSD = PREFIXES["xsd"]
Subject = ox.NamedNode | ox.BlankNode
Value = ox.NamedNode | ox.BlankNode | ox.Literal
Triple = tuple[ox.NamedNode, ox.NamedNode, Value]
"""A statement about something that has an IRI, before it has a place in a graph."""


def iri(value: str) -> ox.NamedNode:
    """An IRI, or a CURIE of the project's prefixes."""
    prefix, _, name = value.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + name if prefix in PREFIXES else value)


def text(value: str, language: str = "") -> ox.Literal:
    """A plain string, or one in a language."""
    return ox.Literal(value, language=language) if language else ox.Literal(value)


def decimal(value: float) -> ox.Literal:
    """A number as xsd:decimal: never in scientific notation, which that type does not have."""
    return ox.Literal(written_decimal(value).removesuffix(".0"), datatype=ox.NamedNode(XSD + "decimal"))


def render(quads: Iterable[ox.Quad], media_type: str, prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """Write quads as `text/turtle`, `application/ld+json`, `application/n-triples`, `application/rdf+xml` or `application/trig`.

    All but the last write them as one graph. The same quads give the same bytes.
    Raises ValueError for any other media type, and for what RDF/XML cannot write.
    """
    if media_type == TRIG:
        return _headed(_write(_grouped(quads), format=ox.RdfFormat.TRIG, prefixes=dict(prefixes)))
    triples = list(dict.fromkeys(quad.triple for quad in _grouped(quads)))
    if media_type == JSON_LD:
        return json_ld(triples, prefixes)
    if media_type == TURTLE:
        return _headed(_write(_by_subject(triples), format=ox.RdfFormat.TURTLE, prefixes=dict(prefixes)))
    if media_type == N_TRIPLES:
        return _write(triples, format=ox.RdfFormat.N_TRIPLES)
    if media_type == RDF_XML:
        return rdf_xml(_by_subject(triples), prefixes)
    raise ValueError(f"A graph is {TURTLE}, {JSON_LD}, {N_TRIPLES}, {RDF_XML} or {TRIG}, not {media_type}.")


def _write(statements: Iterable[ox.Triple] | Iterable[ox.Quad], **how: Any) -> bytes:
    return ox.serialize(statements, **how) or b""


def _headed(written: bytes) -> bytes:
    """The same with its prefixes in order, which Oxigraph writes in a different one each time, and without idle ones."""
    lines = written.decode().split("\n")
    body = [line for line in lines if line and not line.startswith("@prefix ")]
    content = "\n".join(body)
    prefixes = sorted(line for line in lines if line.startswith("@prefix ") and f"{line.split(maxsplit=2)[1]}" in content)
    return "\n".join([*prefixes, *body, ""]).encode()


def _grouped(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Quads without repetition, those of a graph and subject together, in the order of first mention."""
    groups: dict[tuple[object, object], dict[ox.Quad, None]] = {}
    for quad in quads:
        groups.setdefault((quad.graph_name, quad.subject), {})[quad] = None
    order: dict[object, list[ox.Quad]] = {}
    for (graph, _), members in groups.items():
        order.setdefault(graph, []).extend(sorted(members, key=lambda quad: quad.predicate.value != RDF_TYPE))
    return [quad for members in order.values() for quad in members]


def _by_subject(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    groups: dict[object, list[ox.Triple]] = {}
    for triple in triples:
        groups.setdefault(triple.subject, []).append(triple)
    return [triple for members in groups.values() for triple in members]


def json_ld(triples: Iterable[ox.Triple], prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """Compact JSON-LD 1.1: `@context` of the prefixes that are used, `@graph` of one object per subject."""
    namer = _Namer(prefixes)
    nodes: dict[str, dict[str, Any]] = {}
    for triple in triples:
        assert isinstance(triple.subject, ox.NamedNode | ox.BlankNode)  # noqa: S101 (nobody here quotes triples)
        node = nodes.setdefault(namer.node(triple.subject), {})
        if triple.predicate.value == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
            node.setdefault("@type", []).append(namer.iri(triple.object.value))
        else:
            node.setdefault(namer.iri(triple.predicate.value), []).append(namer.value(triple.object))
    graph = [{"@id": name, **{key: _alone(values) for key, values in node.items()}} for name, node in nodes.items()]
    document = {"@context": {name: prefixes[name] for name in sorted(namer.used)}, "@graph": graph}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _alone(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


class _Namer:
    """Compacts IRIs and remembers which prefixes that took."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = prefixes
        self.used: set[str] = set()

    def iri(self, value: str) -> str:
        for prefix, namespace in self._prefixes.items():
            name = value[len(namespace) :]
            if name and value.startswith(namespace) and not name.startswith("//"):
                self.used.add(prefix)
                return f"{prefix}:{name}"
        return value

    def node(self, node: Subject) -> str:
        return self.iri(node.value) if isinstance(node, ox.NamedNode) else f"_:{node.value}"

    def value(self, value: object) -> Any:
        if isinstance(value, ox.NamedNode | ox.BlankNode):
            return {"@id": self.node(value)}
        assert isinstance(value, ox.Literal)  # noqa: S101
        if value.language:
            return {"@value": value.value, "@language": value.language}
        if value.datatype.value == XSD + "string":
            return value.value
        return {"@value": value.value, "@type": self.iri(value.datatype.value)}
