"""Live servers on loopback, as clients meet them."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from fastapi import APIRouter, FastAPI
from spinegraph.api.http.errors import install_errors
from spinegraph.api.http.server import ServerLimits, limits_for, make_server

from tests.patience import HUNG

LIMITS = limits_for(1024)


class Answer(NamedTuple):
    """Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@contextmanager
def serving(app: FastAPI, limits: ServerLimits = LIMITS, trusted_proxies: Sequence[str] = ()) -> Iterator[int]:
    """The port of 127.0.0.1 at which an app is served while the context lasts."""
    server = make_server(app, limits, "error", trusted_proxies)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def app_of(*routers: APIRouter) -> FastAPI:
    """An app with these paths only, whose errors are told as everywhere."""
    app = FastAPI(redirect_slashes=False)
    install_errors(app)
    for router in routers:
        app.include_router(router)
    return app


def send(port: int, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """One request on its own connection."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=HUNG)
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # what is refused before it is read to the end has its answer
            client.request(method, target, body, dict(headers or {}))
        reply = client.getresponse()
        return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    finally:
        client.close()
