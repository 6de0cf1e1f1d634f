"""`GET /search?q=WORDS`: what `/v1/search` finds, as a page that needs no script."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from msgspec import Meta
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.pages import render_page
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.http.search import LONGEST, MOST_LISTED, FoundResource, found_resource
from spinegraph.engine.model import Frozen
from spinegraph.engine.search.documents import Kind
from spinegraph.engine.search.index import Found, SearchIndex
from spinegraph.engine.search.words import words_of
from starlette.requests import Request
from starlette.responses import Response

MOST = 20
"""How many of a kind are shown; the JSON has the rest."""
EVERYTHING = 100_000
"""More than there is to be found."""
TITLES: dict[Kind, str] = {
    "finding": "findings",
    "measurement": "measurements",
    "coded": "coded values",
    "condition": "conditions",
    "intervention": "interventions",
    "rule": "rules",
    "tension": "disagreements of the sources",
    "source": "documents",
    "passage": "passages",
}


class SearchParameters(Frozen, frozen=True, kw_only=True):
    """What the URL of the search may ask for."""

    q: Annotated[str, Meta(description="What is looked for, in the words of whoever asks.", max_length=LONGEST)] = ""


class FoundKind(NamedTuple):
    """What was found of a kind: the best `MOST`, and how many there are in all."""

    kind: Kind
    title: str
    shown: tuple[FoundResource, ...]
    total: int


def search_router(index: SearchIndex) -> APIRouter:
    """The router of the page of an index. Errors are raised for `api.http.errors` to answer."""
    router = APIRouter(route_class=OpenRoute)

    @router.get("/search", include_in_schema=False)
    def found(request: Request) -> Response:
        asked = read_parameters(request.scope["query_string"], SearchParameters).q
        page = render_page("search.html.j2", title="Search", asked=asked, **_found(index, asked))
        return Response(page, media_type="text/html")

    return router


def _found(index: SearchIndex, asked: str) -> dict[str, Any]:
    """What the page says: whether there is a word to look for, what was found by kind, and how that fits."""
    found = index.find(asked, limit=EVERYTHING)
    partly = bool(found.hits) and found.hits[0].match == "some words"
    return {
        "words": bool(words_of(asked)),
        "groups": _by_kind(found),
        "partly": partly,
        "read_as": dict(found.read_as),
        "most_listed": MOST_LISTED,
    }


def _by_kind(found: Found) -> list[FoundKind]:
    """The kinds in the order of their best hits, each with its own in theirs."""
    kinds: dict[Kind, list[FoundResource]] = {}
    for hit in found.hits:
        kinds.setdefault(hit.document.kind, []).append(found_resource(hit))
    return [FoundKind(kind, TITLES[kind], tuple(all_[:MOST]), len(all_)) for kind, all_ in kinds.items()]
