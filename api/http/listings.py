"""`GET /v1/findings`, `/v1/rules` and so on: what there is of a kind, searched and in pages, as plain JSON (issue 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, NamedTuple
from unicodedata import combining, normalize
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.errors import ParameterError
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
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
    doc,
)
from starlette.requests import Request
from starlette.responses import Response


class Listed(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A resource in a listing. The members after the label depend on its kind."""

    iri: Annotated[str, doc("Its IRI.")]
    resource: Annotated[str, doc("Its page on this server.")]
    kind: Annotated[str, doc("What kind of thing it is.")]
    label: Annotated[str, doc("Its name.")]
    code: Annotated[str, doc("Its code, the id of a rule, or the number of a document.")] = ""
    definition: Annotated[str, doc("What it means or says.")] = ""
    patient_label: Annotated[str, doc("Its name for patients.")] = ""
    synonyms: Annotated[tuple[str, ...], doc("Other names.")] = ()
    unit: Annotated[str, doc("Of a measurement: its unit, in UCUM.")] = ""
    broader: Annotated[tuple[str, ...], doc("Codes of wider concepts.")] = ()
    source: Annotated[str, doc("Of a rule: the number of its document.")] = ""
    direction: Annotated[str, doc("Of a recommendation: for or against.")] = ""
    modality: Annotated[str, doc("Of a recommendation: how binding it is.")] = ""
    urgency: Annotated[str, doc("Of a recommendation: its grade.")] = ""
    reading: Annotated[str, doc("Of a rule: what of it is an interpretation of ours, and why.")] = ""
    about: Annotated[str, doc("Of a rule: the code of what it concludes or recommends.")] = ""
    review_status: Annotated[str, doc("Of a document: its review status as printed.")] = ""
    resolution: Annotated[str, doc("Of a tension: whether it is exposed or resolved.")] = ""
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that state it.")] = ()


class Listing(Frozen, frozen=True, kw_only=True):
    """A page of what was found."""

    total: Annotated[int, doc("How many there are in all.")]
    limit: Annotated[int, doc("How many a page has at most.")]
    offset: Annotated[int, doc("How many were left out before this page.")]
    items: Annotated[tuple[Listed, ...], doc("Those of this page, the best matches first.")]


class ListingParameters(Frozen, frozen=True, kw_only=True):
    """What the URL of a listing may ask for."""

    q: Annotated[str, doc("Words that all have to occur.")] = ""
    limit: Annotated[int, Meta(description="How many at most.", ge=1, le=500)] = 50
    offset: Annotated[int, Meta(description="How many to leave out.", ge=0, le=1_000_000_000)] = 0

    @property
    def words(self) -> tuple[str, ...]:
        """The words as they are searched."""
        return tuple(plain(self.q).split())


class Entry(NamedTuple):
    """What is listed, with the texts in which words are looked for."""

    listed: Listed
    names: str
    everything: str


def listings_router(knowledge: Knowledge) -> APIRouter:
    """The router of the listings, which are made once. Errors are raised for `api.http.errors` to answer."""
    router = APIRouter(tags=["resources"], route_class=OpenRoute)
    for name, listed in make_listings(knowledge).items():
        answer = _answering(tuple(map(entry_of, listed)), f'"{knowledge.digest}"')
        operation = Operation(
            f"list_{name}", f"List and search {name}", "A page.", {JSON: Listing}, (ParameterError,), ListingParameters,
            cached="The content digest of the knowledge.", headers={"Link": "first, prev, next, last (RFC 8288)."},
        )  # fmt: skip
        add_operation(router, f"/v1/{name}", answer, operation)
    return router


def make_listings(knowledge: Knowledge) -> dict[str, list[Listed]]:
    """Name of a listing → everything in it, in the order of the files; tensions have a listing of their own."""
    rules = knowledge.rules.values()
    return {
        "findings": [_concept(finding, knowledge) for finding in knowledge.findings.values()],
        "measurements": [_concept(measurement, knowledge) for measurement in knowledge.measurements.values()],
        "conditions": [_concept(condition, knowledge) for condition in knowledge.conditions.values()],
        "interventions": [_concept(intervention, knowledge) for intervention in knowledge.interventions.values()],
        "rules": [_rule(rule, knowledge) for rule in rules if not isinstance(rule, Tension)],
        "sources": [_source(source) for source in knowledge.sources.values()],
        "tensions": [_rule(rule, knowledge) for rule in rules if isinstance(rule, Tension)],
    }


def _answering(entries: tuple[Entry, ...], etag: str) -> Callable[[Request], Response]:
    def listing(request: Request) -> Response:
        """Everything of a kind, or what has all words of `q` in its name, code, synonyms or definition.

        `Link` names the first, previous, next and last page; each item's `resource` is its page on this server.
        """
        wanted = read_parameters(request.scope["query_string"], ListingParameters)
        found = search(entries, wanted.words)
        links = _links(request.url.path, wanted, len(found))

        def page() -> bytes:
            items = tuple(found[wanted.offset : wanted.offset + wanted.limit])
            return msgspec.json.encode(Listing(total=len(found), limit=wanted.limit, offset=wanted.offset, items=items))

        return unless_unchanged(request, etag, JSON, page, {"Link": links})

    return listing


def search(entries: Iterable[Entry], words: tuple[str, ...]) -> list[Listed]:
    """Entries in which every word occurs: those first that have them in their names, and of these the shortest names."""
    found = [entry for entry in entries if all(word in entry.everything for word in words)]
    if words:
        phrase = " ".join(words)
        found.sort(
            key=lambda entry: (
                phrase not in (plain(entry.listed.label), plain(entry.listed.code)),
                not all(word in entry.names for word in words),
                len(entry.listed.label),
            )
        )
    return [entry.listed for entry in found]


def _links(path: str, wanted: ListingParameters, total: int) -> str:
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


def entry_of(listed: Listed) -> Entry:
    """What is listed, ready to be searched."""
    names = " ".join((listed.label, listed.code, *listed.synonyms, listed.patient_label))
    rest = (listed.definition, listed.kind, listed.iri.removeprefix(BASE), listed.direction, listed.urgency, listed.about)
    return Entry(listed, plain(names), plain(" ".join((names, *rest))))


def plain(text: str) -> str:
    """Text as it is searched: without case, marks on letters, hyphens and underscores."""
    letters = (letter for letter in normalize("NFKD", text.casefold()) if not combining(letter))
    return "".join(letters).replace("-", " ").replace("_", " ")


def resource_of(iri: str) -> str:
    """IRI of the project → its page on this server."""
    return f"/{iri.removeprefix(BASE)}"


def _concept(concept: Concept | Measurement, knowledge: Knowledge) -> Listed:
    known = {**knowledge.findings, **knowledge.conditions, **knowledge.interventions}
    broader = knowledge.hierarchy.broader.get(concept.iri, ())
    return Listed(
        iri=concept.iri,
        resource=resource_of(concept.iri),
        kind=concept.kind if isinstance(concept, Concept) else "measurement",
        label=concept.label,
        code=concept.code,
        definition=concept.definition,
        patient_label=concept.patient_label,
        synonyms=concept.synonyms if isinstance(concept, Concept) else (),
        unit=concept.unit if isinstance(concept, Measurement) else "",
        broader=tuple(known[iri].code for iri in broader if iri in known and iri != concept.iri),
        passages=concept.passages,
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
        resource=resource_of(rule.iri),
        kind="".join(f" {letter.lower()}" if letter.isupper() else letter for letter in type(rule).__name__).strip(),
        label=rule.label,
        code=rule.id,
        definition=definition,
        source=knowledge.sources[rule.source].number if rule.source else "",
        passages=rule.passages,
        reading=rule.reading,
        **more,
    )


def _source(source: Source) -> Listed:
    return Listed(
        iri=source.iri,
        resource=resource_of(source.iri),
        kind="source",
        label=source.title,
        code=source.number,
        definition=source.title_question,
        review_status=source.review_status,
        passages=source.passages,
    )
