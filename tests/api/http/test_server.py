"""What a client may leave unfinished, and for how long."""

from __future__ import annotations

import logging
import socket
import sys
from contextlib import suppress

import pytest
from fastapi import APIRouter, FastAPI
from spinegraph.api.http.server import OnceAMinute, ServerLimits, limits_for, raise_descriptors
from starlette.requests import Request

from tests.patience import HUNG
from tests.serving import app_of, send, serving

pytestmark = pytest.mark.slow

HASTY = ServerLimits(connections=8, backlog=8, header_seconds=0.3)
STEADY = HASTY._replace(header_seconds=3.0)
"""Where a request has to arrive before another is given up: on a busy machine the client may be late by tenths of seconds."""
PATIENT = HASTY._replace(header_seconds=10 * HUNG)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """`GET /` and `POST /`, which reads its body."""
    router = APIRouter()

    @router.get("/")
    async def answer() -> str:
        return "here"

    @router.post("/")
    async def measure(request: Request) -> int:
        return len(await request.body())

    return app_of(router)


def connect(port: int, *sent: bytes) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=HUNG)
    for part in sent:
        client.sendall(part)
    return client


def everything_from(client: socket.socket) -> bytes:
    """What the server sends until it closes the connection."""
    with client:
        received = b""
        while chunk := client.recv(4096):
            received += chunk
        return received


def test_headers_that_do_not_end_are_not_waited_for(app: FastAPI) -> None:
    with serving(app, HASTY) as port:
        reply = everything_from(connect(port, b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: "))
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in reply


def test_a_connection_on_which_nothing_is_sent_is_closed(app: FastAPI) -> None:
    with serving(app, HASTY) as port:
        assert everything_from(connect(port)) == b""


def test_a_second_request_has_the_same_time(app: FastAPI) -> None:
    whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with serving(app, STEADY) as port:
        client = connect(port, whole)
        assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
        client.sendall(whole[:20])
        assert b"HTTP/1.1 408 " in everything_from(client)


def test_what_comes_after_the_answer_is_not_waited_for(app: FastAPI) -> None:
    with serving(app, STEADY) as port:
        client = connect(port, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
        client.sendall(b" ")
        assert b"HTTP" not in everything_from(client)


def test_unfinished_requests_make_room_for_others(app: FastAPI) -> None:
    with serving(app, PATIENT) as port:
        half = [connect(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{") for _ in range(20)]
        silent = [connect(port) for _ in range(20)]
        assert send(port, "GET", "/").status == 200
        assert send(port, "POST", "/", b"{}").data == 2
        first = half[0]
        with suppress(ConnectionResetError):
            assert first.recv(1) == b""
        for client in (*half, *silent):
            client.close()


def test_half_of_the_descriptors_are_for_connections() -> None:
    for descriptors in (128, 1024, 8192):
        limits = limits_for(descriptors)
        assert limits.connections + limits.backlog <= descriptors * 3 // 4


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_the_limit_of_open_files_is_raised_as_far_as_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    given: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limit: given.append(limit))
    for (soft, hard), wanted, has in (
        ((256, 1024), (1024, 1024), 1024),
        ((256, resource.RLIM_INFINITY), (8192, resource.RLIM_INFINITY), 8192),
        ((1024, 1024), None, 1024),
        ((100_000, 100_000), None, 8192),
    ):
        given.clear()
        monkeypatch.setattr(resource, "getrlimit", lambda _, limit=(soft, hard): limit)
        assert raise_descriptors() == has
        assert given == ([wanted] if wanted else [])


def test_what_is_logged_again_and_again_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("spinegraph.api.http.server.time.monotonic", lambda: now)
    once = OnceAMinute()

    def passes(message: str, error: Exception | None = None) -> str | None:
        raised = (type(error), error, None) if error else None
        record = logging.LogRecord("asyncio", logging.ERROR, "", 0, message, (), raised)
        return record.getMessage() if once.filter(record) else None

    assert passes("no descriptor\nsocket 7") == "no descriptor\nsocket 7"
    assert passes("no descriptor\nsocket 8") is None
    assert passes("no descriptor\nsocket 9") is None
    assert passes("something else")
    assert passes("no descriptor", OSError())
    now += 61
    assert passes("no descriptor\nsocket 7") == "no descriptor\nsocket 7\n(2 more of these since)"
    now += 61
    assert passes("no descriptor\nsocket 7") == "no descriptor\nsocket 7"
