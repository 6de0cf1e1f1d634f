"""`shapes/case.ttl` and `shapes/measurements.ttl`: what a case graph has to look like, by pySHACL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec
import pytest
import rdflib
from pyshacl import validate
from rdflib import RDF, RDFS, XSD, Literal, URIRef
from rdflib.namespace import SH
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.knowledge.files import schema_paths, shipped_paths
from spinegraph.engine.knowledge.turtle.terms import expand

from tests.random_cases import random_cases

SHAPES = [path for path in shipped_paths() if path.parent.name == "shapes" and path.name in ("case.ttl", "measurements.ttl")]
NODE = URIRef("urn:case")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_knowledge())


@pytest.fixture(scope="module")
def ontology(engine: Engine) -> rdflib.Graph:
    graph = rdflib.Graph()
    for iri in engine.knowledge.findings:
        graph.add((URIRef(iri), RDFS.subClassOf, URIRef(expand("core:Finding"))))
    for iri in engine.knowledge.interventions:
        graph.add((URIRef(iri), RDFS.subClassOf, URIRef(expand("core:Intervention"))))
    return graph


def _shapes() -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in SHAPES:
        graph.parse(path)
    return graph


def _triples(engine: Engine, case: Case) -> Iterator[tuple[URIRef, URIRef, rdflib.term.Node]]:
    iri_of = {finding.code: iri for iri, finding in engine.knowledge.findings.items()}
    number_of = {measurement.code: iri for iri, measurement in engine.knowledge.measurements.items()}
    yield NODE, RDF.type, URIRef(expand("core:Case"))
    for code in case.present:
        yield NODE, URIRef(expand("core:present")), URIRef(iri_of[code])
    for code in case.absent:
        yield NODE, URIRef(expand("core:absent")), URIRef(iri_of[code])
    done = [iri for iri, concept in engine.knowledge.interventions.items() if concept.code in case.performed]
    for iri in done:
        yield NODE, URIRef(expand("core:performed")), URIRef(iri)
    for code, value in case.measurements.items():
        yield NODE, URIRef(number_of[code]), Literal(repr(value), datatype=XSD.decimal)


def _conforms(ontology: rdflib.Graph, triples: list[tuple[URIRef, URIRef, rdflib.term.Node]]) -> tuple[bool, str]:
    data = rdflib.Graph()
    data += ontology
    for triple in triples:
        data.add(triple)
    conforms, _, text = validate(data, shacl_graph=_shapes())
    return bool(conforms), str(text)


def test_cases_that_are_decided_conform(engine: Engine, ontology: rdflib.Graph) -> None:
    for random_case in itertools.islice(random_cases(engine.program, seed=5), 5):
        case = msgspec.structs.replace(random_case, performed=("mri_lumbar", "plain_radiograph"))
        conforms, text = _conforms(ontology, list(_triples(engine, case)))
        assert conforms, text


@pytest.mark.parametrize(
    ("predicate", "value", "message"),
    [
        ("core:ageYears", Literal("-1", datatype=XSD.decimal), "One age from 0 to 130 years."),
        ("core:ageYears", Literal("54 years"), "One age from 0 to 130 years."),
        ("core:present", URIRef(expand("finding:Feverish")), "is no finding that the ontology declares"),
        ("core:absent", Literal("fever"), "What is absent is a finding"),
        ("core:performed", URIRef(expand("finding:Fever")), "is no intervention that the ontology declares"),
        ("core:temperatureC", Literal("98.6", datatype=XSD.decimal), "One temperature from 20 to 46"),
    ],
)
def test_what_cannot_be_does_not_conform(ontology: rdflib.Graph, predicate: str, value: rdflib.term.Node, message: str) -> None:
    stated = [(NODE, RDF.type, URIRef(expand("core:Case"))), (NODE, URIRef(expand(predicate)), value)]
    conforms, text = _conforms(ontology, stated)
    assert not conforms
    assert message in text


def test_the_ranges_are_those_of_the_measurements(engine: Engine) -> None:
    shapes = _shapes()
    stated = {
        str(shapes.value(shape, SH.path)): (float(str(least)), float(str(shapes.value(shape, SH.maxInclusive))))
        for shape, least in shapes.subject_objects(SH.minInclusive)
    }
    assert stated == {iri: (m.minimum, m.maximum) for iri, m in engine.knowledge.measurements.items()}


def test_what_comes_with_the_schema_speaks_of_no_measurement(engine: Engine) -> None:
    (schema,) = (path for path in schema_paths() if path.name == "case.ttl")
    paths = {str(path) for path in rdflib.Graph().parse(schema).objects(None, SH.path)}
    names = ("present", "absent", "performed", "notPerformed", "taking", "notTaking", "asOf", "birthDate")
    assert paths == {expand(f"core:{name}") for name in names}
