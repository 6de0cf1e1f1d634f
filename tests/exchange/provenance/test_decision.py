"""The provenance of decisions: valid PROV-O of our shape, whole, the same in every syntax, and the same every time."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from pyshacl import validate
from rdflib import PROV, RDF
from rdflib.compare import isomorphic
from spinegraph.engine import Case, Engine, load_knowledge, make_case, make_codebook, read_case_file
from spinegraph.engine.exchange.provenance.decision import decision_graph
from spinegraph.engine.exchange.provenance.publication import run_iri
from spinegraph.engine.exchange.provenance.rendering import MEDIA_TYPES, render_provenance
from spinegraph.engine.exchange.provenance.wanted import Wanted
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Decision

from tests.exchange.provenance.examples import decided
from tests.random_cases import random_cases

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yaml"))
CORE = rdflib.Namespace(expand("core:"))


@pytest.fixture(scope="module")
def shape() -> rdflib.Graph:
    return rdflib.Graph().parse(ROOT / "shapes" / "authoring" / "provenance.ttl")


def _turtle(engine: Engine, decision: Decision) -> rdflib.Graph:
    """Not to be changed: several tests look at the same."""
    return _parsed(render_provenance(engine.knowledge, decision, "text/turtle"))


@cache
def _parsed(turtle: bytes) -> rdflib.Graph:
    return rdflib.Graph().parse(turtle, format="turtle")


def _check(graph: rdflib.Graph, shape: rdflib.Graph) -> None:
    conforms, _, report = validate(graph, shacl_graph=shape, inference="none")
    assert conforms, report[:4000]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_conforms_to_the_shape(path: Path, engine: Engine, shape: rdflib.Graph) -> None:
    case = read_case_file(path, make_codebook(engine.knowledge)).case
    _check(_turtle(engine, engine.decide(case)), shape)


@pytest.mark.parametrize("seed", range(2))
def test_random_cases_conform_to_the_shape(seed: int, engine: Engine, shape: rdflib.Graph) -> None:
    for number, case in enumerate(itertools.islice(random_cases(engine.program, 4000 + seed), 2)):
        _check(_turtle(engine, engine.decide(case, include_all=number == 0)), shape)


def test_the_shape_refuses_what_is_not_whole(small: Engine, shape: rdflib.Graph) -> None:
    whole = _turtle(small, small.decide(Case()))
    broken = [
        (None, CORE.verdict, None),
        (None, PROV.hadPlan, None),
        (None, PROV.wasGeneratedBy, None),
        (None, PROV.hadPrimarySource, None),
        (None, rdflib.URIRef(expand("oa:hasSelector")), None),
        (None, rdflib.URIRef(expand("owl:versionInfo")), None),
        (None, CORE.disclaimer, None),
        (None, RDF.type, CORE.Case),
    ]
    for pattern in broken:
        graph = whole - rdflib.Graph()
        removed = next(graph.triples(pattern))
        graph.remove((removed[0], removed[1], None if pattern[1] != RDF.type else removed[2]))
        conforms, _, _ = validate(graph, shacl_graph=shape, inference="none")
        assert not conforms, f"not missed: {removed}"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own JSON-LD parser uses it
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_syntax_says_the_same(path: Path, engine: Engine) -> None:
    decision = engine.decide(read_case_file(path, make_codebook(engine.knowledge)).case)
    turtle = _turtle(engine, decision)
    json_ld = rdflib.Graph().parse(render_provenance(engine.knowledge, decision, "application/ld+json"), format="json-ld")
    assert isomorphic(turtle, json_ld)
    oxigraph = {triple.triple for triple in ox.parse(render_provenance(engine.knowledge, decision, "application/ld+json"),
                                                     format=ox.RdfFormat.JSON_LD)}  # fmt: skip
    assert oxigraph == {quad.triple for quad in decision_graph(engine.knowledge, decision)}
    trig = ox.parse(render_provenance(engine.knowledge, decision, "application/trig"), format=ox.RdfFormat.TRIG)
    assert oxigraph == {quad.triple for quad in trig if not str(quad.graph_name).endswith(":head>")}


def test_named_graphs_are_those_of_a_nanopublication(engine: Engine) -> None:
    decision = decided(engine)
    run = run_iri(decision)
    quads = list(ox.parse(render_provenance(engine.knowledge, decision, "application/trig"), format=ox.RdfFormat.TRIG))
    graphs = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
    assert graphs == {f"{run}:{part}" for part in ("head", "assertion", "provenance", "pubinfo")}
    assert all(isinstance(quad.graph_name, ox.NamedNode) for quad in quads)
    verdict = ox.NamedNode(expand("core:verdict"))
    assert {quad.graph_name.value for quad in quads if quad.predicate == verdict} == {f"{run}:assertion"}


def test_there_are_no_blank_nodes_and_every_name_follows_from_the_id(engine: Engine) -> None:
    decision = decided(engine)
    for quad in decision_graph(engine.knowledge, decision):
        assert isinstance(quad.subject, ox.NamedNode)
        assert not isinstance(quad.object, ox.BlankNode)
        name = quad.subject.value
        assert name.startswith((run_iri(decision), "https://w3id.org/spinegraph/", "urn:spinegraph:")), name


def test_the_same_decision_gives_the_same_bytes(engine: Engine) -> None:
    again = Engine(load_knowledge())
    for media_type in MEDIA_TYPES:
        first = render_provenance(engine.knowledge, decided(engine), media_type)
        assert first == render_provenance(again.knowledge, decided(again), media_type)


def test_every_rule_of_the_decision_is_a_plan(engine: Engine) -> None:
    decision = decided(engine)
    graph = _turtle(engine, decision)
    plans = {str(plan) for plan in graph.objects(None, PROV.hadPlan)}
    assert {entry.iri for entry in decision.recommendations} <= plans
    assert expand("rule:age-over-50-from-age") in plans
    assert expand("rule:cauda-equina-syndrome-from-markers") in plans


def test_a_verdict_leads_to_the_facts_and_passages_of_its_proof(engine: Engine) -> None:
    decision = decided(engine)
    graph = _turtle(engine, decision)
    run = run_iri(decision)
    mri = rdflib.URIRef(f"{run}:recommendation:lumbar-mri-in-suspected-cauda-equina")
    origins = set(map(str, graph.objects(mri, PROV.wasDerivedFrom)))
    assert {f"{run}:present:urinary_retention", f"{run}:present:saddle_anesthesia"} <= origins
    assert f"{run}:absent:fever" not in origins
    assert expand("passage:000-L032b") in origins
    assert graph.value(mri, PROV.hadPrimarySource) == rdflib.URIRef(expand("passage:000-L033a"))


def test_what_follows_from_a_measurement_leads_to_it(engine: Engine) -> None:
    decision = decided(engine)
    graph = _turtle(engine, decision)
    run = run_iri(decision)
    older = rdflib.URIRef(f"{run}:derived:age_over_50")
    origins = set(map(str, graph.objects(older, PROV.wasDerivedFrom)))
    assert origins == {f"{run}:measurement:age_years", expand("rule:age-over-50-from-age")}


def test_a_contradiction_leads_to_both_records(engine: Engine) -> None:
    case = Case(present=("back_pain", "fever"), absent=("fever",))
    decision = engine.decide(case)
    graph = _turtle(engine, decision)
    run = run_iri(decision)
    both = {rdflib.URIRef(f"{run}:present:fever"), rdflib.URIRef(f"{run}:absent:fever")}
    verdicts = [set(graph.objects(about, PROV.wasDerivedFrom)) for about in graph.subjects(CORE.verdict, None)]
    assert any(both <= origins for origins in verdicts)


def test_everything_recorded_is_used(engine: Engine) -> None:
    case = make_case(
        {"present": ["back_pain"], "absent": ["fever", "palpable_knots"], "measurements": {"age_years": 1e-7, "esr_mm_h": 20.5}},
        make_codebook(engine.knowledge),
    )
    decision = engine.decide(case)
    graph = _turtle(engine, decision)
    run = rdflib.URIRef(run_iri(decision))
    used = {str(one).removeprefix(f"{run}:") for one in graph.objects(run, PROV.used)}
    assert {"present:back_pain", "absent:fever", "absent:palpable_knots", "measurement:esr_mm_h", "case"} <= used
    age = graph.value(rdflib.URIRef(f"{run}:measurement:age_years"), RDF.value)
    assert str(age) == "0.0000001"


def test_patients_are_told_in_their_words(engine: Engine) -> None:
    decision = engine.decide(Case(present=("back_pain",), audience="patient"))
    texts = list(_turtle(engine, decision).objects(None, CORE.text))
    assert texts
    assert {text.language for text in texts if isinstance(text, rdflib.Literal)} == {"en-x-patient"}


def test_another_media_type_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="not text/csv"):
        render_provenance(engine.knowledge, decided(engine), "text/csv")


def test_who_decided_and_when_conforms_to_the_shape(small: Engine, shape: rdflib.Graph) -> None:
    decision = small.decide(Case())
    wanted = Wanted(made_at="2026-03-01T08:30:00Z", made_by="https://orcid.org/0000-0002-1825-0097")
    graph = rdflib.Graph().parse(render_provenance(small.knowledge, decision, "text/turtle", wanted), format="turtle")
    of_runs = [expand("shape:ProvenanceActivity")]
    assert validate(graph, shacl_graph=shape, inference="none", use_shapes=of_runs)[0]
    graph.remove((None, PROV.wasAssociatedWith, rdflib.URIRef("urn:spinegraph:agent:engine")))
    assert not validate(graph, shacl_graph=shape, inference="none", use_shapes=of_runs)[0]
