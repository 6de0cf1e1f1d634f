"""Drafts of orders → the interventions that they ask for, by the codes by which records are read. None is performed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from spinegraph.engine.errors import UNDECODABLE, shortened
from spinegraph.engine.exchange.cds_hooks.request import Hook
from spinegraph.engine.exchange.fhir.elements import CodeableConcept
from spinegraph.engine.exchange.fhir.reading.accounts import Words
from spinegraph.engine.exchange.fhir.reading.bundle import Entry
from spinegraph.engine.exchange.fhir.reading.codes import Codes, names_of, not_understood
from spinegraph.engine.exchange.fhir.reading.doubles import doubled_member
from spinegraph.engine.exchange.fhir.reading.resources import RESOURCE, Medication, MedicationRequest, ServiceRequest
from spinegraph.engine.exchange.fhir.reading.statements import Note, UnusableError
from spinegraph.engine.exchange.fhir.reading.whose import subject_of
from spinegraph.engine.messages import messages_of, noted
from spinegraph.engine.model import Knowledge

NOT_AMONG = noted("It was selected, and is not among the drafts.")


class Draft(NamedTuple):
    """A draft of an order: its type and id, the IRIs of the interventions that it is, or is narrower than, and the resource."""

    name: str
    label: str
    interventions: tuple[str, ...]
    raw: bytes

    @property
    def has_id(self) -> bool:
        """Whether it can be named: a draft without an id cannot be taken back."""
        return "/" in self.name

    @property
    def resource(self) -> dict[str, Any]:
        """The resource as it was sent."""
        found: dict[str, Any] = msgspec.json.decode(self.raw)
        return found


class Unread(NamedTuple):
    """A draft that is not looked at, and why."""

    name: str
    why: str


class OrderReader:
    """Reads drafts with one knowledge, in its words. Safe to share between threads."""

    def __init__(self, knowledge: Knowledge, codes: Codes) -> None:
        self._iris = {one.code: iri for iri, one in knowledge.interventions.items()}
        self._labels = {iri: one.label for iri, one in knowledge.interventions.items()}
        self._codes = codes
        self._say = messages_of(knowledge.language)
        self._words = Words(self._say, names_of(knowledge))

    def read(self, hook: Hook) -> Iterator[Draft | Unread]:
        """Every draft of a hook: of those that were chosen just now where it says which, or else of all."""
        chosen = None if hook.selections is None else frozenset(hook.selections)
        names = {entry.name for entry in hook.drafts.entries}
        for selection in hook.selections or ():
            if selection not in names:
                yield Unread(shortened(selection), self._say(NOT_AMONG))
        for entry in hook.drafts.entries:
            if chosen is None or entry.name in chosen:
                yield self._read(entry, hook)

    def _read(self, entry: Entry, hook: Hook) -> Draft | Unread:
        if entry.note is not None:
            return Unread(entry.name, self._why(entry.note))
        if name := doubled_member(entry.sent):
            return Unread(entry.name, self._why(Note("member-twice", {"what": name})))
        subject = subject_of(entry)
        if subject is not None and (subject.reference or "").partition("/_history/")[0].split("/")[-1] != hook.patient:
            return Unread(entry.name, self._why(Note("other-patient", {"whom": subject.reference or "somebody else"})))
        try:
            iris = self._interventions(_code_of(entry))
        except UnusableError as error:
            return Unread(entry.name, self._why(error.note))
        return Draft(entry.name, self._labels[iris[0]], iris, entry.sent)

    def _why(self, note: Note) -> str:
        return self._words.said(note).text

    def _interventions(self, concept: CodeableConcept | None) -> tuple[str, ...]:
        """What is asked for: what the code means and what it is narrower than. Raises UnusableError where that is nothing."""
        meanings = self._codes.meanings(concept)
        found = dict.fromkeys(code for one in meanings for code in (*one.interventions, *one.wider_interventions))
        if not found:
            raise not_understood(meanings)
        return tuple(self._iris[code] for code in found)


def _code_of(entry: Entry) -> CodeableConcept | None:
    """What a draft asks for. Raises UnusableError where it asks for nothing to be done, or is no order that is read."""
    resource = entry.resource
    if not isinstance(resource, ServiceRequest | MedicationRequest):
        raise UnusableError("not-read", type=entry.name.partition("/")[0])
    if resource.do_not_perform:
        raise UnusableError("request", status="do not perform")
    if resource.status == "entered-in-error":
        raise UnusableError("entered-in-error")
    if isinstance(resource, ServiceRequest):
        return resource.code
    if resource.medication_codeable_concept is None and resource.medication_reference is not None:
        return _contained(resource)
    return resource.medication_codeable_concept


def _contained(resource: MedicationRequest) -> CodeableConcept | None:
    """The code of a medicine that a draft contains. Raises UnusableError where the reference leads elsewhere."""
    reference = (resource.medication_reference and resource.medication_reference.reference) or ""
    for raw in resource.contained or ():
        try:
            inner = RESOURCE.decode(raw)
        except UNDECODABLE:
            continue
        if isinstance(inner, Medication) and reference == f"#{inner.id}":
            return inner.code
    raise UnusableError("missing-reference", what=shortened(reference or "a medicine"))
