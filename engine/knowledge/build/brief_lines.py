"""Graph → the lines of briefs: how recommendations are worded there, alone or together."""

from __future__ import annotations

from typing import get_args

from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.build.literals import read_literal
from spinegraph.engine.knowledge.build.named import Known, known_iris
from spinegraph.engine.knowledge.build.rules import passage_ids
from spinegraph.engine.knowledge.problems import Problems, named
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PATIENT, local_name, shorten
from spinegraph.engine.model import BriefLine
from spinegraph.engine.model.knowledge import Place

PLACES = get_args(Place)


def brief_lines(graph: Graph, interventions: Known, problems: Problems) -> dict[str, BriefLine]:
    """All lines in their order, by IRI; what is wrong with them is noted."""
    found = [_line(graph, iri, interventions, problems) for iri in graph.of_class("core:BriefLine")]
    lines = {line.iri: line for line in sorted(found, key=lambda line: (line.order, line.iri))}
    for iri in graph.of_class("core:Recommendation"):
        tuple(known_iris(graph, iri, "core:inLine", lines, "line of a brief", problems))
    return lines


def _line(graph: Graph, iri: str, interventions: Known, problems: Problems) -> BriefLine:
    text, headline = graph.text(iri, "core:text"), graph.text(iri, "core:headline")
    return BriefLine(
        iri=iri,
        id=local_name(iri),
        order=int(read_literal(graph, problems, iri, "sh:order", 0)),
        place=_place(graph, iri, problems),
        text=text,
        patient_text=graph.text(iri, "core:text", PATIENT) or text,
        headline=headline,
        patient_headline=graph.text(iri, "core:headline", PATIENT) or headline,
        yields_to=tuple(known_iris(graph, iri, "core:yieldsTo", interventions, "intervention", problems)),
        reading=graph.text(iri, "core:reading"),
        passages=passage_ids(graph, iri),
    )


def _place(graph: Graph, iri: str, problems: Problems) -> Place:
    value = graph.iri(iri, "core:place")
    for place in PLACES:
        if value and local_name(value) == place:
            return place  # type: ignore[no-any-return]
    listed = ", ".join(f"core:{place}" for place in PLACES)
    what = f"{named(iri)}: core:place is {shorten(value)}." if value else f"{named(iri)} has no core:place."
    problems.report(VocabularyError, what, f"Write one of {listed}.", "wrong-kind", iri, "core:place", value)
    return "nowhere"
