"""The built pages: what `web/` makes is shipped as it is and served under `/console/` (ADR 20).

A page may load these files and ask this service; nothing else, and nothing that stands in the page itself.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import PurePath

from fastapi import APIRouter
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.engine.exchange.article.rendering import style
from starlette.requests import Request
from starlette.responses import Response

ARTICLE_STYLE = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()


def policy(*styles: str, connect: Sequence[str] = ()) -> str:
    """What a built page may do (Content-Security-Policy level 3).

    `styles`: which may stand in it beside its sheet; `connect`: origins that it may ask, and whose pages may frame it.

    A digest and 'unsafe-inline' are no pair: beside a digest browsers take no notice of the other.
    """
    allowed = " ".join(("'self'", *styles))
    asked = " ".join(("'self'", *connect))
    framed = " ".join(connect) or "'none'"
    return (
        f"default-src 'none'; script-src 'self'; style-src {allowed}; img-src 'self' data:; "
        f"connect-src {asked}; form-action 'self'; base-uri 'none'; frame-ancestors {framed}"
    )


POLICY = policy(f"'sha256-{ARTICLE_STYLE}'")
"""What the console may do. It has one style in a page: that of the articles, which it shows in frames without scripts."""
FOLDER = files("spinegraph.api.http.console")
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".txt": "text/plain"}
UNSERVED = ("sources.txt",)
LOADED = {
    path.name: MEDIA_TYPES[PurePath(path.name).suffix]
    for path in sorted(FOLDER.iterdir(), key=lambda path: path.name)
    if PurePath(path.name).suffix in MEDIA_TYPES and path.name not in UNSERVED
}
"""What the pages load, by media type."""
NAMED_BY_CONTENT = re.compile(r"-[0-9A-Z]{8}\.js$")
"""The names that esbuild makes of what is in a file: what such a name has once given it gives for ever."""
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@cache
def built(name: str) -> bytes:
    """A built file, as it is."""
    return (FOLDER / name).read_bytes()


@cache
def compressed(name: str) -> bytes:
    """The same, compressed once: the largest would take a tenth of a second at every request."""
    return gzip.compress(built(name), mtime=0)


def built_page(name: str, policy: str, headers: Mapping[str, str] | None = None) -> Response:
    """A page as it was built, with what it may do."""
    more = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
    return Response(built(name), headers={**(headers or {}), **more}, media_type="text/html")


def console_page(headers: Mapping[str, str]) -> Response:
    """The console itself."""
    return built_page("index.html", POLICY, headers)


def console_router() -> APIRouter:
    """The router of what the pages load; each has the ETag of its content."""
    router = APIRouter(route_class=OpenRoute)
    for name, media_type in LOADED.items():
        router.add_api_route(f"/console/{name}", _serving(name, media_type), include_in_schema=False)
    return router


def _serving(name: str, media_type: str) -> Callable[[Request], Response]:
    etag = f'"{hashlib.sha256(built(name)).hexdigest()}"'
    headers = {"Vary": "Accept-Encoding", **(FOR_EVER if NAMED_BY_CONTENT.search(name) else {})}

    def serve(request: Request) -> Response:
        if "gzip" in request.headers.get("accept-encoding", ""):
            packed = {**headers, "Content-Encoding": "gzip"}
            return unless_unchanged(request, etag, media_type, lambda: compressed(name), packed)
        return unless_unchanged(request, etag, media_type, lambda: built(name), headers)

    return serve
