"""What workers are started for here, and how it is told when one of them does not answer."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping

import msgspec

from engine import errors
from engine.errors import QueryError, QueryTimeoutError, TooManyQueriesError
from engine.query.limits import QueryLimits
from engine.query.messages import Answered, decode_reply
from engine.query.worker import WorkerOptions
from engine.sandbox.channel import ConnectionEnded
from engine.sandbox.pool import Outcome, Trouble
from engine.sandbox.process import WorkerProcess

SHORTER = "Ask for less: bind more terms, avoid patterns that share no variable, add LIMIT inside a subquery."


class QueryWork:
    """Workers that answer SPARQL. They share one unnamed file with the dataset."""

    name = "sparql"

    def __init__(
        self, take_quads: Callable[[], bytes] | None, limits: QueryLimits, prefixes: Mapping[str, str] | None = None
    ) -> None:
        """`take_quads` gives the N-Quads that workers load, once; None makes workers that only check."""
        self._limits = limits
        self._take_quads = take_quads
        self._prefixes = dict(prefixes or {})
        self._snapshot: int | None = None

    @property
    def workers(self) -> int:
        return self._limits.workers

    @property
    def queue(self) -> int:
        return self._limits.queue

    @property
    def timeout_seconds(self) -> float:
        return self._limits.timeout_seconds

    def start_worker(self) -> WorkerProcess:
        """A worker that loads the dataset."""
        if self._snapshot is None:
            self._snapshot = self._write_snapshot()
        options = WorkerOptions(limits=self._limits, snapshot=self._snapshot, prefixes=self._prefixes)
        return WorkerProcess(
            "engine.query.worker",
            msgspec.json.encode(options),
            longest_answer=self._limits.max_bytes,
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
        """A reply as an answer or as the error that it tells. Raises ConnectionEnded if it is none."""
        try:
            reply = decode_reply(head)
        except msgspec.MsgspecError as error:
            raise ConnectionEnded from error
        if not reply.error:
            return Outcome(Answered(reply, body), last=reply.last)
        if reply.error == "MemoryError":
            return Outcome(None, self.tell(Trouble("memory")), last=reply.last)
        kind: type[QueryError] = getattr(errors, reply.error)
        return Outcome(None, kind(reply.what, where=reply.where, mend=reply.mend, details=reply.details), last=reply.last)

    def tell(self, trouble: Trouble) -> QueryError:
        """Trouble as an error of the query."""
        limits = self._limits
        match trouble.kind:
            case "full":
                return self._too_many(f"{limits.workers} queries run and {limits.queue} wait: there is no place for another.")
            case "waited":
                return self._too_many(f"The query waited more than {limits.timeout_seconds:g} seconds for its turn.")
            case "time":
                return _stopped("timeout_seconds", limits.timeout_seconds, "seconds")
            case "processor":
                return _stopped("cpu_seconds", limits.cpu_seconds, "seconds of processor time")
            case "memory":
                return _stopped("memory_bytes", limits.memory_bytes, "bytes of memory")
            case "stack":
                return QueryTimeoutError(
                    "The query needs more stack or memory than a query may have; nothing was answered.",
                    mend="Nest less, and make long chains of operators or alternatives shorter.",
                    details={"limit": "stack"},
                )
            case "ended":
                return QueryError(
                    "The worker that answered was ended from outside.", mend="Ask again.", details={"retry_after": 1}
                )
            case "unstarted":
                return QueryError(
                    f"A query worker could not be started ({trouble.detail}).",
                    mend="Raise SPINEGRAPH_SPARQL_MEMORY_BYTES, or run `python -m engine.query.worker` to see what is wrong.",
                    details={"retry_after": 5},
                )
            case "closed":
                return QueryError("The service is being stopped.", mend="Ask again later.", details={"retry_after": 5})
            case "fault":
                return QueryError(f"The query could not be answered: {trouble.detail}")

    def _too_many(self, what: str) -> TooManyQueriesError:
        return TooManyQueriesError(
            what,
            mend="Ask again after the seconds in Retry-After.",
            details={"retry_after": max(1, round(self._limits.timeout_seconds / 2))},
        )


def _stopped(limit: str, allowed: float, unit: str) -> QueryTimeoutError:
    return QueryTimeoutError(
        f"The query was stopped: it needs more than {allowed:,} {unit}. Nothing of its answer was sent.",
        mend=SHORTER,
        details={"limit": limit, "allowed": allowed},
    )
