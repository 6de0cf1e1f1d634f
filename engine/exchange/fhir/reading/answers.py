"""QuestionnaireResponse → findings, measurements and coded values: `linkId` is one of our codes (FHIR R4, section 2.14)."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.decide.dates import Moment
from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.fhir.elements import Quantity
from spinegraph.engine.exchange.fhir.reading.codes import answer_of, not_understood
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.resources import QuestionAnswer, QuestionItem, QuestionnaireResponse
from spinegraph.engine.exchange.fhir.reading.statements import Note, Statement, UnusableError
from spinegraph.engine.exchange.fhir.reading.statuses import RESPONSE
from spinegraph.engine.exchange.fhir.reading.values import Target, choice_of, number_of, target_of, yes_or_no

AT = "at:"
"""Begins the name of a question for the date of something, as in `missing` of an answer: `at:fever`."""
DEEPEST = 50
"""Items may stand in one another so many times."""


def read_answers(given: QuestionnaireResponse, reading: Reading) -> Iterator[Statement | Note]:
    """What was answered. A question without an answer says nothing, and is counted."""
    status = RESPONSE.get(given.status or "", "unknown-status")
    if status not in ("", "preliminary"):
        raise UnusableError(status, status=given.status or "not given")
    at = reading.done(given.authored)
    items = [*_items(given.item or (), DEEPEST)]
    silent = 0
    dates: dict[tuple[str, str], Statement] = {}
    others: list[Statement] = []
    for item in items:
        try:
            statement = _answer(item, reading, at)
        except UnusableError as error:
            yield error.note
            continue
        if statement is None:
            silent += 1
        elif (item.link_id or "").startswith(AT):
            dates[statement.member, statement.code] = statement
        else:
            others.append(statement)
    yield from dates.values()
    yield from (one for one in others if (one.member, one.code) not in dates)  # what has a date of its own is of that date
    if silent:
        yield Note("not-answered", {"count": str(silent)})
    if status:
        yield Note("preliminary", {"name": "QuestionnaireResponse", "status": given.status or ""})


def _items(items: tuple[QuestionItem, ...], left: int) -> Iterator[QuestionItem]:
    """The questions, also those below groups and answers; groups are none. Raises UnusableError where they go too deep."""
    if not left:
        raise UnusableError("unreadable", problem=f"items stand in one another more than {DEEPEST} times")
    for item in items:
        if item.answer is not None or not item.item:
            yield item
        yield from _items(item.item or (), left - 1) if item.item else ()
        for answer in item.answer or ():
            yield from _items(answer.item, left - 1) if answer.item else ()


def _answer(item: QuestionItem, reading: Reading, at: Moment | None) -> Statement | None:
    """What the answer to one question says; None where it has none, or says that it is not known."""
    if item.modifier_extension or any(answer.modifier_extension for answer in item.answer or ()):
        raise UnusableError("must-understand", what="modifierExtension")
    meaning = reading.codes.named(item.link_id or "")
    reading.mentioned.update(meaning.mentioned)
    if not item.answer:
        return None
    link_id = item.link_id or ""
    when = link_id.startswith(AT)
    target = _act(link_id.removeprefix(AT), reading) or target_of((reading.codes.named(link_id[len(AT) :]) if when else meaning,))
    if len(item.answer) > 1:
        raise UnusableError("value-not-read", name=target.code, what=f"{len(item.answer)} answers")
    (answer,) = item.answer
    if when:
        return _dated(answer, target, reading)
    if target.member == "measurements":
        return Statement("measurements", target.code, at, target.via, value=_number(answer, target, reading))
    if target.member == "coded":
        return _choice(answer, target, reading, at)
    member = "present" if target.member == "findings" else target.member
    return _yes_or_no(answer, target, None if (member, target.code) in reading.codes.book.dated else at)


def _dated(answer: QuestionAnswer, target: Target, reading: Reading) -> Statement:
    """When something was so: it was so. Raises UnusableError where that is no date, or not asked of anything that was so."""
    text = answer.value_date or answer.value_date_time
    if not text or target.member in ("measurements", "coded"):
        raise _not_read(answer, target)
    return Statement("present" if target.member == "findings" else target.member, target.code, reading.moment(text), target.via)


def _act(link_id: str, reading: Reading) -> Target | None:
    """What is done or taken and rules ask about is named as in a case: `taking:nsaid`. Raises UnusableError."""
    kind, colon, name = link_id.partition(":")
    if not colon or kind not in ("performed", "taking"):
        return None
    meaning = reading.codes.named(name)
    if not meaning.interventions:
        raise not_understood((meaning,))
    return Target(kind, meaning.interventions[0], meaning.via)


def _number(answer: QuestionAnswer, target: Target, reading: Reading) -> float:
    """A number: a plain one has the unit that the code names, as in a case."""
    if (quantity := answer.value_quantity) is not None and quantity.value is not None:
        return number_of(quantity, target, reading)
    number = answer.value_decimal if answer.value_decimal is not None else answer.value_integer
    if number is None:
        raise _not_read(answer, target)
    unit = reading.codes.book.ranges[target.code][2]
    return number_of(Quantity(value=number, system="http://unitsofmeasure.org", code=unit), target, reading)


def _choice(answer: QuestionAnswer, target: Target, reading: Reading, at: Moment | None) -> Statement | None:
    if answer.value_coding is None:
        raise _not_read(answer, target)
    if choice := choice_of(answer.value_coding, target, reading):
        return Statement("coded", target.code, at, target.via, choice=choice)
    if answer_of(answer.value_coding) == "unknown":
        return None
    raise _not_read(answer, target)


def _yes_or_no(answer: QuestionAnswer, target: Target, at: Moment | None) -> Statement | None:
    if answer.value_boolean is None and answer.value_coding is None:
        raise _not_read(answer, target)
    said = answer.value_boolean
    if said is None and answer.value_coding is not None:
        word = answer_of(answer.value_coding)
        if word == "unknown":
            return None
        said = yes_or_no({word} - {""}, target, shortened(answer.value_coding.code or ""))
    if target.member == "findings":
        return Statement("present" if said else "absent", target.code, at, target.via)
    return Statement(target.member if said else f"not_{target.member}", target.code, at, target.via)


def _not_read(answer: QuestionAnswer, target: Target) -> UnusableError:
    """Why an answer does not say what its question asks for: it is of another kind."""
    kinds = [name for name in answer.__struct_fields__ if name.startswith("value_") and getattr(answer, name) is not None]
    if not kinds:
        return UnusableError("no-value", name=target.code)
    coding = answer.value_coding
    return UnusableError("value-not-read", name=target.code, what=shortened(coding.code or "") if coding else kinds[0])
