"""Axioms in words. Each construct of OWL 2 that an author may write has one line here."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.knowledge.owl.axioms import read_axioms
from spinegraph.engine.knowledge.owl.manchester import manchester
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import local_name

from tests.small import HEAD

R = "a owl:Restriction ; owl:onProperty core:part ;"
LINES = [
    ("finding:A rdfs:subClassOf finding:B .", "A SubClassOf B"),
    ("finding:A owl:disjointWith finding:B .", "A DisjointWith B"),
    ("finding:A owl:equivalentClass [ owl:unionOf ( finding:B [ owl:intersectionOf ( finding:C finding:D ) ] ) ] .",
     "A EquivalentTo B or (C and D)"),
    (f"finding:A rdfs:subClassOf [ {R} owl:someValuesFrom finding:B ] .", "A SubClassOf part some B"),
    (f"finding:A rdfs:subClassOf [ {R} owl:allValuesFrom [ owl:complementOf finding:B ] ] .", "A SubClassOf part only (not B)"),
    (f"finding:A rdfs:subClassOf [ {R} owl:hasValue core:x ] .", "A SubClassOf part value x"),
    (f"finding:A rdfs:subClassOf [ {R} owl:minCardinality 2 ] .", "A SubClassOf part min 2"),
    (f"finding:A rdfs:subClassOf [ {R} owl:maxQualifiedCardinality 1 ; owl:onClass finding:B ] .", "A SubClassOf part max 1 B"),
    (f"finding:A rdfs:subClassOf [ {R} owl:cardinality 3 ] .", "A SubClassOf part exactly 3"),
    (f"finding:A rdfs:subClassOf [ {R} owl:hasSelf true ] .", "A SubClassOf part Self"),
    ("finding:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty [ owl:inverseOf core:part ] ; "
     "owl:someValuesFrom finding:B ] .",
     "A SubClassOf (inverse part) some B"),
    ("finding:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty core:age ; owl:someValuesFrom [ a rdfs:Datatype ; "
     "owl:onDatatype xsd:integer ; owl:withRestrictions ( [ xsd:minInclusive 18 ] [ xsd:maxExclusive 65 ] ) ] ] .",
     "A SubClassOf age some (integer[>= 18, < 65])"),
    ("finding:A owl:equivalentClass [ owl:oneOf ( core:x core:y ) ] .", "A EquivalentTo {x, y}"),
    ("[ owl:intersectionOf ( finding:A finding:B ) ] rdfs:subClassOf finding:C .", "A and B SubClassOf C"),
    ("[] a owl:AllDisjointClasses ; owl:members ( finding:A finding:B finding:C ) .", "DisjointClasses: A, B, C"),
    ("[] a owl:AllDifferent ; owl:distinctMembers ( core:x core:y ) .", "DifferentIndividuals: x, y"),
    ("core:x a finding:A .", "x Type A"),
    ("core:x owl:sameAs core:y .", "x SameAs y"),
    ("core:part a owl:ObjectProperty . core:x core:part core:y .", "x part y"),
    ("core:age a owl:DatatypeProperty . core:x core:age 7 .", "x age 7"),
    ('core:note a owl:DatatypeProperty . core:x core:note "so" .', 'x note "so"'),
    ("[] a owl:NegativePropertyAssertion ; owl:sourceIndividual core:x ; owl:assertionProperty core:part ; "
     "owl:targetIndividual core:y .",
     "not (x part y)"),
    ("core:part rdfs:domain finding:A .", "part Domain A"),
    ("core:part rdfs:range finding:A .", "part Range A"),
    ("core:part rdfs:subPropertyOf core:whole .", "part SubPropertyOf whole"),
    ("core:part owl:propertyChainAxiom ( core:a core:b ) .", "part SubPropertyChain a, b"),
    ("core:part a owl:TransitiveProperty .", "part is transitive"),
]  # fmt: skip


@pytest.mark.parametrize(("turtle", "expected"), LINES, ids=[expected for _, expected in LINES])
def test_an_axiom_is_one_line(tmp_path: Path, turtle: str, expected: str) -> None:
    path = tmp_path / "given.ttl"
    path.write_text(f"{HEAD}\n{turtle}", encoding="utf-8")
    (axiom,) = read_axioms(read_triples(path, 0)).axioms
    assert manchester(axiom, local_name) == expected


def test_annotations_and_declarations_are_no_axioms(tmp_path: Path) -> None:
    path = tmp_path / "given.ttl"
    path.write_text(
        f"""{HEAD}
        <https://example.org/o> a owl:Ontology ; owl:imports <https://example.org/p> ; owl:versionInfo "1" .
        finding:A a owl:Class ; rdfs:label "a"@en ; skos:notation "a" ; core:question "a?"@en ; prov:wasDerivedFrom passage:p .
        core:question a owl:AnnotationProperty .
        [] a owl:Axiom ; owl:annotatedSource finding:A ; owl:annotatedProperty rdfs:subClassOf ; owl:annotatedTarget finding:B .
        """,
        encoding="utf-8",
    )
    assert read_axioms(read_triples(path, 0)).axioms == ()


def test_what_is_endless_is_cut_short(tmp_path: Path) -> None:
    deep = "finding:A"
    for _ in range(40):
        deep = f"[ owl:complementOf {deep} ]"
    wide = " ".join(f"finding:C{number}" for number in range(40))
    path = tmp_path / "given.ttl"
    path.write_text(
        f"{HEAD}\nfinding:A rdfs:subClassOf {deep} . finding:B rdfs:subClassOf [ owl:unionOf ( {wide} ) ] .\n"
        "finding:C rdfs:subClassOf _:loop . _:loop owl:complementOf _:loop .",
        encoding="utf-8",
    )
    texts = [manchester(axiom, local_name) for axiom in read_axioms(read_triples(path, 0)).axioms]
    endless = f"not ({'not (' * 11}not …{')' * 12}"
    assert texts == [
        f"A SubClassOf {endless}",
        "B SubClassOf C0 or C1 or C2 or C3 or C4 or C5 or C6 or C7 or C8 or C9 or C10 or C11 or …",
        f"C SubClassOf {endless}",
    ]
