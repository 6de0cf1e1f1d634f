"""`GET /v1/local`: where patients are to go, as whoever runs the service says it; no source says it."""

from __future__ import annotations

import hashlib

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.engine.exchange.article.local import NO_TEXT, LocalText
from starlette.requests import Request
from starlette.responses import Response


def local_text_router(local: LocalText = NO_TEXT) -> APIRouter:
    """The router of the local texts; see Settings."""
    router = APIRouter(tags=["knowledge"], route_class=OpenRoute)
    body = msgspec.json.encode(local)
    etag = f'"{hashlib.sha256(body).hexdigest()}"'

    def local_text(request: Request) -> Response:
        """Where to go at once in an emergency, and where to go otherwise; each empty where the service was not told."""
        return unless_unchanged(request, etag, JSON, lambda: body)

    operation = Operation("get_local_text", "Where patients are to go", "The texts.", {JSON: LocalText}, cached="Digest of them.")
    add_operation(router, "/v1/local", local_text, operation)
    return router
