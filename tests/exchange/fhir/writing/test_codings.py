"""Terms are written with their own code first, then with the codes that mean exactly the same, as FHIR names their systems."""

from __future__ import annotations

import pytest
from spinegraph.engine import Codebook, Engine
from spinegraph.engine.exchange.fhir.elements import OWN, Coding
from spinegraph.engine.exchange.fhir.reading.codes import Codes
from spinegraph.engine.exchange.fhir.writing.codings import Codings


@pytest.fixture(scope="module")
def codings(engine: Engine) -> Codings:
    return Codings(engine.knowledge)


def test_our_code_comes_first_and_then_exact_ones(codings: Codings) -> None:
    fever = codings.of(codings.recorded("fever"))
    assert fever["coding"][0] == {"system": OWN, "code": "fever", "display": "fever"}
    rest = {(one["system"], one["code"]) for one in fever["coding"][1:]}
    assert rest == {("http://snomed.info/sct", "386661006"), ("http://human-phenotype-ontology.org", "HP:0001945")}
    assert all("display" not in one for one in fever["coding"][1:]), "our words are no display of another system"


def test_every_coding_is_read_as_what_it_was_written_for(engine: Engine, codebook: Codebook, codings: Codings) -> None:
    """A round trip of every term: none of its codings means another one, or nothing."""
    knowledge = engine.knowledge
    codes = Codes(knowledge, codebook)
    groups = (knowledge.findings, knowledge.measurements, knowledge.interventions, knowledge.coded, knowledge.conditions)
    for group in groups:
        for iri, term in group.items():
            for one in codings.codings(iri):
                meaning = codes.of(Coding(system=one["system"], code=one["code"]))
                named = (
                    *meaning.findings, *meaning.measurements, *meaning.interventions, *meaning.coded, *meaning.concluded,
                    *meaning.follows,
                )  # fmt: skip
                assert term.code in named, (iri, one)


def test_a_code_means_one_thing_in_our_system(engine: Engine, codings: Codings) -> None:
    knowledge = engine.knowledge
    terms = [*knowledge.findings, *knowledge.conditions, *knowledge.interventions, *knowledge.measurements, *knowledge.coded]
    own = [(one["system"], one["code"]) for iri in terms for one in codings.codings(iri) if one["system"].startswith(OWN)]
    assert len(own) == len(set(own)) == len(terms)
