"""Graph → the screens in which somebody is asked, and the topics that no source covers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from spinegraph.engine.errors import CriterionError, KnowledgeError, VocabularyError
from spinegraph.engine.knowledge.build.criteria import CriterionReader
from spinegraph.engine.knowledge.build.literals import read_literal
from spinegraph.engine.knowledge.build.named import Known, known_iris
from spinegraph.engine.knowledge.build.rules import passage_ids
from spinegraph.engine.knowledge.problems import Problems, named
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PATIENT, local_name, shorten
from spinegraph.engine.model import ActKind, Concept, Criterion, Screen, ScreenItem, UncoveredTopic
from spinegraph.engine.model.knowledge import AskedOf, Tier

MOST_ITEMS = 8
"""So many items are asked together at most."""


class ScreenReader(NamedTuple):
    """Reads the screens of one graph; what is wrong with them is noted. `askable`: IRIs of findings and of what has values."""

    graph: Graph
    shapes: CriterionReader
    interventions: Known
    askable: Known
    problems: Problems

    def screens(self) -> dict[str, Screen]:
        """All screens in their order, by IRI."""
        found = {iri: self._screen(iri) for iri in self.graph.of_class("core:Screen")}
        return dict(sorted(found.items(), key=lambda entry: (entry[1].order, entry[0])))

    def _screen(self, iri: str) -> Screen:
        graph = self.graph
        asked_of = self._word(iri, "core:askedOf", get_args(AskedOf), "patient")
        nodes = [str(node) for node in list_items(graph, iri, "core:item", self.problems)]
        items = tuple(self._item(iri, node, asked_of) for node in nodes)
        if not 1 <= len(items) <= MOST_ITEMS:
            what = f"{shorten(iri)} has {len(items)} items."
            self._note(iri, what, f"Ask one to {MOST_ITEMS} things together: core:item ( … ).", "wrong-kind", "core:item")
        before = tuple(self._known(iri, "core:before", self.interventions, "intervention"))
        return Screen(
            iri=iri,
            id=graph.text(iri, "skos:notation") or local_name(iri),
            label=graph.text(iri, "rdfs:label"),
            order=int(read_literal(graph, self.problems, iri, "sh:order", 0)),
            question=graph.text(iri, "core:question"),
            patient_question=graph.text(iri, "core:question", PATIENT),
            none_of_these=graph.text(iri, "core:noneOfThese"),
            patient_none_of_these=graph.text(iri, "core:noneOfThese", PATIENT),
            asked_of=asked_of,
            tier=self._word(iri, "core:tier", get_args(Tier), "detail"),
            items=items,
            gate=self._gate(iri),
            before=before,
            reading=graph.text(iri, "core:reading"),
            passages=passage_ids(graph, iri),
            short=graph.text(iri, "skos:altLabel"),
        )

    def _item(self, screen: str, node: str, asked_of: AskedOf) -> ScreenItem:
        asked = (*self._known(node, "core:asks", self.askable, "finding, measurement or coded property"), *self._acts(node))
        if len(asked) != 1:
            what = f"An item of {shorten(screen)} asks for {len(asked)} things."
            self._note(node, what, "Give each item one core:asks, core:performed or core:taking.", "wrong-kind", "core:asks")
        return ScreenItem(
            asks=asked[0] if asked else "",
            asked_of=self._word(node, "core:askedOf", get_args(AskedOf), asked_of),
            short=self.graph.text(node, "rdfs:label"),
            patient_label=self.graph.text(node, "rdfs:label", PATIENT),
            gate=self._gate(node),
            reading=self.graph.text(node, "core:reading"),
        )

    def _acts(self, node: str) -> Iterator[str]:
        for kind in get_args(ActKind):
            if self.graph.terms(node, f"core:{kind}"):
                try:
                    yield self.shapes.act(node, f"core:{kind}", kind).iri
                except CriterionError as error:
                    self.problems.keep(error)

    def _gate(self, node: str) -> Criterion | None:
        gate = self.graph.iri(node, "core:gate")
        if not gate:
            return None
        try:
            return self.shapes.read_named(node, "core:gate", gate)
        except CriterionError as error:
            self.problems.keep(error)
            return None

    def _word(self, node: str, predicate: str, allowed: tuple[str, ...], otherwise: str) -> Any:
        value = self.graph.iri(node, predicate)
        if value and local_name(value) not in allowed:
            listed = ", ".join(f"core:{word}" for word in allowed)
            what = f"{named(node)}: {predicate} is {shorten(value)}."
            self._note(node, what, f"Write one of {listed}.", "wrong-kind", predicate, value)
        return local_name(value) if local_name(value) in allowed else otherwise

    def _known(self, node: str, predicate: str, known: Known, kind: str) -> Iterator[str]:
        yield from known_iris(self.graph, node, predicate, known, kind, self.problems)

    def _note(self, node: str, what: str, mend: str, kind: str, predicate: str, value: str | None = None) -> None:
        self.problems.report(VocabularyError, what, mend, kind, node, predicate, value)


def uncovered_topics(graph: Graph, problems: Problems) -> dict[str, UncoveredTopic]:
    """What no source covers, in its order, by IRI."""
    found = [
        UncoveredTopic(
            iri=iri,
            id=local_name(iri),
            label=graph.text(iri, "rdfs:label"),
            patient_label=graph.text(iri, "rdfs:label", PATIENT) or graph.text(iri, "rdfs:label"),
            order=int(read_literal(graph, problems, iri, "sh:order", 0)),
        )
        for iri in graph.of_class("core:UncoveredTopic")
    ]
    return {topic.iri: topic for topic in sorted(found, key=lambda topic: (topic.order, topic.iri))}


def check_interventions(
    graph: Graph, interventions: dict[str, Concept], findings: Known, askable: Known, problems: Problems
) -> None:
    """Note what speaks against an intervention, becomes known by it, or comes to it, and does not exist."""
    for iri in interventions:
        tuple(known_iris(graph, iri, "core:contraindication", findings, "finding", problems))
        tuple(known_iris(graph, iri, "core:obtains", askable, "finding, measurement or coded property", problems))
        tuple(known_iris(graph, iri, "core:unindicated", interventions, "intervention", problems))


def list_items(graph: Graph, node: str, predicate: str, problems: Problems | None = None) -> list[str]:
    """The members of the RDF list that a statement names. A broken list has none; it is noted where `problems` are given."""
    head = graph.iri(node, predicate)
    try:
        return [term for term in graph.items(head) if isinstance(term, str)] if head else []
    except KnowledgeError as error:
        if problems is not None:
            problems.keep(error)
        return []
