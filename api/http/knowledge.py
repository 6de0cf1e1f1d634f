"""`GET /v1/knowledge`: what the service knows."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from spinegraph.api.catalogue import Catalogue, make_catalogue
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.engine import Knowledge
from starlette.requests import Request
from starlette.responses import Response


def knowledge_router(knowledge: Knowledge) -> APIRouter:
    """The router of the catalogue, which is encoded once; its ETag is the content digest."""
    router = APIRouter(tags=["knowledge"], route_class=OpenRoute)
    body = msgspec.json.encode(make_catalogue(knowledge))
    etag = f'"{knowledge.digest}"'

    async def catalogue(request: Request) -> Response:
        """Version and digest, sources with their review status, all codes with their meaning, all rules with their passages.

        Ask again with `If-None-Match: <ETag>`: 304 says that nothing has changed.
        """
        return unless_unchanged(request, etag, JSON, lambda: body)

    operation = Operation(
        "get_knowledge",
        "What the service knows",
        "The catalogue.",
        {JSON: Catalogue},
        cached="Digest of the knowledge.",
    )
    add_operation(router, "/v1/knowledge", catalogue, operation)
    return router
