"""`GET /v1/knowledge`: what the service knows: every code that a case may use, every rule, and where it comes from."""

from __future__ import annotations

import re

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.openapi import catalogue_operation
from engine import Knowledge
from engine.model import Concept, Frozen, Measurement, Rule, Source


class RuleSummary(Frozen, frozen=True, kw_only=True):
    """A rule without its criterion. `source` is the document's number, empty where the rule belongs to none."""

    id: str
    iri: str
    label: str
    kind: str
    source: str
    passages: tuple[str, ...]


class Catalogue(Frozen, frozen=True, kw_only=True):
    """The knowledge as far as an application needs it. `digest` names exactly this content; `counts` has a number per kind."""

    version: str
    digest: str
    counts: dict[str, int]
    sources: tuple[Source, ...]
    findings: tuple[Concept, ...]
    measurements: tuple[Measurement, ...]
    conditions: tuple[Concept, ...]
    interventions: tuple[Concept, ...]
    rules: tuple[RuleSummary, ...]


def make_catalogue(knowledge: Knowledge) -> Catalogue:
    """The catalogue of a knowledge, everything in the order of its files."""
    return Catalogue(
        version=knowledge.version,
        digest=knowledge.digest,
        counts=count(knowledge),
        sources=tuple(knowledge.sources.values()),
        findings=tuple(knowledge.findings.values()),
        measurements=tuple(knowledge.measurements.values()),
        conditions=tuple(knowledge.conditions.values()),
        interventions=tuple(knowledge.interventions.values()),
        rules=tuple(_summary(rule, knowledge) for rule in knowledge.rules.values()),
    )


def count(knowledge: Knowledge) -> dict[str, int]:
    """How many there are of each kind of thing; rules also by kind ("rules: tension")."""
    names = ("sources", "passages", "references", "findings", "measurements", "conditions", "interventions", "rules")
    counts = {name: len(getattr(knowledge, name)) for name in names}
    for rule in knowledge.rules.values():
        name = f"rules: {kind_of(rule)}"
        counts[name] = counts.get(name, 0) + 1
    return counts


def kind_of(rule: Rule) -> str:
    """`SourceGap` → "source gap"."""
    return re.sub(r"(?<=.)([A-Z])", r" \1", type(rule).__name__).lower()


def _summary(rule: Rule, knowledge: Knowledge) -> RuleSummary:
    source = knowledge.sources[rule.source].number if rule.source else ""
    return RuleSummary(id=rule.id, iri=rule.iri, label=rule.label, kind=kind_of(rule), source=source, passages=rule.passages)


def knowledge_router(knowledge: Knowledge) -> APIRouter:
    """The router of the catalogue, which is encoded once; its ETag is the content digest."""
    router = APIRouter(tags=["knowledge"])
    body = msgspec.json.encode(make_catalogue(knowledge))
    headers = {"ETag": f'"{knowledge.digest}"', "Cache-Control": "no-cache"}

    @router.head("/v1/knowledge", include_in_schema=False)
    @router.get(
        "/v1/knowledge",
        summary="What the service knows",
        response_class=Response,
        openapi_extra=catalogue_operation(),
    )
    async def catalogue(request: Request) -> Response:
        """Version and digest, sources with their review status, all codes with their meaning, all rules with their passages.

        Ask again with `If-None-Match: <ETag>`: 304 says that nothing has changed.
        """
        if _names(request.headers.get("if-none-match", ""), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    return router


def _names(if_none_match: str, etag: str) -> bool:
    """Whether an If-None-Match header names the tag (weak comparison, RFC 9110 section 13.1.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags
