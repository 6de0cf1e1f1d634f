"""What many guidelines ask is always there, is nothing where no rule asks it, and gives way to a guideline's own description."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge, make_case, make_codebook
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.build.mapping_table import read_table
from spinegraph.engine.knowledge.files import SHARED_TABLE, SHIPPED, VOCABULARY, named_paths, shipped_folder, shipped_paths
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.model import Knowledge
from spinegraph.engine.model.units import in_words

from tests.small import HEAD, MEASUREMENTS, Edit, write_small

ONTOLOGY = shipped_folder("ontology")
GRAPH = read_graph((ONTOLOGY / VOCABULARY,))
TERMS = tuple(iri for iri in GRAPH.all_subjects() if not iri.startswith(("_:", f"{BASE}ontology/")))
TABLE = read_table(ONTOLOGY / SHARED_TABLE)
KIDNEY = """
PREFIX own: <https://example.org/kidney/>
own:Low a sh:NodeShape ; rdfs:label "low"@en ; sh:property [ sh:path core:egfr ; sh:minCount 1 ; sh:maxExclusive 30 ] .
own:Hot a sh:NodeShape ; rdfs:label "hot"@en ; sh:property [ sh:path core:temperatureC ; sh:minCount 1 ; sh:minInclusive 39 ] .
own:KidneyFailure a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "kidney failure"@en ; skos:notation "kidney_failure" ;
    core:derivedOnly true .
own:failure a core:DerivedFinding , sh:TripleRule ; rdfs:label "Kidney failure"@en ; sh:order 10 ; sh:condition own:Low ;
    sh:subject sh:this ; sh:predicate core:present ; sh:object own:KidneyFailure ; core:derives own:KidneyFailure .
"""
HOT = "own:Fever a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label 'fever'@en ; skos:notation 'high_fever' ;"
HOT += " core:derivedOnly true ."
HOT += " own:fever a core:DerivedFinding , sh:TripleRule ; rdfs:label 'Fever'@en ; sh:order 10 ; sh:condition own:Hot ;"
HOT += " sh:subject sh:this ; sh:predicate core:present ; sh:object own:Fever ; core:derives own:Fever ."


def codes(knowledge: Knowledge) -> set[str]:
    return {measurement.code for measurement in knowledge.measurements.values()}


def kidney(folder: Path, text: str = KIDNEY) -> Path:
    (folder / "kidney" / "shapes").mkdir(parents=True)
    (folder / "kidney" / "shapes" / "all.ttl").write_text(f"{HEAD}\n{text}")
    return folder / "kidney"


@pytest.mark.parametrize("iri", TERMS)
def test_a_shared_term_has_words_for_both_a_code_a_unit_and_a_range(iri: str) -> None:
    for predicate in ("rdfs:label", "skos:definition", "core:question", "skos:notation"):
        assert GRAPH.text(iri, predicate)
    for predicate in ("skos:prefLabel", "core:question"):
        assert GRAPH.texts(iri, predicate, "en-x-patient")
    if "https://w3id.org/spinegraph/core/Measurement" in GRAPH.iris(iri, "rdf:type"):
        assert float(GRAPH.text(iri, "core:minimum")) < float(GRAPH.text(iri, "core:maximum"))
        assert in_words(GRAPH.text(iri, "core:unit")) or GRAPH.text(iri, "core:unit").startswith("{")
        loinc = [row for row in TABLE.rows if row.subject == iri and row.cells["object_id"].startswith("loinc:")]
        assert loinc, iri


def test_the_table_names_the_terms_as_they_are_called() -> None:
    assert {row.subject for row in TABLE.rows} <= set(TERMS)
    assert all(row.cells["subject_label"] == GRAPH.text(row.subject, "rdfs:label") for row in TABLE.rows)


def test_a_guideline_uses_a_shared_quantity_without_describing_it(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(named_paths(kidney(tmp_path))))
    codebook = make_codebook(engine.knowledge)
    assert codes(engine.knowledge) == {"egfr", "temperature_c"}
    for said in ("egfr", "core:egfr"):
        case = make_case({"measurements": {said: 20}}, codebook)
        assert engine.explain(case).finding_state("https://example.org/kidney/KidneyFailure") == 1
    assert make_case({"measurements": {"loinc:8310-5": 38}}, codebook).measurements == {"temperature_c": 38}


def test_what_nothing_speaks_of_is_not_there(small_knowledge: Knowledge, engine: Engine) -> None:
    assert codes(small_knowledge) == {"temperature_c", "age_months"}
    assert not {"pregnancy", "child"} & {finding.code for finding in small_knowledge.findings.values()}
    assert not {"egfr", "weight_kg"} & codes(engine.knowledge)
    shared = {row.subject for row in TABLE.rows} - set(engine.knowledge.measurements) - set(engine.knowledge.findings)
    assert shared
    assert not shared & set(engine.knowledge.external_codes.values())


def test_a_guideline_s_own_description_stands_in(small_knowledge: Knowledge) -> None:
    temperature = small_knowledge.measurements["https://w3id.org/spinegraph/core/temperatureC"]
    assert (temperature.label, temperature.minimum, temperature.maximum) == ("temperature", 30, 45)
    assert small_knowledge.external_codes["loinc:2-2"] == temperature.iri
    assert "loinc:8310-5" not in small_knowledge.external_codes


@pytest.mark.parametrize(
    ("old", "new", "differing"),
    [('core:unit "Cel"', 'core:unit "[degF]"', "core:unit"), ('"temperature_c"', '"temperature_degrees"', "skos:notation")],
)
def test_with_another_unit_or_code_it_is_refused(old: str, new: str, differing: str, tmp_path: Path) -> None:
    assert old in MEASUREMENTS
    with pytest.raises(VocabularyError, match=f"core:temperatureC is described here otherwise .*: {differing} differs") as raised:
        load_knowledge(write_small(tmp_path, Edit("ontology/measurements.ttl", old, new)))
    assert "use the shared term" in raised.value.mend


def test_another_range_is_refused_where_another_package_relies_on_the_shared_one(tmp_path: Path) -> None:
    write_small(tmp_path / "throat")
    folders = (tmp_path / "throat", kidney(tmp_path, KIDNEY + HOT))
    for order in (folders, folders[::-1]):
        with pytest.raises(VocabularyError, match=r"core:temperatureC .*core:minimum differs"):
            load_knowledge(named_paths(*order))


def test_the_shipped_guideline_asked_by_name_has_every_quantity_that_it_has_alone(engine: Engine) -> None:
    assert engine.of_packages([SHIPPED]).knowledge.measurements == engine.knowledge.measurements
    assert engine.of_packages([SHIPPED]).knowledge.findings == engine.knowledge.findings


def test_the_vocabulary_is_read_with_whatever_is_named(small_paths: tuple[Path, ...]) -> None:
    for paths in (small_paths, shipped_paths()):
        assert {VOCABULARY, SHARED_TABLE} <= {path.name for path in paths}
