"""What several resources say of one fact: the latest counts, and what contradicts is said."""

from __future__ import annotations

import pytest
from spinegraph.engine import Codebook, Engine, make_case
from spinegraph.engine.exchange.fhir.reading.record import FhirReader

from tests.exchange.fhir.reading.making import (
    FEVER,
    Json,
    account,
    condition,
    kinds,
    notes_of,
    observation,
    patient,
    quantity,
    read,
)


def warm(value: float, at: str = "", id_: str = "") -> Json:
    dated: Json = {"effectiveDateTime": at} if at else {}
    return observation(valueQuantity=quantity(value, "Cel"), id=id_ or f"t{value}-{at}", **dated)


def fever(there: bool, at: str = "") -> Json:
    dated: Json = {"effectiveDateTime": at} if at else {}
    return observation(FEVER, valueBoolean=there, id=f"{there}{at}", **dated)


@pytest.mark.parametrize(
    ("values", "counts", "noted"),
    [
        ([warm(38, "2026-03-01"), warm(37, "2026-03-02")], 37, {"older-entry": 1}),
        ([warm(37, "2026-03-02"), warm(38, "2026-03-01")], 37, {"older-entry": 1}),
        ([warm(38, "2026-03-01T08:00:00Z"), warm(37, "2026-03-01T09:30:00+01:00")], 37, {"older-entry": 1}),
        ([warm(38, "2026-03-01"), warm(38, "2026-03-01", "again")], 38, {}),
        ([warm(38, "2026-03-01"), warm(38, "2026-03-01T10:00:00Z")], 38, {}),
        ([warm(38, "2026-03-01"), warm(37, "2026-03-01", "again")], None, {"contradictory-values": 2}),
        ([warm(39, "2026"), warm(37, "2026-03-01")], None, {"contradictory-values": 2}),
        ([warm(38), warm(37, "2026-03-01")], None, {"contradictory-values": 2}),
        (
            [warm(38, "2026-02-01"), warm(38.5, "2026-03-01"), warm(37, "2026-03-01")],
            None,
            {"contradictory-values": 2, "older-entry": 1},
        ),
        ([warm(38), warm(38, "2026-03-01")], 38, {}),
    ],
)
def test_the_latest_value_counts_and_none_of_two_of_one_time(
    reader: FhirReader, values: list[Json], counts: float | None, noted: dict[str, int]
) -> None:
    file = read(reader, patient(), *values)
    assert file.case.measurements.get("temperature_c") == counts
    assert notes_of(file) == noted


@pytest.mark.parametrize(
    ("said", "present", "absent", "noted"),
    [
        ([fever(True, "2026-03-01"), fever(False, "2026-03-02")], False, True, {"older-entry": 1}),
        ([fever(False, "2026-03-01"), fever(True, "2026-03-02")], True, False, {"older-entry": 1}),
        ([fever(True, "2026-03-01"), fever(False, "2026-03-01")], True, True, {"contradictory-findings": 2}),
        ([fever(True, "2026-03-01"), fever(False)], False, True, {"older-entry": 1}),
        ([fever(True), fever(False)], True, True, {"contradictory-findings": 2}),
        ([condition(onsetDateTime="2026-02-01"), fever(False, "2026-03-01")], True, True, {"contradictory-findings": 2}),
        ([condition(onsetDateTime="2026-02-01"), fever(False, "2026-01-01")], True, False, {"older-entry": 1}),
        ([fever(True, "2026-03-01"), fever(True, "2026-03-02")], True, False, {"older-entry": 1}),
    ],
)
def test_the_latest_word_on_a_finding_counts(
    reader: FhirReader, said: list[Json], present: bool, absent: bool, noted: dict[str, int]
) -> None:
    file = read(reader, patient(), *said)
    assert ("fever" in file.case.present, "fever" in file.case.absent) == (present, absent)
    assert notes_of(file) == noted


def test_a_contradiction_is_decided_and_shown(reader: FhirReader) -> None:
    file = read(reader, patient(), fever(True), fever(False))
    assert account(file).attention[0].kind == "contradictory-findings"
    assert account(file).attention[0].count == 2
    assert kinds(file) == ["contradictory-findings"]


def test_a_record_and_the_same_in_json_are_one_case(reader: FhirReader, codebook: Codebook) -> None:
    record = read(reader, patient(birthDate="1972-05-01"), fever(True, "2026-03-01"), warm(38.4, "2026-03-02"))
    data = {
        "present": [{"code": "fever", "at": "2026-03-01"}],
        "measurements": {"temperature_c": {"value": 38.4, "at": "2026-03-02"}},
        "birth_date": "1972-05-01",
        "as_of": "2026-03-03",
    }
    assert record.case == make_case(data, codebook)


def test_where_rules_ask_about_dates_all_of_them_are_kept(engine: Engine, codebook: Codebook) -> None:
    asked = codebook._replace(dated=frozenset({("measurements", "temperature_c"), ("present", "fever")}))
    warmth = [warm(37, "2026-02-01"), warm(38, "2026-03-01"), warm(38, "2026-03-01T10:00:00Z")]
    file = read(FhirReader(engine.knowledge, asked), patient(), *warmth, fever(True, "2026-01-01"), fever(True, "2026-02-01"))
    assert notes_of(file) == {}
    assert [(one.at, one.value) for one in file.case.earlier["measurements"]["temperature_c"]] == [("2026-02-01", 37)]
    assert [one.at for one in file.case.earlier["present"]["fever"]] == ["2026-01-01"]
