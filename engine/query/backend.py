"""Checked queries for another SPARQL 1.1 service: one URL, no redirects, no proxies, within the same limits.

What that service sends is believed as little as what an asker sends: it has to come whole, in time, within the limits, and
be of the kind and the format that were asked for.
"""

from __future__ import annotations

import base64
import http.client
import re
import socket
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any

import pyoxigraph as ox
from spinegraph.engine.errors import BackendError, BackendTimeoutError, QueryError, QuerySyntaxError, TooManyQueriesError
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.messages import Question
from spinegraph.engine.query.results import GRAPH_TYPES, SELECT_TYPES, Written, count_rows, too_large

CHUNK = 1 << 16
MEND = "Tell the operator: SPINEGRAPH_SPARQL_BACKEND has to name the query URL of a SPARQL 1.1 service that runs."
USUAL_WAIT, LONGEST_WAIT = 5, 3600
"""Seconds after which to ask again, where a busy service does not say, and the most that it is believed."""

_END_OF_XML = re.compile(rb"</(?:[\w.-]+:)?sparql\s*>\s*\Z")
_HAVE_AN_END = ("application/sparql-results+json", "application/sparql-results+xml", "application/ld+json", "application/rdf+xml")
"""Formats in which an answer that is cut off cannot be read."""


class Line:
    """A connection that another thread may cut, once it is there or before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.is_cut = False

    def carry(self, connection: socket.socket) -> None:
        """What is cut is this, at once if it has been cut already."""
        with self._lock:
            self._socket = connection
        if self.is_cut:
            self.cut()

    def cut(self) -> None:
        """End the connection, on which a thread waits; below TLS, which has no part in it."""
        with self._lock:
            self.is_cut = True
            if self._socket is not None:
                with suppress(OSError):  # it has ended by itself
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def release(self) -> None:
        """There is nothing to cut any more."""
        with self._lock:
            self._socket = None


class Backend:
    """Another service, by its query URL (http or https; user:password@ before the host is sent as Basic authentication)."""

    def __init__(self, url: str, limits: QueryLimits) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise QueryError(f"{url!r} is no http or https URL.", where="SPINEGRAPH_SPARQL_BACKEND", mend="Give a query URL.")
        self.limits = limits
        self._headers = {"Content-Type": "application/sparql-query", "User-Agent": "spinegraph", "Connection": "close"}
        if parts.username:
            pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
            self._headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        self._make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._place = (parts.hostname, parts.port)
        self._target = parts._replace(scheme="", netloc="", path=parts.path or "/", fragment="").geturl()

    def ask(self, question: Question, kind: str, line: Line | None = None) -> Written:
        """Pass a checked query of a form (`kind`) on. Blocks until `line` is cut at most. Raises QueryError and subclasses."""
        wanted = {"SELECT": question.wanted.select, "ASK": question.wanted.ask}.get(kind, question.wanted.graph)
        if not wanted:
            return Written(kind=kind, media_type="", body=b"")
        asked = _official(wanted)
        try:
            with self._answering(question, asked, line or Line()) as reply:
                if reply.status != HTTPStatus.OK:
                    raise _refusal(reply)
                media_type = reply.headers.get_content_type()
                if media_type not in (asked, wanted):
                    raise _unusable(f"{media_type}, not {asked}")
                _check_frame(reply, asked)
                body = self._read(reply)
        except (OSError, http.client.HTTPException) as error:
            raise BackendError(
                f"The service behind this one did not answer: {error or type(error).__name__}.", mend=MEND
            ) from error
        self._check(body, kind, wanted)
        return Written(kind=kind, media_type=wanted, body=body)

    @contextmanager
    def _answering(self, question: Question, asked: str, line: Line) -> Iterator[http.client.HTTPResponse]:
        """The service's reply, the reading of which ends when the time is over. Raises BackendTimeoutError then."""
        seconds = self.limits.timeout_seconds
        connection = self._make(*self._place, timeout=seconds)
        try:
            connection.connect()
            line.carry(connection.sock)
            clock = threading.Timer(seconds, line.cut)
            clock.daemon = True
            clock.start()
            try:
                headers = {**self._headers, "Accept": asked}
                connection.request("POST", self._target_for(question), question.query.encode(), headers)
                with connection.getresponse() as reply:
                    yield reply
            finally:
                clock.cancel()
                line.release()
                if line.is_cut:
                    raise _too_slow(seconds)
        except TimeoutError as error:
            raise _too_slow(seconds) from error
        finally:
            connection.close()

    def _target_for(self, question: Question) -> str:
        pairs = [("default-graph-uri", iri) for iri in question.default_graphs or ()]
        pairs += [("named-graph-uri", iri) for iri in question.named_graphs or ()]
        joint = "&" if "?" in self._target else "?"
        return f"{self._target}{joint}{urllib.parse.urlencode(pairs)}" if pairs else self._target

    def _read(self, reply: Any) -> bytes:
        parts, size = [], 0
        while part := reply.read1(CHUNK):
            size += len(part)
            if size > self.limits.max_bytes:
                raise too_large("max_bytes", self.limits.max_bytes, "bytes")
            parts.append(part)
        if reply.length:
            raise http.client.IncompleteRead(b"".join(parts), reply.length)
        return b"".join(parts)

    def _check(self, body: bytes, kind: str, wanted: str) -> None:
        """Read the answer once, as its asker will. Raises QueryError, QueryTimeoutError."""
        try:
            rows = _count(body, kind, wanted)
        except (SyntaxError, ValueError) as error:
            raise _unusable(f"what cannot be read as {wanted}") from error
        if rows > self.limits.max_rows:
            raise too_large("max_rows", self.limits.max_rows, "rows" if kind == "SELECT" else "triples")


def _count(body: bytes, kind: str, wanted: str) -> int:
    """How many rows or triples an answer has. Raises SyntaxError or ValueError where it is no answer of that kind."""
    if kind not in ("SELECT", "ASK"):
        return len(list(ox.parse(body, format=GRAPH_TYPES[wanted])))
    if wanted == "text/csv":  # says too little to be parsed
        return count_rows(body, wanted)
    if _official(wanted) == "application/sparql-results+xml" and not _END_OF_XML.search(body):
        raise ValueError("the end is missing")
    answer = ox.parse_query_results(body, format=SELECT_TYPES[wanted])
    try:
        if isinstance(answer, ox.QueryBoolean) is not (kind == "ASK"):
            raise ValueError(f"no answer to {kind}")
        return 0 if isinstance(answer, ox.QueryBoolean) else len(list(answer))
    finally:
        del answer  # an error keeps the frame, whichever thread lets go of it: Oxigraph's iterators must end in their own


def _check_frame(reply: http.client.HTTPResponse, asked: str) -> None:
    """Refuse what could be cut off unseen, and what is encoded though nobody asked for that. Raises QueryError."""
    encoding = reply.headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        raise _unusable(f"in the encoding {_clean(encoding)}")
    if reply.length is None and not reply.chunked and asked not in _HAVE_AN_END:
        raise _unusable(f"{asked} without saying where it ends")


def _official(wanted: str) -> str:
    """`application/json` → the registered type of the same format."""
    formats: dict[str, Any] = {**SELECT_TYPES, **GRAPH_TYPES}
    return next(name for name, form in formats.items() if form == formats[wanted])


def _refusal(reply: http.client.HTTPResponse) -> QueryError:
    """A status that is no success. What the service writes is shown for 400 alone, where it is about the query."""
    if reply.status == HTTPStatus.BAD_REQUEST:
        reason = _clean(reply.read(300).decode("utf-8", "replace").strip().split("\n")[0])
        return QuerySyntaxError(
            f"The service behind this one does not take the query: {reason or 'it does not say why.'}",
            mend="Write plain SPARQL 1.1.",
        )
    if reply.status not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return _unusable(f"with status {reply.status}")
    wait = {"retry_after": _wait(reply.headers.get("Retry-After", ""))}
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return TooManyQueriesError("The service behind this one has too many queries.", mend="Ask again later.", details=wait)
    return QueryError("The service behind this one cannot answer now.", mend="Ask again later.", details=wait)


def _wait(header: str) -> int:
    return min(int(header), LONGEST_WAIT) if header.isascii() and header.isdigit() and len(header) < 10 else USUAL_WAIT


def _unusable(what: str) -> BackendError:
    return BackendError(f"The service behind this one answered {what}.", mend=MEND)


def _too_slow(seconds: float) -> BackendTimeoutError:
    return BackendTimeoutError(
        f"The service behind this one did not answer within {seconds:g} seconds.",
        mend="Ask for less, or ask again later.",
        details={"limit": "timeout_seconds", "allowed": seconds},
    )


def _clean(text: str) -> str:
    """The text of another service, without characters that could be mistaken for anything else."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200].strip()
