"""What an open endpoint meets: each is refused or stopped within its limit, nothing leaves the process, the next is answered.

A trap listens on loopback; every address in these queries is its own. No connection may arrive.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from spinegraph.api.sparql_settings import SparqlSettings
from spinegraph.engine.query.limits import QueryLimits

from tests.api.http.hostile_queries import DEEP, EMPTY, EXPENSIVE, FEDERATED, NO_KEYWORDS, UPDATES
from tests.api.http.sparql_server import Server, served
from tests.patience import HUNG, comes_true, not_hung

pytestmark = pytest.mark.slow

LIMITS = QueryLimits(
    timeout_seconds=2, cpu_seconds=1, memory_bytes=192 << 20, max_rows=20_000, max_bytes=4 << 20, workers=2, queue=8,
    slice_milliseconds=1000,
)  # fmt: skip
"""On a busy machine, too, what is not hostile is answered within a slice: all who ask here are one client."""
SETTINGS = SparqlSettings(limits=LIMITS, body_seconds=1)
NORMAL = (
    "SELECT ?label { <https://w3id.org/spinegraph/finding/Fever> <http://www.w3.org/2000/01/rdf-schema#label> ?label }",
    b'{"head":{"vars":["label"]},"results":{"bindings":[{"label":{"type":"literal","value":"fever","xml:lang":"en"}}]}}',
)
HARDER = (
    "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p",
    "SELECT ?b (COUNT(*) AS ?n) { ?a <http://www.w3.org/2000/01/rdf-schema#subClassOf>+ ?b } GROUP BY ?b ORDER BY ?b",
)
LATENCIES: list[float] = []
HEAD = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"


class Trap:
    """A listener that nobody may reach."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"

    def caught(self) -> bool:
        self.socket.setblocking(False)
        try:
            self.socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.socket.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with served(SETTINGS) as running:
        assert running.ask(NORMAL[0]).body == NORMAL[1]
        yield running


@pytest.fixture(autouse=True)
def _answers_right_after(server: Server, trap: Trap) -> Iterator[None]:
    """After everything that is tried: nothing reached the trap, and a normal query is answered, correctly and at once."""
    yield
    start = time.monotonic()
    answer = server.ask(NORMAL[0])
    LATENCIES.append(time.monotonic() - start)
    assert (answer.status, answer.body) == (200, NORMAL[1])
    assert LATENCIES[-1] < HUNG  # see the last test for what is usual
    assert not trap.caught()


def refused(server: Server, query: str, *statuses: int) -> dict[str, object]:
    with not_hung():
        answer = server.ask(query)
    assert answer.status in statuses, answer.body[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, object] = json.loads(answer.body)
    assert problem["detail"]
    assert problem["mend"]
    return problem


@pytest.mark.parametrize("name", FEDERATED)
def test_federation(server: Server, trap: Trap, name: str) -> None:
    refused(server, FEDERATED[name].replace("TRAP", trap.url), 403, *([400] if name in NO_KEYWORDS else []))


@pytest.mark.parametrize("name", UPDATES)
def test_updates(server: Server, trap: Trap, name: str) -> None:
    refused(server, UPDATES[name].replace("TRAP", trap.url), 403, *([400] if " a query" in name else []))


@pytest.mark.parametrize("name", EMPTY)
def test_graphs_that_are_elsewhere_are_empty(server: Server, trap: Trap, name: str) -> None:
    answer = server.ask(EMPTY[name].replace("TRAP", trap.url))
    assert (answer.status, json.loads(answer.body)["boolean"]) == (200, False)


@pytest.mark.parametrize("name", EXPENSIVE)
def test_expensive_queries_are_stopped_or_answered_whole(server: Server, name: str) -> None:
    with not_hung():
        answer = server.ask(EXPENSIVE[name])
    assert answer.status in (200, 503), answer.body[:500]
    if answer.status == 503:
        assert json.loads(answer.body)["limit"] in (
            "timeout_seconds",
            "cpu_seconds",
            "memory_bytes",
            "max_rows",
            "max_bytes",
            "stack",
        )
    else:
        assert answer.headers["content-type"] == "application/sparql-results+json"
        answered = json.loads(answer.body)
        assert "boolean" in answered or len(answered["results"]["bindings"]) <= LIMITS.max_rows


@pytest.mark.parametrize("name", DEEP)
def test_deep_queries_are_refused_or_stopped(server: Server, name: str) -> None:
    answer = server.ask(DEEP[name])
    assert answer.status in (200, 400, 403, 413, 503)


@pytest.mark.parametrize("chunked", [False, True])
def test_ten_megabytes_are_not_read(server: Server, chunked: bool) -> None:
    head = HEAD + (b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"Content-Length: 10000000\r\n\r\n")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(head)
        try:
            for _ in range(160):
                client.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n" if chunked else b" " * 62500)
        except OSError:
            return  # the server has hung up, which is an answer
        try:
            reply = client.recv(4096)
        except OSError:
            return
    assert b" 413 " in reply.partition(b"\r\n")[0]


def test_a_declared_giant_is_refused_at_once(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 10000000000\r\n\r\n"
        )
        assert b" 413 " in client.recv(4096).partition(b"\r\n")[0]


def test_slow_bodies_are_given_up(server: Server) -> None:
    with not_hung(), socket.create_connection(("127.0.0.1", server.port), timeout=HUNG) as client:
        client.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 9\r\n\r\nASK"
        )
        assert b" 408 " in client.recv(4096).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfeA\x00S\x00K\x00",
        b"ASK { ?s ?p '\xc0\xaf' }",
        b"ASK { ?s ?p '\xed\xa0\x80' }",
        b"ASK { \x00 }",
        b"\x00" * 1000,
        b"",
        b"\xef\xbb\xbf\xef\xbb\xbf",
    ],
)
def test_broken_encodings(server: Server, body: bytes) -> None:
    assert server.ask(body).status == 400


def test_idle_halves_of_requests_keep_nobody_out(server: Server) -> None:
    with ExitStack() as held:
        for number in range(200):
            client = held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            client.sendall(b"GET /sparql HT" if number % 2 else HEAD + b"Content-Length: 1000\r\n\r\nASK")
        assert server.ask(NORMAL[0]).body == NORMAL[1]


def test_requests_in_one_go_are_answered_one_by_one(server: Server) -> None:
    request = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=HUNG) as client:
        client.sendall((request + b"\r\n") * 99 + request + b"Connection: close\r\n\r\n")
        assert b"".join(iter(lambda: client.recv(65536), b"")).count(b'{"head":{},"boolean":true}') == 100


@pytest.mark.parametrize(
    "headers", [b"X: y\r\n" * 20000, b"X: " + b"y" * 300_000 + b"\r\n", b"Content-Length: 6\r\nContent-Length: 9\r\n"]
)
def test_floods_of_headers_and_two_lengths_are_refused(server: Server, headers: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=HUNG) as client:
        try:
            client.sendall(HEAD + headers + b"\r\nASK {}")
            assert b" 400 " in client.recv(4096).partition(b"\r\n")[0]
        except (BrokenPipeError, ConnectionResetError):
            return  # hung up, which is an answer


def test_askers_who_go_away_leave_the_queue(server: Server) -> None:
    query = EXPENSIVE["cross join"].encode()
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
            client.sendall(HEAD + f"Content-Length: {len(query)}\r\n\r\n".encode() + query)
    time.sleep(0.7)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's limits are Linux's")
def test_memory_stays_under_the_cap(server: Server) -> None:
    """What is left of a worker's address space, sampled while hungry queries run: less than the cap, and never less than none."""
    left: list[int] = []
    done = threading.Event()

    def hungry() -> None:
        for name in ("strings that grow", "cross join, sorted", "cross join, distinct"):
            server.ask(EXPENSIVE[name])
        done.set()

    for pid in server.service.processes():
        assert _allowed_space(pid) < LIMITS.memory_bytes + (200 << 20)  # beyond Python and the dataset
    thread = threading.Thread(target=hungry)
    thread.start()
    while not done.is_set():
        allowed = {pid: _allowed_space(pid) for pid in server.service.processes()}  # each has its own, from when it is ready
        left += [space - _address_space(pid) for pid, space in allowed.items() if space]
        time.sleep(0.005)
    thread.join()
    assert 0 <= min(left) < LIMITS.memory_bytes


def _address_space(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0  # it has just gone


def _allowed_space(pid: int) -> int:
    """The limit of a process's address space; 0 while it has none, as it starts, and when it has gone."""
    try:
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"^Max address space +(\d+)", limits, re.MULTILINE)
    return int(found[1]) if found else 0


def test_killed_workers_under_load(server: Server) -> None:
    """No wrong answer, no hang: 200 with the right body, or 503 that says to ask again, or 429; then all is as before."""
    right = {query: server.ask(query).body for query in (NORMAL[0], *HARDER)}
    assert all(json.loads(body)["results"]["bindings"] for body in right.values())
    stop, outcomes = threading.Event(), []

    def ask(number: int) -> None:
        chance = random.Random(number)  # noqa: S311
        while not stop.is_set():
            query = chance.choice(list(right))
            answer = server.ask(query)
            outcomes.append((answer.status, answer.body == right[query]))

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in asking:
        thread.start()
    chance = random.Random(7)  # noqa: S311
    killed = 0
    for _ in range(10):
        time.sleep(0.3)
        if pids := server.service.processes():
            os.kill(chance.choice(pids), signal.SIGKILL)
            killed += 1
    stop.set()
    for thread in asking:
        thread.join(timeout=20)
        assert not thread.is_alive()
    assert killed > 5
    assert set(outcomes) <= {(200, True), (503, False), (429, False)}
    assert outcomes.count((200, True)) > 10
    for pid in server.service.processes():
        os.kill(pid, signal.SIGKILL)
    comes_true(lambda: server.ask(NORMAL[0]).status == 200)


def test_the_answers_in_between_were_quick() -> None:
    assert statistics.median(LATENCIES) < 0.5
