"""Observations: numbers with their units, yes and no, dates, and what they are not."""

from __future__ import annotations

from typing import Any

import pytest
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.exchange.fhir.reading.statuses import OBSERVATION

from tests.exchange.fhir.reading.making import (
    FEVER,
    LOINC,
    OURS,
    SNOMED,
    Json,
    concept,
    kinds,
    last,
    observation,
    patient,
    quantity,
    read,
)


def test_every_status_of_r4_has_a_meaning() -> None:
    assert set(OBSERVATION) == {
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("final", ""),
        ("amended", ""),
        ("corrected", ""),
        ("preliminary", "preliminary"),
        ("registered", "not-finished"),
        ("cancelled", "not-finished"),
        ("entered-in-error", "entered-in-error"),
        ("unknown", "unknown-status"),
        ("live", "unknown-status"),
    ],
)
def test_a_status_says_whether_it_counts(reader: FhirReader, status: str, kind: str) -> None:
    file = read(reader, patient(), observation(status=status, valueQuantity=quantity(38.6, "Cel")))
    assert file.case.measurements == ({"temperature_c": 38.6} if kind in ("", "preliminary") else {})
    assert kinds(file) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("given", "value", "kind"),
    [
        (quantity(101.3, "[degF]"), 38.5, ""),
        (quantity(38.5, "Cel"), 38.5, ""),
        (quantity(5, "mg"), None, "unusable-value"),
        (quantity(5, "furlong{x"), None, "unusable-value"),
        (quantity(385, "Cel"), None, "unusable-value"),
        ({"value": 38.5, "unit": "°C"}, None, "no-unit"),
        ({"value": 38.5}, None, "no-unit"),
        ({**quantity(38.5, "Cel"), "comparator": ">"}, None, "comparator"),
        ({"unit": "Cel"}, None, "no-value"),
    ],
)
def test_a_unit_is_converted_and_never_guessed(reader: FhirReader, given: Json, value: float | None, kind: str) -> None:
    file = read(reader, patient(), observation(valueQuantity=given))
    assert file.case.measurements.get("temperature_c") == (pytest.approx(value) if value else None)
    assert kinds(file) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("given", "side", "kind"),
    [
        ({"valueBoolean": True}, "present", ""),
        ({"valueBoolean": False}, "absent", ""),
        ({"valueCodeableConcept": concept((SNOMED, "373066001"))}, "present", ""),
        ({"valueCodeableConcept": concept((SNOMED, "373067005"))}, "absent", ""),
        ({"valueCodeableConcept": concept((LOINC, "LA33-6"))}, "present", ""),
        ({"valueCodeableConcept": concept((LOINC, "LA32-8"))}, "absent", ""),
        ({"valueCodeableConcept": concept(("http://terminology.hl7.org/CodeSystem/v2-0136", "N"))}, "absent", ""),
        ({"valueCodeableConcept": concept((SNOMED, "261665006"))}, "", "data-absent"),
        ({"valueCodeableConcept": concept((SNOMED, "373066001"), (SNOMED, "373067005"))}, "", "value-not-read"),
        ({"valueCodeableConcept": concept((SNOMED, "24484000"))}, "", "value-not-read"),
        ({"valueString": "yes"}, "", "value-not-read"),
        ({"dataAbsentReason": concept(("x", "not-performed"))}, "", "data-absent"),
        ({}, "", "no-value"),
    ],
)
def test_yes_and_no_are_present_and_absent(reader: FhirReader, given: Json, side: str, kind: str) -> None:
    file = read(reader, patient(), observation(FEVER, **given))
    assert (file.case.present, file.case.absent) == tuple(("fever",) if side == one else () for one in ("present", "absent"))
    assert kinds(file) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("dated", "at"),
    [
        ({"effectiveDateTime": "2026-03-01"}, "2026-03-01"),
        ({"effectiveInstant": "2026-03-01T08:30:00.123Z"}, "2026-03-01T08:30:00.123Z"),
        ({"effectivePeriod": {"start": "2026-02-01", "end": "2026-02-03"}}, "2026-02-03"),
        ({"effectivePeriod": {"start": "2026-02-01", "end": "2026-05-03"}}, "2026-02-01"),
        ({"effectivePeriod": {"start": "2026-02-01"}}, "2026-02-01"),
        ({"issued": "2026-02-01T08:30:00Z"}, "2026-02-01T08:30:00Z"),
        ({}, None),
    ],
)
def test_the_date_is_when_it_was_observed(reader: FhirReader, dated: Json, at: str | None) -> None:
    file = read(reader, patient(), observation(valueQuantity=quantity(38, "Cel"), **dated))
    assert file.case.dates.get("measurements", {}).get("temperature_c") == at


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"effectiveDateTime": "2027"}, "future-date"),
        ({"effectiveTiming": {"event": ["2026-03-01"]}}, "bad-date"),
        ({"focus": [{"reference": "Patient/child"}]}, "other-focus"),
        ({"modifierExtension": [{"url": "http://example.org/not", "valueBoolean": True}]}, "must-understand"),
    ],
)
def test_what_may_mean_something_else_is_not_used(reader: FhirReader, given: Json, kind: str) -> None:
    file = read(reader, patient(), observation(valueQuantity=quantity(38, "Cel"), **given))
    assert file.case.measurements == {}
    assert kinds(file) == [kind]


def test_components_are_read_each_alone(pressure: FhirReader) -> None:
    parts: list[dict[str, Any]] = [
        {"code": concept((LOINC, "8480-6")), "valueQuantity": quantity(162, "mm[Hg]")},
        {"code": concept((LOINC, "8462-4")), "valueQuantity": quantity(94, "mm[Hg]")},
        {"code": concept((LOINC, "8478-0")), "valueQuantity": quantity(110, "mm[Hg]")},
    ]
    file = read(pressure, patient(), observation((LOINC, "85354-9"), component=parts, effectiveDateTime="2026-03-01"))
    assert [fact.value for fact in last(file).facts] == [162, 94]
    assert kinds(file) == ["unmapped-code"]
    parts[0]["valueQuantity"]["code"] = "kPa[x"
    parts[1]["dataAbsentReason"] = concept(("x", "error"))
    file = read(pressure, patient(), observation((LOINC, "85354-9"), component=parts))
    assert kinds(file) == ["unusable-value", "data-absent", "unmapped-code"]


def test_our_own_codes_need_no_mapping(reader: FhirReader) -> None:
    file = read(
        reader,
        patient(),
        observation((OURS, "fever"), valueBoolean=True, id="a"),
        observation((f"{OURS}/finding", "BackPain"), valueBoolean=False, id="b"),
        observation((OURS, "smoking_status"), valueCodeableConcept=concept((OURS, "former")), id="c"),
        observation((OURS, "smoking_status"), valueCodeableConcept=concept((SNOMED, "8517006")), id="d"),
    )
    assert (file.case.present, file.case.absent) == (("fever",), ("back_pain",))
    assert [(one.code, one.choice) for one in file.case.ignored] == [("smoking_status", "former")]
    assert kinds(file) == ["value-not-read"]
