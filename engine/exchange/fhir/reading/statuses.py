"""What the status of a resource says, as tables: the codes of FHIR R4 → what they come to."""

from __future__ import annotations

from collections.abc import Mapping

from spinegraph.engine.exchange.fhir.form.link_ids import NO, UNKNOWN, YES

READ = ""
"""It counts as it stands."""

OBSERVATION: Mapping[str, str] = {
    "final": READ,
    "amended": READ,
    "corrected": READ,
    "preliminary": "preliminary",
    "registered": "not-finished",
    "cancelled": "not-finished",
    "entered-in-error": "entered-in-error",
    "unknown": "unknown-status",
}
"""Observation.status → the note that it makes, or `READ`. Only `preliminary` is used all the same."""

VERIFICATION: Mapping[str, str] = {
    "": READ,
    "confirmed": READ,
    "refuted": "refuted",
    "unconfirmed": "unconfirmed",
    "provisional": "unconfirmed",
    "differential": "unconfirmed",
    "presumed": "unconfirmed",
    "entered-in-error": "entered-in-error",
}
"""verificationStatus of conditions and allergies; where none is given, it is taken as it is recorded."""

CLINICAL: Mapping[str, str] = {
    "active": "current",
    "recurrence": "current",
    "relapse": "current",
    "inactive": "past",
    "remission": "past",
    "resolved": "past",
}
"""clinicalStatus of conditions and allergies."""

PROCEDURE: Mapping[str, str] = {
    "completed": "performed",
    "not-done": "not_performed",
    "preparation": "not-finished",
    "in-progress": "not-finished",
    "on-hold": "not-finished",
    "stopped": "not-finished",
    "entered-in-error": "entered-in-error",
    "unknown": "unknown-status",
}
"""Procedure.status → the member of a case, or the note. One that was stopped may not have brought what it was for."""

STUDY: Mapping[str, str] = {
    "available": "performed",
    "registered": "not-finished",
    "cancelled": "not-finished",
    "entered-in-error": "entered-in-error",
    "unknown": "unknown-status",
}
"""ImagingStudy.status."""

REPORT: Mapping[str, str] = {
    "final": "performed",
    "amended": "performed",
    "corrected": "performed",
    "appended": "performed",
    "partial": "not-finished",
    "preliminary": "not-finished",
    "registered": "not-finished",
    "cancelled": "not-finished",
    "entered-in-error": "entered-in-error",
    "unknown": "unknown-status",
}
"""DiagnosticReport.status: what is not finished does not make an order done."""

REQUEST: Mapping[str, str] = {
    "completed": "performed",
    "draft": "request",
    "active": "request",
    "on-hold": "request",
    "revoked": "request",
    "entered-in-error": "entered-in-error",
    "unknown": "unknown-status",
}
"""ServiceRequest.status: only one that was carried out says that something was done."""

MEDICATION_REQUEST: Mapping[str, str] = {
    "active": "taking",
    "stopped": "not_taking",
    "on-hold": "on-hold",
    "completed": "over",
    "cancelled": "request",
    "draft": "request",
    "entered-in-error": "entered-in-error",
    "unknown": "unknown-status",
}
"""MedicationRequest.status. One that was completed was filled; whether it goes on it does not say."""

MEDICATION_STATEMENT: Mapping[str, str] = {
    "active": "taking",
    "completed": "not_taking",
    "stopped": "not_taking",
    "not-taken": "not_taking",
    "intended": "request",
    "on-hold": "on-hold",
    "entered-in-error": "entered-in-error",
    "unknown": "unknown-status",
}
"""MedicationStatement.status."""

RESPONSE: Mapping[str, str] = {
    "completed": READ,
    "amended": READ,
    "in-progress": "preliminary",
    "stopped": "preliminary",
    "entered-in-error": "entered-in-error",
}
"""QuestionnaireResponse.status: what was answered so far was answered."""

ORDERS = frozenset(("order", "original-order", "reflex-order", "filler-order", "instance-order"))
"""Intents of requests that were meant to be carried out; the others propose, plan, or offer a choice."""

SNOMED, V2_YES_NO, LOINC = "http://snomed.info/sct", "http://terminology.hl7.org/CodeSystem/v2-0136", "http://loinc.org"
ANSWERS: Mapping[tuple[str, str], str] = {
    (SNOMED, "373066001"): YES,
    (SNOMED, "52101004"): YES,
    (SNOMED, "10828004"): YES,
    (SNOMED, "373067005"): NO,
    (SNOMED, "2667000"): NO,
    (SNOMED, "260385009"): NO,
    (SNOMED, "261665006"): UNKNOWN,
    (V2_YES_NO, "Y"): YES,
    (V2_YES_NO, "N"): NO,
    (LOINC, "LA33-6"): YES,
    (LOINC, "LA32-8"): NO,
    (LOINC, "LA4489-6"): UNKNOWN,
    (LOINC, "LA12688-0"): UNKNOWN,
    ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown"): UNKNOWN,
    ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-asked"): UNKNOWN,
    ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "asked-unknown"): UNKNOWN,
    ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "asked-declined"): UNKNOWN,
}  # fmt: skip
"""Coded answers to a question that is answered with yes or no: system and code → what they say."""
PLAIN_ANSWERS: Mapping[str, str] = {
    "yes": YES, "no": NO, "present": YES, "absent": NO, "unknown": UNKNOWN, "not-asked": UNKNOWN, "not-assessed": UNKNOWN,
}  # fmt: skip
"""The same as codes of a questionnaire of ours, whatever system its options name."""
