"""`GET /v1/queries`: the competency questions, to be sent to /sparql as they are (issue 4.6)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.query_library import CompetencyQuery, competency_queries
from spinegraph.engine.model import Frozen, doc
from starlette.requests import Request
from starlette.responses import Response


class QueryList(Frozen, frozen=True, kw_only=True):
    """What can be asked, by name."""

    queries: Annotated[tuple[CompetencyQuery, ...], doc("The questions, by name.")]


def queries_router(queries: Sequence[CompetencyQuery] | None = None) -> APIRouter:
    """The router of the competency questions, by default the shipped ones; they are encoded once. Raises QuestionError."""
    router = APIRouter(tags=["queries"], route_class=OpenRoute)
    body = msgspec.json.encode(QueryList(queries=tuple(competency_queries() if queries is None else queries)))
    etag = f'"{hashlib.sha256(body).hexdigest()}"'

    async def queries_listed(request: Request) -> Response:
        """Questions that an informaticist or a guideline committee asks, why, and the SPARQL that answers each.

        Those with `case` are about a decision: `spinegraph query NAME --case CASE.yaml` asks them.
        """
        return unless_unchanged(request, etag, JSON, lambda: body)

    operation = Operation(
        "list_queries",
        "Questions that can be asked",
        "The questions.",
        {JSON: QueryList},
        cached="Their digest.",
    )
    add_operation(router, "/v1/queries", queries_listed, operation)
    return router
