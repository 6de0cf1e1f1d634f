"""Content that is not sound does not load: the message says what, where and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.errors import CriterionError, KnowledgeError, ProvenanceError, VocabularyError, shortened
from spinegraph.engine.knowledge.turtle.terms import expand

from tests.knowledge.given import ACTION, advice, load, rule_text
from tests.small import MAPPINGS, Edit

MAPPING_FILE = "ontology/mappings.sssom.tsv"


MEND_NAME = "Mend the name, or declare it."
MEND_PASSAGE = "Mend the passage id, or add the passage to its source."
WAYS = "core:direction core:for or core:against."
FORCES = "core:modality core:must, core:should or core:may."
HURRY = "core:urgency core:emergency, core:urgent, core:routine or core:ungraded."


def _without(predicate: str) -> str:
    return advice(action=" ; ".join(part for part in ACTION.split(" ; ") if not part.startswith(predicate)))


VOCABULARY = {
    "a code used twice": (
        'finding:Pyrexia a owl:Class ; rdfs:subClassOf core:Finding ; skos:notation "fever" .',
        "The code 'fever' is used by finding:Fever and finding:Pyrexia.",
        "Give each concept a code of its own.",
    ),
    "no kind of order": (
        'intervention:Tea a owl:Class ; rdfs:subClassOf core:Intervention ; skos:notation "tea" ; '
        "core:orderedAs core:order-tea .",
        "intervention:Tea has core:orderedAs core:order-tea, which is no kind of order.",
        "Write one of core:order-imaging, core:order-laboratory, core:order-examination, core:order-procedure, "
        "core:order-surgery, core:order-therapy, core:order-referral, core:order-medication, core:order-advice, core:order-task.",
    ),
    "a concept without code": (
        "intervention:Tea a owl:Class ; rdfs:subClassOf core:Intervention .",
        "intervention:Tea has no code.",
        'Add skos:notation "its_code".',
    ),
    "a scope that is not required": (
        advice("core:scope shape:SoreThroat"),
        "rule:more names shape:SoreThroat as its scope but does not require it.",
        "Add the scope to sh:condition, so that every SHACL engine sees it.",
    ),
    "overrides of nothing": (
        advice("core:overrides rule:nobody"),
        "rule:more: core:overrides names rule:nobody, which does not exist.",
        MEND_NAME,
    ),
    "an override of a text": (
        advice('core:overrides "go-home"'),
        'rule:more: core:overrides is the text "go-home", which names no rule.',
        "Write rule:go-home, without quotation marks.",
    ),
    "an override of a sentence": (
        advice('core:overridesIfKnown "Go home"'),
        'rule:more: core:overridesIfKnown is the text "Go home", which names no rule.',
        "Name the rule by its IRI, without quotation marks: rule:….",
    ),
    "a scope that is no criterion": (
        advice("core:scope condition:ThroatInfection"),
        "rule:more names condition:ThroatInfection as its scope, which is no criterion.",
        "Name a sh:NodeShape that says for whom the rule is.",
    ),
    "an exception to nothing": (
        advice("core:overridesIfKnown rule:nobody"),
        "rule:more: core:overridesIfKnown names rule:nobody, which does not exist.",
        MEND_NAME,
    ),
    "an unknown intervention": (
        advice(action=ACTION.replace("Gargling", "Singing")),
        "rule:more: core:intervention names intervention:Singing, which does not exist.",
        MEND_NAME,
    ),
    "an unknown source": (
        advice("core:source source:nowhere"),
        "rule:more: core:source names source:nowhere, which does not exist.",
        MEND_NAME,
    ),
    "a gap that leaves nothing open": (
        rule_text("SourceGap", "core:leavesOpen rule:nobody"),
        "rule:more: core:leavesOpen names rule:nobody, which does not exist.",
        MEND_NAME,
    ),
    "an unknown derived finding": (
        rule_text("DerivedFinding", "core:derives finding:Nothing"),
        "rule:more: core:derives names finding:Nothing, which does not exist.",
        MEND_NAME,
    ),
    "an unknown condition": (
        rule_text("Assessment", "core:assesses condition:Nothing"),
        "rule:more: core:assesses names condition:Nothing, which does not exist.",
        MEND_NAME,
    ),
    "a position of no rule": (
        rule_text("Tension", "core:resolution core:exposed ; core:position [ core:recommendation rule:nobody ]"),
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
        advice(action=ACTION.replace("core:for", "core:towards")),
        "rule:more is not a whole Recommendation: core:direction is core:towards, which is none of for, against.",
        f"Write {WAYS}",
    ),
    "an unknown modality": (
        advice(action=ACTION.replace("core:may", "core:can")),
        "rule:more is not a whole Recommendation: core:modality is core:can, which is none of must, should, may.",
        f"Write {FORCES}",
    ),
    "an unknown urgency": (
        advice(action=ACTION.replace("core:routine", "core:soon")),
        "rule:more is not a whole Recommendation: core:urgency is core:soon, which is none of emergency, urgent, routine, "
        "ungraded.",
        f"Write {HURRY}",
    ),
    "no condition assessed": (
        rule_text("Assessment", ""),
        "rule:more is not a whole Assessment: core:assesses is missing.",
        "Add core:assesses condition:….",
    ),
    "no finding derived": (
        rule_text("DerivedFinding", ""),
        "rule:more is not a whole DerivedFinding: core:derives is missing.",
        "Add core:derives finding:….",
    ),
    "no resolution": (
        rule_text("Tension", ""),
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
        advice(f"sh:order {'9' * 6000}"),
        f"rule:more is not a whole Recommendation: sh:order is {shortened('9' * 6000)}, which is no whole number.",
        "Write 10 for a derived finding, 20 for an assessment, 30 for everything else.",
    ),
    "an order that is no number": (
        advice('sh:order "soon"'),
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
        load(tmp_path, more=rule_text("DerivedFinding", "core:derives finding:Fever"))
    assert caught.value.what == "finding:Fever is derived by rule:more and rule:fever-from-temperature."
    assert caught.value.where.startswith("sore-throat.ttl:")
    assert caught.value.mend == "Join the two criteria with sh:or in one rule."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            advice("prov:wasDerivedFrom passage:900-L999a"),
            "more.ttl:2: rule:more is derived from a passage that does not exist: 900-L999a.",
        ),
        (
            advice(conditions="shape:Mine") + "shape:Mine core:present finding:Fever ; "
            "prov:wasDerivedFrom passage:900-L998a , passage:900-L001a , passage:900-L999a .",
            "more.ttl:3: shape:Mine rests on a passage that does not exist: 900-L998a.",
        ),
        (
            advice("core:scope shape:Mine", conditions="shape:Mine")
            + "shape:Mine core:present finding:Fever ; prov:wasDerivedFrom passage:900-L998a .",
            "more.ttl:3: shape:Mine rests on a passage that does not exist: 900-L998a.",
        ),
        (
            advice(conditions="shape:Mine")
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
        advice(conditions="shape:NotExamined"),
        rule_text("Exclusion", 'core:text "x"@en', "shape:NotExamined"),
        rule_text("DerivedFinding", "core:derives finding:Drooling", "shape:NotExamined"),
        rule_text("Tension", "core:resolution core:exposed", "shape:NotExamined"),
    ],
    ids=["a treatment", "an exclusion", "a derived finding", "a tension"],
)
def test_unassessed_is_refused_where_learning_more_would_take_a_conclusion_back(text: str, tmp_path: Path) -> None:
    with pytest.raises(CriterionError) as caught:
        load(tmp_path, more=text)
    assert str(caught.value) == (
        "more.ttl:2: rule:more uses core:unassessed, so that learning more could take its conclusion back.\n"
        "  Only assessments, gaps and recommendations of a core:screening intervention may do that; use core:absent."
    )


@pytest.mark.parametrize(
    "text",
    [
        rule_text("Assessment", "core:assesses condition:DeepNeckInfection", "shape:NotExamined"),
        rule_text("SourceGap", 'core:text "x"@en', "shape:NotExamined"),
        advice(conditions="shape:NotExamined", action=ACTION.replace("Gargling", "ThroatExamination")),
    ],
    ids=["an assessment", "a gap", "advice to examine"],
)
def test_unassessed_is_allowed_where_something_is_to_be_assessed(text: str, tmp_path: Path) -> None:
    assert expand("rule:more") in load(tmp_path, more=text).rules


# What would slip through without a check of its own --------------------------------------------------------------------

SLIPS = {
    "a scope that is taken back": advice("core:scope shape:NotExamined", conditions="shape:NotExamined"),
    "a position on no passage": (
        rule_text("Tension", "core:resolution core:exposed ; core:position [ prov:wasDerivedFrom passage:900-L999a ]")
    ),
    "overriding what is no recommendation": advice("core:overrides rule:infants-not-covered"),
    "two scopes": advice("core:scope shape:SoreThroat , shape:Infant", conditions="shape:SoreThroat , shape:Infant"),
    "a rule of the same id in another namespace": advice().replace("rule:more", "tension:give-penicillin"),
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
