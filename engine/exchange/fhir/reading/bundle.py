"""Bytes → the resources of a record: where one is bad, each is decoded alone, so that it costs only itself (R4, section 2.36)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct, structs
from spinegraph.engine.errors import UNDECODABLE, CaseTooLargeError, MalformedCaseError, shortened
from spinegraph.engine.exchange.fhir.reading.bundle_forms import (
    ENTRY,
    LIST,
    AnyBundle,
    RawEntry,
    ReadBundle,
    ReadEntry,
    Sent,
    decode_bundle,
)
from spinegraph.engine.exchange.fhir.reading.doubles import OF_BUNDLES, doubled_member
from spinegraph.engine.exchange.fhir.reading.resources import CONTEXT, HEAD, READ, RESOURCE, Observation, Resource, Unread
from spinegraph.engine.exchange.fhir.reading.statements import Note

MAX_BYTES = 8 << 20
"""The largest record that is read, in bytes."""
R4 = "4.0"
FORM = "FHIR R4"
NDJSON = "application/fhir+ndjson"
FHIR_JSON = "application/fhir+json"
_VERSION = re.compile(r"https?://hl7\.org/fhir/(\d+\.\d+)/")
is_id = re.compile(r"[A-Za-z0-9.-]{1,64}").fullmatch
"""Whether a text is an id as FHIR writes it (section 2.24.0.1)."""
_BYTE = re.compile(r"\(byte (\d+)\)")
_KNOWN = frozenset((*(kind.__name__ for kind in READ), *CONTEXT))
_STATELESS = frozenset(("GET", "HEAD", "DELETE", "PATCH"))
"""Methods of the entries of a transaction that do not state a resource as it is to be."""
MEND = (
    'Send a Bundle, one resource, a list of resources, or NDJSON: {"resourceType": "Bundle", "type": "collection", "entry": […]}.'
)


class Entry(Struct, frozen=True, gc=False):
    """One resource of a record: its place, the URL that it goes by, its type and id; the resource, or why it is not there.

    `part`: where that stands in which the place is meant; `place`: the number of the entry of a Bundle, or in words; `raw`: what
    was sent, or the Bundle that has it as an entry. What is seldom asked is worked out when it is.
    """

    part: str
    place: int | str
    full_url: str
    kind: str
    id: str
    raw: bytes | Sent
    resource: Resource | Observation | None
    note: Note | None = None

    @property
    def where(self) -> str:
        """Its place in what was sent."""
        return f"{self.part}/entry/{self.place}/resource" if isinstance(self.place, int) else self.part + self.place

    @property
    def name(self) -> str:
        """Its type and its id, where it has one as FHIR writes it (section 2.24.0.1)."""
        if not self.id:
            return self.kind
        return f"{self.kind}/{self.id}" if is_id(self.id) else f"{self.kind}/{shortened(self.id)}"

    @property
    def sent(self) -> bytes:
        """The resource as it was sent."""
        if isinstance(self.raw, bytes):
            return self.raw
        return bytes(self.raw.resources[int(self.place)])

    @property
    def base(self) -> str:
        """The address of the server below which it lies, or "": relative references start there."""
        return self.full_url.removesuffix(self.name) if self.full_url.startswith("http") else ""


class Record(NamedTuple):
    """What was sent: its resources, what is to be said of the whole, and the moment at which it was put together, or ""."""

    entries: tuple[Entry, ...]
    notes: tuple[Note, ...] = ()
    timestamp: str = ""
    whole: bool = True


UNTYPED = "Resource"
"""Stands for the type of what does not tell it."""


def parse_record(body: bytes, lines: bool = False, part: str = "") -> Record:
    """A record as it was sent; `lines`: one resource a line; `part`: where it stands, if it is part of something else.

    Raises MalformedCaseError, CaseTooLargeError.
    """
    if len(body) > MAX_BYTES:
        raise CaseTooLargeError(
            f"The record has {len(body):,} bytes; the limit is {MAX_BYTES:,}.", mend="Send only what the decision needs."
        )
    text = body.removeprefix(b"\xef\xbb\xbf").rstrip()
    if not text.strip():
        raise MalformedCaseError("This is empty.", mend=MEND)
    try:
        if lines:
            return _of_several(_of_lines(text, part))
        return _of_list(text, part) if text.lstrip().startswith(b"[") else _of_object(text, part)
    except UnicodeDecodeError as error:
        raise MalformedCaseError("This is not UTF-8.", mend="Send it as UTF-8.") from error
    except msgspec.ValidationError as error:
        raise MalformedCaseError(f"This is no FHIR: {error}.", mend=MEND) from error
    except UNDECODABLE as error:
        raise MalformedCaseError(f"This is not JSON: {error}.", where=_place(text, str(error)), mend=MEND) from error


def joined_records(parts: Iterable[Record]) -> Record:
    """Several records of one patient as one. What two of them have with one identity counts once."""
    joined = tuple(parts)
    entries = [entry for part in joined for entry in part.entries]
    return Record(tuple(marked(entries)), tuple(note for part in joined for note in part.notes))


def is_record(body: bytes) -> bool:
    """Whether JSON text is a record of FHIR: an object with a `resourceType`, or a list."""
    text = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        return True
    try:
        HEAD.decode(text)
    except UNDECODABLE:
        return False
    return True


def _of_lines(text: bytes, part: str) -> Iterator[Entry]:
    for number, line in enumerate(text.split(b"\n"), 1):
        if line.strip():
            yield _entry(part, f"line {number}", "", line.strip())


def _of_list(text: bytes, part: str) -> Record:
    return _of_several(_entry(part, f"/{number}", "", bytes(raw)) for number, raw in enumerate(LIST.decode(text)))


def _of_several(entries: Iterable[Entry]) -> Record:
    """Resources one beside the other: what is none is accounted for among others. Raises MalformedCaseError where none is one."""
    found = tuple(marked(entries))
    if found and all(entry.kind == UNTYPED for entry in found):
        problem = found[0].note.parts.get("problem", "") if found[0].note else ""
        raise MalformedCaseError(f"Nothing here is a resource of FHIR: {problem}.", where=found[0].where, mend=MEND)
    return Record(found)


def _of_object(text: bytes, part: str) -> Record:
    bundle = decode_bundle(text)
    if not bundle.resource_type:
        raise MalformedCaseError("This has no resourceType.", where="/", mend=MEND)
    if bundle.resource_type != "Bundle":
        return Record((_entry(part, "/", "", text),), whole=False)
    if bundle.type == "history":
        raise MalformedCaseError(
            "A Bundle of the type history has several states of one resource.",
            where="/type",
            mend="Send resources as they are now.",
        )
    if _may_lose(text, bundle.entry or ()) and (name := doubled_member(text, OF_BUNDLES)):
        what = f"The member {name!r} stands twice in one object, so that resources would be lost."
        raise MalformedCaseError(what, mend="Join the members: which of the two counts is not known.")
    links = None if isinstance(bundle, AnyBundle) else bundle.link
    incomplete = any(link.relation == "next" for link in links or ())
    stamp = bundle.timestamp if isinstance(bundle.timestamp, str) else ""
    if isinstance(bundle, ReadBundle):
        made = _of_read(bundle.entry or (), Sent(text), part)
    else:
        made = _of_entries(bundle.entry or (), part)
    return Record(tuple(marked(made)), (Note("incomplete"),) if incomplete else (), stamp)


def _may_lose(text: bytes, entries: Sequence[ReadEntry | RawEntry | Raw]) -> bool:
    """Whether a Bundle may have more entries or resources than were decoded. To count is a hundred times as fast as to look."""
    counted = tuple(text.count(b'"%b"' % name.encode()) for name in OF_BUNDLES)
    return counted > (1, 0, 0) and counted != (
        1,
        sum([not isinstance(one, Raw) and one.resource is not None for one in entries]),
        sum([not isinstance(one, Raw) and one.full_url is not None for one in entries]),
    )


def _of_read(entries: Iterable[ReadEntry], sent: Sent, part: str) -> Iterator[Entry]:
    for number, given in enumerate(entries):
        method = given.request.method if given.request else None
        if given.resource is None:
            yield _empty(part, number, given.full_url, method)
            continue
        entry = _of_resource(part, number, given.full_url or "", given.resource, sent)
        yield _no_state(entry, method) if method in _STATELESS else entry


def _of_entries(entries: Iterable[RawEntry | Raw], part: str) -> Iterator[Entry]:
    for number, given in enumerate(entries):
        if isinstance(given, Raw):
            try:
                given = ENTRY.decode(given)
            except UNDECODABLE as error:
                yield _no_entry(part, number, None, Note("unreadable", {"problem": str(error)}))
                continue
        method = given.request.method if given.request else None
        raw = bytes(given.resource)
        if raw in (b"", b"null"):
            yield _empty(part, number, given.full_url, method)
            continue
        entry = _entry(part, number, given.full_url or "", raw)
        yield _no_state(entry, method) if method in _STATELESS else entry


def _empty(part: str, number: int, full_url: str | None, method: str | None) -> Entry:
    entry = _no_entry(part, number, full_url, Note("empty-entry"))
    return _no_state(entry, method) if method in _STATELESS else entry


def _no_entry(part: str, number: int, full_url: str | None, note: Note) -> Entry:
    return Entry(part, f"/entry/{number}", full_url or "", "Bundle.entry", "", b"", None, note)


def _no_state(entry: Entry, method: str | None) -> Entry:
    """What is asked for does not say what is so."""
    return structs.replace(entry, resource=None, note=Note("not-a-state", {"what": method or ""}))


def entry_of(where: str, full_url: str, raw: bytes) -> Entry:
    """One resource by itself, as it was sent. One that cannot be read has a note, and is no error."""
    return _entry("", where, full_url, raw)


def _entry(part: str, place: int | str, full_url: str, raw: bytes) -> Entry:
    try:
        resource = RESOURCE.decode(raw)
    except UNDECODABLE as error:
        return Entry(part, place, full_url, *_not_decoded(raw, error))
    return _of_resource(part, place, full_url, resource, raw)


def _of_resource(
    part: str, place: int | str, full_url: str, resource: Resource | Observation | Unread, raw: bytes | Sent
) -> Entry:
    kind = type(resource).__name__
    if isinstance(resource, Unread):
        return Entry(part, place, full_url, kind, _id(resource.id), raw, None, Note("not-read", {"type": kind}))
    plain = resource.meta is None and resource.implicit_rules is None and resource.modifier_extension is None
    return Entry(part, place, full_url, kind, resource.id or "", raw, resource, None if plain else _refused(resource))


def _not_decoded(raw: bytes, error: Exception) -> tuple[str, str, bytes, None, Note]:
    """What is said of a resource that is none of those that are read, or not of their form."""
    try:
        head = HEAD.decode(raw)
    except UNDECODABLE:
        return UNTYPED, "", raw, None, Note("unreadable", {"problem": str(error)})
    kind, id_ = head.resource_type if head.resource_type.isalnum() else shortened(head.resource_type), _id(head.id)
    if head.resource_type in _KNOWN:
        return kind, id_, raw, None, Note("unreadable", {"problem": str(error)})
    return kind, id_, raw, None, Note("not-read", {"type": kind})


def _id(given: object) -> str:
    """An id of what is not of its form, where it is text."""
    return given if isinstance(given, str) else ""


def _refused(resource: Resource | Observation) -> Note | None:
    """Why a resource must not be used whatever it says: it is of another version, or has what may change its meaning."""
    if resource.implicit_rules:
        return Note("must-understand", {"what": "implicitRules"})
    if resource.modifier_extension:
        return Note("must-understand", {"what": "modifierExtension"})
    profiles = resource.meta.profile if resource.meta else None
    version = _other_version(profiles) if profiles else ""
    return Note("other-version", {"version": version}) if version else None


@lru_cache(maxsize=1 << 10)
def _other_version(profiles: tuple[str, ...]) -> str:
    """The version of FHIR that a profile names, if it is not R4; "" where none is named."""
    named = [found[1] for profile in profiles if (found := _VERSION.match(profile))]
    return next((version for version in named if version != R4), "")


def marked(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, those with one identity marked: the same resource counts once, and of two that differ neither does."""
    found = [*entries]
    urls, ids = [one.full_url for one in found if one.full_url], [(one.kind, one.id) for one in found if one.id]
    if len(set(urls)) == len(urls) and len(set(ids)) == len(ids):  # nearly always
        return iter(found)
    first: dict[tuple[str, str], int] = {}
    for number, entry in enumerate(found):
        for key in _identities(entry):
            other = first.setdefault(key, number)
            if other == number or found[number].note is not None:
                continue
            if found[other].sent == entry.sent:
                found[number] = structs.replace(entry, note=Note("duplicate"), resource=None)
            else:
                for one in (other, number):
                    found[one] = structs.replace(found[one], note=Note("clashing-identity"), resource=None)
    return iter(found)


def _identities(entry: Entry) -> list[tuple[str, str]]:
    """What must be one resource: its URL, and its type and id on one server."""
    keys = [("", entry.full_url)] if entry.full_url else []
    return [*keys, (entry.base, entry.name)] if entry.id else keys


def _place(text: bytes, problem: str) -> str:
    """Line and column of the byte that a message of the decoder names."""
    found = _BYTE.search(problem)
    if found is None:
        return ""
    before = text[: int(found[1])]
    return f"line {before.count(10) + 1}, column {len(before) - before.rfind(10)}"
