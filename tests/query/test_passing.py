"""Queries to another service in two lanes: what is slow there keeps nobody waiting here, and ends when nobody waits for it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from spinegraph.engine.errors import QueryError, TooManyQueriesError
from spinegraph.engine.query.backend import Backend
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.messages import Question
from spinegraph.engine.query.passing import PassingPool
from spinegraph.engine.query.results import MediaTypes, Written
from spinegraph.engine.sandbox.lanes import SlowLane

from tests.patience import HUNG, comes_true

JSON = "application/sparql-results+json"
TRUE = b'{"head":{},"boolean":true}'
SLICE = 2.0
"""Seconds: on a busy machine, too, what is short is answered within them."""
WANTED = MediaTypes(select=JSON, ask=JSON, graph="")


class Store(socketserver.ThreadingTCPServer):
    """A service that answers `fast` queries, and keeps all others waiting until their connection ends."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.held = 0
        self.lock = threading.Lock()

    def change(self, number: int) -> None:
        with self.lock:
            self.held += number


class Talk(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Store)
        asked = b""
        while not asked.endswith((b"fast", b"slow", b"more")):
            asked += self.request.recv(65536)
        if asked.endswith(b"fast"):
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(TRUE)}\r\n\r\n"
            self.request.sendall(head.encode() + TRUE)
            return
        self.server.change(1)
        self.request.recv(1)
        self.server.change(-1)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as store:
        thread = threading.Thread(target=store.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield store
        store.shutdown()
        thread.join()


@pytest.fixture
def pool(store: Store) -> Iterator[PassingPool]:
    limits = QueryLimits(workers=1, queue=8, timeout_seconds=2 * HUNG)
    pool = PassingPool(Backend(f"http://127.0.0.1:{store.server_address[1]}/", limits), limits, SlowLane(SLICE, places=1))
    yield pool
    pool.close()


def submit(pool: PassingPool, query: str, client: str = "") -> Future[Written]:
    return pool.submit(Question(query=query, wanted=WANTED), "ASK", client)


def test_what_is_short_is_answered_while_what_is_long_goes_on(pool: PassingPool, store: Store) -> None:
    slow = submit(pool, "slow", "a")
    for client in ("a", "b", "c"):
        assert submit(pool, "fast", client).result(timeout=HUNG).body == TRUE
    for client, what in (("a", "another of this client"), ("b", "places for those that do are taken")):
        with pytest.raises(TooManyQueriesError, match=what) as error:
            submit(pool, "more", client).result(timeout=HUNG)
        assert 1 <= int(str(error.value.details["retry_after"])) <= 2 * HUNG
    assert not slow.done()
    comes_true(lambda: store.held == 1)  # what was turned away no longer runs there, either


def test_what_nobody_waits_for_ends_there_too(pool: PassingPool, store: Store) -> None:
    slow = submit(pool, "slow", "a")
    comes_true(lambda: store.held == 1)
    assert slow.cancel()
    comes_true(lambda: store.held == 0)
    assert submit(pool, "fast", "a").result(timeout=HUNG).body == TRUE


def test_closing_ends_what_runs(pool: PassingPool, store: Store) -> None:
    slow = submit(pool, "slow", "a")
    comes_true(lambda: store.held == 1)
    pool.close()
    with pytest.raises(QueryError, match="being stopped"):
        slow.result(timeout=HUNG)
