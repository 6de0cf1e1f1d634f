"""One package asked among others: it is decided as among all, with what bears on it and nothing else."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.files import SHIPPED, named_paths, package_names
from spinegraph.engine.model import Decision

from bench.growth import write_copies
from tests.decide.deciding import STREP, patient
from tests.random_cases import random_cases
from tests.small import HEAD, all_cases, write_small

COUGH = """
finding:Cough a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "cough"@en ; skos:notation "cough" .
finding:Asthma a owl:Class ; rdfs:subClassOf core:Finding ; rdfs:label "asthma"@en ; skos:notation "asthma" .
intervention:Syrup a owl:Class ; rdfs:subClassOf core:Intervention ; rdfs:label "syrup"@en ; skos:notation "syrup" .
source:cough a core:Source ; dcterms:identifier "950" ; dcterms:title "Cough"@en ; core:reviewStatus "pending" ;
    core:reviewNote "Made up."@en ; core:fileName "950.txt" .
passage:950-L001a a core:Passage ; core:source source:cough ; dcterms:identifier "950-L001a" ; core:paraphrase "Cough."@en .
"""
ADVICE = (
    "core:source source:cough ; core:direction core:for ; core:modality core:should ; core:urgency core:routine ; "
    "core:intervention intervention:Syrup ; prov:wasDerivedFrom passage:950-L001a ; sh:subject sh:this ; sh:predicate core:holds"
)
COUGH_RULES = f"""
shape:Cough a sh:NodeShape ; rdfs:label "cough"@en ; core:present finding:Cough .
shape:Asthma a sh:NodeShape ; rdfs:label "asthma"@en ; core:present finding:Asthma .
shape:CoughWithStrep a sh:NodeShape ; rdfs:label "cough with strep throat"@en ; core:present finding:Cough ;
    core:suspected condition:StrepThroat .
rule:syrup a core:Recommendation , sh:TripleRule ; rdfs:label "Syrup"@en ; sh:order 30 ; sh:condition shape:CoughWithStrep ;
    sh:object rule:syrup ; {ADVICE} .
rule:syrup-first a core:Recommendation , sh:TripleRule ; rdfs:label "Syrup first"@en ; sh:order 30 ; sh:condition shape:Cough ;
    core:overrides rule:give-penicillin ; sh:object rule:syrup-first ; {ADVICE} .
rule:not-with-asthma a core:Exclusion , sh:TripleRule ; rdfs:label "Not with asthma"@en ; sh:order 30 ;
    sh:condition shape:Asthma ; core:text "Not with asthma."@en ;
    sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:not-with-asthma .
"""
DIFFERENT = ("id", "knowledge", "case")
"""What a decision says of more than its packages."""


def _throat_and_cough(folder: Path) -> Engine:
    """Two packages: the small guideline, and one on cough that rests on it and displaces a rule of it."""
    (folder / "throat").mkdir()
    write_small(folder / "throat")
    for name, text in (("ontology/cough.ttl", COUGH), ("shapes/cough.ttl", COUGH_RULES)):
        path = folder / "cough" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{HEAD}\n{text}")
    return Engine(load_knowledge(named_paths(folder / "throat", folder / "cough")))


def _said(decision: Decision) -> dict[str, object]:
    return {field: getattr(decision, field) for field in decision.__struct_fields__ if field not in DIFFERENT}


def test_every_file_belongs_to_the_package_whose_folder_it_stands_in(tmp_path: Path) -> None:
    files = ["a/ontology/x.ttl", "a/shapes/rules/y.ttl", "deep/a/shapes/z.ttl", "b/shapes/v.ttl", "w.ttl"]
    names = package_names(tmp_path / file for file in files)
    assert list(names.values()) == [f"{tmp_path}/a", f"{tmp_path}/a", f"{tmp_path}/deep/a", "b", ""]


def test_the_shipped_content_is_one_package(engine: Engine) -> None:
    assert set(engine.knowledge.package_of.values()) == {SHIPPED}
    assert engine.of_packages([SHIPPED]).knowledge.rules == engine.knowledge.rules


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return write_copies(tmp_path_factory.mktemp("copies"), 3)


@pytest.mark.slow
def test_a_package_among_others_is_decided_as_it_is_alone(copies: tuple[Path, ...]) -> None:
    among, alone = (Engine(load_knowledge(named_paths(*folders))) for folders in (copies, copies[:1]))
    asked = (copies[0].name,)
    for case in itertools.islice(random_cases(alone.program, seed=1), 25):
        assert _said(among.decide(case, include_all=True, packages=asked)) == _said(alone.decide(case, include_all=True))
        assert among.verdicts(case, packages=asked) == alone.verdicts(case)
        assert alone.verdicts(case).items() <= among.verdicts(case).items()


@pytest.mark.slow
def test_tables_have_the_size_of_what_is_asked(copies: tuple[Path, ...]) -> None:
    among, alone = (Engine(load_knowledge(named_paths(*folders))) for folders in (copies, copies[:1]))
    asked = among.of_packages([copies[0].name])
    assert asked.program.input_size == alone.program.input_size < among.program.input_size / 2
    assert len(asked.program.run([0] * (asked.program.input_size - 1) + [1])) == len(
        alone.program.run([0] * (alone.program.input_size - 1) + [1])
    )
    assert len(asked.graph.facts.codes) == len(alone.graph.facts.codes)


def test_verdicts_of_a_package_are_those_among_all(tmp_path: Path) -> None:
    engine = _throat_and_cough(tmp_path)
    for number, case in enumerate(all_cases()):
        if number % 997 == 0:
            for present in ((), ("cough",), ("asthma",), ("asthma", "cough")):
                known = patient(" ".join((*case.present, *present)), " ".join(case.absent), **case.measurements)
                whole = engine.verdicts(known)
                for package in ("throat", "cough"):
                    asked = engine.verdicts(known, packages=[package])
                    assert asked.items() <= whole.items()
                    own = {iri.rpartition("/")[2] for iri, name in engine.knowledge.package_of.items() if name == package}
                    assert asked.keys() >= own & whole.keys()


def test_what_displaces_a_rule_of_a_package_comes_along(tmp_path: Path) -> None:
    engine = _throat_and_cough(tmp_path)
    known = patient(f"{STREP} cough", "drooling fever", temperature_c=37)
    found = engine.decide(known, include_all=True, packages=["throat"])
    by_id = {entry.id: entry for entry in found.recommendations}
    assert by_id["give-penicillin"].overridden_by == ("syrup-first",)
    assert by_id["syrup-first"].verdict == "indicated"
    assert "syrup" not in by_id


def test_what_a_package_rests_on_comes_along_and_nothing_else(tmp_path: Path) -> None:
    rules = _throat_and_cough(tmp_path).of_packages(["cough"]).knowledge.rules
    ids = {rule.id for rule in rules.values()}
    assert {"strep-throat-from-signs", "fever-from-temperature"} <= ids
    assert not {"give-penicillin", "refer-at-once", "gargle"} & ids


def test_an_exclusion_without_a_source_speaks_for_its_own_package(tmp_path: Path) -> None:
    engine = _throat_and_cough(tmp_path)
    verdicts = engine.verdicts(patient(f"{STREP} cough asthma", "drooling fever", temperature_c=37))
    assert verdicts["syrup"] == "out-of-scope"
    assert verdicts["no-antibiotic"] != "out-of-scope"
    decision = engine.decide(patient(f"{STREP} asthma", "drooling fever", temperature_c=37))
    assert "give-penicillin" in {entry.id for entry in decision.recommendations}
    assert "T01" in {tension.id for tension in decision.tensions}


def test_a_decision_of_some_packages_says_the_whole_case_and_has_an_id_of_its_own(tmp_path: Path) -> None:
    engine = _throat_and_cough(tmp_path)
    case = patient("sore_throat cough")
    asked, whole = engine.decide(case, packages=["throat"]), engine.decide(case)
    assert asked.case == whole.case == case
    assert len({asked.id, whole.id, engine.decide(case, packages=["cough"]).id}) == 3
    assert engine.decide(case, packages=["cough", "throat"]).id == engine.decide(case, packages=["throat", "cough"]).id


def test_json_of_some_packages_is_that_of_the_decision(tmp_path: Path) -> None:
    engine = _throat_and_cough(tmp_path)
    first = engine.decide_json(patient("sore_throat cough"), packages=["throat"])
    assert engine.decide_json(patient("sore_throat cough"), packages=["throat"]) == first
    assert engine.decide_json(patient("sore_throat cough")) != first


def test_a_package_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="There is no package 'nose'") as raised:
        _throat_and_cough(tmp_path).decide(patient(), packages=["nose"])
    assert "cough, throat" in str(raised.value)
