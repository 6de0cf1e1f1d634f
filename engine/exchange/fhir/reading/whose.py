"""Of whom a record speaks: one patient is chosen, and what is about anybody else is set aside (FHIR R4, section 2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spinegraph.engine.errors import MalformedCaseError, shortened
from spinegraph.engine.exchange.fhir.elements import Identifier, Reference
from spinegraph.engine.exchange.fhir.reading.bundle import Entry
from spinegraph.engine.exchange.fhir.reading.resources import Patient
from spinegraph.engine.exchange.fhir.reading.statements import Note

MAX_NAMED = 10
"""So many patients are named where one has to be chosen."""
MEND = "Name one: subject=ID over HTTP, --subject ID on the command line."


class Whose(NamedTuple):
    """The patient of a case: how the record names them, and by what references they are meant. `others`: whether the record
    speaks of anybody else."""

    name: str
    full_url: str
    identifiers: frozenset[tuple[str | None, str | None]]
    others: bool

    @property
    def base(self) -> str:
        """The address of their server, or ""."""
        return self.full_url.removesuffix(self.name) if self.full_url.startswith("http") else ""

    def excluded(self, entry: Entry) -> Note | None:
        """Why an entry is not about this patient; None where it is."""
        if isinstance(entry.resource, Patient):
            mine = entry.name == self.name and entry.full_url == self.full_url
            return None if mine else Note("other-patient", {"whom": shortened(entry.name)})
        reference = subject_of(entry)
        if reference is None:
            return Note("no-subject") if self.others else None
        return self._unmeant(reference, entry.base)

    def exclusions(self, entries: Sequence[Entry], named: Named) -> list[Note | None]:
        """The same of each entry, in their order; a reference that several have is looked up once."""
        by_reference = {key: self._unmeant(reference, key[1]) for key, reference in named.different.items()}
        return [
            self.excluded(entry) if key is None else by_reference[key] for entry, key in zip(entries, named.keys, strict=True)
        ]

    def _unmeant(self, reference: Reference, base: str) -> Note | None:
        return None if self.is_meant(reference, base) else Note("other-patient", {"whom": shortened(_told(reference))})

    def is_meant(self, reference: Reference, base: str) -> bool:
        """Whether a reference from a resource below the address `base` means the patient."""
        if not reference.reference:
            one = reference.identifier or Identifier()
            return (one.system, one.value) in self.identifiers
        return self._is_at(_unversioned(reference.reference), base)

    def _is_at(self, target: str, base: str) -> bool:
        """Whether a reference from a resource below `base` leads to the patient."""
        if target in (self.full_url, self.name) and not (target == self.name and base and self.base and base != self.base):
            return True
        if target.startswith("urn:"):
            return not self.full_url and target.rpartition(":")[2] == self.name.rpartition("/")[2]
        return not self.base and target.startswith("http") and target.endswith(f"/{self.name}")


def subject_of(entry: Entry) -> Reference | None:
    """Whom a resource says that it is about; None where it does not say so, or names somebody who is contained in it."""
    reference: Reference | None = getattr(entry.resource, "subject", None) or getattr(entry.resource, "patient", None)
    if reference is None or (reference.reference or "").startswith("#"):
        return None
    return reference if reference.reference or reference.identifier else None


Key = tuple[str | Reference, str]
"""What tells one reference from another: its text, or where it has none all of it, and the address below which it stands."""


class Named(NamedTuple):
    """Whom the entries of a record say that they are about, each as a key, or None; and the references by these."""

    keys: list[Key | None]
    different: dict[Key, Reference]


def named_in(entries: Iterable[Entry]) -> Named:
    """Whom entries say that they are about. What is not used anyway is left out."""
    keys: list[Key | None] = []
    different: dict[Key, Reference] = {}
    for entry in entries:
        reference = subject_of(entry) if entry.note is None else None
        key = (reference.reference or reference, entry.base) if reference else None
        keys.append(key)
        if reference and key:
            different[key] = reference
    return Named(keys, different)


def choose_patient(entries: Iterable[Entry], named: Named, wanted: str) -> Whose:
    """The patient of a record, or the one that is asked for by id, reference or URL. `named`: whom the entries say.

    Raises MalformedCaseError where there is no such patient, or there are several and none is asked for.
    """
    patients = [
        _of_resource(entry, entry.resource) for entry in entries if isinstance(entry.resource, Patient) and entry.note is None
    ]
    spoken = {(_told(one), base): one for (_, base), one in named.different.items()}
    found = patients or [
        Whose(name, base + name if base else "", frozenset(), False)
        for name, base in {_split(told, base) for told, base in spoken}
    ]
    chosen = [one for one in found if not wanted or _is_called(one, wanted)]
    if len(chosen) > 1 and not patients and len({one.name for one in chosen}) == 1:
        chosen = [one for one in chosen if one.full_url][:1]  # one name, written with and without its server
    if len(chosen) != 1 and (wanted or found):
        names = ", ".join(sorted({one.name for one in found})[:MAX_NAMED]) or "none"
        what = f"There is no patient {shortened(wanted)}" if wanted and not chosen else "There are several patients"
        raise MalformedCaseError(f"{what}: the record speaks of {shortened(names)}.", where="subject", mend=MEND)
    if not chosen:
        return Whose("", "", frozenset(), False)
    (whose,) = chosen
    others = len(found) > 1 or any(not whose.is_meant(reference, base) for (_, base), reference in spoken.items())
    return whose._replace(others=others)


def _of_resource(entry: Entry, patient: Patient) -> Whose:
    identifiers = frozenset((one.system, one.value) for one in patient.identifier or () if one.value)
    return Whose(entry.name, entry.full_url, identifiers, False)


def _is_called(one: Whose, wanted: str) -> bool:
    return wanted in (one.name, one.name.rpartition("/")[2], one.full_url)


def _split(told: str, base: str) -> tuple[str, str]:
    """A reference as the name of a resource and the address of its server, or ""."""
    if not told.startswith("http"):
        return told, base
    parts = told.rsplit("/", 2)
    return ("/".join(parts[-2:]), f"{parts[0]}/") if len(parts) == 3 else (told, "")


def _told(reference: Reference) -> str:
    """A reference as a record writes it."""
    if reference.reference:
        return _unversioned(reference.reference)
    return (reference.identifier.value if reference.identifier else "") or reference.display or ""


def _unversioned(reference: str) -> str:
    """A reference without the version that it names."""
    return reference.partition("/_history/")[0]
