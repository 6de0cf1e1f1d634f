"""Slow queries keep nobody else waiting: each client has one in the slow lane, and what nobody waits for is stopped.

The clients are told apart by the header of a declared proxy, which is this machine.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from spinegraph.api.http.sparql import sparql_router

from tests.api.http.sparql_server import Server
from tests.patience import HUNG, comes_true
from tests.query.small_graph import make_service
from tests.serving import Answer, app_of, serving

pytestmark = pytest.mark.slow

WORKERS = 1
SLICE = 2000
"""Milliseconds: on a busy machine, too, what is short is answered within them."""
ALICE, BOB, CAROL = "192.0.2.1", "192.0.2.2", "2001:db8::3"


def endless(number: int = 0) -> str:
    """A query that takes years, and that no other number makes."""
    return f"SELECT (COUNT(*) AS ?n{number}) {{ " + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(12)) + " }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    limits = {"timeout_seconds": 2 * HUNG, "cpu_seconds": int(2 * HUNG), "workers": WORKERS, "slice_milliseconds": SLICE}
    service = make_service(tmp_path_factory.mktemp("data"), **limits)
    with serving(app_of(sparql_router(service)), trusted_proxies=("127.0.0.1",)) as port:
        yield Server(port, service)


def ask(server: Server, client: str, query: str) -> Answer:
    return server.ask(query, X_Forwarded_For=client)


def begin(server: Server, held: ExitStack, client: str, query: str) -> socket.socket:
    """Ask and do not wait for the answer."""
    connection = held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=HUNG))
    head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {client}\r\nContent-Type: application/sparql-query\r\n"
    connection.sendall(f"{head}Content-Length: {len(query)}\r\n\r\n{query}".encode())
    return connection


def in_the_slow_lane(server: Server) -> int:
    """How many queries have gone on there: each has a worker beyond those that stand ready."""
    return len(server.service.processes()) - (WORKERS + 1)


def test_short_queries_are_answered_while_the_slow_lane_is_full(server: Server) -> None:
    with ExitStack() as held:
        slow = [begin(server, held, client, endless()) for client in (ALICE, BOB)]
        comes_true(lambda: in_the_slow_lane(server) == 2)
        for client in (ALICE, BOB, CAROL, "192.0.2.4"):
            assert ask(server, client, "ASK {}").status == 200
        for client, what in ((ALICE, "another of this client"), (CAROL, "places for those that do are taken")):
            answer = ask(server, client, endless(1))
            assert (answer.status, answer.data["title"]) == (429, "Too many queries at once")
            assert what in answer.data["detail"]
            assert 1 <= int(answer.headers["retry-after"]) <= 2 * HUNG
        for connection in slow:
            connection.setblocking(False)
            with pytest.raises(BlockingIOError):
                connection.recv(1)  # they still run
    comes_true(lambda: in_the_slow_lane(server) == 0)  # their askers have gone
