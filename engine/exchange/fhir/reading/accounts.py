"""Statements, notes and the case that came of them → the account of a record: what became of every resource."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.fhir.reading.bundle import FORM, Entry
from spinegraph.engine.exchange.fhir.reading.merging import Said
from spinegraph.engine.exchange.fhir.reading.reasons import REASONS
from spinegraph.engine.exchange.fhir.reading.statements import Note
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.messages import Messages
from spinegraph.engine.model import Case
from spinegraph.engine.model.account import (
    AccountNote,
    AssumedAbsence,
    AttentionNote,
    InputAccount,
    ReadFact,
    ResourceAccount,
)

LONGEST_TEXT = 130
"""So many characters of what a sender wrote are repeated."""
WHOLE = -1
"""Stands for the record as a whole where a note names the number of a resource."""


class Words(NamedTuple):
    """How notes are said: the engine's words of a language, and the names that codes have in it."""

    say: Messages
    names: Mapping[str, str]

    def sentence(self, note: Note) -> str:
        """A note as a sentence."""
        parts = {key: self._part(key, text) for key, text in note.parts.items()}
        return self.say(REASONS[note.kind].sentence, **parts)

    def _part(self, key: str, text: str) -> str:
        if key == "name":
            return self.names.get(text, text)
        if key not in ("names", "nearest") or not text:
            return printed(text) if key != "problem" else text
        named = ", ".join(self.names.get(code, code) for code in text.split(","))
        return named if key == "names" else self.say("; nearest: {names}", names=named)


def printed(text: str) -> str:
    """What a sender wrote, as an account repeats it: short, and with nothing in it that nobody can read."""
    return text if len(text) <= LONGEST_TEXT and not unshown_character(text) else shortened(text)


class Outcome(NamedTuple):
    """What came of a record: the statements that stand in the case; the notes, by number of the resource; the case; what is
    absent because it is not recorded, and why; and the name of the patient."""

    used: Iterable[Said]
    notes: Iterable[tuple[int, Note]]
    case: Case
    assumed: Mapping[str, str]
    patient: str


def make_account(entries: Sequence[Entry], outcome: Outcome, words: Words, age: str) -> InputAccount:
    """The account of a record. What the reader of cases set aside is a note, too. `age`: the code that a date of birth gives."""
    notes: dict[int, list[Note]] = {}
    for number, note in outcome.notes:
        notes.setdefault(number, []).append(note)
    facts: dict[int, list[ReadFact]] = {}
    aside = {(one.member, one.code, one.at): one.reason for one in outcome.case.ignored}
    for number, what in outcome.used:
        at = what.at.text if what.at else ""
        if reason := aside.get((what.member, what.code, "" if what.member == "coded" else at)):
            notes.setdefault(number, []).append(Note(reason, {"name": what.code}))
        else:
            code = age if what.member == "birth_date" else what.code
            fact = ReadFact(member=what.member, code=code, value=what.value, choice=what.choice, at=at, via=what.via)
            facts.setdefault(number, []).append(fact)
    sentences = Sentences(words)
    made = tuple(
        [
            ResourceAccount(
                resource=entry.name,
                where=entry.where,
                facts=tuple(facts.get(number, ())),
                notes=sentences.of(notes.get(number, ())),
            )
            for number, entry in enumerate(entries)
        ]
    )
    return InputAccount(
        form=FORM,
        resources=len(made),
        used=sum(bool(one.facts) for one in made),
        patient=printed(outcome.patient),
        kinds=dict(sorted(Counter(kind for one in made for kind in {note.kind for note in one.notes}).items())),
        attention=tuple(_attention(made, sentences.of(notes.get(WHOLE, ())))),
        assumed_absent=tuple(AssumedAbsence(code=code, why=why) for code, why in outcome.assumed.items()),
        entries=made,
    )


class Sentences:
    """Notes as they are said, each worked out once: a record has the same ones over and over."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._said: dict[tuple[object, ...], AccountNote] = {}

    def of(self, notes: Iterable[Note]) -> tuple[AccountNote, ...]:
        """The notes of one resource as sentences, each once."""
        return tuple(dict.fromkeys([self._sentence(note) for note in notes]))

    def _sentence(self, note: Note) -> AccountNote:
        key = (note.kind, *note.parts.values())
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = AccountNote(kind=note.kind, text=self._words.sentence(note))
        return said


def _attention(made: Iterable[ResourceAccount], whole: Iterable[AccountNote]) -> Iterable[AttentionNote]:
    """What a clinician has to know: the first note of each kind and sentence, with how many more there are."""
    found: dict[tuple[str, str], list[str]] = {(note.kind, note.text): [""] for note in whole}
    for one in made:
        for note in one.notes:
            if REASONS[note.kind].attention:
                found.setdefault((note.kind, note.text), []).append(one.resource)
    for (kind, text), resources in found.items():
        yield AttentionNote(kind=kind, text=text, resource=resources[0], count=len(resources))
