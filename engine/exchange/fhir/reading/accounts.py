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


def make_account(entries: Sequence[Entry], outcome: Outcome, words: Words, age: str, in_short: bool = False) -> InputAccount:
    """The account of a record. What the reader of cases set aside is a note, too.

    `age`: the code that a date of birth gives; `in_short`: without what became of each resource.
    """
    notes: dict[int, list[Note]] = {}
    for number, note in outcome.notes:
        notes.setdefault(number, []).append(note)
    facts = _facts(outcome, notes, age)
    sentences = Sentences(words)
    told = {number: sentences.of(group) for number, group in notes.items()}
    whole = told.pop(WHOLE, ())
    alike: dict[tuple[AccountNote, ...], list[int]] = {}
    for number, said in told.items():
        alike.setdefault(said, []).append(number)
    made = () if in_short else tuple([
        ResourceAccount(
            resource=entry.name, where=entry.where, facts=tuple(facts.get(number, ())), notes=told.get(number, ())
        )
        for number, entry in enumerate(entries)
    ])  # fmt: skip
    return InputAccount(
        form=FORM,
        resources=len(entries),
        used=len(facts),
        patient=printed(outcome.patient),
        kinds=dict(sorted(_kinds(alike).items())),
        attention=tuple(_attention(entries, alike, whole)),
        assumed_absent=tuple(AssumedAbsence(code=code, why=why) for code, why in outcome.assumed.items()),
        entries=made,
    )


def _facts(outcome: Outcome, notes: dict[int, list[Note]], age: str) -> dict[int, list[ReadFact]]:
    """The facts of the case, by number of the resource that gave them; notes are added on those that are set aside."""
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
    return facts


class Sentences:
    """Notes as they are said, each worked out once: a record has the same ones over and over."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._alone: dict[int, tuple[AccountNote, ...]] = {}
        self._said: dict[tuple[object, ...], AccountNote] = {}

    def of(self, notes: Sequence[Note]) -> tuple[AccountNote, ...]:
        """The notes of one resource as sentences, each once. The notes have to outlive this: one is known again by its `id`."""
        if len(notes) > 1:
            return tuple(dict.fromkeys([self._sentence(note) for note in notes]))
        (note,) = notes
        said = self._alone.get(id(note))
        if said is None:
            said = self._alone[id(note)] = (self._sentence(note),)
        return said

    def _sentence(self, note: Note) -> AccountNote:
        key = (note.kind, *note.parts.values())
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = AccountNote(kind=note.kind, text=self._words.sentence(note))
        return said


def _kinds(alike: Mapping[tuple[AccountNote, ...], Sequence[int]]) -> Counter[str]:
    """Kind of note → how many resources have one. `alike`: the notes of a resource → the resources that have just these."""
    kinds: Counter[str] = Counter()
    for notes, numbers in alike.items():
        kinds.update(dict.fromkeys((note.kind for note in notes), len(numbers)))
    return kinds


def _attention(
    entries: Sequence[Entry], alike: Mapping[tuple[AccountNote, ...], Sequence[int]], whole: Iterable[AccountNote]
) -> Iterable[AttentionNote]:
    """What a clinician has to know, in the order of the resources: the first note of each kind and sentence, and how many
    resources have it."""
    found: dict[AccountNote, list[int]] = {note: [WHOLE] for note in whole}
    for notes in sorted(alike, key=lambda notes: min(alike[notes])):
        for note in notes:
            if REASONS[note.kind].attention:
                found.setdefault(note, []).extend(alike[notes])
    for note, numbers in found.items():
        first = min(numbers)
        resource = "" if first == WHOLE else entries[first].name
        yield AttentionNote(kind=note.kind, text=note.text, resource=resource, count=len(numbers))
