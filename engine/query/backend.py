"""Checked queries for another SPARQL 1.1 service: one URL, no redirects, no proxies, within the same limits."""

from __future__ import annotations

import base64
import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import IO, Any

from engine.errors import QueryError, QuerySyntaxError, TooManyQueriesError
from engine.query.limits import QueryLimits
from engine.query.messages import Question
from engine.query.results import GRAPH_TYPES, SELECT_TYPES, Written, count_rows, too_large

CHUNK = 1 << 16
MEND = "Tell the operator: SPINEGRAPH_SPARQL_BACKEND names the service."


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is an error: only the one URL is ever asked."""


class Backend:
    """Another service, by its query URL (http or https; user:password@ before the host is sent as Basic authentication)."""

    def __init__(self, url: str, limits: QueryLimits) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise QueryError(f"{url!r} is no http or https URL.", where="SPINEGRAPH_SPARQL_BACKEND", mend="Give a query URL.")
        self.limits = limits
        self._headers = {"Content-Type": "application/sparql-query", "User-Agent": "spinegraph"}
        if parts.username:
            pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
            self._headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self._url = parts._replace(netloc=host + (f":{parts.port}" if parts.port else ""), fragment="").geturl()
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)

    def ask(self, question: Question, kind: str) -> Written:
        """Pass a checked query of a form (`kind`) on. Blocks. Raises QueryError and its subclasses."""
        wanted = {"SELECT": question.wanted.select, "ASK": question.wanted.ask}.get(kind, question.wanted.graph)
        if not wanted:
            return Written(kind=kind, media_type="", body=b"")
        asked = _official(wanted)
        request = urllib.request.Request(  # noqa: S310 (http or https, by the constructor)
            self._target(question), question.query.encode(), {**self._headers, "Accept": asked}, method="POST"
        )
        deadline = time.monotonic() + self.limits.timeout_seconds
        try:
            with self._opener.open(request, timeout=self.limits.timeout_seconds) as reply:
                said = reply.headers.get_content_type()
                body = self._read(reply, deadline)
        except urllib.error.HTTPError as error:
            raise _refusal(error) from error
        except (OSError, http.client.HTTPException) as error:
            raise QueryError(f"The service behind this one did not answer: {error}.", mend=MEND) from error
        if said not in (asked, wanted):
            raise QueryError(f"The service behind this one answered {said}, not {asked}.", mend=MEND)
        if kind == "SELECT" and count_rows(body, wanted) > self.limits.max_rows:
            raise too_large("max_rows", self.limits.max_rows, "rows")
        return Written(kind=kind, media_type=wanted, body=body)

    def _target(self, question: Question) -> str:
        pairs = [("default-graph-uri", iri) for iri in question.default_graphs or ()]
        pairs += [("named-graph-uri", iri) for iri in question.named_graphs or ()]
        joint = "&" if "?" in self._url else "?"
        return f"{self._url}{joint}{urllib.parse.urlencode(pairs)}" if pairs else self._url

    def _read(self, reply: Any, deadline: float) -> bytes:
        parts, size = [], 0
        while part := reply.read1(CHUNK):
            size += len(part)
            if size > self.limits.max_bytes:
                raise too_large("max_bytes", self.limits.max_bytes, "bytes")
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {self.limits.timeout_seconds:g} seconds")
            parts.append(part)
        if reply.length:
            raise http.client.IncompleteRead(b"".join(parts), reply.length)
        return b"".join(parts)


def _official(wanted: str) -> str:
    """`application/json` → the registered type of the same format."""
    formats: dict[str, Any] = {**SELECT_TYPES, **GRAPH_TYPES}
    return next(name for name, form in formats.items() if form == formats[wanted])


def _refusal(error: urllib.error.HTTPError) -> QueryError:
    said = _first_line(error)
    if error.code == http.HTTPStatus.BAD_REQUEST:
        return QuerySyntaxError(f"The service behind this one does not take the query: {said}", mend="Write plain SPARQL 1.1.")
    if error.code == http.HTTPStatus.TOO_MANY_REQUESTS:
        return TooManyQueriesError(
            "The service behind this one has too many queries.", mend="Ask again later.", details={"retry_after": 5}
        )
    return QueryError(f"The service behind this one answered {error.code}: {said}", mend=MEND)


def _first_line(reply: IO[bytes]) -> str:
    return next(iter(reply.read(300).decode("utf-8", "replace").splitlines()), "").strip() or "it does not say why."
