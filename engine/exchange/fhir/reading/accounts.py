"""Statements, notes and the case that came of them → the account of a record: what became of every resource."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
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

MAX_REMEMBERED, LONGEST_REMEMBERED = 1 << 12, 300
"""So many notes are remembered in one language, of so many characters of what was sent at most."""
LONGEST_TEXT = 130
"""So many characters of what a sender wrote are repeated."""
GRAVE = frozenset(kind for kind, reason in REASONS.items() if reason.attention)
WHOLE = -1
"""Stands for the record as a whole where a note names the number of a resource."""


class Words:
    """How notes are said: the engine's words of a language, and the names that codes have in it. Short ones are remembered."""

    def __init__(self, say: Messages, names: Mapping[str, str]) -> None:
        self.say, self.names = say, names
        self._remembered: Callable[[str, tuple[tuple[str, str], ...]], AccountNote] = lru_cache(MAX_REMEMBERED)(self._said)

    def sentence(self, note: Note) -> str:
        """A note as a sentence."""
        return self.said(note).text

    def said(self, note: Note) -> AccountNote:
        """A note as an account has it."""
        parts = tuple(note.parts.items())
        short = sum([len(text) for _, text in parts]) <= LONGEST_REMEMBERED
        return (self._remembered if short else self._said)(note.kind, parts)

    def _said(self, kind: str, parts: tuple[tuple[str, str], ...]) -> AccountNote:
        shown = {key: self._part(key, text) for key, text in parts}
        return AccountNote(kind=kind, text=self.say(REASONS[kind].sentence, **shown))

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
    whole = notes.pop(WHOLE, [])
    made = () if in_short else tuple([
        ResourceAccount(
            resource=entry.name,
            where=entry.where,
            facts=tuple(facts.get(number, ())),
            notes=sentences.of(notes[number]) if number in notes else (),
        )
        for number, entry in enumerate(entries)
    ])  # fmt: skip
    return InputAccount(
        form=FORM,
        resources=len(entries),
        used=len(facts),
        patient=printed(outcome.patient),
        kinds=dict(sorted(_kinds(notes.values()).items())),
        attention=tuple(_attention(entries, notes, whole, sentences)),
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
    """The notes of resources as they are said, each worked out once: a record has the same ones over and over."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._alone: dict[int, tuple[AccountNote, ...]] = {}

    def of(self, notes: Sequence[Note]) -> tuple[AccountNote, ...]:
        """The notes of one resource as sentences, each once. The notes have to outlive this: one is known again by its `id`."""
        if len(notes) != 1:
            return tuple(dict.fromkeys([self._words.said(note) for note in notes]))
        (note,) = notes
        said = self._alone.get(id(note))
        if said is None:
            said = self._alone[id(note)] = (self._words.said(note),)
        return said


def _kinds(notes: Iterable[Sequence[Note]]) -> Counter[str]:
    """Kind of note → how many resources have one."""
    alone = Counter([group[0].kind for group in notes if len(group) == 1])
    alone.update(kind for group in notes if len(group) > 1 for kind in {note.kind for note in group})
    return alone


def _attention(
    entries: Sequence[Entry], notes: Mapping[int, Sequence[Note]], whole: Sequence[Note], sentences: Sentences
) -> Iterable[AttentionNote]:
    """What a clinician has to know, in the order of the resources: the first note of each kind and sentence, and how many
    resources have it. `whole`: what is said of the record as a whole."""
    grave = {}
    for number, group in notes.items():
        if kept := [note for note in group if note.kind in GRAVE]:
            grave[number] = kept
    found: dict[AccountNote, list[str]] = {note: [""] for note in sentences.of(whole)}
    for number in sorted(grave):
        for note in sentences.of(grave[number]):
            found.setdefault(note, []).append(entries[number].name)
    for note, resources in found.items():
        yield AttentionNote(kind=note.kind, text=note.text, resource=resources[0], count=len(resources))
