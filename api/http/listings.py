"""`GET /v1/findings`, `/v1/rules` and so on: what there is of a kind, searched and in pages, as plain JSON (issue 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from spinegraph.api.http.access import path_of
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.listings import Entry, Listed, entry_of, make_listings, search
from spinegraph.api.problems import ParameterError
from spinegraph.engine import Knowledge
from spinegraph.engine.model import Frozen, doc
from spinegraph.engine.search.words import plain
from starlette.requests import Request
from starlette.responses import Response


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


def _answering(entries: tuple[Entry, ...], etag: str) -> Callable[[Request], Response]:
    def listing(request: Request) -> Response:
        """Everything of a kind, or what has all words of `q` in its name, code, synonyms or definition.

        `Link` names the first, previous, next and last page; each item's `resource` is its page on this server.
        """
        wanted = read_parameters(request.scope["query_string"], ListingParameters)
        found = search(entries, wanted.words)
        links = _links(path_of(request.scope), wanted, len(found))

        def page() -> bytes:
            items = tuple(found[wanted.offset : wanted.offset + wanted.limit])
            return msgspec.json.encode(Listing(total=len(found), limit=wanted.limit, offset=wanted.offset, items=items))

        return unless_unchanged(request, etag, JSON, page, {"Link": links})

    return listing


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
