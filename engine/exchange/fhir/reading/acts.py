"""Procedure, ImagingStudy, DiagnosticReport, ServiceRequest → what was done, and what was not.

FHIR R4, sections 9.3, 10.6, 10.3 and 12.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spinegraph.engine.exchange.fhir.elements import CodeableConcept, Period
from spinegraph.engine.exchange.fhir.reading.codes import not_understood
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.resources import DiagnosticReport, ImagingStudy, Procedure, ServiceRequest
from spinegraph.engine.exchange.fhir.reading.statements import Note, Statement, UnusableError
from spinegraph.engine.exchange.fhir.reading.statuses import ORDERS, PROCEDURE, REPORT, REQUEST, STUDY

MEMBERS = frozenset(("performed", "not_performed", "taking", "not_taking"))
"""What a status can come to beside a note."""


def read_procedure(given: Procedure, reading: Reading) -> Iterator[Statement | Note]:
    """What was done, when it was finished; what was not done."""
    member = outcome(given.status, PROCEDURE)
    yield from _acts((given.code,), member, reading, given.performed_date_time, given.performed_period)


def read_study(given: ImagingStudy, reading: Reading) -> Iterator[Statement | Note]:
    """The procedures of a study whose images are there."""
    member = outcome(given.status, STUDY)
    yield from _acts(given.procedure_code or (), member, reading, given.started)


def read_report(given: DiagnosticReport, reading: Reading) -> Iterator[Statement | Note]:
    """The examination of which a report is final. What it concludes is not read: it may be a question as well as an answer."""
    member = outcome(given.status, REPORT)
    yield from _acts((given.code,), member, reading, given.effective_date_time, given.effective_period, given.issued)
    if given.conclusion_code:
        yield Note("value-not-read", {"name": "conclusionCode", "what": "CodeableConcept"})


def read_request(given: ServiceRequest, reading: Reading) -> Iterator[Statement | Note]:
    """What was ordered and carried out. Without a date of that, the date of the order: it was not done earlier."""
    member = outcome(given.status, REQUEST)
    if given.intent not in ORDERS or given.do_not_perform:
        raise UnusableError("request", status="do not perform" if given.do_not_perform else given.intent or "")
    done = (given.occurrence_date_time, given.occurrence_period, given.authored_on)
    yield from _acts((given.code,), member, reading, *done)


def outcome(status: str | None, table: Mapping[str, str]) -> str:
    """The member of a case that a status leads to. Raises UnusableError where it leads to none."""
    meant = table.get(status or "", "unknown-status")
    if meant in MEMBERS:
        return meant
    raise UnusableError(meant, status=status or "not given")


def _acts(
    concepts: tuple[CodeableConcept | None, ...], member: str, reading: Reading, *when: str | Period | None
) -> Iterator[Statement | Note]:
    """Acts are what they say: what is narrower or wider is another one. `when`: dates by which it was done, the best first."""
    meanings = [meaning for concept in concepts or (None,) for meaning in reading.codes.meanings(concept)]
    found = {code: one.via for one in meanings for code in one.interventions}
    if not found:
        raise not_understood(meanings)
    at = reading.done(*when)
    for code, via in found.items():
        yield Statement(member, code, at, via)
