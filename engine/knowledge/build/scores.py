"""Graph → scores: sums of points that criteria give."""

from __future__ import annotations

from typing import Protocol

from spinegraph.engine.criteria.score import MOST_ITEMS, MOST_STEPS, in_units
from spinegraph.engine.errors import CriterionError
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PATIENT, Term, local_name, shorten
from spinegraph.engine.model import Criterion, Score, ScoreItem

EXAMPLE = "Write e.g. core:item ( [ core:points 1 ; core:criterion shape:X ] … )."


class Shapes(Protocol):
    """The reader of shapes, as far as scores need it; whatever is amiss raises a located CriterionError."""

    @property
    def graph(self) -> Graph: ...

    def nodes(self, subject: str, predicate: str) -> list[str]:
        """The members of the one list that a statement names; none where there is no such list."""
        ...

    def number(self, shape: str, predicate: str) -> float | None: ...

    def given(self, subject: str, predicate: str) -> Criterion:
        """The criterion of the one shape that a statement names, with the labels and passages of the subject."""
        ...

    def error(
        self, shape: str, what: str, mend: str, predicate: str = "", value: Term | None = None, kind: str = "", **terms: object
    ) -> CriterionError: ...


def read_score(iri: str, shapes: Shapes) -> Score:
    """A score with its items in their order. Raises CriterionError."""
    graph, nodes = shapes.graph, shapes.nodes(iri, "core:item")
    if not 1 <= len(nodes) <= MOST_ITEMS:
        what = f"{shorten(iri)} has {len(nodes)} items" if nodes else f"{shorten(iri)} has no list of items"
        raise shapes.error(iri, what, EXAMPLE if not nodes else f"Give it 1 to {MOST_ITEMS} items.", "core:item")
    label = graph.text(iri, "rdfs:label") or local_name(iri)
    score = Score(
        iri=iri,
        code=graph.text(iri, "skos:notation"),
        label=label,
        patient_label=graph.text(iri, "rdfs:label", PATIENT) or graph.text(iri, "skos:prefLabel", PATIENT) or label,
        definition=graph.text(iri, "skos:definition"),
        items=tuple(_item(node, iri, shapes) for node in nodes),
        passages=tuple(map(local_name, graph.iris(iri, "prov:wasDerivedFrom"))),
    )
    steps = sum(map(abs, in_units(score)[0]))
    if steps > MOST_STEPS:
        what = f"The points of {shorten(iri)} come to {steps} steps of their greatest common measure"
        raise shapes.error(iri, what, f"Round them, so that they come to {MOST_STEPS} at most.", "core:item", kind="too-large")
    return score


def _item(node: str, score: str, shapes: Shapes) -> ScoreItem:
    points = shapes.number(node, "core:points")
    if points is None:
        what = f"An item of {shorten(score)} gives no points"
        raise shapes.error(node, what, "Add core:points and a number, which may be negative.", lacks=("core:points",))
    if points == 0:
        what = f"An item of {shorten(score)} gives 0 points, so it changes nothing"
        raise shapes.error(node, what, "Correct the points, or take the item out.", "core:points")
    return ScoreItem(points=points, criterion=shapes.given(node, "core:criterion"))
