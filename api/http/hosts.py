"""Requests under a name that is not one of this service are refused, so that no web page leads a browser here (DNS rebinding)."""

from __future__ import annotations

from urllib.parse import urlsplit

from spinegraph.api.access_settings import host_of
from spinegraph.api.http.access import access_of
from spinegraph.api.http.errors import ForeignHostError, answer_problem
from spinegraph.engine.errors import shortened
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send


class Entrance:
    """Middleware that refuses whatever is asked under a foreign name, whether there is such a path or not.

    Where the public URL has a path and the server says nothing else, that is the prefix of the service (ASGI's `root_path`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            access = access_of(scope)
            # In the scope itself, not in a copy: who stands around this sees the route that is found.
            scope["root_path"] = scope.get("root_path") or urlsplit(access.public_url).path
            request = Request(scope, receive)
            try:
                if access.hosts is not None:
                    check_host(request, access.hosts)
            except ForeignHostError as error:
                await answer_problem(request, error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def check_host(request: Request, hosts: tuple[str, ...]) -> None:
    """Raise ForeignHostError where the name under which is asked is not one of the hosts; ports do not matter."""
    _check("Host", host_of(f"//{request.headers.get('host', '')}"), request.headers.get("host", ""), hosts)


def check_page(request: Request) -> None:
    """Raise ForeignHostError where a web page asks that is not of this service and not allowed by name."""
    access, origin = access_of(request.scope), request.headers.get("origin", "")
    if origin and origin.lower() not in access.origins:
        _check("Origin", host_of(origin), origin, access.assistant_hosts)


def _check(header: str, name: str, given: str, hosts: tuple[str, ...]) -> None:
    if name not in hosts:
        option = "--allow-host (SPINEGRAPH_ALLOW_HOSTS)"
        if header == "Origin":
            option += ", web pages of others with --allow-origin"
        raise ForeignHostError(
            f"{shortened(given)} is no name of this service.",
            where=header,
            mend=f"Ask under one of {', '.join(hosts)}; whoever runs the service may add names with {option}.",
        )
