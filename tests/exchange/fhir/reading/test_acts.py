"""What was done, what is taken, and what was only asked for."""

from __future__ import annotations

import pytest
from spinegraph.engine.exchange.fhir.reading import statuses
from spinegraph.engine.exchange.fhir.reading.record import FhirReader

from tests.exchange.fhir.reading.making import IBUPROFEN, MRI_LUMBAR, RXNORM, Json, concept, kinds, patient, read, resource

NSAID = ("https://w3id.org/spinegraph", "nsaid")
R4 = {
    "PROCEDURE": "preparation in-progress not-done on-hold stopped completed entered-in-error unknown",
    "STUDY": "registered available cancelled entered-in-error unknown",
    "REPORT": "registered partial preliminary final amended corrected appended cancelled entered-in-error unknown",
    "REQUEST": "draft active on-hold revoked completed entered-in-error unknown",
    "MEDICATION_REQUEST": "active on-hold cancelled completed entered-in-error stopped draft unknown",
    "MEDICATION_STATEMENT": "active completed entered-in-error intended stopped on-hold unknown not-taken",
    "RESPONSE": "in-progress completed amended entered-in-error stopped",
}
"""The codes of the required value sets of R4 (4.0.1)."""


@pytest.mark.parametrize("table", R4)
def test_every_status_of_r4_has_a_meaning(table: str) -> None:
    assert set(getattr(statuses, table)) == set(R4[table].split())


def act(kind: str, status: str) -> Json:
    """A lumbar MRI in one of the ways in which FHIR records one."""
    if kind == "ImagingStudy":
        return resource(kind, status=status, procedureCode=[concept(MRI_LUMBAR)], started="2026-02-01")
    dated = {"Procedure": "performedDateTime", "DiagnosticReport": "effectiveDateTime", "ServiceRequest": "authoredOn"}[kind]
    return resource(kind, MRI_LUMBAR, status=status, intent="order", **{dated: "2026-02-01"})


@pytest.mark.parametrize(
    ("kind", "status", "table"),
    [
        (kind, status, table)
        for kind, table in (
            ("Procedure", statuses.PROCEDURE), ("ImagingStudy", statuses.STUDY), ("DiagnosticReport", statuses.REPORT),
            ("ServiceRequest", statuses.REQUEST),
        )
        for status in (*table, "done")
    ],
)  # fmt: skip
def test_only_what_was_finished_was_done(reader: FhirReader, kind: str, status: str, table: dict[str, str]) -> None:
    file = read(reader, patient(), act(kind, status))
    meant = table.get(status, "unknown-status")
    assert file.case.performed == (("mri_lumbar",) if meant == "performed" else ())
    assert file.case.not_performed == (("mri_lumbar",) if meant == "not_performed" else ())
    if meant == "performed":
        assert file.case.dates["performed"] == {"mri_lumbar": "2026-02-01"}
    if meant not in ("performed", "not_performed"):
        assert kinds(file) == [meant]


@pytest.mark.parametrize(("intent", "more"), [("plan", {}), ("proposal", {}), ("option", {}), ("order", {"doNotPerform": True})])
def test_a_proposal_is_no_act_whatever_its_status(reader: FhirReader, intent: str, more: Json) -> None:
    for kind, code in (("ServiceRequest", MRI_LUMBAR), ("MedicationRequest", None)):
        given = resource(kind, code, status="completed" if code else "active", intent=intent, **more)
        given |= {} if code else {"medicationCodeableConcept": concept(IBUPROFEN)}
        file = read(reader, patient(), given)
        assert file.case.performed == () == file.case.taking
        assert kinds(file) == ["request"]


def test_an_act_before_a_sign_is_said_not_to_count(reader: FhirReader) -> None:
    from tests.exchange.fhir.reading.making import condition

    file = read(reader, patient(), condition(onsetDateTime="2026-03-01"), act("Procedure", "completed"))
    assert file.case.performed == ()
    assert kinds(file) == ["before-a-sign"]


@pytest.mark.parametrize(
    ("kind", "status", "table"),
    [
        (kind, status, table)
        for kind, table in (
            ("MedicationRequest", statuses.MEDICATION_REQUEST),
            ("MedicationStatement", statuses.MEDICATION_STATEMENT),
        )
        for status in (*table, "taken")
    ],
)
def test_what_is_taken(reader: FhirReader, kind: str, status: str, table: dict[str, str]) -> None:
    given = resource(kind, status=status, intent="order", medicationCodeableConcept=concept(NSAID))
    file = read(reader, patient(), given)
    meant = table.get(status, "unknown-status")
    assert file.case.taking == (("nsaid",) if meant == "taking" else ())
    assert file.case.not_taking == (("nsaid",) if meant == "not_taking" else ())
    if meant not in ("taking", "not_taking"):
        assert kinds(file) == [meant]


def test_who_takes_one_of_a_group_takes_the_group_and_who_does_not_may_take_another(reader: FhirReader) -> None:
    taken = resource("MedicationStatement", status="active", medicationCodeableConcept=concept(IBUPROFEN))
    assert read(reader, patient(), taken).case.taking == ("nsaid",)
    file = read(reader, patient(), taken | {"status": "stopped"})
    assert (file.case.taking, file.case.not_taking, kinds(file)) == ((), (), ["narrower-denied"])


def test_a_running_prescription_counts_beside_one_that_was_stopped_later(reader: FhirReader) -> None:
    given = resource("MedicationRequest", intent="order", medicationCodeableConcept=concept(NSAID))
    running = given | {"id": "1", "status": "active", "authoredOn": "2020"}
    file = read(reader, patient(), running, given | {"id": "2", "status": "stopped", "authoredOn": "2025"})
    assert (file.case.taking, file.case.not_taking, kinds(file)) == (("nsaid",), (), ["said-otherwise"])


def test_a_statement_whose_period_is_over_does_not_say_what_is_taken_now(reader: FhirReader) -> None:
    given = resource("MedicationStatement", status="active", medicationCodeableConcept=concept(NSAID))
    assert kinds(read(reader, patient(), given | {"effectivePeriod": {"start": "2020", "end": "2021"}})) == ["over"]
    assert read(reader, patient(), given | {"effectivePeriod": {"start": "2020", "end": "2027"}}).case.taking == ("nsaid",)


def test_a_medicine_may_stand_elsewhere(reader: FhirReader) -> None:
    medicine = {"resourceType": "Medication", "id": "m", "code": concept((RXNORM, "5640"))}
    given = resource("MedicationRequest", status="active", intent="order", medicationReference={"reference": "Medication/m"})
    assert read(reader, patient(), medicine, given).case.taking == ("nsaid",)
    inner = given | {"contained": [medicine], "medicationReference": {"reference": "#m"}}
    assert read(reader, patient(), inner).case.taking == ("nsaid",)
    file = read(reader, patient(), given)
    assert (file.case.taking, kinds(file)) == ((), ["missing-reference"])


def test_what_is_contained_and_not_read_is_said(reader: FhirReader) -> None:
    given = act("DiagnosticReport", "final") | {
        "contained": [{"resourceType": "Observation", "id": "o"}, {"resourceType": "Substance"}]
    }
    file = read(reader, patient(), given | {"conclusionCode": [concept(MRI_LUMBAR)]})
    assert file.case.performed == ("mri_lumbar",)
    assert kinds(file) == ["contained", "value-not-read"]
