"""Condition and AllergyIntolerance → findings (FHIR R4, sections 9.2 and 9.1)."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.exchange.fhir.elements import Period
from spinegraph.engine.exchange.fhir.reading.codes import Meaning, not_understood, status_code
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.resources import AllergyIntolerance, Condition
from spinegraph.engine.exchange.fhir.reading.statements import Note, Statement, UnusableError
from spinegraph.engine.exchange.fhir.reading.statuses import CLINICAL, VERIFICATION


def read_condition(given: Condition, reading: Reading) -> Iterator[Statement | Note]:
    """What a condition says: present while it is active, absent where it is refuted; one that is over says so only of what is
    history. Its date is its onset; that of its record only where no rule asks when it was."""
    abated = (given.abatement_date_time, given.abatement_period)
    return _recorded(given, reading, abated, of_site=bool(given.body_site))


def read_allergy(given: AllergyIntolerance, reading: Reading) -> Iterator[Statement | Note]:
    """What an allergy says: the same."""
    return _recorded(given, reading, (), of_site=False)


def may_hold(given: Condition | AllergyIntolerance) -> bool:
    """Whether a record may say that something is so: it is neither refuted nor entered in error."""
    status = given.verification_status
    return isinstance(status, str) or status_code(status) not in ("refuted", "entered-in-error")


def _recorded(
    given: Condition | AllergyIntolerance, reading: Reading, abated: tuple[str | Period | None, ...], of_site: bool
) -> Iterator[Statement | Note]:
    certain = _certain(given)
    meanings = reading.codes.meanings(given.code)
    reading.mentioned.update(code for one in meanings for code in one.mentioned)
    if certain == "refuted":
        yield from denied(meanings, reading, given.recorded_date, of_site)
        return
    codes = _findings(meanings)
    if certain == "unconfirmed":
        raise UnusableError("unconfirmed", name=codes[0][0], status=status_code(given.verification_status))
    status, when = _course(given, reading.has_come(*abated))
    book = reading.codes.book
    began = reading.began(given.onset_date_time, given.onset_period)
    for code, via in codes:
        if code not in book.history and when == "past":
            yield Note("resolved", {"status": status})
        elif code not in book.history and not when:
            yield Note("no-status", {"name": code})
        else:
            asked = ("present", code) in book.dated
            at = began if began or asked or not given.recorded_date else reading.moment(given.recorded_date)
            yield Statement("present", code, at, via, ongoing=True)


def _certain(given: Condition | AllergyIntolerance) -> str:
    """ "", refuted or unconfirmed. Raises UnusableError for what was entered in error, and for a status that is not known."""
    status = status_code(given.verification_status)
    meant = VERIFICATION.get(status)
    if meant is None:
        raise UnusableError("unknown-status", status=status)
    if meant == "entered-in-error":
        raise UnusableError(meant)
    return meant


def _course(given: Condition | AllergyIntolerance, ended: bool) -> tuple[str, str]:
    """The clinical status, and whether it is current, past, or "" where nothing says so. Raises UnusableError."""
    status = status_code(given.clinical_status)
    if not status:
        return ("ended", "past") if ended else ("", "")
    course = CLINICAL.get(status)
    if course is None:
        raise UnusableError("unknown-status", status=status)
    return status, "past" if ended else course


def _findings(meanings: tuple[Meaning, ...]) -> list[tuple[str, str]]:
    """The findings that codes say, each with the code that says it. Raises UnusableError where there is none."""
    found = [(code, one.via) for one in meanings for code in (*one.findings, *one.wider_findings)]
    if not found:
        raise not_understood(meanings)
    return found


def denied(meanings: tuple[Meaning, ...], reading: Reading, at: str | None, of_site: bool) -> Iterator[Statement | Note]:
    """The findings that are absent: those that a code names exactly, and not of one place alone."""
    exact = [(code, one.via) for one in meanings for code in one.findings]
    wider = [(code, one.via) for one in meanings for code in one.wider_findings]
    if not exact and not wider:
        raise not_understood(meanings)
    for code, via in wider:
        yield Note("narrower-denied", {"code": via, "name": code})
    for code, via in exact:
        if of_site:
            yield Note("site-denied", {"name": code})
        else:
            yield Statement("absent", code, reading.moment(at) if at else None, via)
