"""Graph → Knowledge: what is read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import And, Exclusion, Knowledge, Recommendation, SourceGap, Tension

from tests.knowledge.given import advice, load
from tests.small import Edit

# What is read --------------------------------------------------------------------------------


def test_everything_of_the_small_knowledge_is_read(small_knowledge: Knowledge) -> None:
    assert len(small_knowledge.findings) == 8
    assert len(small_knowledge.conditions) == 3
    assert len(small_knowledge.interventions) == 7
    assert {measurement.code for measurement in small_knowledge.measurements.values()} == {"temperature_c", "age_months"}
    assert len(small_knowledge.passages) == 12
    kinds = Counter(type(rule).__name__ for rule in small_knowledge.rules.values())
    assert kinds == {"DerivedFinding": 2, "Assessment": 2, "Recommendation": 7, "Exclusion": 2, "SourceGap": 1, "Tension": 2}


def test_a_concept_has_its_words_for_both_audiences(small_knowledge: Knowledge) -> None:
    throat = small_knowledge.findings[expand("finding:SoreThroat")]
    assert (throat.code, throat.kind, throat.label) == ("sore_throat", "finding", "sore throat")
    assert throat.patient_label == "a sore throat"
    assert throat.synonyms == ("painful throat",)
    assert (throat.question, throat.patient_question) == ("Is the throat sore?", "Does your throat hurt?")
    assert throat.definition == "The throat hurts."
    assert throat.passages == ("900-L001a",)
    assert not throat.derived_only
    assert small_knowledge.findings[expand("finding:Infant")].derived_only


def test_a_concept_without_words_for_patients_keeps_its_label(small_knowledge: Knowledge) -> None:
    assert small_knowledge.findings[expand("finding:Drooling")].patient_label == "drooling"


def test_a_measurement_has_unit_and_range(small_knowledge: Knowledge) -> None:
    temperature = small_knowledge.measurements[expand("core:temperatureC")]
    assert (temperature.unit, temperature.minimum, temperature.maximum) == ("Cel", 30, 45)


def test_the_hierarchy_is_reflexive_and_transitive(small_knowledge: Knowledge) -> None:
    hierarchy = small_knowledge.hierarchy
    fever, sign, finding = expand("finding:Fever"), expand("finding:StrepSign"), expand("core:Finding")
    assert set(hierarchy.broader[fever]) == {fever, sign, finding, expand("core:Concept")}
    assert set(hierarchy.narrower[sign]) == {sign, fever, expand("finding:TonsillarExudate"), expand("finding:TenderNodes")}
    assert set(hierarchy.children[sign]) == set(hierarchy.narrower[sign]) - {sign}
    assert fever in hierarchy.narrower[finding]
    assert fever not in hierarchy.children[finding]


def test_what_was_inferred_counts_as_what_was_asserted(tmp_path: Path) -> None:
    edit = Edit("ontology/inferred.ttl", "finding:Fever a owl:Class ; rdfs:subClassOf finding:StrepSign", "finding:Drooling a "
                "owl:Class ; rdfs:subClassOf finding:StrepSign")  # fmt: skip
    assert expand("finding:StrepSign") in load(tmp_path, edit).hierarchy.broader[expand("finding:Drooling")]


def test_sources_references_and_citations_are_read(small_knowledge: Knowledge) -> None:
    source = small_knowledge.sources[expand("source:sore-throat")]
    assert (source.number, source.title, source.review_status) == ("900", "Sore throat", "pending")
    reference = small_knowledge.references[expand("reference:900-1")]
    assert (reference.position, reference.year, reference.source) == (1, 2024, source.iri)
    (citation,) = small_knowledge.citations
    assert (citation.number, citation.reference, citation.confidence) == (1, reference.iri, "medium")
    assert small_knowledge.passages[expand("passage:901-L001a")].source == expand("source:gargling")


def test_scope_and_criterion_of_a_rule_are_told_apart(small_knowledge: Knowledge) -> None:
    rule = small_knowledge.rules[expand("rule:give-penicillin")]
    assert isinstance(rule, Recommendation)
    assert rule.scope is not None
    assert rule.scope.iri == expand("shape:SoreThroat")
    assert rule.criterion is not None
    assert rule.criterion.iri == expand("shape:StrepSuspected")
    assert small_knowledge.rules[expand("rule:gargle")].criterion is None
    assert (rule.text, rule.patient_text) == ("Do: give-penicillin.", "You: give-penicillin.")


def test_several_conditions_beside_the_scope_are_joined(tmp_path: Path) -> None:
    more = advice(conditions="shape:SoreThroat , shape:Infant , shape:Feverish", rest="core:scope shape:SoreThroat")
    criterion = load(tmp_path, more=more).rules[expand("rule:more")].criterion
    assert isinstance(criterion, And)
    assert {child.iri for child in criterion.children} == {expand("shape:Infant"), expand("shape:Feverish")}


def test_overrides_of_both_kinds_and_positions_are_read(small_knowledge: Knowledge) -> None:
    refer, macrolide = (small_knowledge.rules[expand(f"rule:{name}")] for name in ("refer-at-once", "give-macrolide"))
    assert isinstance(refer, Recommendation)
    assert isinstance(macrolide, Recommendation)
    assert set(refer.overrides) == {expand("rule:give-penicillin"), macrolide.iri}
    assert macrolide.overrides_if_known == (expand("rule:give-penicillin"),)
    tension = small_knowledge.rules[expand("tension:T01")]
    assert isinstance(tension, Tension)
    positions = {position.label: (position.recommendation, position.passages) for position in tension.positions}
    assert positions == {"treat": (expand("rule:give-penicillin"), ("900-L005a",)), "wait": ("", ("900-L007a",))}


def test_only_exact_and_unambiguous_mappings_name_a_concept(small_knowledge: Knowledge) -> None:
    assert small_knowledge.external_codes == {
        "snomedct:1": expand("finding:SoreThroat"),
        "loinc:2-2": expand("core:temperatureC"),
    }


# The shipped content -------------------------------------------------------------------------


def test_the_shipped_knowledge_is_whole() -> None:
    knowledge = load_knowledge()
    assert {source.number for source in knowledge.sources.values()} == {"000", "001", "002"}
    assert len(knowledge.passages) == 562
    assert all(rule.label for rule in knowledge.rules.values())
    assert all(rule.text for rule in knowledge.rules.values() if isinstance(rule, Recommendation | Exclusion | SourceGap))
