"""Live servers on loopback, as clients meet them."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import uvicorn
from fastapi import FastAPI

from api.errors import install_errors
from api.sparql import sparql_router
from api.sparql_settings import SparqlSettings, make_query_service
from engine.query.dataset import DataFile
from engine.query.service import QueryService


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Server(NamedTuple):
    """A running server and the service behind it."""

    port: int
    service: QueryService

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sparql"

    def send(self, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request on its own connection; names of headers in lower case."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            client.request(method, target, body, dict(headers or {}))
            reply = client.getresponse()
            return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
        finally:
            client.close()

    def ask(self, query: str | bytes, **headers: str) -> Answer:
        """A query by direct POST."""
        body = query.encode() if isinstance(query, str) else query
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", "/sparql", body, {"Content-Type": "application/sparql-query", **given})


@contextmanager
def served(settings: SparqlSettings, data: tuple[DataFile, ...] = ()) -> Iterator[Server]:
    """Serve the shipped knowledge and some data while the context lasts."""
    service = make_query_service(settings, data=data)
    app = FastAPI(redirect_slashes=False)
    install_errors(app)
    app.include_router(sparql_router(service, settings))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
        assert thread.is_alive()
    try:
        yield Server(server.servers[0].sockets[0].getsockname()[1], service)
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        service.close()
