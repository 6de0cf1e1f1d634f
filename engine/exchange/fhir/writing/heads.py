"""What all resources that define something say of themselves: URL, version, and how far their sources have been reviewed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from spinegraph.engine.decide.disclaimer import disclaimer_of, reviewed_of
from spinegraph.engine.exchange.fhir.writing.codings import Json, canonical, resource_id
from spinegraph.engine.model import Knowledge, Source

_WORD = re.compile(r"[A-Za-z0-9]+")


def head(kind: str, name: str, title: str, version: str, sources: Iterable[Source], says: str = "") -> Json:
    """The first members of a resource. It is a draft until all of its sources say that they have been reviewed.

    `says`: what it is, before the disclaimer and the review status of the sources.
    """
    sources = sorted(sources, key=lambda source: source.number)
    return {
        "resourceType": kind,
        "id": resource_id(name),
        "url": canonical(kind, name),
        "version": version,
        "name": computable(name),
        "title": title,
        "status": "active" if reviewed_of(source.review_status for source in sources) == "all" else "draft",
        "experimental": False,
        "description": "\n\n".join(filter(None, (says, disclaimer_of(sources), review_of(sources)))),
    }


def review_of(sources: Iterable[Source]) -> str:
    """The review status of each source as it is printed, a line each."""
    return "\n".join(f"- {source.number} ({source.title}): review status {source.review_status}" for source in sources)


def computable(name: str) -> str:
    """A name as programs take it: a capital letter, then letters and digits (R4, invariants `pdf-0`, `lib-0` and so on).

    >>> computable("sore-throat"), computable("310-criteria")
    ('SoreThroat', 'N310Criteria')
    """
    joined = "".join(word[:1].upper() + word[1:] for word in _WORD.findall(name))
    return joined if joined[:1].isalpha() else f"N{joined}"


def sources_of(knowledge: Knowledge, package: str) -> list[Source]:
    """The documents that the rules of a package speak for."""
    named = {
        rule.source for rule in knowledge.rules.values() if knowledge.package_of.get(rule.iri, "") == package and rule.source
    }
    return [source for iri, source in knowledge.sources.items() if iri in named]


def packages_of(knowledge: Knowledge) -> list[str]:
    """The packages that have rules; "" is what stands in none."""
    return sorted({knowledge.package_of.get(iri, "") for iri in knowledge.rules})


def plan_name(package: str) -> str:
    """By what name the plan of a package goes."""
    return package or "knowledge"
