"""Where every request comes in and every answer, errors too, goes out: outermost, around the whole application.

A request gets its id, and its place among those of its client; its answer gets the headers that all have; and of both one line
is logged and one answer counted, of nothing that was sent (see `logs.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from spinegraph.api.http.access import access_of
from spinegraph.api.http.errors import OverloadedError, RateError, answer_problem
from spinegraph.api.http.logs import FIELDS
from spinegraph.api.http.metrics import Metrics
from spinegraph.api.http.open_route import PAGE_POLICY
from spinegraph.api.http.rates import Rates, client_of
from spinegraph.api.http.visits import (
    REQUEST_ID,
    UNMATCHED,
    caller_of,
    decision_of,
    method_of,
    name_request,
    request_id_of,
    route_of,
)
from spinegraph.engine.errors import SpinegraphError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("spinegraph.access")
SECURITY = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every answer that does not say otherwise."""
OVERLOADED_SECONDS = 1
"""So soon whoever was turned away may ask again: most requests take far less."""
ONE_YEAR = "max-age=31536000"
_ALWAYS = tuple((name.lower().encode(), value.encode()) for name, value in SECURITY.items())
_OVER_TLS = (*_ALWAYS, (b"strict-transport-security", ONE_YEAR.encode()))
UNLIMITED = ("/health/live", "/health/ready")
"""Ends of paths, below whatever prefix, at which nobody is asked to wait."""


class Reception:
    """What stands around one application; `metrics` may be those of several, one after another; `most` requests, if it is not
    0, are worked on at a time."""

    def __init__(self, metrics: Metrics, rates: Rates, most: int = 0) -> None:
        self.metrics, self._rates, self._most = metrics, rates, most
        self.in_progress = 0
        """Requests that are not answered yet."""
        self._worked_on = 0
        """Those of them that have arrived whole: a half-sent one takes nobody's place."""

    async def __call__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an application answer a request."""
        begun = time.perf_counter()
        name_request(scope)
        answer = _Answer(scope, send)
        self.in_progress += 1
        self.metrics.in_progress.inc()
        arriving = _Arriving(receive, self._begin_work)
        try:
            if error := None if scope["path"].endswith(UNLIMITED) else self._refusal(scope):
                await answer_problem(Request(scope, receive), error)(scope, receive, answer.send)
            else:
                if not has_body(scope):
                    arriving.end()
                await app(scope, arriving.receive, answer.send)
        finally:
            self.in_progress -= 1
            self._worked_on -= arriving.ended
            self.metrics.in_progress.dec()
            self._note(scope, answer, time.perf_counter() - begun)

    def _refusal(self, scope: Scope) -> SpinegraphError | None:
        """Why a request is not let in now."""
        if self._most and self._worked_on >= self._most:
            self.metrics.overloaded.inc()
            what = f"As many requests as there may be, {self._most:,}, are being worked on."
            return OverloadedError(what, mend=_SLOWER, details={"retry_after": OVERLOADED_SECONDS})
        if wait := self._rates.wait(client_of((scope.get("client") or ("",))[0])):
            self.metrics.refused.inc()
            return RateError("This client has asked too often.", mend=_SLOWER, details={"retry_after": wait})
        return None

    def _begin_work(self) -> None:
        self._worked_on += 1

    def _note(self, scope: Scope, answer: _Answer, seconds: float) -> None:
        method, route = method_of(scope), route_of(scope)
        status = str(answer.status or UNMATCHED)
        self.metrics.answers.labels(method, route, status).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        if logger.isEnabledFor(logging.INFO):
            fields = {
                "request_id": request_id_of(scope),
                "method": method,
                "route": route,
                "status": answer.status,
                "ms": round(seconds * 1000, 1),
                "bytes": answer.bytes,
            }
            if caller := caller_of(scope):
                fields["caller"] = caller
            if decision := decision_of(scope):
                fields["decision"] = decision
            logger.info("request", extra={FIELDS: fields})


_SLOWER = "Ask again after the seconds in Retry-After, and more slowly."


def has_body(scope: Scope) -> bool:
    """Whether a body comes with a request (RFC 9112 section 6.3)."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0") != b"")
        for name, value in scope["headers"]
    )


class _Arriving:
    """What comes in: `ended` once its last part is there, which `at_end` is told."""

    def __init__(self, receive: Receive, at_end: Callable[[], None]) -> None:
        self._receive, self._at_end = receive, at_end
        self.ended = False

    def end(self) -> None:
        """The request is whole."""
        if not self.ended:
            self.ended = True
            self._at_end()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            self.end()
        return message


class _Answer:
    """What goes out: its `status`, 0 while there is none, and the `bytes` of its body so far."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self.status = self.bytes = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = {name.lower() for name, _ in message["headers"]}
            secure = access_of(self._scope).public_url.startswith("https:")
            message["headers"] = [
                *message["headers"],
                (REQUEST_ID.lower().encode(), request_id_of(self._scope).encode()),
                *(header for header in (_OVER_TLS if secure else _ALWAYS) if header[0] not in given),
            ]
        elif message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))
        await self._send(message)
