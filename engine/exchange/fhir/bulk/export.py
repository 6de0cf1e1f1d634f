"""A folder of an export → the case of each patient, in bounded memory; every resource is accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import NamedTuple

from spinegraph.engine.decide.case_file import CaseFile
from spinegraph.engine.errors import CaseError, PopulationError, shortened
from spinegraph.engine.exchange.fhir.bulk.catalog import Catalog, catalogued
from spinegraph.engine.exchange.fhir.bulk.folder import Folder, Line
from spinegraph.engine.exchange.fhir.bulk.sorting import (
    NOBODY,
    OF_PATIENTS,
    PATIENT,
    Claimed,
    Owner,
    UnsortableError,
    claimed,
    identifiers_of,
    owner_of,
)
from spinegraph.engine.exchange.fhir.bulk.spill import Group, spilling
from spinegraph.engine.exchange.fhir.bulk.totals import Accounts
from spinegraph.engine.exchange.fhir.bulk.versions import with_latest
from spinegraph.engine.exchange.fhir.reading.bundle import MAX_BYTES, UNTYPED, Entry, Record, entry_of
from spinegraph.engine.exchange.fhir.reading.record import TIMESTAMP, FhirReader, RecordOptions, notes_of_setting
from spinegraph.engine.exchange.fhir.reading.resources import Medicated, Medication
from spinegraph.engine.exchange.fhir.reading.statements import Note
from spinegraph.engine.exchange.fhir.reading.unrecorded import HIDING

MEDICATION = Medication.__name__
NO_SUBJECT = Note("no-subject")
UNREAD_LINES = Note("lines-unread")


class PatientRecord(NamedTuple):
    """One patient: their id, their case with its account, and the resource that says who they are, as it was exported."""

    id: str
    file: CaseFile
    patient: bytes


class Export:
    """A folder, read with one knowledge."""

    def __init__(self, folder: Folder, reader: FhirReader, as_of: str, *, keep_going: bool = False) -> None:
        """`as_of`: the moment of all cases, a date or `timestamp` for that of the manifest; `keep_going`: lines that are no
        resources, and patients whose record cannot be read, are counted and left out. Raises PopulationError."""
        if as_of == TIMESTAMP and not folder.moment:
            what = "No manifest with a transactionTime lies in the folder."
            raise PopulationError(what, where=str(folder.path), mend="Save it there as manifest.json, or give --as-of a date.")
        self._folder, self._reader, self._keep_going = folder, reader, keep_going
        self._options = RecordOptions(as_of=folder.moment if as_of == TIMESTAMP else as_of)

    def accounts(self, write: Callable[[bytes], object] | None = None) -> Accounts:
        """What counts the resources of this folder, in words."""
        return Accounts(self._reader.words(self._options.language), write)

    def patients(self, accounts: Accounts) -> Iterator[PatientRecord]:
        """Every patient of whom the folder has a Patient resource, once, in an order that the ids alone decide.

        Raises PopulationError where a line is no resource, a record cannot be read, there is nobody, or no room on the disk.
        """
        found = False
        with ExitStack() as stack:
            spill = stack.enter_context(spilling())
            catalog = stack.enter_context(catalogued(spill.folder))
            hidden = self._sort(spill.add, catalog, accounts)
            for group in spill.groups():
                if one := self._read(group, catalog, accounts, hidden=hidden):
                    found = True
                    yield one
        if not found:
            raise PopulationError(
                "The folder has no Patient resource.",
                where=str(self._folder.path),
                mend="Export them as well: _type=Patient,Condition,Observation,…",
            )

    def patient(self, id_: str) -> PatientRecord:
        """One patient. Raises PopulationError where there is none, and as `patients` does."""
        only = _OnlyOne(id_)
        accounts = self.accounts()
        with ExitStack() as stack:
            spill = stack.enter_context(spilling())
            catalog = stack.enter_context(catalogued(spill.folder))
            hidden = self._sort(only.add, catalog, accounts)
            one = self._read(only.group, catalog, accounts, hidden=hidden)
        if one is None:
            where = str(self._folder.path)
            raise PopulationError(f"No patient is called {shortened(id_)}.", where=where, mend="Give the id of a Patient.")
        return one

    # Lines → whose they are -----------------------------------------------------------------

    def _sort(self, add: Callable[[str, Line], None], catalog: Catalog, accounts: Accounts) -> bool:
        """Put each line to its patient, or account for it; whether something of a patient may be in what could not be read.

        Raises PopulationError.
        """
        hidden = False
        for line in self._folder.lines():
            try:
                found = claimed(line.raw)
            except UnsortableError as error:
                self._refuse_line(line, error, accounts)
                hidden = True
                continue
            owner = owner_of(found)
            if found.resource_type == PATIENT:
                for one in identifiers_of(line.raw):
                    catalog.add_identifier(one, owner.id)
            if found.resource_type not in OF_PATIENTS:
                hidden |= self._nobodys(found, line, catalog, accounts)
            elif owner.id:
                add(owner.id, line)
            elif owner.identifier:
                catalog.wait(owner.identifier, line)
            else:
                hidden |= self._strangers(found, owner, line, accounts)
        for patient, line in catalog.waiting():
            if patient:
                add(patient, line)
            else:
                found = claimed(line.raw)
                self._strangers(found, owner_of(found), line, accounts)
        return hidden

    def _nobodys(self, found: Claimed, line: Line, catalog: Catalog, accounts: Accounts) -> bool:
        """Account for a resource of a type that gives no fact by itself; whether it says that something is missing."""
        notes = notes_of_setting(entry_of("", "", line.raw))
        if found.resource_type == MEDICATION and found.id:
            catalog.add_medicine(found.id, line)
        accounts.add_unused(_named(found), self._folder.place(line), notes)
        return any(note.kind in HIDING for note in notes)

    def _strangers(self, found: Claimed, owner: Owner, line: Line, accounts: Accounts) -> bool:
        """Account for a resource that names no patient of the folder; whether it may be about one of them all the same."""
        named = shortened(owner.told or (owner.identifier.value if owner.identifier else "") or "")
        note = entry_of("", "", line.raw).note or (Note("no-patient", {"whom": named}) if owner != NOBODY else NO_SUBJECT)
        accounts.add_unused(_named(found), self._folder.place(line), [note])
        return note.kind in HIDING

    def _refuse_line(self, line: Line, error: UnsortableError, accounts: Accounts) -> None:
        what, where = f"This is no resource of FHIR: {error}.", f"{self._folder.path}/{self._folder.place(line)}"
        if not self._keep_going:
            mend = "Get the file again, or leave such lines out with --keep-going; a file of something else has to go."
            raise PopulationError(what, where=where, mend=mend)
        accounts.refused.append(f"{where}: {what}")
        accounts.add_unused(UNTYPED, self._folder.place(line), [Note("unreadable", {"problem": str(error)})])

    # Lines of a patient → case ----------------------------------------------------------------

    def _read(self, group: Group, catalog: Catalog, accounts: Accounts, *, hidden: bool) -> PatientRecord | None:
        """The patient of a group; None where the folder has no Patient resource of them, or they are left out."""
        if group.is_too_large:
            self._refuse_patient(group, [], f"The record has {group.size:,} bytes; the limit is {MAX_BYTES:,}", accounts)
            return None
        lines = sorted(group.lines)  # those that waited came last
        entries = with_latest([entry_of(self._folder.place(line), "", line.raw) for line in lines])
        name = f"{PATIENT}/{group.patient}"
        own = [entry for entry in entries if entry.name == name]
        if not own:
            for entry in entries:
                accounts.add_unused(entry.name, entry.where, [Note("no-patient", {"whom": name})])
            return None
        medicines = self._medicines(entries, catalog)
        record = Record((*entries, *medicines), (UNREAD_LINES,) if hidden else ())
        known = any(entry.note is None for entry in own)
        try:
            file = self._reader.case_of(record, self._options._replace(subject=name if known else ""))
        except CaseError as error:
            self._refuse_patient(group, entries, str(error.what).removesuffix("."), accounts)
            return None
        if file.account is not None:
            for one in islice(file.account.entries, len(entries)):
                accounts.add(one, group.patient)
        best = next((entry for entry in own if entry.note is None), own[-1])
        return PatientRecord(group.patient, file, best.sent)

    def _refuse_patient(self, group: Group, entries: Iterable[Entry], problem: str, accounts: Accounts) -> None:
        where = f"{self._folder.path}, {PATIENT}/{shortened(group.patient)}"
        if not self._keep_going:
            mend = "Mend the record, or leave such patients out with --keep-going."
            raise PopulationError(f"{problem}.", where=where, mend=mend)
        accounts.refused.append(f"{where}: {problem}.")
        note = Note("record-refused", {"problem": problem})
        for entry in entries:
            accounts.add_unused(entry.name, entry.where, [note], group.patient)
        if not group.lines:
            accounts.add_unused(UNTYPED, f"{group.resources:,} lines", [note], group.patient, group.resources)

    def _medicines(self, entries: Sequence[Entry], catalog: Catalog) -> list[Entry]:
        """The medicines to which resources of a patient refer."""
        wanted: dict[str, str] = {}
        for entry in entries:
            if isinstance(entry.resource, Medicated) and entry.resource.medication_reference:
                target = (entry.resource.medication_reference.reference or "").partition("/_history/")[0]
                urn = target.startswith("urn:")
                wanted.setdefault(target.rpartition(":" if urn else "/")[2], target if urn else "")
        found = [
            entry_of(self._folder.place(line), url, line.raw) for id_, url in wanted.items() for line in catalog.medicines(id_)
        ]
        return with_latest(found)


def _named(found: Claimed) -> str:
    return f"{found.resource_type}/{found.id}" if found.id else found.resource_type


class _OnlyOne:
    """Gathers the lines of one patient, as far as a record may be long."""

    def __init__(self, patient: str) -> None:
        self._patient = patient
        self._lines: list[Line] = []
        self._size = self._count = 0

    def add(self, patient: str, line: Line) -> None:
        if patient == self._patient:
            self._count += 1
            self._size += len(line.raw)
            if self._size <= MAX_BYTES:
                self._lines.append(line)

    @property
    def group(self) -> Group:
        """What was gathered."""
        return Group(self._patient, self._lines if self._size <= MAX_BYTES else (), self._count, self._size)
