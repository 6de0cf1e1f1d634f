"""Small resources of FHIR, made up for these tests."""

from __future__ import annotations

import json
from typing import Any

from spinegraph.engine.decide.case_file import CaseFile
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.model.account import InputAccount, ResourceAccount

Json = dict[str, Any]
AS_OF = "2026-03-03"
SNOMED, LOINC, ICD, RXNORM = (
    "http://snomed.info/sct", "http://loinc.org", "http://hl7.org/fhir/sid/icd-10-cm",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
)  # fmt: skip
FEVER, BACK_PAIN, MRI_LUMBAR = (SNOMED, "386661006"), (SNOMED, "161891005"), (SNOMED, "241648005")
BREAST_CANCER_IN_THE_PAST, TEMPERATURE, IBUPROFEN = (ICD, "Z85.3"), (LOINC, "8310-5"), (RXNORM, "5640")
OURS = "https://w3id.org/spinegraph"
ANNA = "Patient/anna"


def concept(*codes: tuple[str, str]) -> Json:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code} for system, code in codes]}


def patient(id_: str = "anna", **more: Any) -> Json:
    return {"resourceType": "Patient", "id": id_, **more}


def resource(kind: str, code: tuple[str, str] | None = None, subject: str = ANNA, **more: Any) -> Json:
    """A resource about Anna; `id` is its type in small letters unless it is given."""
    coded = {"code": concept(code)} if code else {}
    return {"resourceType": kind, "id": kind.lower(), **coded, "subject": {"reference": subject}, **more}


def condition(code: tuple[str, str] = FEVER, clinical: str = "active", verification: str = "confirmed", **more: Any) -> Json:
    said: Json = {
        name: concept(("x", status))
        for name, status in (("clinicalStatus", clinical), ("verificationStatus", verification))
        if status
    }
    return resource("Condition", code, **said, **more)


def observation(code: tuple[str, str] = TEMPERATURE, status: str = "final", **more: Any) -> Json:
    return resource("Observation", code, status=status, **more)


def quantity(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def bundle(*resources: Json, **more: Any) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources], **more}


def of_findings(*observed: tuple[str, bool]) -> Json:
    """A Bundle that says of a patient which of our findings are there, and which are not."""
    said = (observation((OURS, code), id=f"o{number}", valueBoolean=there) for number, (code, there) in enumerate(observed))
    return bundle(patient(), *said)


def read(reader: FhirReader, *resources: Json, as_of: str = AS_OF, **options: Any) -> CaseFile:
    """A Bundle of these resources → the case."""
    return reader.read(json.dumps(bundle(*resources)).encode(), RecordOptions(as_of=as_of, **options))


def account(file: CaseFile) -> InputAccount:
    assert file.account is not None
    return file.account


def last(file: CaseFile) -> ResourceAccount:
    """What became of the last resource."""
    return account(file).entries[-1]


def notes_of(file: CaseFile) -> dict[str, int]:
    """How many resources have a note of each kind, but for a patient of whom nothing else is said."""
    return {kind: count for kind, count in account(file).kinds.items() if kind != "says-nothing"}


def kinds(file: CaseFile) -> list[str]:
    """The kinds of the notes of the last resource."""
    return [note.kind for note in last(file).notes]
