"""`GET /v1/queries`: the competency questions, to be sent to /sparql as they are (issue 4.6)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.caching import has_already
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.query_library import CompetencyQuery, competency_queries
from spinegraph.engine.model import Frozen
from starlette.requests import Request
from starlette.responses import Response


class QueryList(Frozen, frozen=True, kw_only=True):
    """What can be asked, by name."""

    queries: tuple[CompetencyQuery, ...]


def queries_router(queries: Sequence[CompetencyQuery] | None = None) -> APIRouter:
    """The router of the competency questions, by default the shipped ones; they are encoded once. Raises QuestionError."""
    router = APIRouter(tags=["queries"], route_class=OpenRoute)
    body = msgspec.json.encode(QueryList(queries=tuple(competency_queries() if queries is None else queries)))
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()}"',
        "Cache-Control": "no-cache",
    }

    @router.get(
        "/v1/queries",
        summary="Questions that can be asked",
        response_class=Response,
        openapi_extra={
            "responses": {
                "200": {
                    "description": "The questions with their SPARQL.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/QueryList"}}},
                    "headers": {"ETag": {"description": "Digest of the questions.", "schema": {"type": "string"}}},
                },
                "304": {"description": "Nothing has changed."},
            }
        },
    )
    @router.api_route("/v1/queries", methods=["GET", "HEAD"], include_in_schema=False)
    async def queries_listed(request: Request) -> Response:
        """Questions that an informaticist or a guideline committee asks, why, and the SPARQL that answers each.

        Those with `case` are about a decision: `spinegraph query NAME --case CASE.yaml` asks them.
        """
        if has_already(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    return router
