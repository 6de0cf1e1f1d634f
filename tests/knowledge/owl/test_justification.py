"""Explanations of contradictions: minimal, by a made-up oracle many times, and by HermiT for ontologies wrong in several ways."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from spinegraph.engine.errors import ReasonerError
from spinegraph.engine.knowledge.owl.axioms import Axiom, Axioms, members, module, read_axioms
from spinegraph.engine.knowledge.owl.hermit import first_broken
from spinegraph.engine.knowledge.owl.justification import WIDTH, Explanation, explain, minimise, narrow, roots
from spinegraph.engine.knowledge.owl.manchester import manchester
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import expand

from tests.small import HEAD

pytestmark = pytest.mark.slow


def axioms_of(folder: Path, text: str) -> Axioms:
    path = folder / "given.ttl"
    path.write_text(f"{HEAD}\n{text}", encoding="utf-8")
    return read_axioms(read_triples(path, 0))


def told(explanation: Explanation) -> list[str]:
    return [manchester(axiom) for axiom in explanation.axioms]


def assert_minimal(axioms: Axioms, found: Explanation, target: str = "") -> None:
    """Together contradictory, and without any single one of them not: two runs, by HermiT itself."""
    assert found.minimal
    assert first_broken([list(axioms.document(found.axioms))], target) == 0
    fewer = [[axiom for axiom in found.axioms if axiom is not left_out] for left_out in found.axioms]
    assert first_broken([list(axioms.document(chosen)) for chosen in fewer], target) is None


# What is wrong in the world ------------------------------------------------------------------

DISTANT = """
finding:Fever a owl:Class ; rdfs:subClassOf finding:Sign . finding:Sign a owl:Class ; rdfs:subClassOf finding:Observation .
finding:Observation a owl:Class ; rdfs:subClassOf core:Finding . core:Finding a owl:Class .
finding:Fever rdfs:subClassOf condition:Feverish . condition:Feverish a owl:Class ; rdfs:subClassOf core:Condition .
core:Condition a owl:Class . core:Intervention a owl:Class . core:Region a owl:Class .
[] a owl:AllDisjointClasses ; owl:members ( core:Region core:Condition core:Intervention core:Finding ) .
finding:Cough a owl:Class ; rdfs:subClassOf finding:Sign . finding:Rash a owl:Class ; owl:disjointWith finding:Cough .
finding:HighFever a owl:Class ; rdfs:subClassOf finding:Fever .
"""

COUNTED = """
core:part a owl:ObjectProperty . core:Joint a owl:Class . core:Limb a owl:Class .
finding:Swelling a owl:Class ; rdfs:subClassOf
    [ a owl:Restriction ; owl:onProperty core:part ; owl:minQualifiedCardinality 2 ; owl:onClass core:Joint ] ,
    [ a owl:Restriction ; owl:onProperty core:part ; owl:someValuesFrom core:Limb ] .
finding:Local a owl:Class ; owl:equivalentClass
    [ a owl:Restriction ; owl:onProperty core:part ; owl:maxQualifiedCardinality 1 ; owl:onClass core:Joint ] .
finding:LocalSwelling a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( finding:Local finding:Swelling ) ] .
"""

PUNNED = """
core:Region a owl:Class . core:Protocol a owl:Class ; owl:disjointWith core:Region .
core:throat a owl:NamedIndividual , core:Region ; core:covers core:neck . core:neck a owl:NamedIndividual , core:Region .
intervention:Scan a owl:Class , owl:NamedIndividual , core:Protocol ; owl:sameAs core:throat .
core:covers a owl:ObjectProperty .
"""

DOMAIN = """
core:Finding a owl:Class ; owl:disjointWith core:Intervention . core:Intervention a owl:Class .
finding:Fever a owl:Class , owl:NamedIndividual , finding:Fever ; rdfs:subClassOf core:Finding ; core:imagedRegion core:throat .
core:region a owl:ObjectProperty ; rdfs:domain core:Intervention .
core:imagedRegion a owl:ObjectProperty ; rdfs:subPropertyOf core:region .
core:throat a owl:NamedIndividual .
"""

FUNCTIONAL = """
core:contrast a owl:ObjectProperty , owl:FunctionalProperty .
core:none a owl:NamedIndividual . core:dye a owl:NamedIndividual . core:gas a owl:NamedIndividual .
[] a owl:AllDifferent ; owl:distinctMembers ( core:gas core:none core:dye ) .
intervention:Plain a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty core:contrast ; owl:hasValue core:none ] .
intervention:Dyed a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty core:contrast ; owl:hasValue core:dye ] .
intervention:Both a owl:Class ; rdfs:subClassOf intervention:Plain , intervention:Dyed .
"""

WRONG = [
    pytest.param(
        DISTANT,
        "finding:Fever",
        [
            "finding:Fever SubClassOf finding:Sign",
            "finding:Fever SubClassOf condition:Feverish",
            "finding:Sign SubClassOf finding:Observation",
            "finding:Observation SubClassOf core:Finding",
            "condition:Feverish SubClassOf core:Condition",
            "DisjointClasses: core:Condition, core:Finding",
        ],
        id="disjoint superclasses at a distance",
    ),
    pytest.param(
        COUNTED,
        "finding:LocalSwelling",
        [
            "finding:LocalSwelling EquivalentTo finding:Local and finding:Swelling",
            "finding:Swelling SubClassOf core:part min 2 core:Joint",
            "finding:Local EquivalentTo core:part max 1 core:Joint",
        ],
        id="a definition that counts at least and at most",
    ),
    pytest.param(
        PUNNED,
        "",
        [
            "core:throat Type core:Region",
            "intervention:Scan Type core:Protocol",
            "intervention:Scan SameAs core:throat",
            "core:Protocol DisjointWith core:Region",
        ],
        id="a class that is also an individual",
    ),
    pytest.param(
        DOMAIN,
        "",
        [
            "finding:Fever Type finding:Fever",
            "finding:Fever SubClassOf core:Finding",
            "finding:Fever core:imagedRegion core:throat",
            "core:imagedRegion SubPropertyOf core:region",
            "core:region Domain core:Intervention",
            "core:Finding DisjointWith core:Intervention",
        ],
        id="the domain of a property",
    ),
    pytest.param(
        FUNCTIONAL,
        "intervention:Both",
        [
            "intervention:Both SubClassOf intervention:Plain",
            "intervention:Both SubClassOf intervention:Dyed",
            "intervention:Plain SubClassOf core:contrast value core:none",
            "intervention:Dyed SubClassOf core:contrast value core:dye",
            "core:contrast is functional",
            "DifferentIndividuals: core:none, core:dye",
        ],
        id="two values of a functional property",
    ),
]


@pytest.mark.parametrize(("text", "target", "expected"), WRONG)
def test_a_wrong_ontology_is_explained_by_a_minimal_set(tmp_path: Path, text: str, target: str, expected: list[str]) -> None:
    axioms = axioms_of(tmp_path, text)
    iri = expand(target) if target else ""
    found = explain(axioms, iri, seconds=600)
    assert sorted(told(found)) == sorted(expected)
    assert told(found)[0] == expected[0]
    assert_minimal(axioms, found, iri)


# The search, without HermiT --------------------------------------------------------------------


def numbered(count: int) -> tuple[Axiom, ...]:
    return tuple(
        Axiom(((expand(f"finding:C{number}"), expand("rdfs:subClassOf"), expand("core:Finding")),)) for number in range(count)
    )


class Oracle:
    """Contradictory is what contains one of the given sets; counts how often it is asked."""

    def __init__(self, *contradictions: Sequence[Axiom]) -> None:
        self.contradictions = [frozenset(some) for some in contradictions]
        self.runs = 0

    def __call__(self, candidates: Sequence[Sequence[Axiom]]) -> int | None:
        self.runs += 1
        return next((number for number, some in enumerate(candidates) if self.broken(some)), None)

    def broken(self, axioms: Sequence[Axiom]) -> bool:
        return any(some <= set(axioms) for some in self.contradictions)


@pytest.mark.parametrize("seed", range(100))
def test_what_is_found_is_always_one_of_the_minimal_contradictions(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (a test)
    axioms = numbered(chance.choice((1, 2, 7, WIDTH, WIDTH + 1, 200)))
    some = [chance.sample(axioms, chance.randint(1, min(6, len(axioms)))) for _ in range(chance.randint(1, 4))]
    oracle = Oracle(*some)
    found = minimise(axioms, oracle)
    assert found.minimal
    assert oracle.broken(found.axioms)
    for axiom in found.axioms:
        assert not oracle.broken([other for other in found.axioms if other is not axiom])


def test_few_runs_are_needed() -> None:
    axioms = numbered(WIDTH * WIDTH)
    oracle = Oracle([axioms[3], axioms[700], axioms[1500]])
    assert len(minimise(axioms, oracle).axioms) == 3
    assert oracle.runs <= 8


def test_when_the_time_is_up_what_is_left_is_not_called_minimal() -> None:
    axioms = numbered(50)
    oracle = Oracle([axioms[7], axioms[30]])

    def hasty(candidates: Sequence[Sequence[Axiom]]) -> int | None:
        if oracle.runs == 3:
            raise ReasonerError("HermiT was stopped after 0 s.", details={"limit": "time"})
        return oracle(candidates)

    found = minimise(axioms, hasty)
    assert not found.minimal
    assert {axioms[7], axioms[30]} <= set(found.axioms)
    assert len(found.axioms) < 50


def test_when_the_time_is_up_before_anything_is_known_it_is_an_error() -> None:
    def stopped(candidates: Sequence[Sequence[Axiom]]) -> int | None:
        raise ReasonerError("HermiT was stopped after 0 s.", details={"limit": "time"})

    with pytest.raises(ReasonerError, match="stopped"):
        minimise(numbered(3), stopped)


def test_a_contradiction_that_is_in_no_axiom_is_not_explained() -> None:
    with pytest.raises(ReasonerError, match="could not be traced to single axioms"):
        minimise(numbered(3), Oracle())


def test_a_disjointness_of_many_is_narrowed_to_two(tmp_path: Path) -> None:
    (group,) = axioms_of(
        tmp_path, "[] a owl:AllDisjointClasses ; owl:members ( finding:A finding:B finding:C finding:D ) ."
    ).axioms
    wanted = {expand("finding:B"), expand("finding:D")}

    def first(candidates: Sequence[Sequence[Axiom]]) -> int | None:
        return next((number for number, (axiom,) in enumerate(candidates) if wanted <= set(members(axiom))), None)

    found = narrow(Explanation((group,), minimal=True), first)
    assert told(found) == ["DisjointClasses: finding:B, finding:D"]
    assert found.axioms[0].main == group.main


# Which axioms and which classes matter -----------------------------------------------------------


def test_only_axioms_that_can_bear_on_a_class_are_tried(tmp_path: Path) -> None:
    axioms = axioms_of(tmp_path, DISTANT)
    texts = {manchester(axiom) for axiom in module(axioms, expand("finding:Cough"))}
    assert texts == {
        "finding:Cough SubClassOf finding:Sign",
        "finding:Sign SubClassOf finding:Observation",
        "finding:Observation SubClassOf core:Finding",
    }


def test_a_class_is_derived_if_it_needs_another_without_members(tmp_path: Path) -> None:
    text = """
    finding:A rdfs:subClassOf finding:B . finding:B rdfs:subClassOf finding:Root .
    finding:C owl:equivalentClass [ owl:intersectionOf ( finding:Fine
        [ a owl:Restriction ; owl:onProperty core:part ; owl:someValuesFrom finding:Other ] ) ] .
    finding:U rdfs:subClassOf [ owl:unionOf ( finding:A finding:C ) ] .
    finding:X rdfs:subClassOf finding:Y . finding:Y rdfs:subClassOf finding:X .
    """
    empty = [expand(f"finding:{name}") for name in ("A", "B", "C", "Root", "Other", "U", "X", "Y")]
    found = roots(empty, axioms_of(tmp_path, text).axioms)
    short = {iri.rsplit("/", 1)[1]: [other.rsplit("/", 1)[1] for other in derived] for iri, derived in found.items()}
    assert short == {"Root": ["A", "B"], "Other": ["C"], "U": [], "X": ["Y"]}
