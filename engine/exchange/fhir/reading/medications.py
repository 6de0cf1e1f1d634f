"""MedicationStatement and MedicationRequest → what the patient takes, and does not take (FHIR R4, sections 11.5 and 11.1)."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.fhir.elements import Period
from spinegraph.engine.exchange.fhir.reading.acts import outcome
from spinegraph.engine.exchange.fhir.reading.codes import Meaning, not_understood
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.resources import Medicated, MedicationRequest, MedicationStatement
from spinegraph.engine.exchange.fhir.reading.statements import Note, Statement, UnusableError
from spinegraph.engine.exchange.fhir.reading.statuses import MEDICATION_REQUEST, MEDICATION_STATEMENT, ORDERS


def read_statement(given: MedicationStatement, reading: Reading) -> Iterator[Statement | Note]:
    """What somebody says is taken or not taken."""
    member = outcome(given.status, MEDICATION_STATEMENT)
    if member == "taking" and reading.is_over(given.effective_period):
        raise UnusableError("over", status="effectivePeriod")
    yield from _taken(given, member, reading, given.effective_date_time, given.effective_period)


def read_prescription(given: MedicationRequest, reading: Reading) -> Iterator[Statement | Note]:
    """What is prescribed and runs is taken; what was stopped is not, unless another prescription runs."""
    member = outcome(given.status, MEDICATION_REQUEST)
    if given.intent not in ORDERS or given.do_not_perform:
        raise UnusableError("request", status="do not perform" if given.do_not_perform else given.intent or "")
    yield from _taken(given, member, reading, given.authored_on)


def _meanings(given: Medicated, reading: Reading) -> tuple[Meaning, ...]:
    """What the codes of the medicine mean, wherever they stand. Raises UnusableError where the reference leads nowhere, or the
    codes to nothing that is known."""
    concept, reference = given.medication_codeable_concept, given.medication_reference
    if concept is None and reference is not None:
        concept = reading.medication(reference)
        if concept is None:
            raise UnusableError("missing-reference", what=shortened(reference.reference or "Medication"))
    if silence := reading.codes.silence(concept):
        raise UnusableError.of(silence)
    return reading.codes.meanings(concept)


def _taken(given: Medicated, member: str, reading: Reading, *when: str | Period | None) -> Iterator[Statement | Note]:
    """Who takes a medicine takes what is wider; who does not take it may take another one of that kind."""
    meanings = _meanings(given, reading)
    exact = {code: one.via for one in meanings for code in one.interventions}
    wider = {code: one.via for one in meanings for code in one.wider_interventions}
    if not exact and not wider:
        raise not_understood(meanings)
    if member == "not_taking":
        for code, via in wider.items():
            yield Note("narrower-denied", {"code": via, "name": code})
        wider = {}
    at = reading.began(*when)
    for code, via in {**wider, **exact}.items():
        yield Statement(member, code, at, via, ongoing=member == "taking")
