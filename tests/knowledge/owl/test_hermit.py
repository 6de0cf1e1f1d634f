"""HermiT as a process: what it is given, what it answers, and how it is stopped. Each test starts Java once or twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.errors import IncoherentOntologyError, ReasonerError
from spinegraph.engine.knowledge.owl.hermit import Relation, Triple, classified, first_broken, n_triples
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import RDF_TYPE, Text, expand

from tests.patience import not_hung
from tests.small import HEAD

pytestmark = pytest.mark.slow

A, B, C = (expand(f"finding:{name}") for name in "ABC")
TYPES: list[Triple] = [(iri, RDF_TYPE, expand("owl:Class")) for iri in (A, B, C)]
BELOW: list[Triple] = [(C, expand("rdfs:subClassOf"), A), (C, expand("rdfs:subClassOf"), B)]
APART: Triple = (A, expand("owl:disjointWith"), B)


def read(folder: Path, text: str) -> list[Triple]:
    path = folder / "given.ttl"
    path.write_text(f"{HEAD}\n{text}", encoding="utf-8")
    return read_triples(path, 0)


def test_direct_relations_and_equal_classes_are_told() -> None:
    triples = [*TYPES, BELOW[0], (A, expand("owl:equivalentClass"), B)]
    assert classified(triples) == (
        Relation("EquivalentClasses", (A, B)),
        Relation("SubClassOf", (C, A)),
    )


def test_many_ontologies_are_tried_in_one_run_and_the_first_broken_one_named() -> None:
    sound, broken = [*TYPES, *BELOW], [*TYPES, *BELOW, APART]
    assert first_broken([sound, sound, broken, sound, broken], C) == 2
    assert first_broken([sound, sound], C) is None


def test_an_inconsistent_ontology_is_broken_for_any_class_and_for_none() -> None:
    member: Triple = (expand("finding:a"), RDF_TYPE, C)
    sound, broken = [*TYPES, *BELOW, APART], [*TYPES, *BELOW, APART, member]
    assert first_broken([sound, broken]) == 1
    assert first_broken([sound[:-1], broken], A) == 1
    with pytest.raises(IncoherentOntologyError, match="contradicts itself"):
        classified(broken)


def test_imports_are_never_followed(tmp_path: Path) -> None:
    """The imported file would make the ontology inconsistent."""
    imported = tmp_path / "imported.nt"
    imported.write_text(n_triples([*TYPES, *BELOW, APART, (expand("finding:a"), RDF_TYPE, C)]), encoding="utf-8")
    header = f"<https://example.org/o> a owl:Ontology ; owl:imports <{imported.as_uri()}> , <http://localhost:9/o> ."
    triples = read(tmp_path, f"{header} finding:A a owl:Class .")
    assert any(predicate == expand("owl:imports") for _, predicate, _ in triples)
    assert first_broken([triples]) is None
    assert "imports" not in n_triples(triples)


def test_texts_and_blank_nodes_are_written_as_n_triples() -> None:
    triples: list[Triple] = [
        ("_:3-14", A, Text('say "a\\b"\n\r', "", expand("xsd:string"))),
        (A, B, Text("Ä", "en", expand("rdf:langString"))),
        (A, B, "_:3-14"),
    ]
    assert n_triples(triples) == (
        f'_:b3x14 <{A}> "say \\"a\\\\b\\"\\n\\r"^^<http://www.w3.org/2001/XMLSchema#string> .\n'
        f'<{A}> <{B}> "Ä"@en .\n'
        f"<{A}> <{B}> _:b3x14 .\n"
    )


def test_a_run_is_ended_when_its_time_is_up() -> None:
    """Thirty disjoint fillers in pairs of at most-restrictions: more to try than anybody has time for."""
    with not_hung(), pytest.raises(ReasonerError) as caught:
        classified(hard(), 1.5)
    assert caught.value.details == {"limit": "time"}
    assert str(caught.value) == "HermiT was stopped after 2 s.\n  Simplify the class definitions."


def hard(pigeons: int = 14) -> list[Triple]:
    """One more pigeon than holes, told as classes: a search without an end."""
    holes = [expand(f"finding:Hole{number}") for number in range(pigeons - 1)]
    triples: list[Triple] = [(iri, RDF_TYPE, expand("owl:Class")) for iri in holes]
    first, rest, nil = (expand(f"rdf:{name}") for name in ("first", "rest", "nil"))

    def listed(name: str, members: list[str]) -> str:
        cells = [f"_:{name}-{number}" for number in range(len(members))]
        for cell, member, following in zip(cells, members, [*cells[1:], nil], strict=True):
            triples.extend([(cell, first, member), (cell, rest, following)])
        return cells[0]

    individuals = [expand(f"finding:pigeon{number}") for number in range(pigeons)]
    union = "_:0-1"
    triples += [(union, RDF_TYPE, expand("owl:Class")), (union, expand("owl:unionOf"), listed("9", holes))]
    triples += [(who, RDF_TYPE, union) for who in individuals]
    home = expand("core:sharesHoleWith")
    triples.append((home, RDF_TYPE, expand("owl:ObjectProperty")))
    for one in individuals:
        for other in individuals:
            if one < other:
                triples.append((one, home, other))
    for number, hole in enumerate(holes):
        node, away = f"_:1-{number}", f"_:2-{number}"
        triples += [
            (hole, expand("rdfs:subClassOf"), node),
            (node, RDF_TYPE, expand("owl:Restriction")),
            (node, expand("owl:onProperty"), home),
            (node, expand("owl:allValuesFrom"), away),
            (away, RDF_TYPE, expand("owl:Class")),
            (away, expand("owl:complementOf"), hole),
        ]
    return triples


def test_what_hermit_cannot_read_is_told_in_its_words(tmp_path: Path) -> None:
    text = """
    core:size a owl:DatatypeProperty ; rdfs:range xsd:integer .
    finding:a a owl:NamedIndividual , owl:Thing ; core:size "much"^^xsd:integer .
    """
    with pytest.raises(ReasonerError, match=r"HermiT did not run: .*much") as caught:
        first_broken([read(tmp_path, text)])
    assert caught.value.mend == "Check the datatypes and class expressions of the ontology."
