"""SHACL shapes as plain data: what a criterion is in other terms, before anyone writes it as triples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Union


class Iri(NamedTuple):
    """A thing of the content, by its IRI."""

    iri: str


class Curie(NamedTuple):
    """A term of a vocabulary."""

    name: str


class Code(NamedTuple):
    """A plain text, such as the code of a coded value."""

    text: str


class Duration(NamedTuple):
    """An xsd:duration."""

    text: str


Value = Union[Iri, Curie, Code, Duration, int, float, "list[Value]", Mapping[str, "Value"]]
"""A name, a plain text, an xsd:duration, an xsd:integer, an xsd:decimal, an RDF list, a blank node."""
ShapeData = Mapping[str, Value]
"""CURIE of a predicate → its value."""

NOTHING: ShapeData = {"sh:in": []}
"""Nothing conforms to it."""
ANYTHING: ShapeData = {}
"""Everything conforms to it."""


class CoreForm(NamedTuple):
    """Two shapes of SHACL Core alone: one conforms where a criterion holds, the other where it is refuted."""

    holds: ShapeData
    refuted: ShapeData


def conforms_to_all(shapes: Iterable[ShapeData]) -> ShapeData:
    """A shape to which what conforms to all of these conforms."""
    return {"sh:and": list(map(node_shape, shapes))}


def conforms_to_any(shapes: Iterable[ShapeData]) -> ShapeData:
    """A shape to which what conforms to one of these conforms."""
    return {"sh:or": list(map(node_shape, shapes))}


def node_shape(shape: ShapeData) -> ShapeData:
    """The shape with its type: engines differ over untyped members of lists. One that has it stays the same thing."""
    if "rdf:type" in shape:
        return shape
    return {"rdf:type": Curie("sh:PropertyShape" if "sh:path" in shape else "sh:NodeShape"), **shape}


def either_way(vote: ShapeData, given: ShapeData, without: ShapeData) -> ShapeData:
    """A shape to which conforms what conforms to one of these, or to another one and what is then enough."""
    both = vote if given is ANYTHING else conforms_to_all([vote, given])
    return node_shape(both if without is NOTHING else conforms_to_any([both, without]))


def property_value(path: Value, value: str) -> ShapeData:
    """A shape that has a value at a path."""
    return {"sh:property": node_shape({"sh:path": path, "sh:hasValue": Iri(value)})}


NARROWER: Value = {"sh:zeroOrMorePath": {"sh:inversePath": Curie("rdfs:subClassOf")}}
WIDER: Value = {"sh:zeroOrMorePath": Curie("rdfs:subClassOf")}
