"""Routes that web pages of any origin may use, without credentials: answers and errors alike (Fetch standard, CORS)."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Allow, Content-Location, ETag, Link, Retry-After",
}


def preflight(methods: Iterable[str]) -> dict[str, str]:
    """Headers that answer OPTIONS: what may be sent from another origin."""
    allowed = ", ".join(methods)
    return {
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
        "Access-Control-Max-Age": "86400",
    }


class OpenRoute(APIRoute):
    """A route whose every reply, errors too, any web page may read. It answers OPTIONS; there is no route for that."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.open(MutableHeaders(scope=message))
            await send(message)

        methods = self.methods or set()
        offered = sorted({*methods, "OPTIONS"})
        if scope["method"] == "OPTIONS" and "OPTIONS" not in methods:
            response = Response(status_code=HTTPStatus.NO_CONTENT, headers=preflight(offered))
            await response(scope, receive, send_open)
            return
        try:
            await super().handle(scope, receive, send_open)
        except HTTPException as error:  # a method that there is not: answered outside of the route
            error.headers = {**(error.headers or {}), **CORS, "Allow": ", ".join(offered)}
            raise

    def open(self, headers: MutableHeaders) -> None:
        """Add what every reply has."""
        headers.update(CORS)
