"""`GET /search?q=WORDS`: codes, concepts, rules and passages that have these words, as a page that needs no script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter
from msgspec import Meta
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.pages import render_page
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.listings import Entry, Listed, entry_of, make_listings, resource_of, search
from spinegraph.engine import Knowledge
from spinegraph.engine.knowledge.showing import in_reading_order
from spinegraph.engine.model import Frozen
from spinegraph.engine.search.index import Hit, SearchIndex
from spinegraph.engine.search.words import plain
from starlette.requests import Request
from starlette.responses import Response

MOST = 20
"""How many of a kind are shown; the listings have the rest."""
NEAR = 5
"""How many are proposed where nothing has all the words."""
TITLES = {"sources": "documents", "tensions": "disagreements of the sources"}


class SearchParameters(Frozen, frozen=True, kw_only=True):
    """What the URL of the search may ask for."""

    q: Annotated[str, Meta(description="Words that all have to occur.", max_length=200)] = ""


class Found(NamedTuple):
    """What was found of a kind: the best `MOST`, how many there are in all, and where the rest can be read, if anywhere."""

    title: str
    shown: tuple[Listed, ...]
    total: int
    listing: str


def search_router(knowledge: Knowledge, index: SearchIndex) -> APIRouter:
    """The router of the search; what is searched is made once. Errors are raised for `api.http.errors` to answer.

    `index` proposes what is near where nothing has all the words.
    """
    router = APIRouter(route_class=OpenRoute)
    find = _finder(knowledge)

    @router.get("/search", include_in_schema=False)
    def found(request: Request) -> Response:
        wanted = read_parameters(request.scope["query_string"], SearchParameters).q
        words = tuple(plain(wanted).split())
        groups = find(words) if words else []
        near: Sequence[Hit] = () if groups or not words else index.find(wanted, limit=NEAR).hits
        page = render_page("search.html.j2", title="Search", asked=wanted, words=" ".join(words), groups=groups, near=near)
        return Response(page, media_type="text/html")

    return router


def _finder(knowledge: Knowledge) -> Callable[[tuple[str, ...]], list[Found]]:
    listings = {name: (tuple(map(entry_of, listed)), f"/v1/{name}") for name, listed in make_listings(knowledge).items()}
    listings["passages"] = tuple(_passages(knowledge)), ""

    def find(words: tuple[str, ...]) -> list[Found]:
        groups = []
        for name, (entries, listing) in listings.items():
            listed = search(entries, words)
            if listed:
                groups.append(Found(TITLES.get(name, name), tuple(listed[:MOST]), len(listed), listing))
        return groups

    return find


def _passages(knowledge: Knowledge) -> Iterable[Entry]:
    for passage in in_reading_order(knowledge):
        resource = resource_of(passage.iri)
        yield entry_of(
            Listed(iri=passage.iri, resource=resource, kind=passage.kind, label=passage.id, definition=passage.paraphrase)
        )
