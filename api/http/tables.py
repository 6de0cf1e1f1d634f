"""`GET /v1/recommendations/{id}/table`: the minimal ways in which a recommendation comes to hold."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from fastapi import APIRouter
from spinegraph.api.http.caching import has_already, unless_unchanged
from spinegraph.api.http.errors import NotAcceptableError
from spinegraph.api.http.negotiation import negotiated
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.http.waiting import unless_gone
from spinegraph.api.problems import ParameterError, UnknownResourceError
from spinegraph.engine import Engine, Recommendation, VocabularyError
from spinegraph.engine.exchange.decision_table.formats import BY_MEDIA_TYPE, render_table
from spinegraph.engine.exchange.decision_table.model import DecisionTable
from spinegraph.engine.exchange.decision_table.table import find_recommendation, make_table
from spinegraph.engine.model import Frozen
from starlette.requests import Request
from starlette.responses import Response

KEPT = 512
"""So many tables are remembered; each is made when it is first asked for, one at a time."""


NAME = ("Id of a recommendation.", "no-routine-imaging")
"""What OpenAPI says of the name in a path, with an example."""


class TableParameters(Frozen, frozen=True, kw_only=True):
    """The URL of a table asks for nothing more."""


def tables_router(engine: Engine) -> APIRouter:
    """The router of the decision tables. Errors are raised for `api.http.errors` to answer."""
    router = APIRouter(tags=["knowledge"], route_class=OpenRoute)
    maker = ThreadPoolExecutor(1, thread_name_prefix="table-maker")
    digest, offered = engine.knowledge.digest, tuple(BY_MEDIA_TYPE)

    @lru_cache(maxsize=KEPT)
    def made(iri: str) -> DecisionTable:
        rule = engine.knowledge.rules[iri]
        assert isinstance(rule, Recommendation)  # noqa: S101 (found among these)
        return make_table(engine.program, rule)

    async def table(request: Request) -> Response:
        """When a recommendation comes to hold: each row is a smallest set of facts that is enough, each column a fact.

        As JSON, as a page, as CSV, and as DMN 1.3 for other engines. What sets the recommendation aside or leaves it open stands
        beside the rows. `complete` says whether the rows are all there are.
        """
        read_parameters(request.scope["query_string"], TableParameters)
        rule = named_recommendation(engine, request.path_params["name"], "table")
        media_type = negotiated(request, offered, "A decision table")
        form = BY_MEDIA_TYPE[media_type]
        etag = f'"{digest}.table.{form.name}"'
        headers = {"Vary": "Accept"}
        if has_already(request, etag):
            return unless_unchanged(request, etag, media_type, bytes, headers)
        found = await unless_gone(request, asyncio.get_running_loop().run_in_executor(maker, made, rule.iri))
        body = render_table(found, form, "/")
        if form.name in ("csv", "dmn"):
            headers["Content-Disposition"] = f'inline; filename="{rule.id}.{form.name}"'
        return unless_unchanged(request, etag, media_type, lambda: body, headers)

    operation = Operation(
        "get_decision_table",
        "When a recommendation holds",
        "The decision table.",
        {media_type: DecisionTable if media_type == JSON else None for media_type in offered},
        (UnknownResourceError, NotAcceptableError, ParameterError),
        TableParameters,
        path=NAME,
        cached="Digest of the knowledge, and the format.",
    )
    add_operation(router, "/v1/recommendations/{name}/table", table, operation)
    return router


def named_recommendation(engine: Engine, name: str, wanted: str) -> Recommendation:
    """The recommendation of a path that ends in what is wanted of it. Raises UnknownResourceError with the nearest."""
    try:
        return find_recommendation(engine.knowledge, name)
    except VocabularyError as error:
        named: Iterable[str] = error.terms.get("nearest", ())  # type: ignore[assignment]
        nearest = [f"/v1/recommendations/{near}/{wanted}" for near in named]
        raise UnknownResourceError(error.what, mend=error.mend, details={"nearest": nearest}) from error
