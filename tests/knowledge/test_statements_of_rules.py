"""What a recommendation states besides: read as it is written, refused by name where it cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import load_knowledge
from spinegraph.engine.decide.recurrence import recurrence_in_words
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Dose, Recommendation

from tests.stated import STATED, write_stated


def read(folder: Path, stated: str) -> dict[str, Recommendation]:
    rules = load_knowledge(write_stated(folder, stated)).rules.values()
    return {rule.id: rule for rule in rules if isinstance(rule, Recommendation)}


def test_they_are_read_as_written(tmp_path: Path) -> None:
    rules = read(tmp_path, STATED)
    rule = rules["give-penicillin"]
    assert (rule.strength, rule.certainty) == ("strong", "very-low")
    (dose,) = rule.doses
    assert (dose.amount, dose.unit, dose.per, dose.limit) == (50, "mg", expand("core:weightKg"), 500)
    assert (dose.route, dose.times_a_day, dose.lasting and dose.lasting.in_words) == ("by mouth", 2, "10 days")
    assert (rule.preference, rule.patient_preference) == ("Talk about benefit and harm.", "What matters to you?")
    recurrence = rules["gargle"].recurrence
    assert recurrence is not None
    assert recurrence_in_words(recurrence) == "every 3 months to 6 months"


def test_of_a_rule_that_states_nothing_nothing_is_made_up(tmp_path: Path) -> None:
    rule = read(tmp_path, STATED)["refer-at-once"]
    assert (rule.strength, rule.certainty, rule.doses, rule.recurrence, rule.preference) == ("", "", (), None, "")


def test_several_doses_keep_their_order(tmp_path: Path) -> None:
    two = 'rule:give-penicillin core:dose [ core:amount 500 ; core:unit "mg" ] , [ core:amount 1 ; core:unit "g" ] .'
    assert read(tmp_path, two)["give-penicillin"].doses == (Dose(amount=500, unit="mg"), Dose(amount=1, unit="g"))


REFUSED = {
    "no unit": ("core:amount 500", "has no core:unit"),
    "no amount": ('core:unit "mg"', "has no core:amount"),
    "negative": ('core:amount -5 ; core:unit "mg"', "core:amount -5"),
    "nothing": ('core:amount 0 ; core:unit "mg"', "core:amount 0"),
    "text": ('core:amount "5" ; core:unit "mg"', "no plain number"),
    "exponent": ('core:amount 5e2 ; core:unit "mg"', "no plain number"),
    "two amounts": ('core:amount 5 , 6 ; core:unit "mg"', "2 values of core:amount"),
    "per age": ('core:amount 5 ; core:unit "mg" ; core:per core:ageMonths', "core:ageMonths, which is measured in mo."),
    "per nothing": ('core:amount 5 ; core:unit "mg" ; core:per core:weightKgs', "did you mean core:weightKg?"),
    "per text": ('core:amount 5 ; core:unit "mg" ; core:per "kg"', "no measurement here"),
    "limit below": ('core:amount 500 ; core:unit "mg" ; core:limit 250', "less than its amount, 500"),
    "limit of nothing": ('core:amount 500 ; core:unit "mg" ; core:limit 0', "core:limit 0"),
    "how often twice": (
        'core:amount 5 ; core:unit "mg" ; core:every "PT8H"^^xsd:duration ; core:timesPerDay 3',
        "core:every and core:timesPerDay",
    ),
    "half a time": ('core:amount 5 ; core:unit "mg" ; core:timesPerDay 1.5', "core:timesPerDay 1.5"),
    "weeks": ('core:amount 5 ; core:unit "mg" ; core:lasting "P2W"^^xsd:duration', "'P2W', which is no duration"),
    "a plain text": ('core:amount 5 ; core:unit "mg" ; core:lasting "P2D"', "which is no xsd:duration"),
    "another medicine": (
        'core:amount 5 ; core:unit "mg" ; core:medicine intervention:Macrolide',
        "is not intervention:Penicillin",
    ),
    "no medicine": ('core:amount 5 ; core:unit "mg" ; core:medicine finding:Fever', "is no intervention here"),
    "unknown": ('core:amount 5 ; core:unit "mg" ; core:atMost 5', "core:atMost, which no dose has here"),
}


@pytest.mark.parametrize(("dose", "said"), REFUSED.values(), ids=REFUSED)
def test_a_dose_that_cannot_be_meant_is_refused(dose: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"more\.ttl:4") as refused:
        read(tmp_path, f"rule:give-penicillin core:dose [ {dose} ] .")
    assert said in str(refused.value)
    assert refused.value.mend


RULES = {
    "dose as text": ('give-penicillin core:dose "500 mg"', "which states nothing"),
    "strength": ("give-penicillin core:strength core:medium", "none of strong, weak"),
    "certainty": ("give-penicillin core:certainty core:strong", "none of high, moderate, low, veryLow"),
    "no months": ('gargle core:every "P0M"^^xsd:duration', "'P0M', which is no duration above nothing"),
    "hours": ('gargle core:every "PT8H"^^xsd:duration', "less than days"),
    "most alone": ('gargle core:everyAtMost "P6M"^^xsd:duration', "core:everyAtMost without core:every"),
    "most below": ('gargle core:every "P6M"^^xsd:duration ; core:everyAtMost "P3M"^^xsd:duration', "no longer than core:every"),
    "against": ('no-antibiotic core:every "P6M"^^xsd:duration', "advises against"),
    "dose against": ('no-antibiotic core:dose [ core:amount 5 ; core:unit "mg" ]', "advises against"),
    "preference": ("give-penicillin core:preference true", "which is no text"),
    "patient alone": ('give-penicillin core:preference "Choose."@en-x-patient', "no core:preference in English"),
    "assessment": ("strep-throat-from-signs core:strength core:strong", "core:strength, which no Assessment has"),
}


@pytest.mark.parametrize(("stated", "said"), RULES.values(), ids=RULES)
def test_a_statement_that_cannot_be_meant_is_refused(stated: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as refused:
        read(tmp_path, f"rule:{stated} .")
    assert said in str(refused.value)
    assert "more.ttl" in str(refused.value)
