"""A pool of worker processes: each answers one question at a time, and is killed when it takes too long.

One thread stands by each worker, so that no event loop ever waits. One process more than there are threads is kept ready:
whoever loses its worker takes that one, and another is started behind it.
"""

from __future__ import annotations

import atexit
import logging
import queue
import signal
import threading
import time
from concurrent.futures import Future
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar

from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.sandbox.channel import ConnectionEnded
from spinegraph.engine.sandbox.process import START_SECONDS, WorkerProcess

logger = logging.getLogger("spinegraph")
RETRY_SECONDS = 1.0
"""How long nothing is started after a worker did not come up."""

KILLED_IN_A_ROW = 5
"""How many starting workers may be killed in a row before they count as not coming up: memory may be short."""

FROM_OUTSIDE = tuple(-number for number in (getattr(signal, "SIGKILL", 9), signal.SIGTERM, signal.SIGINT))

T = TypeVar("T")
Kind = Literal["full", "waited", "time", "processor", "memory", "stack", "ended", "unstarted", "closed", "fault"]


class Trouble(NamedTuple):
    """Why there is no answer. `full`: no place in the queue; `waited`: no turn in time; `time`, `processor`, `memory`,
    `stack`: stopped at that limit; `ended`: killed by others; `unstarted`: no worker came up; `closed`: the pool ends;
    `fault`: anything else, which `detail` says."""

    kind: Kind
    detail: str = ""


class Outcome(NamedTuple, Generic[T]):
    """What a worker's frame says: an answer or an error, and whether that was its last."""

    answer: T | None
    error: SpinegraphError | None = None
    last: bool = False


class PoolLimits(Protocol):
    """How much is answered at once, and how long it may take."""

    @property
    def workers(self) -> int:
        """How many questions are answered at once."""

    @property
    def queue(self) -> int:
        """How many questions may wait."""

    @property
    def timeout_seconds(self) -> float:
        """Seconds by the clock for one answer, and for waiting."""


class Work(Protocol[T]):
    """What a pool is for: how its workers are started, what they say, and what error trouble becomes."""

    name: str

    @property
    def limits(self) -> PoolLimits:
        """How much is answered at once, and how long it may take."""

    def start_worker(self) -> WorkerProcess:
        """A new process, not yet ready."""

    def read(self, head: bytes, body: bytes) -> Outcome[T]:
        """What a frame says. Raises ConnectionEnded if it is none."""

    def error_for(self, trouble: Trouble) -> SpinegraphError:
        """Trouble as an error for who asked."""

    def close(self) -> None:
        """Let go of what starting workers needs."""


class _Job(NamedTuple, Generic[T]):
    head: bytes
    body: bytes
    result: Future[T]
    since: float


class _Failure(NamedTuple):
    error: SpinegraphError
    since: float


class WorkerPool(Generic[T]):
    """Answers questions in worker processes. Threads and processes start with the first question, or with `start`."""

    def __init__(self, work: Work[T]) -> None:
        self._work = work
        self._limits = work.limits
        self._jobs: queue.SimpleQueue[_Job[T] | None] = queue.SimpleQueue()
        self._ready: queue.SimpleQueue[WorkerProcess | _Failure] = queue.SimpleQueue()
        self._places = threading.Semaphore(work.limits.workers + 1)
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
            self._threads = [threading.Thread(target=self._keep_ready, name=f"{self._work.name}-starter", daemon=True)]
            for number in range(self._limits.workers):
                self._threads.append(threading.Thread(target=self._serve, name=f"{self._work.name}-{number}", daemon=True))
            for thread in self._threads:
                thread.start()
            atexit.register(self.close)

    def submit(self, head: bytes, body: bytes = b"") -> Future[T]:
        """The answer to a question, in the future. Raises the error for `full` or `closed` at once."""
        self.start()
        with self._lock:
            if self._closed.is_set():
                raise self._work.error_for(Trouble("closed"))
            if self._open >= self._limits.workers + self._limits.queue:
                raise self._work.error_for(Trouble("full"))
            self._open += 1
        result: Future[T] = Future()
        result.add_done_callback(self._forget)
        self._jobs.put(_Job(head, body, result, time.monotonic()))
        return result

    def processes(self) -> list[int]:
        """Process ids of the workers that live, ready ones among them."""
        with self._lock:
            return [worker.process.pid for worker in self._processes if worker.alive]

    def close(self) -> None:
        """Kill the workers; questions that wait or run are answered with an error."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
            processes = list(self._processes)
        atexit.unregister(self.close)
        for _ in self._threads:
            self._jobs.put(None)
            self._ready.put(_Failure(self._work.error_for(Trouble("closed")), time.monotonic()))  # nobody waits for a worker now
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
        killed = 0
        while True:
            if not self._closed.is_set():
                self._places.acquire()
            if self._closed.is_set():
                self._work.close()
                return
            worker = None
            try:
                worker = self._work.start_worker()
                with self._lock:
                    self._processes.add(worker)
                if not worker.wait_until_ready():
                    raise ChildProcessError(f"exit code {worker.process.returncode}")
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
                last_words = worker.last_words if worker is not None else ""
                logger.exception("no %s worker could be started%s", self._work.name, last_words and f":\n{last_words}")
                self._ready.put(_Failure(self._work.error_for(Trouble("unstarted", str(error))), time.monotonic()))
                self._places.release()
                time.sleep(RETRY_SECONDS)

    def _serve(self) -> None:
        """Take one question after another, with a worker that is replaced when it is lost."""
        worker: WorkerProcess | None = None
        while (job := self._jobs.get()) is not None:
            if not job.result.set_running_or_notify_cancel():
                continue
            try:
                worker = self._answer(job, worker)
            except SpinegraphError as error:
                worker = None
                job.result.set_exception(error)
            except Exception as error:
                logger.exception("a question to a %s worker could not be answered", self._work.name)
                worker = None
                job.result.set_exception(self._work.error_for(Trouble("fault", str(error))))

    def _answer(self, job: _Job[T], worker: WorkerProcess | None) -> WorkerProcess | None:
        """Give a job its result; the worker if it can go on. One that others kill costs a question nothing the first time."""
        if time.monotonic() - job.since > self._limits.timeout_seconds:
            job.result.set_exception(self._work.error_for(Trouble("waited")))
            return worker
        for again in (True, False):
            if worker is None or not worker.alive:
                worker = self._replace(worker)
            started = time.monotonic()
            try:
                outcome = self._work.read(*worker.ask(job.head, job.body, self._limits.timeout_seconds))
            except TimeoutError:
                worker.kill()
                self._drop(worker)
                raise self._work.error_for(Trouble("time")) from None
            except ConnectionEnded:
                code = worker.stop()
                self._drop(worker)
                if again and code in FROM_OUTSIDE and not self._closed.is_set():
                    worker = None
                    continue
                raise self._lost(code, time.monotonic() - started) from None
            if outcome.last:
                worker.stop()
                self._drop(worker)
                worker = None
            _settle(job.result, outcome)
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
                raise self._work.error_for(Trouble("unstarted", "none came up")) from None
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

    def _lost(self, code: int, seconds: float) -> SpinegraphError:
        """Why a worker ended, as its asker may know it."""
        if code == -getattr(signal, "SIGXCPU", 24):
            return self._work.error_for(Trouble("processor"))
        if code in (-signal.SIGABRT, -getattr(signal, "SIGBUS", 7)):
            return self._work.error_for(Trouble("memory"))
        if code == -signal.SIGSEGV:
            return self._work.error_for(Trouble("stack"))
        logger.warning("a %s worker ended with code %s after %.1f s", self._work.name, code, seconds)
        return self._work.error_for(Trouble("ended"))


def _settle(result: Future[T], outcome: Outcome[T]) -> None:
    if outcome.error is not None:
        result.set_exception(outcome.error)
    elif outcome.answer is not None:
        result.set_result(outcome.answer)
    else:
        raise AssertionError("a worker's frame is an answer or an error")
