"""Another service behind this one: what it sends is an answer of the kind that was asked for, whole and in time, or an error."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import msgspec
import pytest
from spinegraph.engine.errors import (
    BackendError,
    BackendTimeoutError,
    QueryError,
    QuerySyntaxError,
    QueryTimeoutError,
    TooManyQueriesError,
)
from spinegraph.engine.query.backend import Backend
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.messages import Question
from spinegraph.engine.query.results import GRAPH_TYPES, SELECT_TYPES, MediaTypes

from tests.patience import not_hung

LIMITS = QueryLimits(timeout_seconds=10, max_rows=3, max_bytes=100_000)
SECONDS = 0.4
"""After which an answer that drips is given up."""
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
ROWS = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"1"}}]}}'
ROWS_XML = (
    b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head><results><result>'
    b'<binding name="x"><literal>1</literal></binding></result></results></sparql>'
)
TRUE = b'{"head":{},"boolean":true}'
TRIPLE = b"<http://a> <http://b> <http://c> .\n"
Talk = Callable[[socket.socket], None]


def reply(body: bytes, media_type: str = JSON, status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    said = f"Content-Length: {len(body) if length is None else length}\r\n" if length != -1 else ""
    return f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\n{said}{headers}\r\n".encode() + body


@contextmanager
def speaking(talk: bytes | Talk) -> Iterator[str]:
    """A service that says this to whoever asks; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as after:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    with client, suppress(OSError):
                        asked = b""
                        while b"\r\n\r\nthe query" not in asked:
                            asked += client.recv(65536)
                        client.sendall(talk) if isinstance(talk, bytes) else talk(client)

        thread = threading.Thread(target=serve)
        thread.start()
        after.callback(thread.join)
        after.callback(listening.shutdown, socket.SHUT_RDWR)  # ends accept
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/query"


def ask(talk: bytes | Talk, kind: str = "SELECT", media_type: str = JSON, limits: QueryLimits = LIMITS) -> bytes:
    wanted = MediaTypes(
        select=media_type if media_type in SELECT_TYPES else "",
        ask=media_type,
        graph=media_type if media_type in GRAPH_TYPES else "",
    )
    with speaking(talk) as url, not_hung():
        return Backend(url, limits).ask(Question(query="the query", wanted=wanted), kind).body


@pytest.mark.parametrize(
    ("kind", "media_type", "body"),
    [
        ("SELECT", JSON, ROWS),
        ("SELECT", XML, ROWS_XML),
        ("SELECT", XML, b'<?xml version="1.0"?>\n' + ROWS_XML + b"\n"),
        ("SELECT", "text/csv", b"x\r\n1\r\n"),
        ("SELECT", "text/tab-separated-values", b"?x\n1\n"),
        ("ASK", JSON, TRUE),
        ("CONSTRUCT", "text/turtle", TRIPLE),
        ("DESCRIBE", "application/n-triples", b""),
    ],
)
def test_a_whole_answer_is_passed_on(kind: str, media_type: str, body: bytes) -> None:
    assert ask(reply(body, media_type), kind, media_type) == body
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n" if body else b""
    chunked = reply(chunk + b"0\r\n\r\n", media_type, headers="Transfer-Encoding: chunked\r\n", length=-1)
    assert ask(chunked, kind, media_type) == body


@pytest.mark.parametrize(
    ("kind", "media_type", "said"),
    [
        ("SELECT", JSON, reply(b"<p>", "text/html")),
        ("SELECT", JSON, reply(b"hello")),
        ("SELECT", JSON, reply(b"")),
        ("SELECT", JSON, reply(TRUE)),
        ("ASK", JSON, reply(ROWS)),
        ("SELECT", JSON, reply(ROWS, length=4000)),
        ("SELECT", JSON, reply(ROWS[:-9], length=-1)),
        ("SELECT", XML, reply(ROWS_XML[:-40], XML, length=-1)),
        ("SELECT", XML, reply(b"<p/>", XML)),
        ("SELECT", "text/csv", reply(b"x\r\n1\r\n", "text/csv", length=-1)),
        ("SELECT", "text/tab-separated-values", reply(b'?x\n"1\n', "text/tab-separated-values")),
        ("CONSTRUCT", "text/turtle", reply(TRIPLE[:-3], "text/turtle")),
        ("CONSTRUCT", "text/turtle", reply(TRIPLE, "text/turtle", length=-1)),
        ("CONSTRUCT", "application/rdf+xml", reply(b"<rdf:RDF", "application/rdf+xml")),
        ("SELECT", JSON, reply(b"\x1f\x8bxx", headers="Content-Encoding: gzip\r\n")),
        ("SELECT", JSON, reply(b"ZZ\r\nxx", headers="Transfer-Encoding: chunked\r\n", length=-1)),
        ("SELECT", JSON, reply(b"", status="204 No Content")),
        ("SELECT", JSON, reply(b"", status="302 Found", headers="Location: http://127.0.0.1:9/\r\n")),
        ("SELECT", JSON, reply(b"", status="401 Unauthorized")),
        ("SELECT", JSON, b"SSH-2.0-x\r\n"),
        ("SELECT", JSON, b""),
        ("SELECT", JSON, b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 1000 + b"\r\n"),
    ],
)
def test_what_is_no_answer_is_an_error(kind: str, media_type: str, said: bytes) -> None:
    with pytest.raises(QueryError, match="The service behind this one") as error:
        ask(said, kind, media_type)
    assert type(error.value) is BackendError
    assert error.value.mend


@pytest.mark.parametrize(
    "first", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", reply(b"", length=1000), reply(b"", status="500 No", length=99)]
)
def test_an_answer_that_drips_is_given_up_in_time(first: bytes) -> None:
    def drip(client: socket.socket) -> None:
        client.sendall(first)
        for _ in range(1000):
            client.sendall(b" ")
            time.sleep(0.05)

    with pytest.raises(QueryError) as error:
        ask(drip, limits=msgspec.structs.replace(LIMITS, timeout_seconds=SECONDS))
    assert isinstance(error.value, BackendTimeoutError) or "500" in error.value.what


def test_an_answer_without_end_is_given_up() -> None:
    def pour(client: socket.socket) -> None:
        client.sendall(reply(b"", length=-1))
        for _ in range(1000):
            client.sendall(b" " * 65536)

    with pytest.raises(QueryTimeoutError) as error:
        ask(pour)
    assert error.value.details["limit"] == "max_bytes"


@pytest.mark.parametrize(
    ("kind", "media_type", "body"),
    [
        ("SELECT", "text/csv", b"x\r\n" + b"1\r\n" * 4),
        ("SELECT", "text/tab-separated-values", b"?x\n" + b"1\n" * 4),
        ("CONSTRUCT", "text/turtle", b"".join(b"<http://a> <http://b> %d .\n" % number for number in range(4))),
    ],
)
def test_rows_and_triples_are_counted(kind: str, media_type: str, body: bytes) -> None:
    with pytest.raises(QueryTimeoutError) as error:
        ask(reply(body, media_type), kind, media_type)
    assert error.value.details["limit"] == "max_rows"


def test_refusals_are_passed_on_with_what_an_asker_can_use() -> None:
    with pytest.raises(QuerySyntaxError, match=r"does not take the query: no such.thing\n"):
        ask(reply(b"no such\x00thing\nat line 7", "text/plain", "400 Bad Request"))
    with pytest.raises(TooManyQueriesError) as many:
        ask(reply(b"", status="429 Too Many", headers="Retry-After: 77\r\n"))
    assert many.value.details == {"retry_after": 77}
    with pytest.raises(QueryError) as busy:
        ask(reply(b"", status="503 No", headers="Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"))
    assert busy.value.details == {"retry_after": 5}
    with pytest.raises(QueryError) as broken:
        ask(reply(b"secret: at line 7 of /srv/keys", "text/plain", "500 No"))
    assert "secret" not in str(broken.value)
