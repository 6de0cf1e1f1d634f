"""The SHACL Core form of every criterion, run by pySHACL without SPARQL: its two shapes conform where the program says so.

Engines that know no SHACL-SPARQL skip custom components in silence, and find that everything conforms.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pyshacl
import pytest
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import SH, XSD
from spinegraph.engine import Case, Engine
from spinegraph.engine.criteria import core_of
from spinegraph.engine.criteria.shapes import Iri, node_shape
from spinegraph.engine.decide.shape_graph import CORE, add_shape
from spinegraph.engine.model import Assessment, Criterion

from tests.random_cases import random_cases
from tests.validation.interactions.random_guidelines import Writer

PATIENT = URIRef("urn:case")


class Side(NamedTuple):
    """One side of a criterion: that it holds, or that it is refuted."""

    criterion: Criterion
    name: str


def criteria_of(engine: Engine) -> Iterator[Criterion]:
    roots = (root for rule in engine.knowledge.rules.values() for root in (rule.scope, rule.criterion) if root is not None)
    yield from dict.fromkeys(node for root in roots for node in root.walk())


def shapes_of(engine: Engine) -> tuple[Graph, dict[URIRef, Side]]:
    """Two shapes about the patient for each criterion."""
    graph, known = Graph(), {}
    for number, criterion in enumerate(criteria_of(engine)):
        form = core_of(criterion, engine.program.relations)
        assert form is not None, criterion
        for side, shape in (("holds", form.holds), ("refuted", form.refuted)):
            name = URIRef(f"urn:shape:{side}:{number}")
            add_shape(graph, name, node_shape({"sh:targetNode": Iri(PATIENT), "sh:node": node_shape(shape)}))
            known[name] = Side(criterion, side)
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
    return graph


def conforming(shapes: Graph, known: dict[URIRef, Side], data: Graph) -> set[URIRef]:
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False, inference="none")
    assert isinstance(report, Graph)
    assert (None, RDF.type, SH.ValidationReport) in report
    return known.keys() - set(report.objects(None, SH.sourceShape))


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Counts of both kinds, and scores that rest on each other."""
    return Engine(Writer(7, sums=True).write(tmp_path_factory.mktemp("counting")))


@pytest.mark.parametrize(("which", "count"), [("small", 10), ("counting", 10)])
def test_the_core_form_conforms_where_the_criterion_holds(which: str, count: int, request: pytest.FixtureRequest) -> None:
    engine: Engine = request.getfixturevalue(which)
    shapes, known = shapes_of(engine)
    both: set[bool] = set()
    for case in itertools.islice(random_cases(engine.program, seed=11), count):
        planes = engine.explain(case).planes
        holding = {name for name, one in known.items() if planes[getattr(engine.program.pair(one.criterion), one.name)]}
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
