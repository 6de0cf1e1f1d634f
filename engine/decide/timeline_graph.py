"""The entries of a case that rules ask about by date, as triples: plain numbers, which every SPARQL engine compares alike."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD
from spinegraph.engine.criteria.occurrence import When
from spinegraph.engine.decide.shape_graph import CORE
from spinegraph.engine.decide.timeline import Timelines
from spinegraph.engine.knowledge.numbers import written_decimal
from spinegraph.engine.model import Case, Knowledge
from spinegraph.engine.program.program import Program


class TimelineGraph:
    """Writes the entries of cases for the criteria of time of one program."""

    def __init__(self, program: Program) -> None:
        self._knowledge: Knowledge = program.knowledge
        self._timelines = Timelines(program)

    def add(self, graph: Graph, node: URIRef, case: Case) -> None:
        """Add the entries of a case to its node."""
        timeline = self._timelines.of(case)
        for iri, dates in timeline.entries.items():
            for when in dates:
                self._entry(graph, node, iri, "present", when)
        for iri, readings in timeline.readings.items():
            for reading in readings:
                entry = BNode()
                graph.add((node, CORE.entry, entry))
                graph.add((entry, URIRef(iri), Literal(written_decimal(reading.value), datatype=XSD.decimal)))
                _date(graph, entry, reading.when)
        for iri in timeline.denied:
            self._entry(graph, node, iri, "absent", None)

    def _entry(self, graph: Graph, node: URIRef, iri: str, side: str, when: When | None) -> None:
        entry = BNode()
        graph.add((node, CORE.entry, entry))
        act = self._knowledge.acts.get(iri)
        if act is None:
            graph.add((entry, CORE[side], URIRef(iri)))
        else:
            predicate = act.kind if side == "present" else f"not{act.kind.capitalize()}"
            graph.add((entry, CORE[predicate], URIRef(act.intervention)))
        _date(graph, entry, when)


def _date(graph: Graph, entry: BNode, when: When | None) -> None:
    for name, number in _numbers(when):
        graph.add((entry, CORE[name], Literal(number)))


def _numbers(when: When | None) -> Iterator[tuple[str, int]]:
    """What comparisons need of a date: days from the year 1, and how far it lies back where that is known."""
    if when is None:
        return
    yield from (("firstDay", when.day.least), ("lastDay", when.day.most))
    yield from (("firstSecond", when.second.least), ("lastSecond", when.second.most))
    if when.days_back is not None and when.months_back is not None:
        yield from (("leastDays", when.days_back.least), ("mostDays", when.days_back.most))
        yield from (("leastMonths", when.months_back.least), ("mostMonths", when.months_back.most))
