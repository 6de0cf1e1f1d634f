"""A case → a Bundle of the resources that say it (FHIR R4, section 2.36), of which the same case is read.

What no clinical resource says stands in a QuestionnaireResponse beside them: the moment of the case, and facts that the case
has both ways, of which a record would take one as the later.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from spinegraph.engine.criteria.facts import AS_OF
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.exchange.fhir.form.link_ids import BIRTH_DATE, FORMS, OTHER
from spinegraph.engine.exchange.fhir.writing.answers import Answers
from spinegraph.engine.exchange.fhir.writing.codings import TERMINOLOGY, Codings, Json, concept_of
from spinegraph.engine.exchange.fhir.writing.dates import date_time
from spinegraph.engine.exchange.fhir.writing.entries import AFFIRMED, CaseEntry, about_the_answer, entries_of
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Case, Knowledge, units
from spinegraph.engine.program.linking import ALL

SEX = expand("core:sex")
UCUM = "http://unitsofmeasure.org"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, f"{FORMS}case")
"""Names of resources are made from this and from what the case says: the same case, the same Bundle."""


class WrittenCase(NamedTuple):
    """A Bundle, and the names of what of the case is not in it."""

    resource: Json
    left_out: tuple[str, ...]


class _Sorted(NamedTuple):
    """Entries that resources say, those that only a form says, and the names of those that neither can."""

    said: list[CaseEntry]
    recorded: list[CaseEntry]
    left_out: list[str]


class CaseBundles:
    """Writes cases of one knowledge. Safe to share: nothing in it changes."""

    def __init__(self, knowledge: Knowledge, codings: Codings) -> None:
        self._codings, self._answers, self._version = codings, Answers(knowledge), knowledge.version
        self._units = {one.code: one.unit for one in knowledge.measurements.values()}
        self._interventions = {one.code: iri for iri, one in knowledge.interventions.items()}
        self._sex = next((one.code for iri, one in knowledge.coded.items() if iri == SEX), "")

    def write(self, case: Case) -> WrittenCase:
        """The Bundle of a case. `left_out`: what is about the answer, and times without a zone, which FHIR does not have."""
        name = hashlib.sha256(msgspec.json.encode(case_data(case), order="sorted")).hexdigest()
        patient, entries = self._patient(case, [*entries_of(case)])
        said, recorded, left = _sorted(entries)
        subject = _urn(name, "Patient", 0)
        resources = [patient, *(self._resource(entry, subject) for entry in said)]
        as_of, born = case.as_of, case.birth_date
        left += [AS_OF] if as_of and not date_time(as_of) else []
        left += [BIRTH_DATE] if born and "birthDate" not in patient else []
        form = self._form(recorded, date_time(as_of) if as_of else "", subject)
        resources += [form] if form else []
        bundle: Json = {"resourceType": "Bundle", "type": "collection"}
        if "T" in as_of and date_time(as_of):
            bundle["timestamp"] = date_time(as_of)
        bundle["entry"] = [
            {"fullUrl": _urn(name, one["resourceType"], number), "resource": one} for number, one in enumerate(resources)
        ]
        return WrittenCase(bundle, (*about_the_answer(case), *left))

    def _patient(self, case: Case, entries: list[CaseEntry]) -> tuple[Json, list[CaseEntry]]:
        """The patient's own resource, and the entries that it does not say."""
        sex = next((one for one in entries if one.member == "coded" and one.code == self._sex and not one.at), None)
        patient: Json = {"resourceType": "Patient"}
        if sex is not None and sex.choice in ("male", "female", "other"):
            patient["gender"] = sex.choice
            entries = [one for one in entries if one is not sex]
        if case.birth_date and "T" not in case.birth_date:
            patient["birthDate"] = case.birth_date
        return patient, entries

    def _resource(self, entry: CaseEntry, subject: str) -> Json:
        about = {"subject": {"reference": subject}}
        match entry.member:
            case "present" | "absent":
                return {"resourceType": "Condition", **self._condition(entry), **about}
            case "performed" | "not_performed":
                status = "completed" if entry.member in AFFIRMED else "not-done"
                when = _dated("performedDateTime", entry)
                return {"resourceType": "Procedure", "status": status, "code": self._act(entry), **about, **when}
            case "taking" | "not_taking":
                status = "active" if entry.member in AFFIRMED else "not-taken"
                when, medicine = _dated("effectiveDateTime", entry), {"medicationCodeableConcept": self._act(entry)}
                return {"resourceType": "MedicationStatement", "status": status, **medicine, **about, **when}
        code = self._codings.of(self._codings.recorded(entry.code))
        observed = {"resourceType": "Observation", "status": "final", "code": code, **about, **_dated("effectiveDateTime", entry)}
        if entry.choice:
            choice = self._answers.choice(entry.code, entry.choice)
            return {**observed, "valueCodeableConcept": {"coding": [choice], "text": choice["display"]}}
        unit = self._units[entry.code] or "1"
        quantity = {"value": entry.value, "unit": units.in_words(unit), "system": UCUM, "code": unit}
        return {**observed, "valueQuantity": quantity}

    def _condition(self, entry: CaseEntry) -> Json:
        code = {"code": self._codings.of(self._codings.recorded(entry.code))}
        verification = f"{TERMINOLOGY}condition-ver-status"
        if entry.member == "absent":
            return {"verificationStatus": concept_of(verification, "refuted"), **code, **_dated("recordedDate", entry)}
        status = {
            "clinicalStatus": concept_of(f"{TERMINOLOGY}condition-clinical", "active"),
            "verificationStatus": concept_of(verification, "confirmed"),
        }
        return {**status, **code, **_dated("onsetDateTime", entry)}

    def _act(self, entry: CaseEntry) -> Json:
        return self._codings.of(self._interventions[entry.code])

    def _form(self, entries: list[CaseEntry], as_of: str, subject: str) -> Json:
        """The form that has what resources do not say; empty where that is nothing."""
        moment = [{"linkId": AS_OF, "answer": [{"valueDateTime": as_of}]}] if as_of else []
        items = [*moment, *map(self._answers.entry, entries)]
        if not items:
            return {}
        return {
            "resourceType": "QuestionnaireResponse",
            "questionnaire": f"{FORMS}{ALL}|{self._version}",
            "status": "completed",
            "subject": {"reference": subject},
            "item": [{"linkId": OTHER, "item": items}],
        }


def _sorted(entries: Iterable[CaseEntry]) -> _Sorted:
    """Which entries become resources: those that nothing contradicts. An act that rules ask about stands among findings, too,
    from where it follows by itself, unless it has a date of its own there."""
    sorted_ = _Sorted([], [], [])
    facts: dict[str, list[CaseEntry]] = {}
    for entry in entries:
        facts.setdefault(entry.link_id, []).append(entry)
    for group in facts.values():
        dated = any(_is_act(one) and one.at for one in group)
        both = len({one.member in AFFIRMED for one in group}) > 1 and group[0].member not in ("measurements", "coded")
        for entry in group:
            if entry.at and not date_time(entry.at):
                sorted_.left_out.append(entry.name)
            elif both or (_is_act(entry) and dated):
                sorted_.recorded.append(entry)
            elif not _is_act(entry):
                sorted_.said.append(entry)
    return sorted_


def _is_act(entry: CaseEntry) -> bool:
    return entry.member in ("present", "absent") and ":" in entry.code


def _dated(member: str, entry: CaseEntry) -> Json:
    return {member: date_time(entry.at)} if entry.at else {}


def _urn(name: str, kind: str, number: int) -> str:
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{name} {kind} {number}')}"
