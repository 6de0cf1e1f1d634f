"""Conditions and allergies: each status says what it says, and no more."""

from __future__ import annotations

import pytest
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.exchange.fhir.reading.statuses import CLINICAL, VERIFICATION

from tests.exchange.fhir.reading.making import (
    BACK_PAIN,
    BREAST_CANCER_IN_THE_PAST,
    FEVER,
    SNOMED,
    account,
    concept,
    condition,
    kinds,
    last,
    patient,
    read,
    resource,
)


@pytest.mark.parametrize(
    ("clinical", "verification", "present", "absent", "kind"),
    [
        ("active", "confirmed", True, False, ""),
        ("recurrence", "confirmed", True, False, ""),
        ("relapse", "", True, False, ""),
        ("resolved", "confirmed", False, False, "resolved"),
        ("remission", "confirmed", False, False, "resolved"),
        ("inactive", "confirmed", False, False, "resolved"),
        ("", "confirmed", False, False, "no-status"),
        ("active", "unconfirmed", False, False, "unconfirmed"),
        ("active", "provisional", False, False, "unconfirmed"),
        ("active", "differential", False, False, "unconfirmed"),
        ("active", "refuted", False, True, ""),
        ("", "refuted", False, True, ""),
        ("active", "entered-in-error", False, False, "entered-in-error"),
        ("", "entered-in-error", False, False, "entered-in-error"),
        ("waxing", "confirmed", False, False, "unknown-status"),
        ("active", "sure", False, False, "unknown-status"),
    ],
)
def test_a_status_says_what_it_says(
    reader: FhirReader, clinical: str, verification: str, present: bool, absent: bool, kind: str
) -> None:
    file = read(reader, patient(), condition(FEVER, clinical, verification))
    assert ("fever" in file.case.present, "fever" in file.case.absent) == (present, absent)
    assert kinds(file) == ([kind] if kind else [])
    assert bool(last(file).facts) == (present or absent)


def test_every_status_of_r4_has_a_meaning() -> None:
    assert set(CLINICAL) == {"active", "recurrence", "relapse", "inactive", "remission", "resolved"}
    r4 = {"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"}
    assert r4 <= set(VERIFICATION)


@pytest.mark.parametrize("clinical", ["active", "resolved", "remission", ""])
def test_what_is_history_stays_so_when_it_is_over(reader: FhirReader, clinical: str) -> None:
    cancer = condition(BREAST_CANCER_IN_THE_PAST, clinical, onsetDateTime="2011", abatementDateTime="2013-05")
    file = read(reader, patient(), cancer)
    assert file.case.present == ("history_of_cancer",)
    assert file.case.dates["present"] == {"history_of_cancer": "2011"}


def test_an_abatement_ends_what_is_called_active(reader: FhirReader) -> None:
    for abated in ({"abatementDateTime": "2026-02-01"}, {"abatementPeriod": {"start": "2026-02"}}):
        file = read(reader, patient(), condition(**abated))
        assert file.case.present == () == file.case.absent
        assert kinds(file) == ["resolved"]
    assert read(reader, patient(), condition(abatementDateTime="2026-06")).case.present == ("fever",)


def test_that_a_narrower_one_is_refuted_denies_nothing(reader: FhirReader) -> None:
    file = read(reader, patient(), condition(BREAST_CANCER_IN_THE_PAST, "", "refuted"))
    assert file.case.absent == ()
    assert kinds(file) == ["narrower-denied"]


def test_that_it_is_refuted_of_one_place_denies_nothing(reader: FhirReader) -> None:
    file = read(reader, patient(), condition(BACK_PAIN, "", "refuted", bodySite=[concept((SNOMED, "7771000"))]))
    assert file.case.absent == ()
    assert kinds(file) == ["site-denied"]


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ((SNOMED, "10509002"), "unmapped-code", "http://snomed.info/sct|10509002 has no meaning here."),
        ((SNOMED, "192970008"), "concluded", "Cauda equina syndrome is what rules conclude"),
        (("http://hl7.org/fhir/sid/icd-10-cm", "R50.9"), "unmapped-code", "nearest: fever"),
        ((SNOMED, "113091000"), "not-a-fact", "magnetic resonance imaging is none of the kinds of fact"),
    ],
)
def test_what_it_is_not_understood_as_is_said(reader: FhirReader, code: tuple[str, str], kind: str, words: str) -> None:
    file = read(reader, patient(), condition(code))
    assert file.case.present == ()
    (note,) = last(file).notes
    assert note.kind == kind
    assert words.lower() in note.text.lower()


def test_a_code_without_a_system_is_none(reader: FhirReader) -> None:
    file = read(reader, patient(), condition() | {"code": {"coding": [{"code": "386661006"}], "text": "Fever"}})
    assert kinds(file) == ["no-code"]


def test_several_codings_of_one_condition_all_count(reader: FhirReader) -> None:
    codes = concept(BACK_PAIN, ("http://hl7.org/fhir/sid/icd-10-cm", "M54.50"), (SNOMED, "1"))
    assert read(reader, patient(), condition() | {"code": codes}).case.present == ("back_pain", "low_back_pain")


def test_the_date_is_the_onset_and_else_that_of_the_record(reader: FhirReader) -> None:
    dates = [
        read(reader, patient(), condition(**given)).case.dates.get("present", {}).get("fever")
        for given in (
            {"onsetDateTime": "2026-02", "recordedDate": "2026-03-01"},
            {"onsetPeriod": {"start": "2026-01-05", "end": "2026-02"}},
            {"recordedDate": "2026-03-01"},
            {},
        )
    ]
    assert dates == ["2026-02", "2026-01-05", "2026-03-01", None]


@pytest.mark.parametrize(
    ("onset", "kind"), [("2026-03-04", "future-date"), ("03/01/2026", "bad-date"), ("2026-02-30", "bad-date")]
)
def test_a_date_that_cannot_be_is_said(reader: FhirReader, onset: str, kind: str) -> None:
    file = read(reader, patient(), condition(onsetDateTime=onset))
    assert file.case.present == ()
    assert kinds(file) == [kind]


def test_a_status_as_text_is_of_an_older_fhir(reader: FhirReader) -> None:
    assert kinds(read(reader, patient(), condition() | {"clinicalStatus": "active"})) == ["other-version"]


@pytest.mark.parametrize(
    ("clinical", "verification", "present"),
    [("active", "confirmed", True), ("resolved", "", True), ("active", "unconfirmed", False), ("", "refuted", False)],
)
def test_an_allergy_is_a_finding(throat: FhirReader, clinical: str, verification: str, present: bool) -> None:
    given = condition((SNOMED, "91936005"), clinical, verification) | {"resourceType": "AllergyIntolerance"}
    given["patient"] = given.pop("subject")
    file = read(throat, patient(), given)
    assert ("penicillin_reaction" in file.case.present) == present


@pytest.mark.parametrize(("verification", "kind"), [("confirmed", "unknown-allergy"), ("refuted", "unmapped-code")])
def test_an_allergy_that_is_not_understood_is_told_to_clinicians(reader: FhirReader, verification: str, kind: str) -> None:
    given = condition((SNOMED, "764146007"), "active", verification) | {"resourceType": "AllergyIntolerance"}
    given["code"]["text"] = "Penicillin"
    given["patient"] = given.pop("subject")
    file = read(reader, patient(), given)
    assert kinds(file) == [kind]
    assert [note.text for note in account(file).attention] == (
        ["An allergy is recorded that is not understood here: Penicillin http://snomed.info/sct|764146007"]
        if kind == "unknown-allergy"
        else []
    )


def test_an_allergy_of_another_patient_is_set_aside(throat: FhirReader) -> None:
    given = resource("AllergyIntolerance", (SNOMED, "91936005"))
    del given["subject"]
    assert kinds(read(throat, patient(), given | {"patient": {"reference": "Patient/ben"}})) == ["other-patient"]
