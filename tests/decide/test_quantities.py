"""Values with units: converted, the same patient in every unit, and refused where they cannot be."""

from __future__ import annotations

import pytest
from spinegraph.engine.decide.quantities import read_quantity
from spinegraph.engine.errors import MeasurementError

POSSIBLE = {
    "duration_weeks": (0.0, 5200.0, "wk"),
    "temperature_c": (20.0, 46.0, "Cel"),
    "esr_mm_h": (0.0, 300.0, "mm/h"),
    "heart_rate_bpm": (0.0, 400.0, "/min"),
}


def read(code: str, given: object) -> float:
    return read_quantity(given, code, POSSIBLE[code], f"/measurements/{code}")


@pytest.mark.parametrize(
    ("code", "value", "unit", "expected"),
    [
        ("duration_weeks", 28, "d", 4),
        ("duration_weeks", 4, "wk", 4),
        ("duration_weeks", 1, "mo", 30.4375 / 7),
        ("duration_weeks", 1, "a", 365.25 / 7),
        ("temperature_c", 100.4, "[degF]", 38),
        ("temperature_c", 311.15, "K", 38),
        ("esr_mm_h", 2, "cm/h", 20),
        ("esr_mm_h", 20, "mm{at one hour}/h", 20),
        ("heart_rate_bpm", 110, "{beats}/min", 110),
        ("heart_rate_bpm", 2, "/s", 120),
    ],
)
def test_a_unit_is_converted(code: str, value: float, unit: str, expected: float) -> None:
    assert read(code, {"value": value, "unit": unit}) == pytest.approx(expected, abs=1e-8)


def test_a_bound_is_met_exactly_after_a_conversion() -> None:
    assert read("temperature_c", {"value": 100.4, "unit": "[degF]"}) == 38.0
    assert read("duration_weeks", {"value": 42, "unit": "d"}) == 6.0


def test_a_value_without_a_unit_has_that_of_its_code() -> None:
    assert read("esr_mm_h", {"value": 20}) == read("esr_mm_h", 20) == 20.0


@pytest.mark.parametrize(
    ("given", "what", "where"),
    [
        ({"value": 101, "unit": "kg"}, "temperature_c has the unit 'kg', which cannot be converted to °C.", "/unit"),
        ({"value": 101, "unit": "Fahrenheit"}, "temperature_c has the unit 'Fahrenheit', which cannot be", "/unit"),
        ({"value": 101, "unit": ""}, "temperature_c has the unit '', which cannot be", "/unit"),
        ({"value": 101, "unit": "m" * 100_000}, "cannot be converted to °C.", "/unit"),
        ({"value": 101, "unit": "10*999999999.Cel"}, "cannot be converted to °C.", "/unit"),
        ({"value": 101, "unit": "Cel.10*99.10*99.10*99.10*99"}, "cannot be converted to °C.", "/unit"),
        ({"value": 101, "unit": "K.10*99.10*99.10*99.10*99"}, "cannot be converted to °C.", "/unit"),
        ({"value": 101, "unit": "Cel\n"}, "cannot be converted to °C.", "/unit"),
        ({"value": 101, "unit": "Cel{{x}+.}"}, "cannot be converted to °C.", "/unit"),
        ({"value": 101, "unit": ["Cel"]}, "temperature_c has the unit a list, which cannot be", "/unit"),
        ({"value": 101, "unit": "Cel"}, "temperature_c is 101, which cannot be: possible is 20 to 46", ""),
        ({"value": 500, "unit": "[degF]"}, "temperature_c is 260, which cannot be: possible is 20 to 46", ""),
        ({"value": "38", "unit": "Cel"}, "temperature_c is '38', which is text.", ""),
        ({"value": None}, "temperature_c is null, not a number.", ""),
        ({"unit": "Cel"}, "temperature_c has no value.", ""),
        ({"value": 38, "at": "2026-03-01"}, "temperature_c has 'at', which is not read.", ""),
        ([38], "temperature_c is a list, not a number.", ""),
    ],
)
def test_what_cannot_be_is_refused(given: object, what: str, where: str) -> None:
    with pytest.raises(MeasurementError) as raised:
        read("temperature_c", given)
    assert what in raised.value.what
    assert len(raised.value.what) < 300
    assert raised.value.where == f"/measurements/temperature_c{where}"
    assert raised.value.mend
