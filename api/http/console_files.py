"""The console at `/`: a page, a script and a style sheet, built from `web/` and shipped as they are (ADR 20).

The page may load these files and ask this service; nothing else, and nothing that stands in the page itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from starlette.requests import Request
from starlette.responses import Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""What the console may do (Content-Security-Policy level 3)."""
LOADED = {"app.js": "text/javascript", "chunk.js": "text/javascript", "Pathway.js": "text/javascript", "app.css": "text/css"}
"""What the page loads, by media type; `Pathway.js` when its tab is first looked at, and `chunk.js` is what both share."""


@cache
def built(name: str) -> bytes:
    """A built file, as it is."""
    return (files("spinegraph.api.http.console") / name).read_bytes()


def console_page(headers: Mapping[str, str]) -> Response:
    """The page itself."""
    more = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
    return Response(built("index.html"), headers={**headers, **more}, media_type="text/html")


def console_router() -> APIRouter:
    """The router of what the page loads; each has the ETag of its content."""
    router = APIRouter(route_class=OpenRoute)
    for name, media_type in LOADED.items():
        router.add_api_route(f"/console/{name}", _serving(name, media_type), include_in_schema=False)
    return router


def _serving(name: str, media_type: str) -> Callable[[Request], Response]:
    body = built(name)
    etag = f'"{hashlib.sha256(body).hexdigest()}"'

    def serve(request: Request) -> Response:
        return unless_unchanged(request, etag, media_type, lambda: body)

    return serve
