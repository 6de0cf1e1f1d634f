"""Two packages and one patient: who is silenced by whom, and who is told opposite things, each with the patient."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour
from spinegraph.engine.validation.interactions.conflicts import opposite_directions
from spinegraph.engine.validation.interactions.silence import silenced
from spinegraph.engine.validation.validate import validate

from tests.decide.deciding import patient
from tests.small import HEAD, all_cases, write_small

BABIES = """
source:babies a core:Source ; dcterms:identifier "960" ; dcterms:title "Babies"@en ; core:reviewStatus "pending" ;
    core:reviewNote "Made up."@en ; core:fileName "960.txt" .
passage:960-L001a a core:Passage ; core:source source:babies ; dcterms:identifier "960-L001a" ; core:paraphrase "Babies."@en .
intervention:Cuddle a owl:Class ; rdfs:subClassOf core:Intervention ; rdfs:label "cuddle"@en ; skos:notation "cuddle" .
shape:Baby a sh:NodeShape ; rdfs:label "a baby"@en ; core:present finding:Infant .
shape:Sore a sh:NodeShape ; rdfs:label "a sore throat here"@en ; core:present finding:SoreThroat .
rule:cuddle a core:Recommendation , sh:TripleRule ; rdfs:label "Cuddle"@en ; sh:order 30 ; sh:condition shape:Baby ;
    core:direction core:for ; core:modality core:should ; core:urgency core:routine ; core:intervention intervention:Cuddle ;
    core:source source:babies ; prov:wasDerivedFrom passage:960-L001a ;
    sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:cuddle .
rule:no-penicillin a core:Recommendation , sh:TripleRule ; rdfs:label "No penicillin"@en ; sh:order 30 ; sh:condition shape:Sore ;
    core:direction core:against ; core:modality core:should ; core:urgency core:routine ;
    core:intervention intervention:Penicillin ; core:source source:babies ; prov:wasDerivedFrom passage:960-L001a ;
    sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:no-penicillin .
rule:no-throats a core:Exclusion , sh:TripleRule ; rdfs:label "No throats"@en ; sh:order 30 ; sh:condition shape:Sore ;
    {} core:text "Not here."@en ; sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:no-throats .
"""


def union(folder: Path, source: str = "") -> Analysis:
    """The small guideline in `throat`, and a package on babies; one exclusion of it names a source, or none."""
    (folder / "throat").mkdir()
    write_small(folder / "throat")
    path = folder / "babies" / "shapes" / "all.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(f"{HEAD}\n{BABIES.format(f'core:source {source} ;' if source else '')}")
    return Analysis(load_knowledge(named_paths(folder / "babies", folder / "throat")))


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return union(tmp_path_factory.mktemp("union"))


def found(analysis: Analysis) -> dict[tuple[str, str], Behaviour]:
    """By message and local name of the exclusion."""
    return {(one.message, one.rule.rpartition("/")[2]): one for one in silenced(analysis)}


def test_a_child_that_one_package_excludes_is_advised_by_the_other(tmp_path: Path) -> None:
    analysis = union(tmp_path, "source:gargling")
    verdicts = analysis.engine.verdicts(patient("sore_throat tonsillar_exudate tender_nodes", "drooling", age_months=6))
    assert (verdicts["cuddle"], verdicts["give-penicillin"]) == ("indicated", "out-of-scope")
    alone = analysis.engine.of_packages(["babies"]).verdicts(patient("", "sore_throat", age_months=6))
    assert alone["cuddle"] == "indicated"


def test_an_exclusion_of_patients_of_whom_another_package_speaks_is_told_with_one(analysis: Analysis) -> None:
    told = found(analysis)["speaking-elsewhere", "infants-not-covered"]
    assert told.witness is not None
    assert (told.terms["package"], [iri.rpartition("/")[2] for iri in told.others]) == ("babies", ["cuddle"])
    assert told.witness.shows == ("infants-not-covered holds", "cuddle is indicated")
    assert analysis.engine.verdicts(told.witness.case)["cuddle"] == "indicated"


def test_an_exclusion_that_keeps_the_rules_of_another_package_from_a_patient_is_told(tmp_path: Path) -> None:
    told = found(union(tmp_path, "source:sore-throat"))["other-package", "no-throats"]
    assert told.witness is not None
    assert told.terms["package"] == "throat"
    assert told.witness.shows[-1].endswith("is out-of-scope")


def test_the_emergencies_that_are_silenced_are_those_that_some_patient_shows(small: Engine) -> None:
    """Held against every case there is."""
    analysis = Analysis(small.knowledge, small)
    seen = set()
    for case in all_cases():
        explained = small.explain(case)
        held = {
            rule.id: explained.planes[small.program.rules[rule.iri].whole.holds]
            for rule in small.knowledge.rules.values()
            if rule.id in ("infants-not-covered", "no-gargling-with-fever", "refer-at-once")
        }
        if held["refer-at-once"] and small.verdicts(case)["refer-at-once"] == "out-of-scope":
            seen |= {name for name in ("infants-not-covered",) if held[name]}
            break
    told = found(analysis)
    assert {name for message, name in told if message == "emergency"} == seen == {"infants-not-covered"}
    witness = told["emergency", "infants-not-covered"].witness
    assert witness is not None
    assert witness.shows == ("infants-not-covered holds", "refer-at-once holds", "refer-at-once is out-of-scope")


def test_opposite_advice_of_two_packages_is_found_with_a_patient(analysis: Analysis) -> None:
    pairs = {(one.rule.rpartition("/")[2], one.others[0].rpartition("/")[2]): one for one in opposite_directions(analysis)}
    assert ("give-penicillin", "no-penicillin") not in pairs  # the exclusion of the second silences it for all sore throats
    rules = analysis.knowledge.rules
    packages = {analysis.knowledge.package_of[iri] for iri in rules}
    assert packages == {"throat", "babies"}


def test_opposite_advice_across_packages_has_a_witness_that_is_replayed(tmp_path: Path) -> None:
    analysis = union(tmp_path, "source:gargling")
    pairs = {(one.rule.rpartition("/")[2], one.others[0].rpartition("/")[2]): one for one in opposite_directions(analysis)}
    told = pairs["give-penicillin", "no-penicillin"]
    assert told.witness is not None
    verdicts = analysis.engine.verdicts(told.witness.case)
    assert (verdicts["give-penicillin"], verdicts["no-penicillin"]) == ("indicated", "indicated")


def test_validation_of_a_union_says_both(tmp_path: Path) -> None:
    union(tmp_path, "source:gargling")
    report = validate(read_content(None, [tmp_path / "throat", tmp_path / "babies"], root=tmp_path), only=("behaviour",))
    told = {(one.id, one.subject) for one in report.diagnostics}
    assert {("SG913", "rule:infants-not-covered"), ("SG901", "rule:give-penicillin")} <= told
