"""Checked queries that another service answers: in two lanes, as ours are (`sandbox.lanes`), and given up when nobody waits."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future

from spinegraph.engine.errors import QueryError, SpinegraphError
from spinegraph.engine.query.backend import Backend, Line
from spinegraph.engine.query.limits import QueryLimits
from spinegraph.engine.query.messages import Question, encode
from spinegraph.engine.query.results import Written
from spinegraph.engine.query.work import WORDS
from spinegraph.engine.sandbox.failures import error_for
from spinegraph.engine.sandbox.lanes import Job, Lanes, SlowLane
from spinegraph.engine.sandbox.pool import Outcome, settle
from spinegraph.engine.sandbox.trouble import Trouble

logger = logging.getLogger("spinegraph")


class _Passed(Job[Written]):
    """A query that is passed on, of a form (`kind`), over a line that can be cut."""

    def __init__(self, question: Question, kind: str, client: str) -> None:
        super().__init__(encode(question), b"", client)
        self.question, self.kind = question, kind
        self.line = Line()
        self.trouble: Trouble | None = None
        """Why it was cut at the end of its slice."""


class PassingPool:
    """Puts queries to another service, each in a thread that waits for it. Threads start with the first query."""

    def __init__(self, backend: Backend, limits: QueryLimits, slow: SlowLane) -> None:
        self._backend, self._limits, self._slow = backend, limits, slow
        self._lanes: Lanes[Written] = Lanes(limits, slow)
        self._threads = [
            threading.Thread(target=self._serve, name=f"sparql-backend-{number}", daemon=True)
            for number in range(limits.workers + slow.places)
        ]
        self._lock = threading.Lock()
        self._started = False
        self._jobs: dict[Job[Written], _Passed] = {}

    def submit(self, question: Question, kind: str, client: str = "") -> Future[Written]:
        """The answer, in the future; cancelling it ends the query. Raises TooManyQueriesError where there is no place."""
        job = _Passed(question, kind, client)
        with self._lock:
            if not self._started:
                self._started = True
                for thread in self._threads:
                    thread.start()
            self._jobs[job] = job
        if trouble := self._lanes.enter(job):
            self._forget(job)
            raise self._error(trouble)
        job.result.add_done_callback(lambda _: self._stop_if_cancelled(job))
        return job.result

    def close(self) -> None:
        """End the queries that run; those that wait get an error."""
        self._lanes.close()
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.trouble = Trouble("closed")
            job.line.cut()

    def _serve(self) -> None:
        """Pass on one query after another."""
        while (turn := self._lanes.next()) is not None:
            job = self._jobs[turn]
            try:
                outcome = Outcome(self._answer(job))
            except SpinegraphError as error:
                outcome = Outcome(None, error)
            except Exception as error:
                logger.exception("a query could not be passed on")
                outcome = Outcome(None, self._error(Trouble("fault", str(error))))
            self._lanes.leave(job)
            self._forget(job)
            settle(job.result, outcome)

    def _answer(self, job: _Passed) -> Written:
        """What the service answers in time, in whichever lane. Raises QueryError."""
        if trouble := job.trouble or self._lanes.waited_too_long(job):
            raise self._error(trouble)
        job.begun = time.monotonic()
        end_of_slice: threading.Timer | None = None
        if job.lane == "fast":
            end_of_slice = threading.Timer(self._slow.slice_seconds, self._promote, (job,))
            end_of_slice.daemon = True
            end_of_slice.start()
        try:
            return self._backend.ask(job.question, job.kind, job.line)
        except QueryError:
            if job.trouble:
                raise self._error(job.trouble) from None
            raise
        finally:
            if end_of_slice:
                end_of_slice.cancel()

    def _promote(self, job: _Passed) -> None:
        """Let a query go on in the slow lane, or end it."""
        if trouble := self._lanes.promote(job):
            job.trouble = trouble
            job.line.cut()

    def _stop_if_cancelled(self, job: _Passed) -> None:
        if job.result.cancelled():
            self._lanes.drop_waiting(job)
            job.line.cut()

    def _forget(self, job: _Passed) -> None:
        with self._lock:
            self._jobs.pop(job, None)

    def _error(self, trouble: Trouble) -> SpinegraphError:
        return error_for(trouble, WORDS, self._limits)
