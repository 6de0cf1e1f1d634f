"""How a Bundle is decoded: at once, where all in it is as R4 has it, or with its resources left raw (FHIR R4, section 2.36)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec
from msgspec import Raw
from spinegraph.engine.errors import UNDECODABLE
from spinegraph.engine.exchange.fhir.elements import Element
from spinegraph.engine.exchange.fhir.reading.resources import OF_R4

NOTHING = Raw(b"")
"""Stands for a resource that is not there."""


class Request(Element, frozen=True):
    method: str | None = None


class RawEntry(Element, frozen=True):
    full_url: str | None = None
    resource: Raw = NOTHING
    request: Request | None = None


class Link(Element, frozen=True):
    relation: str | None = None
    url: str | None = None


class RawBundle(Element, frozen=True):
    resource_type: str = ""
    type: str | None = None
    timestamp: str | None = None
    link: tuple[Link, ...] | None = None
    entry: tuple[RawEntry, ...] | None = None


class ReadEntry(Element, frozen=True, gc=False):
    full_url: str | None = None
    resource: OF_R4 | None = None
    request: Request | None = None


class ReadBundle(Element, frozen=True):
    """The same where all that is in it is as R4 has it, and so can be read at once."""

    resource_type: str = ""
    type: str | None = None
    timestamp: str | None = None
    link: tuple[Link, ...] | None = None
    entry: tuple[ReadEntry, ...] | None = None


class AnyBundle(Element, frozen=True):
    """The same with entries that may be anything."""

    resource_type: str = ""
    type: Any = None
    timestamp: Any = None
    link: Any = None
    entry: tuple[Raw, ...] | None = None


_READ, _RAW, _ANY, ENTRY, LIST = (
    msgspec.json.Decoder(ReadBundle), msgspec.json.Decoder(RawBundle), msgspec.json.Decoder(AnyBundle),
    msgspec.json.Decoder(RawEntry), msgspec.json.Decoder(tuple[Raw, ...]),
)  # fmt: skip


class Sent:
    """The bytes of a Bundle, which is taken apart only where a resource is read, or two have to be compared."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    @cached_property
    def resources(self) -> tuple[Raw, ...]:
        """Each resource as it was sent."""
        return tuple(one.resource for one in _RAW.decode(self._text).entry or ())


def decode_bundle(text: bytes) -> ReadBundle | RawBundle | AnyBundle:
    """A Bundle at once if all is as it should be, which is twice as fast; or else with each resource, or each entry, left raw."""
    try:
        return _READ.decode(text)
    except UNDECODABLE:
        pass
    try:
        return _RAW.decode(text)
    except msgspec.ValidationError:
        return _ANY.decode(text)
