"""`POST /mcp`: the door for assistants over HTTP, the Streamable HTTP transport of the Model Context Protocol.

The SDK answers; before it, the service's own limits of size and time hold, and requests under foreign names are refused, so
that no web page can lead a browser here (DNS rebinding).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from spinegraph.api.http.access import access_of
from spinegraph.api.http.bodies import BodyLimits, media_type_of, read_body
from spinegraph.api.http.errors import BodyTimeoutError, ForeignHostError, MediaTypeError, UnreadableBodyError
from spinegraph.api.http.hosts import check_host, check_page
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.mcp.guidelines import Guidelines
from spinegraph.api.mcp.installed import AssistantsNotInstalledError, require_sdk
from spinegraph.engine import CaseTooLargeError, MalformedCaseError, parse_json
from spinegraph.engine.errors import LONGEST_ECHO
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH = "/mcp"
JSON_RPC = "Send one message of JSON-RPC 2.0, as the Model Context Protocol has it."
MESSAGE = {
    "type": "object",
    "description": "A message of JSON-RPC 2.0.",
    "required": ["jsonrpc", "method"],
    "properties": {
        "jsonrpc": {"const": "2.0"},
        "method": {"type": "string"},
        "params": {"type": ["object", "null"]},
    },
}
OPERATION = Operation(
    "assist",
    "The door for assistants",
    "The answer to the message.",
    {JSON: None},
    (AssistantsNotInstalledError, ForeignHostError, MediaTypeError, UnreadableBodyError, BodyTimeoutError, CaseTooLargeError),
    body={JSON: {"schema": MESSAGE}},
    other_refusals={HTTPStatus.BAD_REQUEST: JSON},
    accepted="A notification, which has no answer.",
)
SURROGATE = re.compile("[\ud800-\udfff]")


def assistants_router(guidelines: Guidelines, limits: BodyLimits) -> APIRouter:
    """The router of the door; without the SDK it says so. Errors are raised for `api.http.errors` to answer."""
    try:
        require_sdk()
    except AssistantsNotInstalledError as error:
        return _closed(error)
    from mcp.server.transport_security import TransportSecuritySettings
    from spinegraph.api.mcp.server import make_mcp_server

    server = make_mcp_server(guidelines)
    running: list[ASGIApp] = []

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=limits.max_bytes,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # see hosts.py
        )
        async with server.session_manager.run():  # it runs once; the next start of the service makes another
            running[:] = [server.session_manager.handle_request]
            yield

    router = APIRouter(tags=["assistants"], route_class=OpenRoute, lifespan=lifespan)
    what = f"The body has more than {limits.max_bytes:,} bytes."
    too_large = partial(CaseTooLargeError, what, mend="Send only codes and measurements.")

    async def assistants(request: Request) -> Response:
        """Messages of the Model Context Protocol, one a request; the service keeps nothing between them."""
        check_host(request, access_of(request.scope).assistant_hosts)
        check_page(request)
        media_type_of(request, (JSON,), "A message")
        body = await read_body(request, limits, too_large)
        await run_in_threadpool(check_message, body)
        return Forwarded(running[0], body)

    add_operation(router, PATH, assistants, OPERATION, method="POST")
    return router


def _closed(error: AssistantsNotInstalledError) -> APIRouter:
    router = APIRouter(tags=["assistants"], route_class=OpenRoute)

    async def assistants() -> Response:
        """Messages of the Model Context Protocol, for which a library is not installed here."""
        raise AssistantsNotInstalledError(error.what, where=PATH, mend=error.mend)

    add_operation(router, PATH, assistants, OPERATION, method="POST")
    return router


def check_message(body: bytes) -> None:
    """Refuse what the SDK would let pass, or tell in other words.

    Raises UnreadableBodyError where the body is not JSON, has a key twice in one object, or half a character.
    """
    try:
        data = parse_json(body)
    except MalformedCaseError as error:
        raise UnreadableBodyError(error.what, where=error.where, mend=JSON_RPC, details=error.details) from error
    for where, text in _texts(data):
        if not text.isascii() and SURROGATE.search(text):
            raise UnreadableBodyError(
                "This has half a character (a lone surrogate).", where=where[:LONGEST_ECHO], mend="Take it out."
            )


def _texts(data: Any) -> Iterator[tuple[str, str]]:
    """Every text in plain data, keys too, with the JSON pointer of its place."""
    waiting = [("", data)]
    while waiting:
        where, value = waiting.pop()
        if isinstance(value, str):
            yield where, value
        elif isinstance(value, dict):
            waiting += [(where, key) for key in value]
            waiting += [(f"{where}/{key}", part) for key, part in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{where}/{number}", part) for number, part in enumerate(value)]


class Forwarded(Response):
    """The reply of another application to a request whose body was read."""

    def __init__(self, app: ASGIApp, body: bytes) -> None:
        super().__init__()
        self._app = app
        self._sent = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        whole: list[Message] = [{"type": "http.request", "body": self._sent, "more_body": False}]

        async def receive_again() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, receive_again, send)
