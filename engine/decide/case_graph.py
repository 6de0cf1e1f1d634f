"""Cases as triples for other SHACL engines: what is recorded, and the dates that rules ask for as whole numbers."""

from __future__ import annotations

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import XSD
from spinegraph.engine.decide.shape_graph import CORE
from spinegraph.engine.decide.timeline_graph import TimelineGraph
from spinegraph.engine.knowledge.numbers import written_decimal
from spinegraph.engine.model import Case, Knowledge, Measured
from spinegraph.engine.model.units import comparable
from spinegraph.engine.program.program import Program


class CaseGraph:
    """Writes cases for the rules of one program."""

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        self._acts = knowledge.acts
        self._finding = {finding.code: iri for iri, finding in knowledge.findings.items()}
        self._measurement = {measurement.code: URIRef(iri) for iri, measurement in knowledge.measurements.items()}
        self._coded = {thing.code: URIRef(iri) for iri, thing in knowledge.coded.items()}
        self._units = {measurement.code: measurement.unit for measurement in knowledge.measurements.values()}
        self._marks = _marks(knowledge)
        self._timelines = TimelineGraph(program)

    def add(self, graph: Graph, node: URIRef, case: Case) -> None:
        """Add a case to a graph. The node is an IRI: what scores conclude is named after it."""
        graph.add((node, RDF.type, CORE.Case))
        for side, codes in (("present", case.present), ("absent", case.absent)):
            for code in codes:
                graph.add((node, *self._recorded(side, self._finding[code])))
        for code, value in case.measurements.items():
            written = self._as_in_shapes(code, value)
            graph.add((node, self._measurement[code], Literal(written_decimal(written), datatype=XSD.decimal)))
        for name, code in case.coded.items():
            graph.add((node, self._coded[name], Literal(code)))
        self._timelines.add(graph, node, case)

    def _recorded(self, side: str, finding: str) -> tuple[URIRef, URIRef]:
        """How a case graph says that a finding is present or absent, or an act done or taken, or not."""
        act = self._acts.get(finding)
        if act is None:
            return CORE[side], URIRef(finding)
        return CORE[act.kind if side == "present" else f"not{act.kind.capitalize()}"], URIRef(act.intervention)

    def _as_in_shapes(self, code: str, value: float) -> float:
        """A duration as the shapes write the same number of days: other engines compare decimals, not days."""
        unit = self._units[code]
        return next((mark for mark in self._marks.get(code, ()) if comparable(mark, unit) == comparable(value, unit)), value)


def _marks(knowledge: Knowledge) -> dict[str, list[float]]:
    """Code of a measurement → the numbers to which the criteria of rules compare it."""
    found: dict[str, list[float]] = {}
    criteria = (part for rule in knowledge.rules.values() for part in (rule.scope, rule.criterion) if part is not None)
    for node in (node for criterion in criteria for node in criterion.walk()):
        if isinstance(node, Measured):
            bounds = [bound for bound in (node.lower, node.upper) if bound]
            marks = (mark for bound in bounds for mark in (bound.value, bound.other) if mark is not None)
            found.setdefault(knowledge.measurements[node.measurement].code, []).extend(marks)
    return found
