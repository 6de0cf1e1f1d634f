"""Live SPARQL endpoints on loopback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from spinegraph.api.http.sparql import sparql_router
from spinegraph.api.sparql_settings import SparqlSettings, make_query_service
from spinegraph.engine.query.dataset import DataFile
from spinegraph.engine.query.service import QueryService

from tests.serving import Answer, app_of, send, serving


class Server(NamedTuple):
    """A running server and the service behind it."""

    port: int
    service: QueryService

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sparql"

    def send(self, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        return send(self.port, method, target, body, headers)

    def ask(self, query: str | bytes, **headers: str) -> Answer:
        """A query by direct POST."""
        body = query.encode() if isinstance(query, str) else query
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", "/sparql", body, {"Content-Type": "application/sparql-query", **given})


@contextmanager
def served(settings: SparqlSettings, data: tuple[DataFile, ...] = (), trusted_proxies: tuple[str, ...] = ()) -> Iterator[Server]:
    """Serve the shipped knowledge and some data while the context lasts."""
    service = make_query_service(settings, data=data)
    try:
        with serving(app_of(sparql_router(service, settings))) as port:
            yield Server(port, service)
    finally:
        service.close()
