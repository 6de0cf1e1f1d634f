"""The data types of FHIR R4 (4.0.1, section 2.24), as far as they are read; and the code system of our codes."""

from __future__ import annotations

from msgspec import Raw, Struct
from spinegraph.engine.knowledge.turtle.terms import BASE

OWN = BASE.rstrip("/")
"""The code system of our codes; the IRIs of concepts are read as system and code, too."""


class Element(Struct, frozen=True, rename="camel", gc=False):
    """Base of all parts of a resource: members have the names of the specification; a member that is null is not there."""


class Backbone(Element, frozen=True, gc=False):
    """A part of a resource that may carry extensions which change what it means (section 2.24.0.4)."""

    modifier_extension: tuple[Raw, ...] | None = None


class Coding(Element, frozen=True, gc=False):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Element, frozen=True, gc=False):
    coding: tuple[Coding, ...] | None = None
    text: str | None = None

    @property
    def codings(self) -> tuple[Coding, ...]:
        return self.coding or ()


class Quantity(Element, frozen=True, gc=False):
    value: float | None = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Period(Element, frozen=True, gc=False):
    start: str | None = None
    end: str | None = None


class Identifier(Element, frozen=True, gc=False):
    system: str | None = None
    value: str | None = None


class Reference(Element, frozen=True, gc=False):
    reference: str | None = None
    type: str | None = None
    identifier: Identifier | None = None
    display: str | None = None


class Meta(Element, frozen=True, gc=False):
    profile: tuple[str, ...] | None = None
