"""The oracle: the same shapes, run by pySHACL. Slow, independent, and the judge of the compiled program.

The authored rules run unmodified and find what *holds*. What is *refuted* is found by running the dual of each rule,
which De Morgan gives: `present` becomes `absent`, `and` becomes `or`, a range its opposite. Needs the `authoring` extra.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pyshacl import shacl_rules
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import XSD
from rdflib.plugin import register
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Processor
from spinegraph.engine.criteria import dual_of
from spinegraph.engine.criteria.shapes import conforms_to_any, node_shape
from spinegraph.engine.decide.shape_graph import CORE, DUAL, add_rule, add_score_rules, add_shape
from spinegraph.engine.decide.timeline_graph import TimelineGraph
from spinegraph.engine.knowledge.files import shipped_paths
from spinegraph.engine.knowledge.turtle.short_rules import derived_statements
from spinegraph.engine.model import Act, ActKind, Case, DerivedFinding, Knowledge, Measured, Rule
from spinegraph.engine.model.units import comparable
from spinegraph.engine.program.compiler import compile_program


class Bits(NamedTuple):
    """What the oracle found for one case: rules that hold and are refuted, findings present and absent (all IRIs)."""

    holds: frozenset[str]
    refuted: frozenset[str]
    present: frozenset[str]
    absent: frozenset[str]


class _PreparedProcessor(SPARQLProcessor):
    """rdflib's SPARQL, but each query text is parsed once: pySHACL asks the same few questions thousands of times."""

    def query(self, strOrQuery: Any, initBindings: Any = None, initNs: Any = None, base: Any = None, DEBUG: bool = False) -> Any:  # type: ignore[override]  # noqa: N803
        query = strOrQuery
        if isinstance(query, str):
            query = _prepared(query, base, tuple(sorted((initNs or {}).items())))
        return super().query(query, initBindings, initNs, base, DEBUG)


@lru_cache(maxsize=256)
def _prepared(text: str, base: str | None, namespaces: tuple[tuple[str, Any], ...]) -> Query:
    return translateQuery(parseQuery(text), base, dict(namespaces))


register("sparql", Processor, __name__, "_PreparedProcessor")


def _add_left_out(shapes: Graph) -> None:
    """What rules in short form leave out, as `spinegraph format --full` writes it."""
    for subject, predicate, value in derived_statements(
        (str(s), str(p), o if isinstance(o, Literal) else str(o)) for s, p, o in shapes
    ):
        shapes.add((URIRef(subject), URIRef(predicate), Literal(value) if isinstance(value, int) else URIRef(value)))


class Oracle:
    """Runs authored and dual rules of one knowledge over cases. One per process: pySHACL changes rdflib's settings."""

    def __init__(self, knowledge: Knowledge, paths: Iterable[Path] | None = None) -> None:
        self._knowledge = knowledge
        self._background = Graph()
        self._shapes = Graph()
        for path in paths if paths is not None else shipped_paths():
            if path.suffix == ".ttl" and path.parent.name != "sources":
                self._shapes.parse(path)
        _add_left_out(self._shapes)
        for iri, ancestors in knowledge.hierarchy.broader.items():
            for parent in self._shapes.objects(URIRef(iri), RDFS.subClassOf):
                if str(parent) in ancestors:
                    self._background.add((URIRef(iri), RDFS.subClassOf, parent))
        self._background += self._shapes.triples((None, CORE.assesses, None))
        add_dual_rules(self._shapes, knowledge)
        add_score_rules(self._shapes, knowledge)
        self._finding = {finding.code: URIRef(iri) for iri, finding in knowledge.findings.items()}
        self._measurement = {measurement.code: URIRef(iri) for iri, measurement in knowledge.measurements.items()}
        self._coded = {thing.code: URIRef(iri) for iri, thing in knowledge.coded.items()}
        self._units = {measurement.code: measurement.unit for measurement in knowledge.measurements.values()}
        self._marks = _marks(knowledge)
        self._rules = frozenset(knowledge.rules)
        self._timelines = TimelineGraph(compile_program(knowledge))

    def evaluate(self, cases: Sequence[Case]) -> list[Bits]:
        """The bits of each case, by SHACL alone."""
        data = Graph()
        data += self._background
        nodes = [URIRef(f"urn:spinegraph:case:{number}") for number in range(len(cases))]
        for node, case in zip(nodes, cases, strict=True):
            self._describe(data, node, case)
        result: Any = shacl_rules(data, shacl_graph=self._shapes, advanced=True)
        expanded = Graph()
        for triple in result.triples((None, None, None)):
            expanded.add(triple)
        return [self._bits(expanded, node) for node in nodes]

    def _describe(self, data: Graph, node: URIRef, case: Case) -> None:
        data.add((node, RDF.type, CORE.Case))
        for side, codes in (("present", case.present), ("absent", case.absent)):
            for code in codes:
                data.add((node, *self._recorded(side, self._finding[code])))
        for code, value in case.measurements.items():
            written = self._as_in_shapes(code, value)
            data.add((node, self._measurement[code], Literal(repr(written), datatype=XSD.decimal)))
        for name, code in case.coded.items():
            data.add((node, self._coded[name], Literal(code)))
        self._timelines.add(data, node, case)

    def _recorded(self, side: str, finding: URIRef) -> tuple[URIRef, URIRef]:
        """How a case graph says that a finding is present or absent, or an act done or taken, or not."""
        act = self._knowledge.acts.get(str(finding))
        if act is None:
            return CORE[side], finding
        return CORE[act.kind if side == "present" else f"not{act.kind.capitalize()}"], URIRef(act.intervention)

    def _stated(self, data: Graph, node: URIRef, side: str) -> set[str]:
        """The findings and acts that a case graph has on a side."""
        found = {str(finding) for finding in data.objects(node, CORE[side])}
        for kind in get_args(ActKind):
            predicate = CORE[kind if side == "present" else f"not{kind.capitalize()}"]
            found |= {Act(kind, str(done)).iri for done in data.objects(node, predicate)}
        return found

    def _as_in_shapes(self, code: str, value: float) -> float:
        """A duration as the shapes write the same number of days: other engines compare decimals, not days."""
        unit = self._units[code]
        return next((mark for mark in self._marks.get(code, ()) if comparable(mark, unit) == comparable(value, unit)), value)

    def _bits(self, data: Graph, node: URIRef) -> Bits:
        hierarchy = self._knowledge.hierarchy
        present, absent = self._stated(data, node, "present"), self._stated(data, node, "absent")
        return Bits(
            self._rules & frozenset(map(str, data.objects(node, CORE.holds))),
            self._rules & frozenset(map(str, data.objects(node, CORE.refuted))),
            frozenset(wider for finding in present for wider in hierarchy.broader[finding] if wider in self._knowledge.findings),
            frozenset(narrower for finding in absent for narrower in hierarchy.narrower[finding]),
        )


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


def add_dual_rules(shapes: Graph, knowledge: Knowledge) -> None:
    """Add to a shapes graph, for every rule, the rule that finds it refuted."""
    for rule in knowledge.rules.values():
        if rule.scope is None and rule.criterion is None:
            continue
        predicate, value = (CORE.absent, rule.finding) if isinstance(rule, DerivedFinding) else (CORE.refuted, rule.iri)
        add_rule(shapes, rule.id, rule.order, _refuting(rule, shapes), predicate, URIRef(value))


def _refuting(rule: Rule, shapes: Graph) -> URIRef:
    """A named shape, added to the graph, that conforms if the rule's scope or its criterion is refuted."""
    shape = DUAL[f"shape-{rule.id}"]
    parts = conforms_to_any(dual_of(part) for part in (rule.scope, rule.criterion) if part is not None)
    add_shape(shapes, shape, node_shape(parts))
    return shape


def program_bits(knowledge: Knowledge, planes: Sequence[int], slots: Mapping[str, Any], present: Any, absent: Any) -> Bits:
    """The same bits as the compiled program computed them, for comparison (one patient)."""
    tested = {iri: slots[iri].whole for iri, rule in knowledge.rules.items() if rule.scope or rule.criterion}
    plain = {iri: pair for iri, pair in tested.items() if not isinstance(knowledge.rules[iri], DerivedFinding)}
    return Bits(
        frozenset(iri for iri, pair in plain.items() if planes[pair.holds]),
        frozenset(iri for iri, pair in plain.items() if planes[pair.refuted]),
        frozenset(iri for iri, slot in present.items() if planes[slot]),
        frozenset(iri for iri, slot in absent.items() if planes[slot]),
    )
