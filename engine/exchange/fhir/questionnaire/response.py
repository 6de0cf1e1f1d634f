"""A case → the answers to a form (QuestionnaireResponse, FHIR R4, section 2.14), and what of it the form has no place for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.exchange.fhir.form.form import form_rules
from spinegraph.engine.exchange.fhir.form.gates import Given
from spinegraph.engine.exchange.fhir.form.link_ids import BIRTH_DATE, NO, RECORDED, YES
from spinegraph.engine.exchange.fhir.writing.answers import Answers
from spinegraph.engine.exchange.fhir.writing.codings import Json
from spinegraph.engine.exchange.fhir.writing.dates import date_time
from spinegraph.engine.exchange.fhir.writing.entries import AFFIRMED, CaseEntry, about_the_answer, entries_of
from spinegraph.engine.model import Case, Knowledge


class Written(NamedTuple):
    """A resource, and the names of what of the case is not in it."""

    resource: Json
    left_out: tuple[str, ...]


class Responder:
    """Writes the answers of cases to forms of one knowledge, in its words. Safe to share: nothing in it changes."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._words = Answers(knowledge)
        self._rules = form_rules(knowledge)

    def write(self, case: Case, questionnaire: Json, subject: str = "") -> Written:
        """The answers to a form of ours, of which the same case is read: what a question cannot say as the case has it, such as a
        date that is not asked for, is an entry of its own. `subject`: a reference to the patient."""
        kinds = dict(_kinds(questionnaire.get("item", ())))
        facts = _facts(case)
        found = ((link, self._exact(link, entries, kinds)) for link, entries in facts.items())
        return self._written(case, questionnaire, kinds, {link: one for link, one in found if one}, subject)

    def fill_in(self, case: Case, questionnaire: Json, subject: str = "") -> Written:
        """The answers as somebody would give them now: a question is answered whatever the date, which is then left out unless it
        is asked for."""
        kinds = dict(_kinds(questionnaire.get("item", ())))
        facts = _facts(case)
        found = ((link, self._as_of_now(link, entries, kinds)) for link, entries in facts.items())
        return self._written(case, questionnaire, kinds, {link: one for link, one in found if one}, subject)

    def _written(
        self, case: Case, questionnaire: Json, kinds: Mapping[str, str], said: Mapping[str, _Said], subject: str
    ) -> Written:
        facts = _facts(case)
        hidden = self._rules.hidden({link: _compared(one.entry) for link, one in said.items()})
        answers, left = _moments(case, kinds)
        recorded: list[Json] = []
        for link, entries in facts.items():
            if link in said and link not in hidden:
                answers |= said[link].answers
                left += said[link].left_out
                continue
            for entry in entries:
                if RECORDED in kinds and (not entry.at or date_time(entry.at)):
                    recorded.append(self._words.entry(entry))
                else:
                    left.append(entry.name)
        items = [*_filled(questionnaire.get("item", ()), answers, recorded)]
        return Written(
            {
                "resourceType": "QuestionnaireResponse",
                "questionnaire": f"{questionnaire['url']}|{questionnaire['version']}",
                "status": "completed",
                **({"subject": {"reference": subject}} if subject else {}),
                **({"item": items} if items else {}),
            },
            (*about_the_answer(case), *left),
        )

    def _exact(self, link: str, entries: list[CaseEntry], kinds: Mapping[str, str]) -> _Said | None:
        """The answers that say what all entries about one fact do, with its date where it is asked for; None if none do."""
        dates = [entry.at for entry in entries if entry.at]
        when = date_of(link)
        if not _is_asked(link, kinds) or len(dates) > 1 or not _is_one(entries):
            return None
        if dates and (when not in kinds or "T" in dates[0] or not _is_dated_as_asked(entries)):
            return None
        return _Said(entries[0], self._answered(link, entries[0], dates[0] if dates else ""))

    def _as_of_now(self, link: str, entries: list[CaseEntry], kinds: Mapping[str, str]) -> _Said | None:
        """The answer that says what is so now, and the names of what else is recorded; None of what is recorded both ways."""
        if not _is_asked(link, kinds) or len({_word(one) for one in entries}) > 1:
            return None
        entry = next((one for one in entries if not one.at), entries[-1])
        dated = bool(entry.at) and date_of(link) in kinds and "T" not in entry.at
        left = [one.name for one in entries if one.at and one.at != entry.at]
        left += [f"{date_of(link)} ({entry.at})"] if entry.at and not dated else []
        return _Said(entry, self._answered(link, entry, entry.at if dated else ""), tuple(left))

    def _answered(self, link: str, entry: CaseEntry, at: str) -> dict[str, Json]:
        return {link: self._words.of(entry), **({date_of(link): {"valueDate": at}} if at else {})}


class _Said(NamedTuple):
    """An entry as the answer to a question, with that for its date, and the names of what else is recorded of the same."""

    entry: CaseEntry
    answers: dict[str, Json]
    left_out: tuple[str, ...] = ()


def _facts(case: Case) -> dict[str, list[CaseEntry]]:
    """`linkId` → the entries about one fact, in the order of the case."""
    facts: dict[str, list[CaseEntry]] = {}
    for entry in entries_of(case):
        facts.setdefault(entry.link_id, []).append(entry)
    return facts


def _moments(case: Case, kinds: Mapping[str, str]) -> tuple[dict[str, Json], list[str]]:
    """The answers for the moment of the case and the date of birth, and the names of those that the form has no place for."""
    answers, left = {}, []
    for name, text in ((AS_OF, case.as_of), (BIRTH_DATE, case.birth_date)):
        if text and name in kinds and (member := _date_member(kinds[name], text)):
            answers[name] = {member: date_time(text)}
        elif text:
            left.append(name)
    return answers, left


def _is_asked(link: str, kinds: Mapping[str, str]) -> bool:
    return kinds.get(link, "group") != "group"


def _word(entry: CaseEntry) -> str:
    return YES if entry.member in AFFIRMED else NO


def _compared(entry: CaseEntry) -> Given:
    """An answer as gates compare it."""
    return entry.value if entry.value is not None else entry.choice or _word(entry)


def _is_one(entries: list[CaseEntry]) -> bool:
    """Whether entries say one thing: a value, or one side of a fact, which of an act stands among findings as well."""
    return len(entries) == 1 or (
        len({_word(one) for one in entries}) == 1 and len({one.member for one in entries}) == len(entries)
    )


def _is_dated_as_asked(entries: list[CaseEntry]) -> bool:
    """Whether the dated entry stands where a date that is asked for stands: of what is so, and of an act among the acts."""
    (dated,) = [one for one in entries if one.at]
    if dated.member == "measurements":
        return True
    return dated.member in AFFIRMED and not (dated.member == "present" and (len(entries) > 1 or ":" in dated.code))


# The form, filled in --------------------------------------------------------------------------------


def _kinds(items: Iterable[Json]) -> Iterator[tuple[str, str]]:
    """`linkId` and type of every question, but for the parts of an entry."""
    for item in items:
        yield item["linkId"], item["type"]
        if item["linkId"] != RECORDED:
            yield from _kinds(item.get("item", ()))


def _filled(items: Iterable[Json], answers: Mapping[str, Json], recorded: list[Json]) -> Iterator[Json]:
    for item in items:
        link = item["linkId"]
        if link == RECORDED:
            yield from recorded
        elif link in answers:
            yield {"linkId": link, "answer": [answers[link]]}
        elif inner := [*_filled(item.get("item", ()), answers, recorded)]:
            yield {"linkId": link, "item": inner}


def _date_member(kind: str, text: str) -> str:
    """The member of an answer in which a date stands, or "" where it cannot."""
    if kind == "date":
        return "" if "T" in text else "valueDate"
    return "valueDateTime" if date_time(text) else ""
