"""QuestionnaireResponse → findings, measurements and coded values: `linkId` is one of our codes (FHIR R4, section 2.14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.decide.dates import Moment
from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.fhir.form.link_ids import BIRTH_DATE, NONE, RECORDED
from spinegraph.engine.exchange.fhir.reading.codes import answer_of, not_understood
from spinegraph.engine.exchange.fhir.reading.filled import (
    born_on,
    denied_together,
    hidden_questions,
    not_read,
    recorded_entry,
)
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.resources import QuestionAnswer, QuestionItem, QuestionnaireResponse
from spinegraph.engine.exchange.fhir.reading.statements import Note, Statement, UnusableError
from spinegraph.engine.exchange.fhir.reading.statuses import RESPONSE
from spinegraph.engine.exchange.fhir.reading.values import Target, choice_of, number_of, plain_number, target_of, yes_or_no

AT = date_of("")
"""Begins the name of a question for the date of something, as in `missing` of an answer: `at:fever`."""
VALUES = "measurements"
DEEPEST = 50
"""Items may stand in one another so many times."""


class _Answers(NamedTuple):
    """What was answered: dates that were asked for, other facts, and entries that have their dates with them."""

    dates: dict[tuple[str, str], Statement]
    facts: list[Statement]
    entries: list[Statement]

    def statements(self) -> list[Statement]:
        """All of them: what has a date of its own is of that date."""
        so = {key: one for key, one in self.dates.items() if one.member != VALUES}
        found = [one for one in self.facts if (one.member, one.code) not in so]
        at = {key: one.at for key, one in self.dates.items() if one.member == VALUES}
        return [*so.values(), *(one._replace(at=at.get((one.member, one.code), one.at)) for one in found), *self.entries]

    def idle_dates(self) -> list[str]:
        """The codes of measurements of which only a date is given."""
        known = {one.code for one in self.facts if one.member == VALUES}
        return [code for member, code in self.dates if member == VALUES and code not in known]


def read_answers(given: QuestionnaireResponse, reading: Reading) -> Iterator[Statement | Note]:
    """What was answered. A question without an answer says nothing, and is counted."""
    status = RESPONSE.get(given.status or "", "unknown-status")
    if not counts(given):
        raise UnusableError(status, status=given.status or "not given")
    at = reading.done(given.authored)
    items = [*_items(given.item or (), DEEPEST)]
    hidden = hidden_questions(given, items, reading)
    silent = 0
    answers = _Answers({}, [], [])
    for item in items:
        link_id = item.link_id or ""
        if link_id == AS_OF or link_id.startswith(NONE):
            continue  # the moment is that of the whole record, and the other is read when all else is known
        try:
            if link_id in hidden:
                raise UnusableError("hidden", name=link_id.removeprefix(AT))
            silent += not _add(item, reading, at, answers)
        except UnusableError as error:
            yield error.note
    statements = answers.statements()
    yield from statements
    yield from (Note("no-value", {"name": code}) for code in answers.idle_dates())
    yield from denied_together(items, hidden, statements, reading, at)
    if silent:
        yield Note("not-answered", {"count": str(silent)})
    if status:
        yield Note("preliminary", {"name": "QuestionnaireResponse", "status": given.status or ""})


def counts(given: QuestionnaireResponse) -> bool:
    """Whether the status of a form lets its answers count."""
    return RESPONSE.get(given.status or "", "unknown-status") in ("", "preliminary")


def _add(item: QuestionItem, reading: Reading, at: Moment | None, answers: _Answers) -> bool:
    """Put what one item says among the answers. Whether it says anything. Raises UnusableError."""
    link_id = item.link_id or ""
    if link_id == RECORDED and not any(part.answer for part in item.item or ()):
        return False
    if link_id == RECORDED:
        answers.entries.append(recorded_entry(item, reading))
    elif link_id == BIRTH_DATE:
        answers.entries.extend(born_on(item, reading))
    elif (statement := _answer(item, reading, at)) is None:
        return False
    elif link_id.startswith(AT):
        answers.dates[statement.member, statement.code] = statement
    else:
        answers.facts.append(statement)
    return True


def _items(items: tuple[QuestionItem, ...], left: int) -> Iterator[QuestionItem]:
    """The questions, also those below groups and answers; groups are none. Raises UnusableError where they go too deep."""
    if not left:
        raise UnusableError("unreadable", problem=f"items stand in one another more than {DEEPEST} times")
    for item in items:
        if item.answer is not None or not item.item or item.link_id == RECORDED:
            yield item
        if item.link_id == RECORDED:
            continue  # its parts make one entry
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
    """When something was so, which then it was; or when it was measured. Raises UnusableError where that is no date."""
    text = answer.value_date or answer.value_date_time
    if not text or target.member == "coded":
        raise not_read(answer, target)
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
        raise not_read(answer, target)
    return plain_number(number, target, reading)


def _choice(answer: QuestionAnswer, target: Target, reading: Reading, at: Moment | None) -> Statement | None:
    if answer.value_coding is None:
        raise not_read(answer, target)
    if choice := choice_of(answer.value_coding, target, reading):
        return Statement("coded", target.code, at, target.via, choice=choice)
    if answer_of(answer.value_coding) == "unknown":
        return None
    raise not_read(answer, target)


def _yes_or_no(answer: QuestionAnswer, target: Target, at: Moment | None) -> Statement | None:
    if answer.value_boolean is None and answer.value_coding is None:
        raise not_read(answer, target)
    said = answer.value_boolean
    if said is None and answer.value_coding is not None:
        word = answer_of(answer.value_coding)
        if word == "unknown":
            return None
        said = yes_or_no({word} - {""}, target, shortened(answer.value_coding.code or ""))
    if target.member == "findings":
        return Statement("present" if said else "absent", target.code, at, target.via)
    return Statement(target.member if said else f"not_{target.member}", target.code, at, target.via)
