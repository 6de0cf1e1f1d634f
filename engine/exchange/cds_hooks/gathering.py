"""What a hook brought of a record, and what was fetched for it → one record, with what of it is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spinegraph.engine.errors import CaseTooLargeError, MalformedCaseError, shortened
from spinegraph.engine.exchange.cds_hooks.errors import MissingHookDataError
from spinegraph.engine.exchange.cds_hooks.request import Hook
from spinegraph.engine.exchange.fhir.reading.bundle import MAX_BYTES, Record, joined_records, parse_record
from spinegraph.engine.exchange.fhir.reading.resources import Patient

NULL = b"null"
"""As a value of the prefetch: the client looked, and found nothing."""


class Gathered(NamedTuple):
    """The record of a hook; `missing`: by key of what was asked for and is not there, why."""

    record: Record
    missing: Mapping[str, str]


def gather(hook: Hook, wanted: Mapping[str, str], fetched: Mapping[str, bytes], failed: Mapping[str, str]) -> Gathered:
    """All that is known of the patient of a hook.

    `wanted`: the templates of the service by key; `fetched`: what a server gave for keys that were not sent; `failed`: why it did
    not. A key that does not stand in the prefetch is not known; one that is null was looked for and has nothing.
    Raises MissingHookDataError where the patient's own resource is not there, CaseTooLargeError.
    """
    parts: list[Record] = []
    missing = {key: failed.get(key, "not sent") for key in wanted if key not in hook.prefetch and key not in fetched}
    for key, raw in {**fetched, **hook.prefetch}.items():
        if raw == NULL:
            continue
        try:
            parts.append(parse_record(raw, part=f"/prefetch/{key}"))
        except MalformedCaseError as error:
            missing[key] = error.what
    if sum(len(raw) for raw in fetched.values()) > MAX_BYTES:
        raise CaseTooLargeError(f"The record has more than {MAX_BYTES:,} bytes.", mend="Send the prefetch, and less of it.")
    record = joined_records(parts)._replace(whole=not missing)
    _require_patient(record, hook.patient, missing)
    return Gathered(record, missing)


def _require_patient(record: Record, patient: str, missing: Mapping[str, str]) -> None:
    """Every card needs the patient: without, nobody knows whose the rest is. Raises MissingHookDataError."""
    found = [entry for entry in record.entries if isinstance(entry.resource, Patient)]
    if any(entry.note is None and entry.name == f"Patient/{patient}" for entry in found):
        return
    others = ", ".join(sorted({shortened(entry.name) for entry in found if entry.name != f"Patient/{patient}"})[:3])
    why = f"the prefetch has {others}" if others else "the prefetch has no Patient that can be read"
    raise MissingHookDataError(
        f"The resource of patient {patient} is not there: {why}.",
        where="/prefetch/patient",
        mend="Send Patient/{{context.patientId}} as the prefetch `patient`; GET /cds-services names all that is wanted.",
        details={"missing": dict(missing)} if missing else {},
    )
