"""What assistants are told of a case is recorded where decisions are: by whom, the HTTP request says that brings the message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from spinegraph.api.audit.record import Asked, Origin, Told
from spinegraph.api.audit.writer import Audit
from spinegraph.engine import Case, CaseFile

_REQUEST: ContextVar[Any] = ContextVar("request", default=None)


class Recording(NamedTuple):
    """Records decisions in a store. `origin`: who asks, by an HTTP request; `note`: tells the log under which id it stands."""

    audit: Audit
    origin: Callable[[Any], Origin]
    note: Callable[[Any, str], None]

    def record(self, case: Case, asked: Asked, answer: bytes) -> None:
        """Record a decision, and wait for it. Raises AuditUnavailableError."""
        request = _REQUEST.get()
        told = Told(CaseFile(case), asked, answer, "application/json", answer)
        entry = self.audit.recorder.entry(told, self.origin(request))
        self.audit.record([entry]).result()
        self.note(request, entry.decided.id)


@contextmanager
def asked_by(request: Any) -> Iterator[None]:
    """Within the context, and the threads that it starts, a request is the one that asks."""
    token = _REQUEST.set(request)
    try:
        yield
    finally:
        _REQUEST.reset(token)
