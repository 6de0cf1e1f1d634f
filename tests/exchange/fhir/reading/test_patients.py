"""The patient's own resource: age, sex, death; and of whom a record speaks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spinegraph.engine import MalformedCaseError
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions

from tests.exchange.fhir.reading.making import (
    AS_OF,
    FEVER,
    LOINC,
    Json,
    account,
    bundle,
    condition,
    kinds,
    last,
    notes_of,
    observation,
    patient,
    quantity,
    read,
)


@pytest.mark.parametrize(
    ("born", "as_of", "age", "kind"),
    [
        ("1972-05-01", AS_OF, 53, ""),
        ("1972", AS_OF, None, "age-open"),
        ("1972-05", "2026-08", 54, ""),
        ("1972-05-01", "", None, "no-as-of"),
        ("2027-01-01", AS_OF, None, "future-date"),
        ("1.5.1972", AS_OF, None, "bad-date"),
        ("1772-05-01", AS_OF, None, "unusable-value"),
    ],
)
def test_an_age_follows_from_two_dates_or_not(reader: FhirReader, born: str, as_of: str, age: int | None, kind: str) -> None:
    file = read(reader, patient(birthDate=born), as_of=as_of)
    assert file.case.measurements.get("age_years") == age
    assert kinds(file) == ([kind] if kind else [])


@pytest.mark.parametrize(("recorded", "age", "kind"), [(53, 53, "birth-date-counts"), (35, None, "contradictory-age")])
def test_a_recorded_age_has_to_agree(reader: FhirReader, recorded: int, age: int | None, kind: str) -> None:
    given = observation((LOINC, "30525-0"), valueQuantity=quantity(recorded, "a"), effectiveDateTime="2026-03-02")
    file = read(reader, patient(birthDate="1972-05-01"), given)
    assert file.case.measurements.get("age_years") == age
    assert kinds(file) == [kind]


@pytest.mark.parametrize(
    ("gender", "choice"), [("female", "female"), ("male", "male"), ("other", "other"), ("unknown", ""), ("x", "")]
)
def test_gender_gives_the_sex_where_the_vocabulary_has_it(pressure: FhirReader, gender: str, choice: str) -> None:
    file = read(pressure, patient(gender=gender))
    said = {**file.case.coded, **{one.code: one.choice for one in file.case.ignored}}
    assert said.get("sex", "") == choice
    assert ("sex-not-known" in kinds(file)) == (not choice)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"deceasedBoolean": True}, "The patient is recorded as deceased."),
        ({"deceasedDateTime": "2026-02-28"}, "The patient is recorded as deceased (2026-02-28)."),
        ({"deceasedBoolean": False}, ""),
        ({"deceasedDateTime": "2026-04-01"}, ""),
    ],
)
def test_that_a_patient_has_died_is_said(reader: FhirReader, more: Json, words: str) -> None:
    assert "".join(note.text for note in account(read(reader, patient(**more))).attention) == words


# Of whom ------------------------------------------------------------------------------------


def about(reference: str | None, url: str = "", **more: Any) -> Json:
    """An entry with a fever of somebody."""
    given = condition(**more)
    given["subject"] = {"reference": reference} if reference else {"display": "Somebody"}
    return {"resource": given, **({"fullUrl": url} if url else {})}


HERE, THERE = "https://here.example/fhir/", "https://there.example/fhir/"


@pytest.mark.parametrize(
    ("url", "reference", "from_url", "meant"),
    [
        ("", "Patient/anna", "", True),
        ("", "Patient/anna/_history/3", "", True),
        ("", "Patient/ben", "", False),
        ("", "Group/anna", "", False),
        ("", f"{HERE}Patient/anna", "", True),
        ("urn:uuid:0f", "urn:uuid:0f", "", True),
        ("urn:uuid:0f", "urn:uuid:1f", "", False),
        ("urn:uuid:0f", "Patient/anna", "", True),
        (f"{HERE}Patient/anna", f"{HERE}Patient/anna", "", True),
        (f"{HERE}Patient/anna", f"{THERE}Patient/anna", "", False),
        (f"{HERE}Patient/anna", "Patient/anna", f"{HERE}Condition/condition", True),
        (f"{HERE}Patient/anna", "Patient/anna", f"{THERE}Condition/condition", False),
        ("", "#inside", "", True),
        ("", None, "", True),
    ],
)
def test_a_reference_leads_to_the_patient_or_elsewhere(
    reader: FhirReader, url: str, reference: str | None, from_url: str, meant: bool
) -> None:
    first = {"resource": patient(), **({"fullUrl": url} if url else {})}
    body = {"resourceType": "Bundle", "type": "collection", "entry": [first, about(reference, from_url)]}
    file = reader.read(json.dumps(body).encode())
    assert ("fever" in file.case.present) == meant
    assert kinds(file) == ([] if meant else ["other-patient"])


def test_an_identifier_may_be_the_reference(reader: FhirReader) -> None:
    number = {"system": "urn:example:mrn", "value": "17"}
    given = condition()
    for identifier, meant in ((number, True), ({**number, "value": "18"}, False)):
        given["subject"] = {"identifier": identifier}
        assert ("fever" in read(reader, patient(identifier=[number]), given).case.present) == meant


def test_who_is_not_named_is_nobody_where_others_are_spoken_of(reader: FhirReader) -> None:
    given = condition(id="b")
    del given["subject"]
    file = read(reader, patient(), condition(id="a") | {"subject": {"reference": "Patient/ben"}}, given)
    assert file.case.present == ()
    assert kinds(file) == ["no-subject"]


def test_of_several_patients_one_is_named(reader: FhirReader) -> None:
    both = (patient("anna"), patient("ben"), condition(FEVER))
    with pytest.raises(MalformedCaseError, match="several patients: the record speaks of 'Patient/anna, Patient/ben'"):
        read(reader, *both)
    assert read(reader, *both, subject="anna").case.present == ("fever",)
    file = read(reader, *both, subject="Patient/ben")
    assert file.case.present == ()
    assert notes_of(file) == {"other-patient": 2}
    with pytest.raises(MalformedCaseError, match="no patient 'carl'"):
        read(reader, *both, subject="carl")


def test_without_a_patient_the_references_tell_of_whom_it_is(reader: FhirReader) -> None:
    two = [condition(id="a", code=FEVER), condition(id="b") | {"subject": {"reference": "Patient/ben"}}]
    with pytest.raises(MalformedCaseError, match="several patients"):
        read(reader, *two)
    file = read(reader, *two, subject="ben")
    assert (account(file).patient, account(file).used) == ("Patient/ben", 1)
    with pytest.raises(MalformedCaseError, match="no patient 'ben': the record speaks of 'none'"):
        reader.read(json.dumps(bundle()).encode(), RecordOptions(subject="ben"))


def test_the_patient_of_the_account_is_named(reader: FhirReader) -> None:
    assert account(read(reader, patient())).patient == "Patient/anna"
    assert last(read(reader, patient())).resource == "Patient/anna"
