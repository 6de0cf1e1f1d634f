"""The codes of other systems to which the tables of a graph map what is described."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spinegraph.engine.exchange.description.model import LinkedText, StatedProperty
from spinegraph.engine.exchange.sssom import MappedCode, mappings_in
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import local_name

MATCHES = {"exactMatch": "exact match", "closeMatch": "close match", "broadMatch": "broader", "narrowMatch": "narrower"}
"""How a mapping is told to people, by the local name of its property; any other as it is named."""


def codes_elsewhere(graph: Graph) -> Mapping[str, tuple[MappedCode, ...]]:
    """IRI → what it is mapped to, in the order of the tables."""
    found: dict[str, list[MappedCode]] = {}
    for mapping in (row for path in graph.paths if path.suffix == ".tsv" for row in mappings_in(path)):
        found.setdefault(mapping.subject, []).append(mapping)
    return {iri: tuple(mappings) for iri, mappings in found.items()}


def codes_row(mappings: Iterable[MappedCode]) -> StatedProperty:
    """The codes as a page lists them, each with how close it is."""
    items = [
        LinkedText(text=one.code, href=one.value, note=MATCHES.get(local_name(one.predicate), local_name(one.predicate)))
        for one in mappings
    ]
    return StatedProperty(name="codes elsewhere", items=tuple(sorted(items, key=lambda item: (item.note, item.text))))
