"""What workers are started for here, and the error when one of them does not answer."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping

import msgspec
from spinegraph.engine import errors
from spinegraph.engine.errors import QueryError, QueryTimeoutError, SpinegraphError, TooManyQueriesError
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.messages import Answered, decode_reply
from spinegraph.engine.query.worker import WorkerOptions
from spinegraph.engine.sandbox.channel import ConnectionEnded
from spinegraph.engine.sandbox.failures import Words, error_for
from spinegraph.engine.sandbox.pool import Outcome
from spinegraph.engine.sandbox.process import WorkerProcess
from spinegraph.engine.sandbox.trouble import Trouble

WORDS = Words(
    work="query",
    nothing="Nothing of its answer was sent.",
    less="Ask for less: bind more terms, avoid patterns that share no variable, add LIMIT inside a subquery.",
    flatter="Nest less, and make long chains of operators or alternatives shorter.",
    error=QueryError,
    stopped=QueryTimeoutError,
    too_many=TooManyQueriesError,
)


class QueryWork:
    """Workers that answer SPARQL. They share one unnamed file with the dataset."""

    name = "sparql"

    def __init__(
        self, take_quads: Callable[[], bytes] | None, limits: QueryLimits, prefixes: Mapping[str, str] | None = None
    ) -> None:
        """`take_quads` gives the N-Quads that workers load, once; None makes workers that only check."""
        self.limits = limits
        self._take_quads = take_quads
        self._prefixes = dict(prefixes or {})
        self._snapshot: int | None = None

    def start_worker(self) -> WorkerProcess:
        """A worker that loads the dataset."""
        if self._snapshot is None:
            self._snapshot = self._write_snapshot()
        options = WorkerOptions(limits=self.limits, snapshot=self._snapshot, prefixes=self._prefixes)
        return WorkerProcess(
            "spinegraph.engine.query.worker",
            msgspec.json.encode(options),
            longest_answer=self.limits.max_bytes,
            inherited=[self._snapshot] if self._snapshot >= 0 else [],
        )

    def _write_snapshot(self) -> int:
        """A descriptor of an unnamed file with the dataset, for all workers there will be; -1 without one."""
        if self._take_quads is None:
            return -1
        with tempfile.TemporaryFile() as file:
            file.write(self._take_quads())
            file.flush()
            return os.dup(file.fileno())

    def close(self) -> None:
        """Let go of the dataset."""
        if self._snapshot is not None and self._snapshot >= 0:
            os.close(self._snapshot)

    def read(self, head: bytes, body: bytes) -> Outcome[Answered]:
        """A reply as an answer or as the error that it states. Raises ConnectionEnded if it is none."""
        try:
            reply = decode_reply(head)
        except msgspec.MsgspecError as error:
            raise ConnectionEnded from error
        if not reply.error:
            return Outcome(Answered(reply, body), last=reply.last)
        if reply.error == "MemoryError":
            return Outcome(None, self.error_for(Trouble("memory")), last=reply.last)
        kind: type[QueryError] = getattr(errors, reply.error)
        return Outcome(None, kind(reply.what, where=reply.where, mend=reply.mend, details=reply.details), last=reply.last)

    def error_for(self, trouble: Trouble) -> SpinegraphError:
        """Trouble as an error of the query."""
        return error_for(trouble, WORDS, self.limits)
