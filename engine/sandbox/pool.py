"""A pool of worker processes: each answers one question at a time, and is killed when it takes too long.

One thread stands by each question that runs, so that no event loop ever waits. `lanes.py` says whose turn it is, `stock.py`
keeps the processes, one more than there may be questions in the fast lane.
"""

from __future__ import annotations

import atexit
import logging
import math
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar

from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.sandbox.channel import ConnectionEnded
from spinegraph.engine.sandbox.lanes import Job, Lanes, PoolLimits, SlowLane
from spinegraph.engine.sandbox.process import WorkerProcess
from spinegraph.engine.sandbox.stock import FROM_OUTSIDE, Starting, WorkerStock
from spinegraph.engine.sandbox.trouble import Trouble

logger = logging.getLogger("spinegraph")
T = TypeVar("T")


class Outcome(NamedTuple, Generic[T]):
    """What a worker's frame says: an answer or an error, and whether that was its last."""

    answer: T | None
    error: SpinegraphError | None = None
    last: bool = False


class PoolCounts(NamedTuple):
    """How a pool is: `state`; why no worker came up at last, or ""; how many processes live, how many of these have come up,
    and how many ever did; how many questions wait, run in the fast lane and in the slow one; and how many were not answered,
    by kind of trouble or by the limit that the worker met."""

    state: Literal["idle", "started", "failed", "closed"]
    failure: str
    workers: int
    up: int
    started: int
    stops: Mapping[str, int]
    waiting: int
    fast: int
    slow: int


class Work(Starting, Protocol[T]):
    """What a pool is for: how its workers are started, what they say, and what error trouble becomes."""

    @property
    def limits(self) -> PoolLimits:
        """How much is answered at once, and how long it may take."""

    def read(self, head: bytes, body: bytes) -> Outcome[T]:
        """What a frame says. Raises ConnectionEnded if it is none."""


class WorkerPool(Generic[T]):
    """Answers questions in worker processes. Threads and processes start with the first question, or with `start`.

    With a slow lane a question that takes longer than a slice goes on there, with its worker: what it answers does not
    depend on the lane.
    """

    def __init__(self, work: Work[T], slow: SlowLane | None = None) -> None:
        self._work = work
        self._limits = work.limits
        places = slow.places if slow else 0
        self._lanes: Lanes[T] = Lanes(work.limits, slow)
        self._stock = WorkerStock(work, work.limits.workers + 1, places)
        self._threads = [
            threading.Thread(target=self._serve, name=f"{work.name}-{number}", daemon=True)
            for number in range(work.limits.workers + places)
        ]
        self._lock = threading.Lock()
        self._started = False
        self._closed = threading.Event()
        self._asked: dict[Job[T], WorkerProcess] = {}
        self._troubles: Counter[str] = Counter()

    def start(self) -> None:
        """Start threads and processes, without waiting for them."""
        with self._lock:
            if self._started or self._closed.is_set():
                return
            self._started = True
            self._stock.start()
            for thread in self._threads:
                thread.start()
            atexit.register(self.close)

    def submit(self, head: bytes, body: bytes = b"", client: str = "") -> Future[T]:
        """The answer to a question of a client, in the future; cancelling it stops the question, even if it runs.

        Raises at once the error for `closed`, for `full`, and where it is known to take long for `slow-full`, `slow-taken`.
        """
        self.start()
        if self._closed.is_set():
            raise self._error_for(Trouble("closed"))
        job: Job[T] = Job(head, body, client)
        if trouble := self._lanes.enter(job):
            raise self._error_for(trouble)
        job.result.add_done_callback(lambda _: self._stop_if_cancelled(job))
        return job.result

    def processes(self) -> list[int]:
        """Process ids of the workers that live, ready ones among them."""
        return self._stock.processes()

    def counts(self) -> PoolCounts:
        """How the pool is, now, and what has happened since it was made."""
        with self._lock:
            stops, started = dict(self._troubles), self._started
        failure = self._stock.failure
        return PoolCounts(
            state="closed" if self._closed.is_set() else "failed" if failure else "started" if started else "idle",
            failure=failure,
            workers=len(self.processes()),
            up=self._stock.up(),
            started=self._stock.started,
            stops=stops,
            **self._lanes.counts(),
        )

    def close(self) -> None:
        """Kill the workers; questions that wait or run are answered with an error."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
            started = self._started
        atexit.unregister(self.close)
        if not started:
            self._work.close()
            return
        self._lanes.close()
        self._stock.close()
        for thread in self._threads:
            thread.join(timeout=10)
        self._stock.join()

    def _error_for(self, trouble: Trouble) -> SpinegraphError:
        """Trouble as an error for who asked; it is counted."""
        with self._lock:
            self._troubles[trouble.kind] += 1
        return self._work.error_for(trouble)

    def _note_limit(self, outcome: Outcome[T]) -> None:
        """Count an answer that a worker has stopped itself at a limit."""
        if outcome.error and (limit := outcome.error.details.get("limit")):
            with self._lock:
                self._troubles[str(limit)] += 1

    def _stop_if_cancelled(self, job: Job[T]) -> None:
        """Free the place of a question that nobody waits for, at once, or in the fast lane at the end of its slice."""
        if not job.result.cancelled():
            return
        with self._lock:
            worker = self._asked.get(job)
            if worker and self._lanes.slice_ends(job) is None:
                worker.end()
        if worker is None:
            self._lanes.drop_waiting(job)

    def _serve(self) -> None:
        """Take one question after another."""
        while (job := self._lanes.next()) is not None:
            try:
                outcome = self._answer(job)
            except SpinegraphError as error:
                outcome = Outcome(None, error)
            except Exception as error:
                logger.exception("a question to a %s worker could not be answered", self._work.name)
                outcome = Outcome(None, self._error_for(Trouble("fault", str(error))))
            self._lanes.leave(job)
            settle(job.result, outcome)

    def _answer(self, job: Job[T]) -> Outcome[T]:
        """The result of a question whose turn it is. One whose worker others kill is put again: until one is lost that came up
        after the first, since who kills one may have killed all that there were.
        """
        if trouble := self._lanes.waited_too_long(job):
            raise self._error_for(trouble)
        first_lost = math.inf
        while True:
            worker = self._stock.take(apart=job.lane == "slow")
            useful = False
            try:
                if not self._begin(job, worker):
                    useful = True
                    return Outcome(None)
                outcome = self._work.read(*self._ask(job, worker))
                self._note_limit(outcome)
                useful = not outcome.last
            except TimeoutError:
                raise self._error_for(Trouble("time")) from None
            except ConnectionEnded:
                code = worker.stop()
                again = code in FROM_OUTSIDE and worker.ready_since < first_lost
                if again and not self._closed.is_set() and not job.result.cancelled():
                    first_lost = min(first_lost, time.monotonic())
                    continue
                raise self._lost(job, code) from None
            finally:
                with self._lock:
                    self._asked.pop(job, None)
                (self._stock.give_back if useful else self._stock.drop)(worker)
            return outcome

    def _begin(self, job: Job[T], worker: WorkerProcess) -> bool:
        """Note which worker is asked; False where nobody waits for the answer any more."""
        with self._lock:
            if job.result.cancelled():
                return False
            self._asked[job] = worker
            job.begun = time.monotonic()
        return True

    def _ask(self, job: Job[T], worker: WorkerProcess) -> tuple[bytes, bytes]:
        """The frame that a worker answers, in whichever lane. Raises TimeoutError, ConnectionEnded, the error of a trouble."""
        deadline = job.begun + self._limits.timeout_seconds
        worker.send(job.head, job.body, deadline)
        slice_ends = self._lanes.slice_ends(job)
        if slice_ends is not None and not worker.answers_by(min(slice_ends, deadline)):
            with self._lock:  # so that who cancels meanwhile sees the lane that it is in
                trouble = self._lanes.promote(job)
            if trouble:
                raise self._error_for(trouble)
            self._stock.set_apart(worker)
        return worker.receive(deadline)

    def _lost(self, job: Job[T], code: int) -> SpinegraphError:
        """Why a worker ended, as its asker may know it."""
        if code == -getattr(signal, "SIGXCPU", 24):
            return self._error_for(Trouble("processor"))
        if code in (-signal.SIGABRT, -getattr(signal, "SIGBUS", 7)):
            return self._error_for(Trouble("memory"))
        if code == -signal.SIGSEGV:
            return self._error_for(Trouble("stack"))
        if not job.result.cancelled():
            logger.warning("a %s worker ended with code %s after %.1f s", self._work.name, code, time.monotonic() - job.begun)
        return self._error_for(Trouble("ended"))


def settle(result: Future[T], outcome: Outcome[T]) -> None:
    """Give a question its result, unless it was cancelled."""
    if not result.set_running_or_notify_cancel():
        return
    if outcome.error is not None:
        result.set_exception(outcome.error)
    elif outcome.answer is not None:
        result.set_result(outcome.answer)
    else:
        raise AssertionError("a worker's frame is an answer or an error")
