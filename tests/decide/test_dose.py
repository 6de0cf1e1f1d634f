"""Doses: worked out exactly, never beyond the stated limit, and said to be open while the weight is not known."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from spinegraph.engine import Engine
from spinegraph.engine.model import Case, ShownDose

from tests.decide.deciding import STREP, decided, patient
from tests.stated import stating


@pytest.fixture
def engine_with_doses(tmp_path: Path) -> Engine:
    return stating(tmp_path)


def dose_of(engine: Engine, case: Case) -> ShownDose:
    entry = decided(engine, case, "give-penicillin")
    assert entry.verdict == "indicated"
    assert isinstance(entry.dose, tuple)
    return entry.dose[0]


def weighing(kilograms: float | None) -> Case:
    given = {} if kilograms is None else {"weight_kg": kilograms}
    return patient(f"{STREP} fever", "penicillin_allergy drooling", temperature_c=39, **given)


@pytest.mark.parametrize(
    ("kilograms", "given", "calculation"),
    [
        (7.3, 365, "50 mg/kg × 7.3 kg = 365 mg"),
        (0.2, 10, "50 mg/kg × 0.2 kg = 10 mg"),
        (9.99, 499.5, "50 mg/kg × 9.99 kg = 499.5 mg"),
        (10, 500, "50 mg/kg × 10 kg = 500 mg"),
        (10.01, 500, "50 mg/kg × 10.01 kg = 500.5 mg, at most 500 mg"),
        (20, 500, "50 mg/kg × 20 kg = 1000 mg, at most 500 mg"),
    ],
)
def test_it_is_worked_out_with_its_inputs(kilograms: float, given: float, calculation: str, engine_with_doses: Engine) -> None:
    dose = dose_of(engine_with_doses, weighing(kilograms))
    assert (dose.given, dose.calculation, dose.missing) == (given, calculation, ())
    assert dose.text == "50 mg/kg by mouth twice a day for 10 days, at most 500 mg each"


def test_it_is_exact_and_never_beyond_the_limit(engine_with_doses: Engine) -> None:
    for hundredths in range(20, 3000, 7):
        kilograms = hundredths / 100
        given = dose_of_fast(engine_with_doses, kilograms)
        assert Decimal(repr(given)) == min(Decimal(hundredths) / 2, Decimal(500))


def dose_of_fast(engine: Engine, kilograms: float) -> float:
    statements = next(entry.statements for entry in engine._recommendations if entry.rule.id == "give-penicillin")
    assert statements is not None
    given: float = statements.shown(weighing(kilograms), "indicated")["dose"][0].given
    return given


def test_without_the_weight_it_stays_as_stated(engine_with_doses: Engine) -> None:
    dose = dose_of(engine_with_doses, weighing(None))
    assert (dose.given, dose.calculation, dose.missing) == (None, "", ("weight_kg",))
    assert (dose.amount, dose.unit, dose.per, dose.limit) == (50, "mg", "weight_kg", 500)


def test_of_what_is_not_ordered_nothing_is_worked_out(engine_with_doses: Engine) -> None:
    case = patient("sore_throat", "strep_sign drooling penicillin_allergy", temperature_c=37, weight_kg=20)
    entry = next(one for one in engine_with_doses.decide(case, True).recommendations if one.id == "give-penicillin")
    assert entry.verdict == "not-indicated"
    assert isinstance(entry.dose, tuple)
    assert [(dose.given, dose.missing) for dose in entry.dose] == [(None, ())]


def test_a_patient_is_told_neither_dose_nor_grade(engine_with_doses: Engine) -> None:
    case = msgspec.structs.replace(weighing(20), audience="patient")
    entry = decided(engine_with_doses, case, "give-penicillin")
    assert (entry.dose, entry.strength, entry.certainty) == (msgspec.UNSET,) * 3
    assert entry.preference == "What matters to you?"


def test_a_fixed_dose_is_what_it_is(tmp_path: Path) -> None:
    stated = 'rule:give-penicillin core:dose [ core:amount 2.5 ; core:unit "mg" ; core:every "PT8H"^^xsd:duration ] .'
    dose = dose_of(stating(tmp_path, stated), weighing(None))
    assert (dose.text, dose.given, dose.calculation, dose.every) == ("2.5 mg every 8 hours", 2.5, "", "PT8H")


def test_what_a_grading_source_leaves_ungraded_is_said_to_be_so(engine_with_doses: Engine) -> None:
    shown = {entry.id: entry for entry in engine_with_doses.decide(weighing(20), True).recommendations}
    assert (shown["give-penicillin"].strength, shown["give-penicillin"].certainty) == ("strong", "very-low")
    assert (shown["refer-at-once"].strength, shown["refer-at-once"].certainty) == ("not-graded", "not-graded")
    assert shown["gargle"].strength is msgspec.UNSET  # its leaflet grades nothing


def test_the_short_view_has_it_only_while_it_is_ordered(engine_with_doses: Engine) -> None:
    short = msgspec.json.decode(engine_with_doses.decide_json(weighing(20)))
    entry = next(one for one in short["recommendations"] if one["id"] == "give-penicillin")
    assert (entry["dose"][0]["given"], entry["strength"]) == (500, "strong")
    away = patient(f"{STREP} fever penicillin_allergy", "drooling", temperature_c=39, weight_kg=20)
    short = msgspec.json.decode(engine_with_doses.decide_json(away))
    entry = next(one for one in short["recommendations"] if one["id"] == "give-penicillin")
    assert entry["verdict"] == "overridden"
    assert {"dose", "strength", "certainty", "preference"}.isdisjoint(entry)
