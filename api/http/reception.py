"""Where every request comes in and every answer, errors too, goes out: outermost, around the whole application.

A request gets its id, and its place among those of its client; its answer gets the headers that all have; and of both one line
is logged and one answer counted, of nothing that was sent (see `logs.py`).
"""

from __future__ import annotations

import logging
import time

from spinegraph.api.http.access import access_of
from spinegraph.api.http.errors import RateError, answer_problem
from spinegraph.api.http.logs import FIELDS
from spinegraph.api.http.metrics import Metrics
from spinegraph.api.http.open_route import PAGE_POLICY
from spinegraph.api.http.rates import Rates, client_of
from spinegraph.api.http.visits import REQUEST_ID, UNMATCHED, caller_of, method_of, name_request, request_id_of, route_of
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
ONE_YEAR = "max-age=31536000"
_ALWAYS = tuple((name.lower().encode(), value.encode()) for name, value in SECURITY.items())
_OVER_TLS = (*_ALWAYS, (b"strict-transport-security", ONE_YEAR.encode()))
UNLIMITED = ("/health/live", "/health/ready")
"""Ends of paths, below whatever prefix, at which nobody is asked to wait."""


class Reception:
    """What stands around one application; `metrics` may be those of several, one after another."""

    def __init__(self, metrics: Metrics, rates: Rates) -> None:
        self.metrics, self._rates = metrics, rates
        self.in_progress = 0
        """Requests that are not answered yet."""

    async def __call__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an application answer a request."""
        begun = time.perf_counter()
        name_request(scope)
        answer = _Answer(scope, send)
        self.in_progress += 1
        self.metrics.in_progress.inc()
        try:
            wait = 0 if scope["path"].endswith(UNLIMITED) else self._rates.wait(client_of((scope.get("client") or ("",))[0]))
            if wait:
                self.metrics.refused.inc()
                error = RateError("This client has asked too often.", mend=_SLOWER, details={"retry_after": wait})
                await answer_problem(Request(scope, receive), error)(scope, receive, answer.send)
            else:
                await app(scope, receive, answer.send)
        finally:
            self.in_progress -= 1
            self.metrics.in_progress.dec()
            self._note(scope, answer, time.perf_counter() - begun)

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
            logger.info("request", extra={FIELDS: fields})


_SLOWER = "Ask again after the seconds in Retry-After, and more slowly."


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
