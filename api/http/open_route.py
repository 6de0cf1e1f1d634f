"""Routes of the service: they answer HEAD and OPTIONS, web pages that may read them (`access.py`) can, and pages run nothing
foreign.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from fastapi.routing import APIRoute
from spinegraph.api.http.access import SENDABLE, below_root, open_to_pages
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""What a page may do that has no policy of its own: look as it looks."""


def preflight(methods: Iterable[str]) -> dict[str, str]:
    """Headers that answer OPTIONS: what may be sent from another origin."""
    allowed = ", ".join(methods)
    return {
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": SENDABLE,
        "Access-Control-Max-Age": "86400",
    }


class OpenRoute(APIRoute):
    """A route whose every reply, errors too, those web pages can read that may, without credentials (Fetch standard, CORS)."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.open(MutableHeaders(scope=message), scope)
            await send(message)

        methods = self.methods or set()
        if scope["method"] == "OPTIONS":
            response = Response(status_code=HTTPStatus.NO_CONTENT, headers=preflight(self._offered(scope)))
            await response(scope, receive, send_open)
            return
        if scope["method"] == "HEAD" and "GET" in methods:
            scope = {**scope, "method": "GET"}  # the server sends no body
        try:
            await super().handle(scope, receive, send_open)
        except HTTPException as error:  # a method that there is not: answered outside of the route
            error.headers = {**(error.headers or {}), "Allow": ", ".join(self._offered(scope))}
            raise

    def _offered(self, scope: Scope) -> list[str]:
        """The methods of the path, be they of this route or of another one: as the OpenAPI document has them of that very path,
        which may look like one with a variable part, or else of that of this route."""
        described = scope["app"].openapi()["paths"] if "app" in scope else {}
        literal = below_root(scope)
        own = () if literal in described else self.methods or ()
        methods = {*own, *map(str.upper, described.get(literal) or described.get(self.path, ()))}
        return sorted({*methods, "OPTIONS", *(("HEAD",) if "GET" in methods else ())})

    def open(self, headers: MutableHeaders, scope: Scope) -> None:
        """Add what every reply has."""
        open_to_pages(headers, scope)
        headers["X-Content-Type-Options"] = "nosniff"
        if headers.get("content-type", "").startswith("text/html"):
            headers.setdefault("Content-Security-Policy", PAGE_POLICY)
