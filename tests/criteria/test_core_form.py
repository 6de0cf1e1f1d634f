"""The SHACL Core form of every criterion, run by pySHACL without SPARQL: it conforms where the program says that it holds.

Engines that know no SHACL-SPARQL skip custom components in silence, and find that everything conforms.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyshacl
import pytest
from rdflib import RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.namespace import SH, XSD
from spinegraph.engine import Case, Engine
from spinegraph.engine.criteria import core_of
from spinegraph.engine.criteria.shapes import Curie, Iri, node_shape
from spinegraph.engine.decide.shape_graph import CORE, add_shape
from spinegraph.engine.model import Assessment, Criterion, Score
from spinegraph.engine.program.program import Program

from tests.random_cases import random_cases
from tests.validation.interactions.random_guidelines import Writer

PATIENT = URIRef("urn:case")


def criteria_of(engine: Engine) -> Iterator[Criterion]:
    roots = (root for rule in engine.knowledge.rules.values() for root in (rule.scope, rule.criterion) if root is not None)
    yield from dict.fromkeys(node for root in roots for node in root.walk())


def shapes_of(engine: Engine) -> tuple[Graph, dict[URIRef, Criterion]]:
    """A shape about the patient for each criterion."""
    graph, known = Graph(), {}
    for number, criterion in enumerate(criteria_of(engine)):
        name = URIRef(f"urn:shape:{number}")
        form = core_of(criterion, engine.program.relations)
        add_shape(graph, name, {"rdf:type": Curie("sh:NodeShape"), "sh:targetNode": Iri(PATIENT), "sh:node": node_shape(form)})
        known[name] = criterion
    return graph, known


def steps(broader: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """The hierarchy without what follows from it: pySHACL walks every way from one class to another."""
    for iri, above in broader.items():
        further = {beyond for wider in above if wider != iri for beyond in broader.get(wider, ()) if beyond != wider}
        yield from ((iri, wider) for wider in above if wider not in further)


def data_of(engine: Engine, case: Case) -> Graph:
    """What is recorded, what follows from it, and the hierarchy."""
    knowledge, program, planes = engine.knowledge, engine.program, engine.explain(case).planes
    graph = Graph()
    for side, positions in ((CORE.present, program.present), (CORE.absent, program.absent)):
        for finding in (iri for iri, position in positions.items() if planes[position]):
            graph.add((PATIENT, side, URIRef(finding)))
    for iri, rule in knowledge.rules.items():
        holds, refuted = program.rules[iri].whole
        for predicate, position in ((CORE.holds, holds), (CORE.refuted, refuted)):
            if planes[position]:
                graph.add((PATIENT, predicate, URIRef(iri)))
        if isinstance(rule, Assessment):
            graph.add((URIRef(iri), CORE.assesses, URIRef(rule.condition)))
    for iri, wider in steps(knowledge.hierarchy.broader):
        graph.add((URIRef(iri), RDFS.subClassOf, URIRef(wider)))
    iri_of = {measurement.code: iri for iri, measurement in knowledge.measurements.items()}
    for code, value in case.measurements.items():
        graph.add((PATIENT, URIRef(iri_of[code]), Literal(repr(value), datatype=XSD.decimal)))
    for score in knowledge.scores.values():
        add_sum(graph, score, planes, program)
    return graph


def add_sum(graph: Graph, score: Score, planes: Sequence[int], program: Program) -> None:
    """What the rules of scores conclude before: the least and the greatest sum."""
    pairs = [(item.points, *program.pair(item.criterion)) for item in score.items]
    positive = [(points, planes[holds], planes[refuted]) for points, holds, refuted in pairs if points > 0]
    negative = [(points, planes[holds], planes[refuted]) for points, holds, refuted in pairs if points < 0]
    least = sum(p * holds for p, holds, _ in positive) + sum(p * (1 - refuted) for p, _, refuted in negative)
    greatest = sum(p * (1 - refuted) for p, _, refuted in positive) + sum(p * holds for p, holds, _ in negative)
    node = BNode()
    graph.add((PATIENT, CORE.scored, node))
    graph.add((node, CORE.score, URIRef(score.iri)))
    for predicate, value in ((CORE.least, least), (CORE.greatest, greatest)):
        graph.add((node, predicate, Literal(repr(float(value)), datatype=XSD.decimal)))


def conforming(shapes: Graph, known: dict[URIRef, Criterion], data: Graph) -> set[URIRef]:
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False, inference="none")
    assert isinstance(report, Graph)
    assert (None, RDF.type, SH.ValidationReport) in report
    return known.keys() - set(report.objects(None, SH.sourceShape))


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Counts of both kinds, and scores that rest on each other."""
    return Engine(Writer(7, sums=True).write(tmp_path_factory.mktemp("counting")))


@pytest.mark.parametrize(("which", "count"), [("small", 10), ("counting", 10), pytest.param("engine", 1, marks=pytest.mark.slow)])
def test_the_core_form_conforms_where_the_criterion_holds(which: str, count: int, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(which)
    shapes, known = shapes_of(engine)
    both: set[bool] = set()
    for case in itertools.islice(random_cases(engine.program, seed=11), count):
        planes = engine.explain(case).planes
        holding = {name for name, criterion in known.items() if planes[engine.program.pair(criterion).holds]}
        found = conforming(shapes, known, data_of(engine, case))
        assert {known[name] for name in found ^ holding} == set(), case
        both |= {bool(holding), holding != known.keys()}
    assert both == {True}, "some hold and some do not"


@pytest.mark.slow
def test_the_core_form_is_shacl_core(engine: Engine) -> None:
    shapes, _ = shapes_of(engine)
    allowed = {str(SH[name]) for name in (
        "and", "or", "not", "node", "property", "path", "hasValue", "in", "minCount", "minInclusive", "minExclusive",
        "maxInclusive", "maxExclusive", "qualifiedValueShape", "qualifiedMinCount", "targetNode", "zeroOrMorePath", "inversePath",
    )}  # fmt: skip
    assert {str(predicate) for predicate in shapes.predicates()} - allowed == {str(RDF.type), str(RDF.first), str(RDF.rest)}
