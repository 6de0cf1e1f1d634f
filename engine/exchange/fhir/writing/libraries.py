"""Library of each package: its rules as CQL and as ELM (FHIR R4, section 9.6)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.exchange.cql.export import Exported, export_packages, library_name
from spinegraph.engine.exchange.fhir.writing.codings import TERMINOLOGY, Json, concept_of
from spinegraph.engine.exchange.fhir.writing.heads import head, packages_of, plan_name, sources_of
from spinegraph.engine.model import Knowledge

FORMS: Mapping[str, tuple[str, str]] = {"cql": ("cql", "text/cql"), "json": ("elm", "application/elm+json")}
"""Ending of a file → what stands in it, and its media type."""
LONGEST = 1 << 20
"""Characters of a text that readers of FHIR take (R4, 2.24.0.1, `string`): content that is longer is fetched by itself."""


class Content(NamedTuple):
    """A file of a library; `id` is that of the Binary by which it is fetched."""

    id: str
    title: str
    media_type: str
    data: bytes


def libraries(knowledge: Knowledge, versions: dict[str, str]) -> Iterator[Json]:
    """The libraries, by the name that they have in CQL."""
    for exported in _exported(knowledge, versions):
        yield library_of(exported, knowledge)


def contents(knowledge: Knowledge, versions: dict[str, str]) -> Iterator[Content]:
    """The files of all libraries."""
    for exported in _exported(knowledge, versions):
        yield from _contents(exported)


def library_of(exported: Exported, knowledge: Knowledge) -> Json:
    """One library, with its text and its ELM, or where these are fetched."""
    name, title = library_name(exported.package), f"The rules of {plan_name(exported.package)} as CQL"
    says = "Definitions of criteria, rules and verdicts; null is what is not known."
    return {
        **head("Library", name, title, exported.library.version, sources_of(knowledge, exported.package), says),
        "type": concept_of(f"{TERMINOLOGY}library-type", "logic-library"),
        "content": [*map(_attachment, _contents(exported))],
    }


def _exported(knowledge: Knowledge, versions: dict[str, str]) -> Iterator[Exported]:
    packages = packages_of(knowledge)
    return export_packages(knowledge, packages if packages != [""] else (), versions)


def _contents(exported: Exported) -> Iterator[Content]:
    for file, data in exported.files():
        name, _, ending = file.rpartition(".")
        form, media_type = FORMS[ending]
        yield Content(f"{name}-{form}", file, media_type, data)


def _attachment(content: Content) -> Json:
    encoded = base64.b64encode(content.data).decode()
    there = {"data": encoded} if len(encoded) <= LONGEST else {"url": f"Binary/{content.id}"}
    digest = base64.b64encode(hashlib.sha1(content.data, usedforsecurity=False).digest()).decode()  # as R4 asks of `hash`
    return {"contentType": content.media_type, **there, "size": len(content.data), "hash": digest, "title": content.title}
