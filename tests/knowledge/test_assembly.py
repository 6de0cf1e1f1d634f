"""Graph → Knowledge: what is read, and how content that cannot be relied upon is refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.errors import CriterionError, KnowledgeError, ProvenanceError, VocabularyError, shortened
from engine.knowledge.assembly import load_knowledge
from engine.knowledge.terms import expand
from engine.model import And, Exclusion, Knowledge, Recommendation, SourceGap, Tension
from tests.small import MAPPINGS, Edit, write_small

MAPPING_FILE = "ontology/mappings.sssom.tsv"


def load(folder: Path, *edits: Edit, more: str = "") -> Knowledge:
    """The small knowledge, changed by edits, with a further file more.ttl whose text begins on line 2."""
    return load_knowledge(write_small(folder, *edits, more={"shapes/rules/more.ttl": more} if more else None))


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
    more = _advice(conditions="shape:SoreThroat , shape:Infant , shape:Feverish", rest="core:scope shape:SoreThroat")
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


# What is refused -----------------------------------------------------------------------------

ACTION = "core:direction core:for ; core:modality core:may ; core:urgency core:routine ; core:intervention intervention:Gargling"
MEND_NAME = "Mend the name, or declare it."
MEND_PASSAGE = "Mend the passage id, or add the passage to its source."
WAYS = "core:direction core:for or core:against."
FORCES = "core:modality core:must, core:should or core:may."
HURRY = "core:urgency core:emergency, core:urgent, core:routine or core:ungraded."


def _rule(kind: str, rest: str, conditions: str = "shape:Infant") -> str:
    return f'rule:more a core:{kind} , sh:TripleRule ; rdfs:label "More"@en ; sh:condition {conditions} ; {rest} .\n'


def _advice(rest: str = "", conditions: str = "shape:Infant", action: str = ACTION) -> str:
    return _rule("Recommendation", f"{action} ; {rest}", conditions)


def _without(predicate: str) -> str:
    return _advice(action=" ; ".join(part for part in ACTION.split(" ; ") if not part.startswith(predicate)))


VOCABULARY = {
    "a code used twice": (
        'finding:Pyrexia a owl:Class ; rdfs:subClassOf core:Finding ; skos:notation "fever" .',
        "The code 'fever' is used by finding:Fever and finding:Pyrexia.",
        "Give each concept a code of its own.",
    ),
    "a concept without code": (
        "intervention:Tea a owl:Class ; rdfs:subClassOf core:Intervention .",
        "intervention:Tea has no code.",
        'Add skos:notation "its_code".',
    ),
    "a scope that is not required": (
        _advice("core:scope shape:SoreThroat"),
        "rule:more names shape:SoreThroat as its scope but does not require it.",
        "Add the scope to sh:condition, so that every SHACL engine sees it.",
    ),
    "overrides of nothing": (
        _advice("core:overrides rule:nobody"),
        "rule:more: core:overrides names rule:nobody, which does not exist.",
        MEND_NAME,
    ),
    "an override of a text": (
        _advice('core:overrides "go-home"'),
        'rule:more: core:overrides is the text "go-home", which names no rule.',
        "Write rule:go-home, without quotation marks.",
    ),
    "an override of a sentence": (
        _advice('core:overridesIfKnown "Go home"'),
        'rule:more: core:overridesIfKnown is the text "Go home", which names no rule.',
        "Name the rule by its IRI, without quotation marks: rule:….",
    ),
    "a scope that is no criterion": (
        _advice("core:scope condition:ThroatInfection"),
        "rule:more names condition:ThroatInfection as its scope, which is no criterion.",
        "Name a sh:NodeShape that says for whom the rule is.",
    ),
    "an exception to nothing": (
        _advice("core:overridesIfKnown rule:nobody"),
        "rule:more: core:overridesIfKnown names rule:nobody, which does not exist.",
        MEND_NAME,
    ),
    "an unknown intervention": (
        _advice(action=ACTION.replace("Gargling", "Singing")),
        "rule:more: core:intervention names intervention:Singing, which does not exist.",
        MEND_NAME,
    ),
    "an unknown source": (
        _advice("core:source source:nowhere"),
        "rule:more: core:source names source:nowhere, which does not exist.",
        MEND_NAME,
    ),
    "a gap that leaves nothing open": (
        _rule("SourceGap", "core:leavesOpen rule:nobody"),
        "rule:more: core:leavesOpen names rule:nobody, which does not exist.",
        MEND_NAME,
    ),
    "an unknown derived finding": (
        _rule("DerivedFinding", "core:derives finding:Nothing"),
        "rule:more: core:derives names finding:Nothing, which does not exist.",
        MEND_NAME,
    ),
    "an unknown condition": (
        _rule("Assessment", "core:assesses condition:Nothing"),
        "rule:more: core:assesses names condition:Nothing, which does not exist.",
        MEND_NAME,
    ),
    "a position of no rule": (
        _rule("Tension", "core:resolution core:exposed ; core:position [ core:recommendation rule:nobody ]"),
        "rule:more: core:recommendation names rule:nobody, which does not exist.",
        MEND_NAME,
    ),
    "no direction": (
        _without("core:direction"),
        "rule:more is not a whole Recommendation: core:direction is missing.",
        f"Add {WAYS}",
    ),
    "no modality": (
        _without("core:modality"),
        "rule:more is not a whole Recommendation: core:modality is missing.",
        f"Add {FORCES}",
    ),
    "no urgency": (_without("core:urgency"), "rule:more is not a whole Recommendation: core:urgency is missing.", f"Add {HURRY}"),
    "no intervention": (
        _without("core:intervention"),
        "rule:more is not a whole Recommendation: core:intervention is missing.",
        "Add core:intervention intervention:….",
    ),
    "an unknown direction": (
        _advice(action=ACTION.replace("core:for", "core:towards")),
        "rule:more is not a whole Recommendation: core:direction is core:towards, which is none of for, against.",
        f"Write {WAYS}",
    ),
    "an unknown modality": (
        _advice(action=ACTION.replace("core:may", "core:can")),
        "rule:more is not a whole Recommendation: core:modality is core:can, which is none of must, should, may.",
        f"Write {FORCES}",
    ),
    "an unknown urgency": (
        _advice(action=ACTION.replace("core:routine", "core:soon")),
        "rule:more is not a whole Recommendation: core:urgency is core:soon, which is none of emergency, urgent, routine, "
        "ungraded.",
        f"Write {HURRY}",
    ),
    "no condition assessed": (
        _rule("Assessment", ""),
        "rule:more is not a whole Assessment: core:assesses is missing.",
        "Add core:assesses condition:….",
    ),
    "no finding derived": (
        _rule("DerivedFinding", ""),
        "rule:more is not a whole DerivedFinding: core:derives is missing.",
        "Add core:derives finding:….",
    ),
    "no resolution": (
        _rule("Tension", ""),
        "rule:more is not a whole Tension: core:resolution is missing.",
        "Add core:resolution core:exposed or core:resolved.",
    ),
    "a passage of an unknown source": (
        "passage:900-L099a a core:Passage ; core:source source:sore-throats .",
        "passage:900-L099a belongs to source:sore-throats, which is no source; did you mean source:sore-throat?",
        "Name the source in which it stands.",
    ),
    "a passage of no source": (
        "passage:900-L099a a core:Passage .",
        "passage:900-L099a belongs to no source.",
        "Name the source in which it stands.",
    ),
    "an order without an end": (
        _advice(f"sh:order {'9' * 6000}"),
        f"rule:more is not a whole Recommendation: sh:order is {shortened('9' * 6000)}, which is no whole number.",
        "Write 10 for a derived finding, 20 for an assessment, 30 for everything else.",
    ),
    "an order that is no number": (
        _advice('sh:order "soon"'),
        "rule:more is not a whole Recommendation: sh:order is 'soon', which is no whole number.",
        "Write 10 for a derived finding, 20 for an assessment, 30 for everything else.",
    ),
}


@pytest.mark.parametrize(("text", "what", "mend"), VOCABULARY.values(), ids=VOCABULARY)
def test_an_unknown_missing_or_double_term_is_refused_with_its_place(text: str, what: str, mend: str, tmp_path: Path) -> None:
    with pytest.raises(VocabularyError) as caught:
        load(tmp_path, more=text)
    assert str(caught.value) == f"more.ttl:2: {what}\n  {mend}"


def test_a_code_shared_by_finding_and_measurement_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError) as caught:
        load(tmp_path, more='core:feverC a core:Measurement ; skos:notation "fever" .')
    assert str(caught.value) == "more.ttl:2: fever: a finding and a measurement share this code.\n  Rename one."


def test_two_derivations_of_one_finding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError) as caught:
        load(tmp_path, more=_rule("DerivedFinding", "core:derives finding:Fever"))
    assert caught.value.what == "finding:Fever is derived by rule:more and rule:fever-from-temperature."
    assert caught.value.where.startswith("sore-throat.ttl:")
    assert caught.value.mend == "Join the two criteria with sh:or in one rule."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            _advice("prov:wasDerivedFrom passage:900-L999a"),
            "more.ttl:2: rule:more is derived from a passage that does not exist: 900-L999a.",
        ),
        (
            _advice(conditions="shape:Mine") + "shape:Mine core:present finding:Fever ; "
            "prov:wasDerivedFrom passage:900-L998a , passage:900-L001a , passage:900-L999a .",
            "more.ttl:3: shape:Mine rests on a passage that does not exist: 900-L998a.",
        ),
        (
            _advice("core:scope shape:Mine", conditions="shape:Mine")
            + "shape:Mine core:present finding:Fever ; prov:wasDerivedFrom passage:900-L998a .",
            "more.ttl:3: shape:Mine rests on a passage that does not exist: 900-L998a.",
        ),
        (
            _advice(conditions="shape:Mine")
            + "shape:Mine sh:or ( [ sh:and ( [ core:present finding:Fever ; prov:wasDerivedFrom passage:900-L998a ] ) ] ) .",
            "more.ttl:3: rule:more rests on a passage that does not exist: 900-L998a.",
        ),
    ],
    ids=["of the rule", "of its shape", "of its scope", "of a leaf"],
)
def test_a_passage_that_does_not_exist_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ProvenanceError) as caught:
        load(tmp_path, more=text)
    assert str(caught.value) == f"{message}\n  {MEND_PASSAGE}"


@pytest.mark.parametrize(
    "text",
    [
        _advice(conditions="shape:NotExamined"),
        _rule("Exclusion", 'core:text "x"@en', "shape:NotExamined"),
        _rule("DerivedFinding", "core:derives finding:Drooling", "shape:NotExamined"),
        _rule("Tension", "core:resolution core:exposed", "shape:NotExamined"),
    ],
    ids=["a treatment", "an exclusion", "a derived finding", "a tension"],
)
def test_unassessed_is_refused_where_learning_more_would_take_a_conclusion_back(text: str, tmp_path: Path) -> None:
    with pytest.raises(CriterionError) as caught:
        load(tmp_path, more=text)
    assert str(caught.value) == (
        "more.ttl:2: rule:more uses core:unassessed, so that learning more could take its conclusion back.\n"
        "  Only assessments, gaps and recommendations to assess may do that; use core:absent."
    )


@pytest.mark.parametrize(
    "text",
    [
        _rule("Assessment", "core:assesses condition:DeepNeckInfection", "shape:NotExamined"),
        _rule("SourceGap", 'core:text "x"@en', "shape:NotExamined"),
        _advice(conditions="shape:NotExamined", action=ACTION.replace("Gargling", "ThroatExamination")),
    ],
    ids=["an assessment", "a gap", "advice to examine"],
)
def test_unassessed_is_allowed_where_something_is_to_be_assessed(text: str, tmp_path: Path) -> None:
    assert expand("rule:more") in load(tmp_path, more=text).rules


# What would slip through without a check of its own --------------------------------------------------------------------

SLIPS = {
    "a scope that is taken back": _advice("core:scope shape:NotExamined", conditions="shape:NotExamined"),
    "a position on no passage": (
        _rule("Tension", "core:resolution core:exposed ; core:position [ prov:wasDerivedFrom passage:900-L999a ]")
    ),
    "overriding what is no recommendation": _advice("core:overrides rule:infants-not-covered"),
    "two scopes": _advice("core:scope shape:SoreThroat , shape:Infant", conditions="shape:SoreThroat , shape:Infant"),
    "a rule of the same id in another namespace": _advice().replace("rule:more", "tension:give-penicillin"),
    "an offset that is no number": 'passage:900-L900a a core:Passage ; oa:hasSelector [ oa:start "x" ; oa:end 2 ] .',
    "a citation that is no number": 'passage:900-L900a a core:Passage ; core:printedCitation "one" .',
    "a date that is no year": 'reference:900-9 a core:Reference ; dcterms:issued "2025-03" .',
    "a position that is no number": 'reference:900-9 a core:Reference ; core:listPosition "x" .',
    "a possible minimum that is no number": 'core:x a core:Measurement ; skos:notation "x" ; core:minimum "low" .',
    "a confidence of another scale": ('[] a core:CitationMapping ; core:printedCitation 2 ; core:confidence "certain" .'),
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in SLIPS.items()])
def test_what_cannot_be_relied_upon_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        load(tmp_path, more=text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("finding:SoreThroat\t", "findin:SoreThroat\t"),
        ("subject_id\t", "subject\t"),
        ("finding:SoreThroat\t", "finding:Nobody\t"),
    ],
    ids=["unknown prefix", "missing column", "unknown subject"],
)
def test_a_mapping_that_cannot_be_read_is_refused(old: str, new: str, tmp_path: Path) -> None:
    assert MAPPINGS.count(old) == 1
    with pytest.raises(KnowledgeError, match=r"mappings\.sssom\.tsv"):
        load(tmp_path, Edit(MAPPING_FILE, old, new))


# The shipped content -------------------------------------------------------------------------


def test_the_shipped_knowledge_is_whole() -> None:
    knowledge = load_knowledge()
    assert {source.number for source in knowledge.sources.values()} == {"000", "001", "002"}
    assert len(knowledge.passages) == 562
    assert all(rule.label for rule in knowledge.rules.values())
    assert all(rule.text for rule in knowledge.rules.values() if isinstance(rule, Recommendation | Exclusion | SourceGap))
