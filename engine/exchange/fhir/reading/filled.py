"""What a form of ours has beside its questions: entries of a record, "none of these", what is hidden, the moment of the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from spinegraph.engine.criteria.facts import AS_OF
from spinegraph.engine.decide.dates import Moment
from spinegraph.engine.errors import MalformedCaseError, shortened
from spinegraph.engine.exchange.fhir.elements import Coding
from spinegraph.engine.exchange.fhir.form.gates import Given
from spinegraph.engine.exchange.fhir.form.link_ids import CHOICE, FORMS, HOW, NONE, SIDES, VALUE, WHAT, WHEN
from spinegraph.engine.exchange.fhir.reading.codes import Meaning, answer_of, not_understood
from spinegraph.engine.exchange.fhir.reading.patients import birth
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.resources import QuestionAnswer, QuestionItem, QuestionnaireResponse
from spinegraph.engine.exchange.fhir.reading.statements import Note, Statement, UnusableError
from spinegraph.engine.exchange.fhir.reading.values import Target, choice_of, plain_number, target_of

FACTS = ("present", "absent")


def hidden_questions(given: QuestionnaireResponse, items: Iterable[QuestionItem], reading: Reading) -> frozenset[str]:
    """The questions (`linkId`) of a form of ours that it does not ask beside the answers that were given; of other forms, and of
    other states of ours, nothing is known."""
    url, _, version = (given.questionnaire or "").partition("|")
    rules = reading.codes.form
    if not url.startswith(FORMS) or version not in ("", rules.version):
        return frozenset()
    answers = {item.link_id or "": _given(item.answer[0], reading, item.link_id or "") for item in items if item.answer}
    return rules.hidden(answers)


def _given(answer: QuestionAnswer, reading: Reading, link_id: str) -> Given:
    """An answer as gates compare it."""
    for number in (answer.value_decimal, answer.value_integer):
        if number is not None:
            return number
    if answer.value_boolean is not None:
        return "present" if answer.value_boolean else "absent"
    coding = answer.value_coding
    if coding is None:
        return None
    if link_id in reading.codes.book.choices:
        return choice_of(coding, Target("coded", link_id, ""), reading) or None
    return answer_of(coding) or None


# Entries of a record --------------------------------------------------------------------------


def recorded_entry(item: QuestionItem, reading: Reading) -> Statement:
    """One entry of a case: it is said of now, whatever its date, so that one which contradicts it does not take its place.

    Raises UnusableError where a part is not there, or is no such part.
    """
    parts = {part.link_id or "": part.answer[0] for part in item.item or () if part.answer}
    if unknown := next((name for name in parts if name not in (WHAT, HOW, VALUE, CHOICE, WHEN)), ""):
        raise UnusableError("unmapped-code", code=shortened(unknown), nearest="")
    what = parts[WHAT].value_coding if WHAT in parts else None
    if what is None or not what.code:
        raise UnusableError("no-code")
    meaning = reading.codes.of(what)
    reading.mentioned.update(meaning.mentioned)
    at = _date(parts[WHEN], what.code, reading) if WHEN in parts else None
    if HOW in parts:
        return _on_side(parts[HOW], what, meaning, at)
    target = target_of((meaning,))
    answer = parts.get(CHOICE if target.member == "coded" else VALUE)
    if answer is None or target.member == "findings":
        raise UnusableError("no-value", name=target.code)
    if target.member == "coded":
        choice = choice_of(answer.value_coding or Coding(), target, reading)
        if not choice:
            raise not_read(answer, target)
        return Statement("coded", target.code, at, target.via, choice=choice)
    number = answer.value_decimal if answer.value_decimal is not None else answer.value_integer
    if number is None:
        raise not_read(answer, target)
    return Statement("measurements", target.code, at, target.via, value=plain_number(number, target, reading))


def _on_side(how: QuestionAnswer, what: Coding, meaning: Meaning, at: Moment | None) -> Statement:
    """An entry of a list of codes."""
    side = (how.value_coding.code or "") if how.value_coding else ""
    codes = meaning.findings if side in FACTS else meaning.interventions
    if side not in SIDES:
        raise UnusableError("value-not-read", name=shortened(what.code or ""), what=shortened(side))
    if not codes:
        raise not_understood((meaning,))
    return Statement(side, codes[0], at, meaning.via, ongoing=True)


def _date(answer: QuestionAnswer, name: str, reading: Reading) -> Moment:
    text = answer.value_date_time or answer.value_date
    if not text:
        raise UnusableError("value-not-read", name=shortened(name), what=WHEN)
    return reading.moment(text)


def born_on(item: QuestionItem, reading: Reading) -> Iterator[Statement]:
    """The date of birth, where it is answered. Raises UnusableError."""
    for answer in item.answer or ():
        yield birth(answer.value_date or answer.value_date_time or "", "birth_date", reading)


# The moment of the case -------------------------------------------------------------------------


def moment_answered(responses: Iterable[QuestionnaireResponse]) -> str:
    """The moment of the case that forms give, or "". Raises MalformedCaseError where two give different ones."""
    given = dict.fromkeys(text for response in responses for text in _moments(response.item or ()))
    if len(given) > 1:
        raise MalformedCaseError(
            f"Questionnaire responses give different moments of the case: {', '.join(map(shortened, given))}.",
            where=AS_OF,
            mend="Say beside the record which one counts: as_of.",
        )
    return next(iter(given), "")


def _moments(items: Sequence[QuestionItem]) -> Iterator[str]:
    waiting = [*items]
    while waiting:
        item = waiting.pop()
        waiting += item.item or ()
        if item.link_id == AS_OF:
            yield from (text for one in item.answer or () if (text := one.value_date or one.value_date_time))


# None of these ----------------------------------------------------------------------------------


def denied_together(
    items: Sequence[QuestionItem], hidden: frozenset[str], said: Sequence[Statement], reading: Reading, at: Moment | None
) -> Iterator[Statement | Note]:
    """What "none of these" denies: all that it is about and that has no answer of its own, but nothing that is wider than what is
    there, and nothing that was not asked."""
    rules = reading.codes.form
    answered = {item.link_id or "" for item in items if item.answer}
    known = {one.code for one in said if one.member == "present"} | {
        f"{one.member}:{one.code}" for one in said if one.member in ("performed", "taking")
    }
    for item in items:
        link_id = item.link_id or ""
        if not link_id.startswith(NONE) or not item.answer:
            continue
        codes = rules.denied(link_id)
        if not codes:
            yield Note("unmapped-code", {"code": shortened(link_id), "nearest": ""})
        elif item.answer[0].value_boolean is None:
            yield Note("value-not-read", {"name": shortened(link_id), "what": "none of these"})
        elif item.answer[0].value_boolean and link_id not in hidden:
            for code in codes:
                if code not in answered and code not in hidden and known.isdisjoint((code, *rules.narrower.get(code, ()))):
                    yield _denial(code, link_id, reading, at)


def _denial(code: str, link_id: str, reading: Reading, at: Moment | None) -> Statement:
    kind, colon, intervention = code.partition(":")
    member, name = (f"not_{kind}", intervention) if colon else ("absent", code)
    return Statement(member, name, None if (member, name) in reading.codes.book.dated else at, link_id)


def not_read(answer: QuestionAnswer, target: Target) -> UnusableError:
    """Why an answer does not say what its question asks for: it is of another kind."""
    kinds = [name for name in answer.__struct_fields__ if name.startswith("value_") and getattr(answer, name) is not None]
    if not kinds:
        return UnusableError("no-value", name=target.code)
    coding = answer.value_coding
    return UnusableError("value-not-read", name=target.code, what=shortened(coding.code or "") if coding else kinds[0])
