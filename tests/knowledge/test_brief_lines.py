"""Lines of briefs: how recommendations are worded there, as the loader reads and checks them, and those that are shipped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from spinegraph.engine import Engine, Knowledge
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Recommendation

from tests.knowledge.given import load
from tests.small import RULE_FILE, Edit

LINES = """
line:gargle a core:BriefLine ; rdfs:label "gargle"@en ; sh:order 2 ; core:place core:avoid ; core:text "Avoid {}."@en ;
    core:headline "no gargling"@en , "do not gargle"@en-x-patient ; core:yieldsTo intervention:Antibiotic ;
    core:reading "Ours."@en ; prov:wasDerivedFrom passage:900-L002a .
line:later a core:BriefLine ; sh:order 1 ; core:place core:nowhere .
intervention:Antibiotic core:caution "No dose is named."@en , "Ask first."@en-x-patient .
condition:StrepThroat core:serious true ; core:explains true .
"""
TAKES = "core:intervention intervention:Gargling"
LONGEST = {"do": (160, 200), "avoid": (160, 200), "review": (160, 260)}
"""So many characters a text for clinicians, and one for patients, has at most, by place."""


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    return load(tmp_path, more=LINES)


def test_lines_come_in_their_order_with_words_for_both_audiences(knowledge: Knowledge) -> None:
    nowhere, gargle = knowledge.lines.values()
    assert (nowhere.id, nowhere.place, nowhere.text) == ("later", "nowhere", "")
    assert (gargle.place, gargle.text, gargle.patient_text) == ("avoid", "Avoid {}.", "Avoid {}.")
    assert (gargle.headline, gargle.patient_headline) == ("no gargling", "do not gargle")
    assert (gargle.yields_to, gargle.passages) == ((expand("intervention:Antibiotic"),), ("900-L002a",))
    assert gargle.reading == "Ours."


def test_cautions_reach_what_is_narrower(knowledge: Knowledge) -> None:
    concepts = {concept.code: concept for concept in knowledge.interventions.values()}
    assert (concepts["penicillin"].caution, concepts["penicillin"].patient_caution) == ("No dose is named.", "Ask first.")
    assert concepts["gargling"].caution == ""
    strep = next(concept for concept in knowledge.conditions.values() if concept.iri == expand("condition:StrepThroat"))
    assert (strep.serious, strep.explains) == (True, True)


def test_a_recommendation_names_its_line(tmp_path: Path) -> None:
    edit = Edit(RULE_FILE, TAKES, f"core:inLine line:gargle ; {TAKES}")
    found = load(tmp_path, edit, more=LINES)
    rules = [rule for rule in found.rules.values() if isinstance(rule, Recommendation) and rule.line]
    assert [rule.line for rule in rules] == [expand("line:gargle")]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("core:place core:avoid", "core:place core:urgent", "core:place is core:urgent"),
        (" ; core:place core:nowhere", "", "has no core:place"),
        ("core:yieldsTo intervention:Antibiotic", "core:yieldsTo finding:Fever", "which is no intervention"),
        ("sh:order 2", "core:tier core:scope ; sh:order 2", "which no BriefLine has here"),
    ],
)
def test_what_is_wrong_with_a_line_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert LINES.count(old) == 1
    with pytest.raises(KnowledgeError) as caught:
        load(tmp_path, more=LINES.replace(old, new))
    assert what in str(caught.value)


def test_a_line_that_there_is_not_is_refused(tmp_path: Path) -> None:
    edit = Edit(RULE_FILE, TAKES, f"core:inLine line:gargel ; {TAKES}")
    with pytest.raises(KnowledgeError, match="did you mean line:gargle"):
        load(tmp_path, edit, more=LINES)


# Shipped ----------------------------------------------------------------------------------------


def recommendations(engine: Engine) -> list[Recommendation]:
    return [rule for rule in engine.knowledge.rules.values() if isinstance(rule, Recommendation)]


def test_every_shipped_recommendation_to_act_has_a_line(engine: Engine) -> None:
    screens = {iri for iri, concept in engine.knowledge.interventions.items() if concept.screening}
    assert [rule.id for rule in recommendations(engine) if not rule.line and rule.intervention not in screens] == []


def test_shipped_lines_hold_what_is_for_and_what_is_against_apart(engine: Engine) -> None:
    lines = engine.knowledge.lines
    wanted = {"do": "for", "review": "for", "avoid": "against"}
    placed = [rule for rule in recommendations(engine) if rule.line and lines[rule.line].place != "nowhere"]
    assert [rule.id for rule in placed if wanted[lines[rule.line].place] != rule.direction] == []


def test_shipped_lines_are_short(engine: Engine) -> None:
    for line in engine.knowledge.lines.values():
        if line.place != "nowhere":
            clinician, patient = LONGEST[line.place]
            assert 0 < len(line.text) <= clinician, line.id
            assert 0 < len(line.patient_text) <= patient, line.id
            assert 0 < len(line.headline) <= 45, line.id
            assert 0 < len(line.patient_headline) <= 48, line.id


def test_no_shipped_line_names_a_drug_without_a_caution(engine: Engine) -> None:
    concepts = engine.knowledge.interventions
    drugs = {expand(f"intervention:{name}") for name in ("Analgesic", "AntiInflammatoryMedication", "ShortTermMedication")}
    reached = {iri for iri in concepts if drugs.intersection((iri, *engine.knowledge.hierarchy.broader.get(iri, ())))}
    assert expand("intervention:Nsaid") in reached
    assert all(concepts[iri].caution and concepts[iri].patient_caution for iri in reached)


def test_shipped_words_for_patients_have_no_words_of_clinicians(engine: Engine) -> None:
    clinical = ("red flag", "nsaid", "esr", "crp", "sepsis", "conflict", "tumor", "cancer", "malignan", "infection markers")
    for line in engine.knowledge.lines.values():
        words = f"{line.patient_text} {line.patient_headline}".lower()
        assert not [term for term in clinical if re.search(rf"\b{term}", words)], line.id
