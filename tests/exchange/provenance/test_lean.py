"""The lean form: a small part of the full one, with every verdict that somebody acts on, led back to what was recorded."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import NamedTuple

import pyoxigraph as ox
import pytest
from spinegraph.engine import Engine
from spinegraph.engine.exchange.provenance.decision import decision_graph
from spinegraph.engine.exchange.provenance.lean import KEPT, lean_graph
from spinegraph.engine.exchange.provenance.publication import run_iri
from spinegraph.engine.exchange.provenance.rendering import render_provenance
from spinegraph.engine.exchange.provenance.wanted import FORMS, Wanted
from spinegraph.engine.exchange.rdf import TRIG, iri, text
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Decision

from tests.exchange.provenance.examples import decided
from tests.random_cases import random_cases

pytestmark = pytest.mark.slow

DERIVED = iri("prov:wasDerivedFrom")
WANTED = Wanted("lean", "2026-03-01T08:30:00Z", "https://orcid.org/0000-0002-1825-0097")


class Written(NamedTuple):
    """A decision in both forms."""

    decision: Decision
    lean: list[ox.Quad]
    full: list[ox.Quad]


@pytest.fixture(scope="module")
def written(engine: Engine) -> list[Written]:
    drawn = [engine.decide(case) for case in itertools.islice(random_cases(engine.program, 77), 2)]
    decisions = [*(decided(engine, name) for name in ("red-flag", "nothing-assessed")), *drawn]
    return [
        Written(one, lean_graph(engine.knowledge, one, WANTED), decision_graph(engine.knowledge, one, WANTED))
        for one in decisions
    ]


def _reached(quads: Iterable[ox.Quad], start: ox.NamedNode) -> set[str]:
    """What something is derived from, over any number of steps."""
    steps: dict[object, list[ox.NamedNode]] = {}
    for quad in quads:
        if quad.predicate == DERIVED and isinstance(quad.object, ox.NamedNode):
            steps.setdefault(quad.subject, []).append(quad.object)
    found: dict[ox.NamedNode, None] = {}
    todo = [start]
    while todo:
        for node in steps.get(todo.pop(), ()):
            if node not in found:
                found[node] = None
                todo.append(node)
    return {node.value for node in found}


def test_it_says_nothing_that_the_full_form_does_not(written: list[Written]) -> None:
    for _, lean, full in written:
        assert len(set(lean)) == len(lean)
        assert set(lean) < set(full)


def test_it_has_every_verdict_that_somebody_acts_on(written: list[Written]) -> None:
    verdict, about = iri("core:verdict"), iri("core:about")
    for decision, lean, _ in written:
        of = {quad.subject: quad.object for quad in lean if quad.predicate == about}
        stated = {(of[quad.subject], quad.object) for quad in lean if quad.predicate == verdict}
        entries = [
            *((entry.iri, entry.verdict) for entry in decision.recommendations),
            *((entry.iri, entry.verdict) for entry in decision.assessments),
        ]
        assert {(ox.NamedNode(name), text(word)) for name, word in entries if word in KEPT} <= stated
        assert stated <= {(ox.NamedNode(name), text(word)) for name, word in entries}


def test_its_verdicts_lead_to_the_facts_and_passages_of_the_full_form(written: list[Written]) -> None:
    for decision, lean, full in written:
        run = run_iri(decision)
        leaves = (f"{run}:present:", f"{run}:absent:", f"{run}:measurement:", f"{run}:coded:", expand("passage:"))
        direct: dict[object, set[str]] = {}
        for quad in full:
            if quad.predicate == DERIVED and isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(leaves):
                direct.setdefault(quad.subject, set()).add(quad.object.value)
        for entry in decision.recommendations:
            if entry.verdict in KEPT:
                name = ox.NamedNode(f"{run}:recommendation:{entry.id}")
                assert direct.get(name, set()) <= _reached(lean, name)


def test_evidence_is_described_and_the_case_is_whole(engine: Engine) -> None:
    decision = decided(engine)
    run = run_iri(decision)
    quads = lean_graph(engine.knowledge, decision)
    said = {(quad.subject, quad.predicate, quad.object) for quad in quads}
    retention = ox.NamedNode(f"{run}:present:urinary_retention")
    assert (retention, iri("core:about"), iri("finding:UrinaryRetention")) in said
    assert (retention, iri("core:state"), text("present")) in said
    case = ox.NamedNode(f"{run}:case")
    recorded = {value for subject, predicate, value in said if subject == case and predicate == iri("core:present")}
    assert len(recorded) == len(decision.case.present)
    described = {quad.subject for quad in quads}
    for quad in quads:
        if quad.predicate == DERIVED and isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(f"{run}:"):
            assert quad.object in described, quad


@pytest.mark.parametrize("name", ["red-flag", "ordinary-visit"])
def test_it_is_a_tenth_of_the_full_form_at_most(name: str, engine: Engine) -> None:
    decision = decided(engine, name)
    full, lean = (render_provenance(engine.knowledge, decision, TRIG, Wanted(form)) for form in FORMS[:2])
    assert len(lean) * 10 < len(full)
    assert len(lean) < 40_000
