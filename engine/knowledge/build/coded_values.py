"""Graph → coded properties: what has one value of a list, each with its code and its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.build.screens import list_items
from spinegraph.engine.knowledge.problems import Problems
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PATIENT, shorten
from spinegraph.engine.model import CodedProperty, CodedValue

UNKNOWN = "unknown"
"""What a request says of a value that is not known; no value has this code."""
FEWEST = 2
"""What can only be one thing tells nobody anything."""


def coded_property(graph: Graph, iri: str, words: Mapping[str, Any], problems: Problems) -> CodedProperty:
    """A coded property, given its own words. What is wrong with its values is noted."""
    nodes = list_items(graph, iri, "core:valueSet", problems)
    values = {value.code: value for node in reversed(nodes) for value in (_value(graph, node),) if value.code}
    for what, mend, node in _mistakes(graph, iri, nodes):
        about = (node, "skos:notation") if node != iri and graph.terms(node, "skos:notation") else (node,)
        problems.report(VocabularyError, what, mend, "wrong-kind", *about)
    return CodedProperty(values=tuple(reversed(values.values())), **words)


def _value(graph: Graph, node: str) -> CodedValue:
    code = graph.text(node, "skos:notation")
    label = graph.text(node, "rdfs:label") or code
    return CodedValue(code=code, label=label, patient_label=graph.text(node, "skos:prefLabel", PATIENT) or label)


def _mistakes(graph: Graph, iri: str, nodes: list[str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong, how to mend it, and of what."""
    name = shorten(iri)
    if iri in graph.of_class("core:Measurement"):
        yield f"{name} is a measurement and a coded property.", "Take one of the two types out.", iri
    if len(nodes) < FEWEST:
        mend = f'List at least {FEWEST}: core:valueSet ( [ skos:notation "its-code" ; rdfs:label "its name"@en ] … ).'
        yield f"{name} has {len(nodes)} value{'' if len(nodes) == 1 else 's'}.", mend, iri
    seen: set[str] = set()
    for number, node in enumerate(nodes, start=1):
        code = graph.text(node, "skos:notation")
        if not code.strip():
            yield f"Value {number} of {name} has no code.", 'Add skos:notation "its-code".', node
        elif code.casefold() in seen:
            yield f"{name} has the value {code!r} twice.", "Give each value a code of its own.", node
        elif code.casefold() == UNKNOWN:
            yield (
                f"{name} has a value {code!r}.",
                "Take it out: what is not known is left out of a case, or sent as unknown.",
                node,
            )
        seen.add(code.casefold())
