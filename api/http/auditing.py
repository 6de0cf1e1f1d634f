"""Decisions are recorded before they are sent; where none are recorded, nothing changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from spinegraph.api.audit.record import Door, Entry, Origin, Told
from spinegraph.api.audit.writer import Audit
from spinegraph.api.http.visits import caller_of, note_decision, request_id_of
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

HEADER = "Spinegraph-Decision"
"""Header of an answer that was recorded: the id of its record."""


class Auditing(NamedTuple):
    """What routers record decisions with."""

    audit: Audit | None = None

    async def recorded(self, request: Request, door: Door, told: Told) -> dict[str, str]:
        """Record a decision; the headers that its answer gets. Raises AuditUnavailableError."""
        if self.audit is None:
            return {}
        make = partial(self.audit.recorder.entry, told, origin_of(request, door))
        entry = make() if told.answer else await run_in_threadpool(make)
        await asyncio.wrap_future(self.audit.record([entry]))
        note_recorded(request, entry.decided.id)
        return {HEADER: entry.decided.id}

    def entry(self, request: Request, door: Door, told: Told) -> Entry | None:
        """The entry of a decision that is recorded later, with others; None where none are recorded."""
        return self.audit.recorder.entry(told, origin_of(request, door)) if self.audit else None

    def record(self, entries: Sequence[Entry]) -> None:
        """Record decisions together, and wait for it. Raises AuditUnavailableError."""
        if self.audit and entries:
            self.audit.record(entries).result()

    async def failure(self) -> str:
        """Why decisions cannot be recorded, or ""."""
        return await run_in_threadpool(self.audit.failure) if self.audit else ""


NO_AUDIT = Auditing()


def note_recorded(request: Request, id_: str) -> None:
    """Note for the log under which id a decision was recorded."""
    note_decision(request.scope, id_)


def origin_of(request: Request, door: Door) -> Origin:
    """Who asks, and where."""
    return Origin(door, request_id_of(request.scope), caller_of(request.scope))
