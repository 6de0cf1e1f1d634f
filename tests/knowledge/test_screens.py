"""Screens, uncovered topics, contraindications, what is obtained, readings: content that the loader reads and checks."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Engine, Knowledge
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import SourceGap

from tests.knowledge.given import load
from tests.small import RULE_FILE, Edit

SCREEN = """
screen:throat a core:Screen ; rdfs:label "Throat"@en ; skos:notation "throat" ; sh:order 2 ; core:askedOf core:patient ;
    core:tier core:safety ; core:question "Any of these?"@en , "Do you have any of these?"@en-x-patient ;
    core:noneOfThese "None"@en , "None of these"@en-x-patient ; core:gate shape:SoreThroat ;
    core:before intervention:Antibiotic ; core:reading "Asked first: our reading."@en ; prov:wasDerivedFrom passage:900-L002a ;
    core:item (
        [ core:asks finding:Fever ; rdfs:label "I am hot"@en-x-patient ]
        [ core:asks core:temperatureC ; core:askedOf core:examiner ; core:gate shape:Feverish ; core:reading "Ours."@en ] ) .
screen:age a core:Screen ; skos:notation "age" ; sh:order 1 ; core:askedOf core:record ; core:tier core:scope ;
    core:item ( [ core:asks core:ageMonths ] ) .
uncovered:later a core:UncoveredTopic ; rdfs:label "later"@en , "things to come"@en-x-patient ; sh:order 2 .
uncovered:first a core:UncoveredTopic ; rdfs:label "first"@en ; sh:order 1 .
intervention:Antibiotic core:contraindication finding:PenicillinAllergy .
intervention:ThroatExamination core:obtains finding:TonsillarExudate , core:temperatureC .
"""


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    return load(tmp_path, more=SCREEN)


def test_screens_come_in_their_order_with_gates_and_answerers(knowledge: Knowledge) -> None:
    first, second = knowledge.screens.values()
    assert (first.id, first.tier, first.asked_of, first.gate) == ("age", "scope", "record", None)
    assert (second.id, second.patient_question, second.none_of_these) == ("throat", "Do you have any of these?", "None")
    assert second.gate is not None
    assert second.gate.iri == expand("shape:SoreThroat")
    assert (second.before, second.passages) == ((expand("intervention:Antibiotic"),), ("900-L002a",))
    assert second.reading == "Asked first: our reading."
    hot, measured = second.items
    assert (hot.asks, hot.asked_of, hot.patient_label, hot.gate) == (expand("finding:Fever"), "patient", "I am hot", None)
    assert (measured.asks, measured.asked_of, measured.reading) == (expand("core:temperatureC"), "examiner", "Ours.")
    assert measured.gate is not None


def test_uncovered_topics_come_in_their_order(knowledge: Knowledge) -> None:
    found = [(topic.id, topic.label, topic.patient_label) for topic in knowledge.uncovered.values()]
    assert found == [("first", "first", "first"), ("later", "later", "things to come")]


def test_a_contraindication_reaches_what_is_narrower_and_what_is_obtained_does_not(knowledge: Knowledge) -> None:
    concepts = {concept.code: concept for concept in knowledge.interventions.values()}
    assert concepts["penicillin"].contraindications == (expand("finding:PenicillinAllergy"),)
    assert concepts["gargling"].contraindications == ()
    assert concepts["throat_examination"].obtains == (expand("finding:TonsillarExudate"), expand("core:temperatureC"))
    assert concepts["clinical_assessment"].obtains == ()


def test_readings_and_gaps_that_leave_the_level_open(tmp_path: Path) -> None:
    gap = Edit(RULE_FILE, "core:leavesOpen rule:no-antibiotic ; ", "core:leavesLevelOpen true ; ")
    shape = Edit(RULE_FILE, 'rdfs:label "feverish"@en ;', 'rdfs:label "feverish"@en ; core:reading "Ours."@en ;')
    rule = Edit(RULE_FILE, 'core:text "Infants are not covered."@en', 'core:text "No."@en ; core:reading "Also ours."@en')
    rules = {rule.id: rule for rule in load(tmp_path, gap, shape, rule).rules.values()}
    nodes, feverish = rules["nodes-alone"], rules["no-gargling-with-fever"].criterion
    assert isinstance(nodes, SourceGap)
    assert (nodes.leaves_level_open, nodes.leaves_open) == (True, ())
    assert feverish is not None
    assert (feverish.reading, rules["infants-not-covered"].reading) == ("Ours.", "Also ours.")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("core:asks finding:Fever", "core:asks finding:Fevr", "did you mean finding:Fever?"),
        ("[ core:asks core:ageMonths ]", "[ core:askedOf core:patient ]", "asks for 0 things"),
        ("core:tier core:scope", "core:tier core:top", "core:tier is core:top"),
        ("core:askedOf core:record", "core:askedOf core:nobody", "core:askedOf is core:nobody"),
        ("core:gate shape:Feverish", "core:gate shape:Feverich", "no shape shape:Feverich; did you mean shape:Feverish?"),
        ("core:before intervention:Antibiotic", "core:before finding:Fever", "which is no intervention"),
        ("( [ core:asks core:ageMonths ] )", "()", "has 0 items"),
        ("core:askedOf core:examiner", "core:modality core:must", "which no item of a screen has here"),
        ("core:askedOf core:record", "core:askedof core:record", "did you mean core:askedOf?"),
        ("core:contraindication finding:PenicillinAllergy", "core:contraindication core:ageMonths", "which is no finding"),
        ("core:obtains finding:TonsillarExudate ,", "core:obtains condition:StrepThroat ,", "or coded property"),
        ('"first"@en ;', '"first"@en ; core:tier core:scope ;', "which no UncoveredTopic has here"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_screen_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert SCREEN.count(old) == 1
    with pytest.raises(KnowledgeError) as caught:
        load(tmp_path, more=SCREEN.replace(old, new))
    assert what in str(caught.value)


def test_the_shipped_screens_ask_what_there_is(engine: Engine) -> None:
    asked = [item.asks for screen in engine.knowledge.screens.values() for item in screen.items]
    assert len(engine.knowledge.screens) == 16
    assert len(set(asked)) == len(asked)
    assert len(engine.knowledge.uncovered) == 10
    assert all(screen.question and screen.patient_question and screen.passages for screen in engine.knowledge.screens.values())
