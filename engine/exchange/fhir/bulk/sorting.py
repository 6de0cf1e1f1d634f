"""Whose each line is: what a resource says of itself and of its subject, without reading the rest of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from spinegraph.engine.errors import UNDECODABLE, shortened
from spinegraph.engine.exchange.fhir.elements import Identifier, Reference
from spinegraph.engine.exchange.fhir.reading.bundle import is_id
from spinegraph.engine.exchange.fhir.reading.record import READERS
from spinegraph.engine.exchange.fhir.reading.resources import HEAD, Patient

OF_PATIENTS = frozenset(kind.__name__ for kind in READERS)
"""Types of resources that can give a fact about the patient whom they name."""
PATIENT = Patient.__name__


class Claimed(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a resource says of itself and of its subject; `identifier` is read of patients alone."""

    resource_type: str
    id: str | None = None
    subject: Reference | None = None
    patient: Reference | None = None


class _Identified(msgspec.Struct, frozen=True, gc=False):
    identifier: tuple[Identifier, ...] | None = None


_CLAIMED = msgspec.json.Decoder(Claimed)
_IDENTIFIED = msgspec.json.Decoder(_Identified)


class Owner(NamedTuple):
    """Whose a resource is: the `id` of a patient; or the `identifier` of one, where no reference leads to them; or neither,
    and then what else it names (`told`), or ""."""

    id: str = ""
    identifier: Identifier | None = None
    told: str = ""


NOBODY = Owner()


class UnsortableError(Exception):
    """A line is no resource."""


def claimed(raw: bytes) -> Claimed:
    """What a line says of itself. One whose subject is not written as R4 has it says nothing of that.

    Raises UnsortableError for what is no JSON object with a `resourceType`, and for a patient without an id as FHIR has it.
    """
    try:
        found = _CLAIMED.decode(raw)
    except UNDECODABLE:
        try:
            head = HEAD.decode(raw)
        except UNDECODABLE as error:
            raise UnsortableError(str(error)) from error
        found = Claimed(head.resource_type, head.id if isinstance(head.id, str) else None)
    if found.resource_type == PATIENT and not (found.id and is_id(found.id)):
        told = f"the id {shortened(found.id)}, which FHIR does not have" if found.id else "no id"
        raise UnsortableError(f"A Patient has {told}, so that nothing can refer to it")
    return found


def owner_of(found: Claimed) -> Owner:
    """Whose a resource is."""
    if found.resource_type == PATIENT:
        return Owner(found.id or "")
    reference = found.subject or found.patient
    if reference is None or (reference.reference or "").startswith("#"):
        return NOBODY
    if not reference.reference:
        return Owner(identifier=reference.identifier) if reference.identifier else NOBODY
    return referred(reference.reference)


def referred(reference: str) -> Owner:
    """Whom a reference means: relative, absolute, of one version, or by `urn:uuid:` with the id of the patient.

    >>> [referred(text).id for text in ("Patient/a", "https://example.org/fhir/Patient/a/_history/2", "urn:uuid:a", "Group/a")]
    ['a', 'a', 'a', '']
    """
    target = reference.partition("/_history/")[0]
    rest, _, id_ = target.rpartition(":" if target.startswith("urn:") else "/")
    means_one = rest.startswith("urn:") or rest.rpartition("/")[2] == PATIENT
    return Owner(id_) if means_one and is_id(id_) else Owner(told=reference)


def identifiers_of(raw: bytes) -> tuple[Identifier, ...]:
    """The identifiers of a patient, as far as they are written as R4 has them."""
    try:
        return tuple(one for one in _IDENTIFIED.decode(raw).identifier or () if one.value)
    except UNDECODABLE:
        return ()


class _Versioned(msgspec.Struct, frozen=True, gc=False):
    meta: dict[str, Any] | None = None


_VERSIONED = msgspec.json.Decoder(_Versioned)


def version_of(raw: bytes) -> tuple[str, str]:
    """`meta.lastUpdated` and `meta.versionId` of a resource, each "" where it is not text."""
    try:
        meta = _VERSIONED.decode(raw).meta or {}
    except UNDECODABLE:
        return "", ""
    updated, version = (meta.get(name) for name in ("lastUpdated", "versionId"))
    return updated if isinstance(updated, str) else "", version if isinstance(version, str) else ""
