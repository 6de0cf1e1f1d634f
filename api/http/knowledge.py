"""`GET /v1/knowledge`: what the service knows."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.caching import has_already
from spinegraph.api.http.catalogue import make_catalogue
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import catalogue_operation
from spinegraph.engine import Knowledge
from starlette.requests import Request
from starlette.responses import Response


def knowledge_router(knowledge: Knowledge) -> APIRouter:
    """The router of the catalogue, which is encoded once; its ETag is the content digest."""
    router = APIRouter(tags=["knowledge"], route_class=OpenRoute)
    body = msgspec.json.encode(make_catalogue(knowledge))
    headers = {"ETag": f'"{knowledge.digest}"', "Cache-Control": "no-cache"}

    @router.api_route("/v1/knowledge", methods=["GET", "HEAD"], include_in_schema=False)
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
        if has_already(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    return router
