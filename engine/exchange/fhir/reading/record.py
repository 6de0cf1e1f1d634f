"""A record of FHIR R4 → a case and the account of it. The entries of the case are read by the reader of all cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from spinegraph.engine.collector import collector_paused
from spinegraph.engine.decide.case import make_case
from spinegraph.engine.decide.case_file import CaseFile
from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.errors import UNDECODABLE, MalformedCaseError, shortened
from spinegraph.engine.exchange.fhir.elements import CodeableConcept, Reference
from spinegraph.engine.exchange.fhir.reading.accounts import WHOLE, Outcome, Words, make_account
from spinegraph.engine.exchange.fhir.reading.acts import read_procedure, read_report, read_request, read_study
from spinegraph.engine.exchange.fhir.reading.answers import counts, read_answers
from spinegraph.engine.exchange.fhir.reading.bundle import Entry, Record, parse_record
from spinegraph.engine.exchange.fhir.reading.codes import Codes, names_of
from spinegraph.engine.exchange.fhir.reading.conditions import may_hold, read_allergy, read_condition
from spinegraph.engine.exchange.fhir.reading.doubles import doubled_member
from spinegraph.engine.exchange.fhir.reading.filled import moment_answered
from spinegraph.engine.exchange.fhir.reading.medications import read_prescription, read_statement
from spinegraph.engine.exchange.fhir.reading.merging import Said, merge
from spinegraph.engine.exchange.fhir.reading.observations import read_observation
from spinegraph.engine.exchange.fhir.reading.patients import read_patient
from spinegraph.engine.exchange.fhir.reading.reading import Reading
from spinegraph.engine.exchange.fhir.reading.resources import (
    CONTEXT_TYPES,
    HEAD,
    RESOURCE,
    AllergyIntolerance,
    Condition,
    DiagnosticReport,
    ImagingStudy,
    Medicated,
    Medication,
    MedicationRequest,
    MedicationStatement,
    Observation,
    OperationOutcome,
    Patient,
    Procedure,
    QuestionnaireResponse,
    Resource,
    ServiceRequest,
    type_of,
)
from spinegraph.engine.exchange.fhir.reading.statements import Note, Statement, UnusableError
from spinegraph.engine.exchange.fhir.reading.unrecorded import assumed_absent
from spinegraph.engine.exchange.fhir.reading.whose import choose_patient, named_in
from spinegraph.engine.messages import messages_of
from spinegraph.engine.model import Knowledge

READERS: Mapping[type, Callable[[Any, Reading], Iterator[Statement | Note]]] = {
    Patient: read_patient,
    Condition: read_condition,
    Observation: read_observation,
    Procedure: read_procedure,
    ImagingStudy: read_study,
    DiagnosticReport: read_report,
    ServiceRequest: read_request,
    MedicationStatement: read_statement,
    MedicationRequest: read_prescription,
    AllergyIntolerance: read_allergy,
    QuestionnaireResponse: read_answers,
}
"""Type of a resource → what reads it."""
CODE_OF: Mapping[type, Callable[[Any], CodeableConcept | None]] = {
    **dict.fromkeys(
        (Condition, Procedure, DiagnosticReport, ServiceRequest, AllergyIntolerance, Observation), attrgetter("code")
    ),
    **dict.fromkeys((MedicationStatement, MedicationRequest), attrgetter("medication_codeable_concept")),
}
"""Types that say nothing without a code that is known → that code; but for an observation with components, and a medicine that
stands elsewhere."""
REFERRED_TO = Note("referred-to")
NO_ISSUE = Note("context", {"type": OperationOutcome.__name__})
EMPTY = Note("empty-entry")
SETTING: Mapping[type, Note] = {
    Medication: REFERRED_TO,
    **{kind: Note("context", {"type": kind.__name__}) for kind in CONTEXT_TYPES},
}
"""Type of a resource that gives no fact by itself → what is said of it."""
TIMESTAMP = "timestamp"
"""As the moment of the case: that at which the Bundle was put together."""


class RecordOptions(NamedTuple):
    """What the sender says beside the record: whose case it is (an id, a reference or a URL), its moment (a date, or `timestamp`
    for that of the Bundle), for whom the answer is, and in which language; `lines`: whether it is NDJSON; `in_short`: whether
    the account is wanted without what became of each resource."""

    subject: str = ""
    as_of: str = ""
    audience: str = ""
    language: str = ""
    lines: bool = False
    in_short: bool = False


class FhirReader:
    """Reads records of FHIR R4 with one knowledge. Safe to share between threads: it only ever remembers what codes mean."""

    def __init__(self, knowledge: Knowledge, codebook: Codebook) -> None:
        self._knowledge = knowledge
        self._codebook = codebook
        self._codes = Codes(knowledge, codebook)
        self.words = lru_cache(maxsize=8)(self._made_words)
        """Language → how notes are said in it."""

    def read(self, body: bytes, options: RecordOptions | None = None) -> CaseFile:
        """A record → the case of one patient, with its account.

        Raises MalformedCaseError where it is no FHIR, or speaks of several patients and none is named, CaseTooLargeError.
        """
        options = options or RecordOptions()
        with collector_paused():
            return self.case_of(parse_record(body, options.lines), options)

    def case_of(self, record: Record, options: RecordOptions) -> CaseFile:
        """A record that was parsed → the case of one patient, with its account. Raises MalformedCaseError, as `read` does."""
        with collector_paused():
            return self._case_of(record, options)

    def _case_of(self, record: Record, options: RecordOptions) -> CaseFile:
        named = named_in(record.entries)
        whose = choose_patient(record.entries, named, options.subject)
        entries = [*zip(record.entries, whose.exclusions(record.entries, named), strict=True)]
        said_as_of = _as_of(record, options.as_of, entries)
        as_of = read_moment(said_as_of, "as_of", "as_of") if said_as_of else None
        medicines = _medicines(record)
        reading = Reading(self._codes, as_of, partial(_medicine, medicines, {}), set())
        said: list[Said] = []
        notes: list[tuple[int, Note]] = [(WHOLE, note) for note in record.notes]
        for number, (entry, excluded) in enumerate(entries):
            unused = _unused(entry, excluded, reading)
            if unused is not None:
                notes.append((number, unused))
                continue
            if name := doubled_member(entry.sent):
                notes.append((number, Note("member-twice", {"what": name})))
                continue
            for one in _said_by(entry.resource, reading, medicines):
                if isinstance(one, Statement):
                    said.append(Said(number, one))
                else:
                    notes.append((number, one))
        merged = merge(said, self._codebook, as_of)
        assumed = assumed_absent(self._codebook, record, reading, merged, notes)
        data = {**merged.data, "absent": [*merged.data.get("absent", ()), *assumed]}
        data |= {"as_of": said_as_of} if said_as_of else {}
        data |= {key: text for key in ("audience", "language") if (text := getattr(options, key))}
        case = make_case(data, self._codebook)
        words, every = self.words(case.language), (*notes, *merged.notes)
        outcome = Outcome(merged.used, every, case, assumed, whose.name)
        return CaseFile(case, account=make_account(record.entries, outcome, words, self._codebook.age, options.in_short))

    def _made_words(self, language: str) -> Words:
        return Words(messages_of(language), names_of(self._knowledge.in_language(language)))


def _as_of(record: Record, wanted: str, entries: Sequence[tuple[Entry, Note | None]]) -> str:
    """The moment of the case as text, or "": that which is said beside the record, or which a form of the patient gives.

    `entries`: with why each is not about the patient. Raises MalformedCaseError where that of the Bundle is wanted, and it has
    none, and where forms give different ones.
    """
    if not wanted:
        return moment_answered(_responses(entries))
    if wanted != TIMESTAMP:
        return wanted
    if not record.timestamp:
        raise MalformedCaseError("The record has no timestamp.", where="as_of", mend='Name a date, as in "2026-03-03".')
    return record.timestamp


def _responses(entries: Iterable[tuple[Entry, Note | None]]) -> Iterator[QuestionnaireResponse]:
    """The forms of the patient that count."""
    for entry, excluded in entries:
        if isinstance(entry.resource, QuestionnaireResponse) and not (entry.note or excluded) and counts(entry.resource):
            yield entry.resource


def _unused(entry: Entry, excluded: Note | None, reading: Reading) -> Note | None:
    """Why nothing of an entry is used whatever else it says, as of nearly all of a record; `excluded`: why it is not about the
    patient."""
    resource = entry.resource
    if entry.note is not None or resource is None:
        return entry.note or EMPTY
    kind = type(resource)
    setting = SETTING.get(kind)
    if setting is not None:
        return setting
    if kind is OperationOutcome or excluded is not None:
        return None if kind is OperationOutcome else excluded
    code_of = CODE_OF.get(kind)
    if code_of is None or (isinstance(resource, Observation) and resource.component):
        return None
    concept = code_of(resource)
    if concept is None and isinstance(resource, Medicated):
        return None
    silence = reading.codes.silence(concept)
    if silence is not None and isinstance(resource, AllergyIntolerance) and may_hold(resource):
        text = (resource.code and resource.code.text) or ""
        return Note("unknown-allergy", {"code": silence.parts.get("code", ""), "text": text})
    return silence


def _said_by(
    resource: Resource | Observation | None, reading: Reading, medicines: Mapping[str, CodeableConcept]
) -> Sequence[Statement | Note]:
    """What one resource says, and why parts of it are not used: never nothing."""
    if isinstance(resource, OperationOutcome):
        return [*_reported(resource)]
    if resource is None:
        return (EMPTY,)
    found: list[Statement | Note] = []
    if resource.contained:
        inner, left = _contained(resource)
        if left:
            found.append(Note("contained", {"what": ", ".join(left)}))
        if inner and isinstance(resource, Medicated):
            reading = reading._replace(medication=partial(_medicine, medicines, inner))
    try:
        said = [*READERS[type(resource)](resource, reading)]
    except UnusableError as error:
        said = [error.note]
    return [*found, *said] or (Note("says-nothing"),)


def notes_of_setting(entry: Entry) -> Sequence[Note]:
    """What is said of an entry whose type gives no fact by itself, whomever it is about."""
    if entry.note is not None or entry.resource is None:
        return (entry.note or EMPTY,)
    if isinstance(entry.resource, OperationOutcome):
        return [*_reported(entry.resource)]
    return (SETTING[type(entry.resource)],)


def _reported(outcome: OperationOutcome) -> Iterator[Note]:
    """What a server says that went wrong."""
    grave = [one for one in outcome.issue or () if one.severity != "information"]
    for one in grave:
        text = one.diagnostics or (one.details.text if one.details else "") or one.code or "an issue"
        yield Note("server-report", {"text": shortened(text)})
    if not grave:
        yield NO_ISSUE


def _medicines(record: Record) -> dict[str, CodeableConcept]:
    """The codes of the medicines of a record, by every reference that leads to one."""
    found: dict[str, CodeableConcept] = {}
    for entry in record.entries:
        if isinstance(entry.resource, Medication) and entry.note is None and entry.resource.status != "entered-in-error":
            concept = entry.resource.code or CodeableConcept()
            found |= dict.fromkeys(filter(None, (entry.full_url, entry.name)), concept)
    return found


def _medicine(
    known: Mapping[str, CodeableConcept], inner: Mapping[str, CodeableConcept], reference: Reference
) -> CodeableConcept | None:
    """What a reference to a medicine leads to, in the resource itself or in the record."""
    target = (reference.reference or "").partition("/_history/")[0]
    if target.startswith("#"):
        return inner.get(target)
    return known.get(target) or known.get("/".join(target.split("/")[-2:]) if target.startswith("http") else "")


def _contained(resource: Any) -> tuple[dict[str, CodeableConcept], list[str]]:
    """The medicines that a resource contains, by reference, and the types of what else it contains."""
    inner: dict[str, CodeableConcept] = {}
    left = []
    for raw in resource.contained:
        try:
            one = RESOURCE.decode(raw)
        except UNDECODABLE:
            left.append(_type_in(raw))
            continue
        if isinstance(one, Medication) and one.id:
            inner[f"#{one.id}"] = one.code or CodeableConcept()
        else:
            left.append(type_of(one))
    return inner, left[:5]


def _type_in(raw: msgspec.Raw) -> str:
    try:
        return HEAD.decode(raw).resource_type[:40]
    except UNDECODABLE:
        return "?"
