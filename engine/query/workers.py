"""A pool of worker processes: each answers one query at a time, and is killed when it takes too long.

One thread stands by each worker, so that no event loop ever waits. One process more than there are threads is kept ready:
whoever loses its worker takes that one, and another is started behind it.
"""

from __future__ import annotations

import atexit
import logging
import os
import queue
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import NamedTuple

from engine import errors
from engine.errors import QueryError, QueryTimeoutError, TooManyQueriesError
from engine.query.limits import QueryLimits
from engine.query.messages import ConnectionEnded, Question, encode
from engine.query.processes import START_SECONDS, Answered, WorkerProcess
from engine.query.worker import WorkerOptions

logger = logging.getLogger("spinegraph")
RETRY_SECONDS = 1.0
"""How long nothing is started after a worker did not come up."""

KILLED_IN_A_ROW = 5
"""How many starting workers may be killed in a row before they count as not coming up: memory may be short."""

FROM_OUTSIDE = tuple(-number for number in (getattr(signal, "SIGKILL", 9), signal.SIGTERM, signal.SIGINT))


class _Job(NamedTuple):
    question: bytes
    result: Future[Answered]
    since: float


class _Failure(NamedTuple):
    error: QueryError
    since: float


class WorkerPool:
    """Answers questions in worker processes. Threads and processes start with the first question, or with `start`."""

    def __init__(
        self, take_quads: Callable[[], bytes] | None, limits: QueryLimits, prefixes: Mapping[str, str] | None = None
    ) -> None:
        """`take_quads` gives the N-Quads that workers load, once; None makes workers that only check."""
        self.limits = limits
        self._take_quads = take_quads
        self._prefixes = dict(prefixes or {})
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._ready: queue.SimpleQueue[WorkerProcess | _Failure] = queue.SimpleQueue()
        self._places = threading.Semaphore(limits.workers + 1)
        self._lock = threading.Lock()
        self._open = 0
        self._threads: list[threading.Thread] = []
        self._processes: set[WorkerProcess] = set()
        self._closed = threading.Event()

    def start(self) -> None:
        """Start threads and processes, without waiting for them."""
        with self._lock:
            if self._threads or self._closed.is_set():
                return
            self._threads = [threading.Thread(target=self._keep_ready, name="sparql-starter", daemon=True)]
            for number in range(self.limits.workers):
                self._threads.append(threading.Thread(target=self._serve, name=f"sparql-{number}", daemon=True))
            for thread in self._threads:
                thread.start()
            atexit.register(self.close)

    def submit(self, question: Question) -> Future[Answered]:
        """The reply to a question, in the future. Raises TooManyQueriesError at once if the queue is full."""
        self.start()
        with self._lock:
            if self._closed.is_set():
                raise QueryError("The service is being stopped.", mend="Ask again later.", details={"retry_after": 5})
            if self._open >= self.limits.workers + self.limits.queue:
                told = f"{self.limits.workers} queries run and {self.limits.queue} wait: there is no place for another."
                raise _too_many(self.limits, told)
            self._open += 1
        result: Future[Answered] = Future()
        result.add_done_callback(self._forget)
        self._jobs.put(_Job(encode(question), result, time.monotonic()))
        return result

    def processes(self) -> list[int]:
        """Process ids of the workers that live, ready ones among them."""
        with self._lock:
            return [worker.process.pid for worker in self._processes if worker.alive]

    def close(self) -> None:
        """Kill the workers; queries that wait or run are answered with an error."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
            processes = list(self._processes)
        atexit.unregister(self.close)
        for _ in self._threads:
            self._jobs.put(None)
        self._places.release()
        for worker in processes:
            worker.process.kill()
        for thread in self._threads:
            thread.join(timeout=10)
        with self._lock:
            processes = list(self._processes)
        for worker in processes:
            worker.kill()
            self._processes.discard(worker)

    def _forget(self, _: object) -> None:
        with self._lock:
            self._open -= 1

    def _keep_ready(self) -> None:
        """Start a worker for every free place."""
        content = None
        killed = 0
        while True:
            if not self._closed.is_set():
                self._places.acquire()
            if self._closed.is_set():
                if content is not None and content >= 0:
                    os.close(content)
                return
            worker = None
            try:
                content = self._write_snapshot() if content is None else content
                worker = WorkerProcess(WorkerOptions(limits=self.limits, snapshot=content, prefixes=self._prefixes))
                with self._lock:
                    self._processes.add(worker)
                worker.wait_until_ready()
                self._ready.put(worker)
                killed = 0
            except Exception as error:
                if worker is not None:
                    with self._lock:
                        self._processes.discard(worker)
                if self._closed.is_set():
                    continue
                killed = killed + 1 if worker is not None and worker.process.returncode in FROM_OUTSIDE else KILLED_IN_A_ROW
                if killed < KILLED_IN_A_ROW:
                    self._places.release()
                    continue
                logger.exception("no query worker could be started")
                told = error if isinstance(error, QueryError) else QueryError(f"No query worker could be started: {error}")
                self._ready.put(_Failure(told, time.monotonic()))
                self._places.release()
                time.sleep(RETRY_SECONDS)

    def _write_snapshot(self) -> int:
        """A descriptor of an unnamed file with the dataset, for all workers there will be; -1 without one."""
        if self._take_quads is None:
            return -1
        with tempfile.TemporaryFile() as file:
            file.write(self._take_quads())
            file.flush()
            return os.dup(file.fileno())

    def _serve(self) -> None:
        """Take one question after another, with a worker that is replaced when it is lost."""
        worker: WorkerProcess | None = None
        while (job := self._jobs.get()) is not None:
            if not job.result.set_running_or_notify_cancel():
                continue
            try:
                worker = self._answer(job, worker)
            except QueryError as error:
                worker = None
                job.result.set_exception(error)
            except Exception as error:
                logger.exception("a query could not be answered")
                worker = None
                job.result.set_exception(QueryError(f"The query could not be answered: {error}"))

    def _answer(self, job: _Job, worker: WorkerProcess | None) -> WorkerProcess | None:
        """Give a job its result; the worker if it can go on. A worker that others kill costs a query nothing the first time."""
        if time.monotonic() - job.since > self.limits.timeout_seconds:
            waited = f"The query waited more than {self.limits.timeout_seconds:g} seconds for its turn."
            job.result.set_exception(_too_many(self.limits, waited))
            return worker
        for again in (True, False):
            if worker is None or not worker.alive:
                worker = self._replace(worker)
            started = time.monotonic()
            try:
                answered = worker.ask(job.question, self.limits.timeout_seconds)
            except TimeoutError:
                worker.kill()
                self._drop(worker)
                raise _stopped("timeout_seconds", self.limits.timeout_seconds, "seconds") from None
            except ConnectionEnded:
                code = worker.stop()
                self._drop(worker)
                if again and code in FROM_OUTSIDE and not self._closed.is_set():
                    worker = None
                    continue
                raise self._lost(code, time.monotonic() - started) from None
            if answered.reply.last:
                worker.stop()
                self._drop(worker)
                worker = None
            _settle(job.result, answered, self.limits)
            return worker
        raise AssertionError("two attempts end in a result or an error")

    def _replace(self, worker: WorkerProcess | None) -> WorkerProcess:
        if worker is not None:
            worker.kill()
            self._drop(worker)
        while True:
            try:
                ready = self._ready.get(timeout=START_SECONDS)
            except queue.Empty:
                raise QueryError("No query worker came up.", mend="Ask again later.", details={"retry_after": 5}) from None
            if isinstance(ready, _Failure):
                if time.monotonic() - ready.since < RETRY_SECONDS:
                    raise ready.error
                continue  # nobody waited for it then; another start has been tried since
            if ready.alive:
                return ready
            ready.kill()
            self._drop(ready)

    def _drop(self, worker: WorkerProcess) -> None:
        with self._lock:
            self._processes.discard(worker)
        self._places.release()

    def _lost(self, code: int, seconds: float) -> QueryError:
        """Why a worker ended, as its asker may know it."""
        if code == -getattr(signal, "SIGXCPU", 24):
            return _stopped("cpu_seconds", self.limits.cpu_seconds, "seconds of processor time")
        if code in (-signal.SIGABRT, -getattr(signal, "SIGBUS", 7)):
            return _stopped("memory_bytes", self.limits.memory_bytes, "bytes of memory")
        if code == -signal.SIGSEGV:
            return QueryTimeoutError(
                "The query needs more stack or memory than a query may have; nothing was answered.",
                mend="Nest less, and make long chains of operators or alternatives shorter.",
                details={"limit": "stack"},
            )
        logger.warning("a query worker ended with code %s after %.1f s", code, seconds)
        return QueryError("The worker that answered was ended from outside.", mend="Ask again.", details={"retry_after": 1})


def _settle(result: Future[Answered], answered: Answered, limits: QueryLimits) -> None:
    reply = answered.reply
    if not reply.error:
        result.set_result(answered)
    elif reply.error == "MemoryError":
        result.set_exception(_stopped("memory_bytes", limits.memory_bytes, "bytes of memory"))
    else:
        kind: type[QueryError] = getattr(errors, reply.error)
        result.set_exception(kind(reply.what, where=reply.where, mend=reply.mend, details=reply.details))


def _stopped(limit: str, allowed: float, unit: str) -> QueryTimeoutError:
    return QueryTimeoutError(
        f"The query was stopped: it needs more than {allowed:,} {unit}. Nothing of its answer was sent.",
        mend="Ask for less: bind more terms, avoid patterns that share no variable, add LIMIT inside a subquery.",
        details={"limit": limit, "allowed": allowed},
    )


def _too_many(limits: QueryLimits, what: str) -> TooManyQueriesError:
    return TooManyQueriesError(
        what,
        mend="Ask again after the seconds in Retry-After.",
        details={"retry_after": max(1, round(limits.timeout_seconds / 2))},
    )
