"""What is answered, as FHIR writes it: yes and no, coded values, numbers, and entries of a case (`form.link_ids`)."""

from __future__ import annotations

from collections.abc import Mapping

from spinegraph.engine.exchange.fhir.elements import OWN
from spinegraph.engine.exchange.fhir.form.link_ids import (
    CASE_MEMBERS,
    CHOICE,
    HOW,
    NO,
    RECORDED,
    SIDES,
    UNKNOWN,
    VALUE,
    WHAT,
    WHEN,
    YES,
)
from spinegraph.engine.exchange.fhir.writing.codings import TERMINOLOGY, Json, coding
from spinegraph.engine.exchange.fhir.writing.dates import date_time
from spinegraph.engine.exchange.fhir.writing.entries import AFFIRMED, CaseEntry
from spinegraph.engine.messages import messages_of, noted
from spinegraph.engine.model import Knowledge

YES_NO: Mapping[str, tuple[str, str, str]] = {
    YES: (f"{TERMINOLOGY}v2-0136", "Y", noted("Yes")),
    NO: (f"{TERMINOLOGY}v2-0136", "N", noted("No")),
    UNKNOWN: (f"{TERMINOLOGY}data-absent-reason", "not-asked", noted("Not asked")),
}
"""What an answer to a question of yes or no says → its code of HL7, and how it is called."""
SIDE_WORDS = dict(
    zip(
        SIDES,
        (noted("present"), noted("absent"), noted("done"), noted("not done"), noted("taken"), noted("not taken")),
        strict=True,
    )
)
"""Member of a case → how it is called beside what stands in it."""


class Answers:
    """Writes answers in the words of one knowledge, for an audience. Safe to share: nothing in it changes."""

    def __init__(self, knowledge: Knowledge, *, for_patient: bool = False) -> None:
        self._say, self._for_patient = messages_of(knowledge.language), for_patient
        self._coded = {one.code: one for one in knowledge.coded.values()}
        kinds = (knowledge.findings, knowledge.measurements, knowledge.coded, knowledge.interventions)
        self._labels = {one.code: one.label for kind in kinds for one in kind.values()}

    def is_coded(self, code: str) -> bool:
        """Whether a code is that of a coded property."""
        return code in self._coded

    def yes_no(self, word: str) -> Json:
        """The coding of YES, NO or UNKNOWN."""
        system, code, display = YES_NO[word]
        return coding(system, code, self._say(display))

    def choice(self, property_: str, code: str) -> Json:
        """The coding of a value of a coded property, by the codes of both: its code system is the property."""
        thing = self._coded[property_]
        return coding(thing.iri, code, thing.label_of(code, for_patient=self._for_patient))

    def side(self, side: str) -> Json:
        """The coding of a member of a case."""
        return coding(CASE_MEMBERS, side, self._say(SIDE_WORDS[side]))

    def of(self, entry: CaseEntry) -> Json:
        """The answer to the question that asks for an entry."""
        if entry.value is not None:
            return {"valueDecimal": entry.value}
        if entry.choice:
            return {"valueCoding": self.choice(entry.code, entry.choice)}
        return {"valueCoding": self.yes_no(YES if entry.member in AFFIRMED else NO)}

    def entry(self, entry: CaseEntry) -> Json:
        """An item that has the whole entry; its date has to be one of FHIR."""
        parts: dict[str, Json] = {WHAT: {"valueCoding": coding(OWN, entry.code, self._labels[entry.code])}}
        if entry.member in SIDES:
            parts[HOW] = {"valueCoding": self.side(entry.member)}
        else:
            parts[CHOICE if entry.choice else VALUE] = self.of(entry)
        if entry.at:
            parts[WHEN] = {"valueDateTime": date_time(entry.at)}
        return {"linkId": RECORDED, "item": [{"linkId": link, "answer": [answer]} for link, answer in parts.items()]}
