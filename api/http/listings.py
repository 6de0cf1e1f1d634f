"""`GET /v1/findings`, `/v1/rules` and so on: what there is of a kind, searched and in pages, as plain JSON (issue 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple
from unicodedata import combining, normalize
from urllib.parse import parse_qsl, urlencode

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.caching import has_already
from spinegraph.api.http.errors import ParameterError
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.engine import Knowledge, Recommendation
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.model import (
    Assessment,
    Concept,
    DerivedFinding,
    Exclusion,
    Frozen,
    Measurement,
    Rule,
    Source,
    SourceGap,
    Tension,
)
from starlette.requests import Request
from starlette.responses import Response

MOST, USUAL = 500, 50
PARAMETERS = ("q", "limit", "offset")


class Listed(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A resource in a listing. `resource` is its page on this server; the members after the label depend on its kind."""

    iri: str
    resource: str
    kind: str
    label: str
    code: str = ""
    definition: str = ""
    patient_label: str = ""
    synonyms: tuple[str, ...] = ()
    unit: str = ""
    broader: tuple[str, ...] = ()
    source: str = ""
    direction: str = ""
    modality: str = ""
    urgency: str = ""
    about: str = ""
    review_status: str = ""
    resolution: str = ""
    passages: tuple[str, ...] = ()


class Listing(Frozen, frozen=True, kw_only=True):
    """A page of what was found: `total` in all, from `offset`, at most `limit`, best matches first."""

    total: int
    limit: int
    offset: int
    items: tuple[Listed, ...]


class Wanted(NamedTuple):
    """What a request asks for."""

    words: tuple[str, ...]
    limit: int
    offset: int


class _Entry(NamedTuple):
    listed: Listed
    names: str
    everything: str


def listings_router(knowledge: Knowledge) -> APIRouter:
    """The router of the listings, which are made once. Errors are raised for `api.http.errors` to answer."""
    router = APIRouter(tags=["resources"], route_class=OpenRoute)
    for name, listed in make_listings(knowledge).items():
        answer = _answering(tuple(map(_entry, listed)), f'"{knowledge.digest}"')
        router.add_api_route(f"/v1/{name}", answer, methods=["GET", "HEAD"], include_in_schema=False)
        router.add_api_route(
            f"/v1/{name}",
            answer,
            methods=["GET"],
            summary=f"List and search {name}",
            response_class=Response,
            openapi_extra=listing_operation(),
            operation_id=f"list_{name}",
        )
    return router


def make_listings(knowledge: Knowledge) -> dict[str, list[Listed]]:
    """Name of a listing → everything in it, in the order of the files; tensions have a listing of their own."""
    rules = knowledge.rules.values()
    return {
        "findings": [_concept(one, knowledge) for one in knowledge.findings.values()],
        "measurements": [_concept(one, knowledge) for one in knowledge.measurements.values()],
        "conditions": [_concept(one, knowledge) for one in knowledge.conditions.values()],
        "interventions": [_concept(one, knowledge) for one in knowledge.interventions.values()],
        "rules": [_rule(one, knowledge) for one in rules if not isinstance(one, Tension)],
        "sources": [_source(one) for one in knowledge.sources.values()],
        "tensions": [_rule(one, knowledge) for one in rules if isinstance(one, Tension)],
    }


def read_wanted(query: bytes) -> Wanted:
    """A query string → what it asks for. Raises ParameterError for what cannot be."""
    given: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("ascii", "replace"), keep_blank_values=True):
        if name not in PARAMETERS:
            near = get_close_matches(name, PARAMETERS, n=1)
            raise ParameterError(
                f"There is no parameter {name!r}" + (f"; did you mean {near[0]!r}?" if near else "."),
                where=f"?{name}",
                mend=f"Use {', '.join(PARAMETERS)}.",
            )
        if name in given:
            raise ParameterError(
                f"{name!r} is given twice.", where=f"?{name}", mend="Give it once; words of q all have to occur."
            )
        given[name] = value
    return Wanted(
        tuple(_plain(given.get("q", "")).split()),
        _whole(given, "limit", USUAL, 1, MOST),
        _whole(given, "offset", 0, 0, 10**9),
    )


def _whole(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most):
        raise ParameterError(
            f"{name}={text!r} cannot be.", where=f"?{name}", mend=f"Give a whole number from {least} to {most}, or leave it out."
        )
    return int(text)


def _answering(entries: tuple[_Entry, ...], etag: str) -> Callable[[Request], Response]:
    def listing(request: Request) -> Response:
        """Everything of a kind, or what has all words of `q` in its name, code, synonyms or definition.

        `Link` names the first, previous, next and last page; each item's `resource` is its page on this server.
        """
        wanted = read_wanted(request.scope["query_string"])
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if has_already(request, etag):
            return Response(status_code=304, headers=headers)
        found = search(entries, wanted.words)
        page = Listing(
            total=len(found),
            limit=wanted.limit,
            offset=wanted.offset,
            items=tuple(found[wanted.offset : wanted.offset + wanted.limit]),
        )
        headers["Link"] = _links(request.url.path, wanted, len(found))
        return Response(msgspec.json.encode(page), headers=headers, media_type="application/json")

    return listing


def search(entries: Iterable[_Entry], words: tuple[str, ...]) -> list[Listed]:
    """Entries in which every word occurs: those first that have them in their names, and of these the shortest names."""
    found = [entry for entry in entries if all(word in entry.everything for word in words)]
    if words:
        phrase = " ".join(words)
        found.sort(
            key=lambda entry: (
                phrase not in (_plain(entry.listed.label), _plain(entry.listed.code)),
                not all(word in entry.names for word in words),
                len(entry.listed.label),
            )
        )
    return [entry.listed for entry in found]


def _links(path: str, wanted: Wanted, total: int) -> str:
    last = max(0, (total - 1) // wanted.limit * wanted.limit)
    pages = {"first": 0, "last": last}
    if wanted.offset > 0:
        pages["prev"] = min(max(0, wanted.offset - wanted.limit), last)
    if wanted.offset + wanted.limit < total:
        pages["next"] = wanted.offset + wanted.limit
    query = {"q": " ".join(wanted.words)} if wanted.words else {}
    return ", ".join(
        f'<{path}?{urlencode({**query, "limit": wanted.limit, "offset": offset})}>; rel="{relation}"'
        for relation, offset in pages.items()
    )


# What is listed ------------------------------------------------------------------------------


def _entry(listed: Listed) -> _Entry:
    names = " ".join((listed.label, listed.code, *listed.synonyms, listed.patient_label))
    rest = (listed.definition, listed.kind, listed.iri.removeprefix(BASE), listed.direction, listed.urgency, listed.about)
    return _Entry(listed, _plain(names), _plain(" ".join((names, *rest))))


def _plain(text: str) -> str:
    """Text as it is searched: without case, marks on letters, hyphens and underscores."""
    letters = (letter for letter in normalize("NFKD", text.casefold()) if not combining(letter))
    return "".join(letters).replace("-", " ").replace("_", " ")


def _resource(iri: str) -> str:
    return f"/{iri.removeprefix(BASE)}"


def _concept(one: Concept | Measurement, knowledge: Knowledge) -> Listed:
    known = {**knowledge.findings, **knowledge.conditions, **knowledge.interventions}
    broader = knowledge.hierarchy.broader.get(one.iri, ())
    return Listed(
        iri=one.iri,
        resource=_resource(one.iri),
        kind=one.kind if isinstance(one, Concept) else "measurement",
        label=one.label,
        code=one.code,
        definition=one.definition,
        patient_label=one.patient_label,
        synonyms=one.synonyms if isinstance(one, Concept) else (),
        unit=one.unit if isinstance(one, Measurement) else "",
        broader=tuple(known[iri].code for iri in broader if iri in known and iri != one.iri),
        passages=one.passages,
    )


def _rule(rule: Rule, knowledge: Knowledge) -> Listed:
    definition = ""
    more: dict[str, Any] = {}
    match rule:
        case Recommendation():
            definition = rule.text
            more = {"direction": rule.direction, "modality": rule.modality, "urgency": rule.urgency,
                    "about": knowledge.interventions[rule.intervention].code}  # fmt: skip
        case Assessment():
            more = {"about": knowledge.conditions[rule.condition].code}
        case DerivedFinding():
            more = {"about": knowledge.findings[rule.finding].code}
        case Exclusion() | SourceGap():
            definition = rule.text
        case Tension():
            definition, more = rule.definition, {"resolution": rule.resolution}
        case _:
            pass
    return Listed(
        iri=rule.iri,
        resource=_resource(rule.iri),
        kind="".join(f" {letter.lower()}" if letter.isupper() else letter for letter in type(rule).__name__).strip(),
        label=rule.label,
        code=rule.id,
        definition=definition,
        source=knowledge.sources[rule.source].number if rule.source else "",
        passages=rule.passages,
        **more,
    )


def _source(source: Source) -> Listed:
    return Listed(
        iri=source.iri,
        resource=_resource(source.iri),
        kind="source",
        label=source.title,
        code=source.number,
        definition=source.title_question,
        review_status=source.review_status,
        passages=source.passages,
    )


def listing_operation() -> dict[str, Any]:
    """What the OpenAPI document says of a listing; it needs the schemas Listing and Problem."""
    whole = {"type": "integer", "minimum": 0}
    parameters = {
        "q": ("Words that all have to occur.", {"type": "string"}),
        "limit": ("How many at most.", {**whole, "minimum": 1, "maximum": MOST, "default": USUAL}),
        "offset": ("How many to leave out.", {**whole, "default": 0}),
    }
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    text = {"schema": {"type": "string"}}
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "description": told, "schema": schema}
            for name, (told, schema) in parameters.items()
        ],
        "responses": {
            "200": {
                "description": "A page.",
                "headers": {"Link": {"description": "first, prev, next, last (RFC 8288).", **text}, "ETag": {**text}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Listing"}}},
            },
            "304": {"description": "Nothing has changed."},
            "422": {"description": "A parameter cannot be.", "content": problem},
        },
    }
