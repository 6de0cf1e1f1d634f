"""Patient → date of birth, sex, and whether the patient lives (FHIR R4, section 8.1)."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.decide.dates import age_in_years
from spinegraph.engine.decide.quantities import read_quantity
from spinegraph.engine.errors import MeasurementError, shortened
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.resources import Patient
from spinegraph.engine.exchange.fhir.reading.statements import Note, Statement, UnusableError
from spinegraph.engine.knowledge.turtle.terms import expand

SEX = expand("core:sex")
"""The coded property that administrative gender gives, where the vocabulary has it."""


def read_patient(given: Patient, reading: Reading) -> Iterator[Statement | Note]:
    """What a patient's own resource says. One part that cannot be used does not touch the others."""
    for part in (_born, _sex, _deceased):
        try:
            yield from part(given, reading)
        except UnusableError as error:
            yield error.note


def _born(given: Patient, reading: Reading) -> Iterator[Statement | Note]:
    """The date of birth, where an age follows from it."""
    if given.birth_date:
        yield birth(given.birth_date, "Patient.birthDate", reading)


def birth(text: str, via: str, reading: Reading) -> Statement:
    """A date of birth with the age that follows from it. Raises UnusableError where none does."""
    book = reading.codes.book
    if not book.age:
        raise UnusableError("no-age")
    if reading.as_of is None:
        raise UnusableError("no-as-of")
    least, most = age_in_years(reading.moment(text), reading.as_of)
    if max(least, 0) != most:
        raise UnusableError("age-open", text=text)
    try:
        read_quantity(most, book.age, book.ranges[book.age], "")
    except MeasurementError as error:
        raise UnusableError("unusable-value", problem=error.what) from error
    return Statement("birth_date", text, None, via, value=float(most))


def _sex(given: Patient, reading: Reading) -> Iterator[Statement | Note]:
    """Administrative gender, where it is one of the values of sex; `unknown` says nothing."""
    book = reading.codes.book
    property_ = book.coded.get(SEX)
    if not given.gender or property_ is None:
        return
    if given.gender in book.choices[property_]:
        yield Statement("coded", property_, None, "Patient.gender", choice=given.gender)
    else:
        yield Note("sex-not-known", {"text": shortened(given.gender)})


def _deceased(given: Patient, reading: Reading) -> Iterator[Statement | Note]:
    """That the patient has died by the moment of the case."""
    if given.deceased_date_time:
        try:
            at = reading.moment(given.deceased_date_time)
        except UnusableError as error:
            if error.note.kind == "future-date":
                return
            raise
        yield Note("deceased", {"at": f" ({at.text})"})
    elif given.deceased_boolean:
        yield Note("deceased", {"at": ""})
