"""The worker processes of a pool: so many are kept ready, and one that is lost or set apart is replaced by another."""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import NamedTuple, Protocol

from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.sandbox.process import START_SECONDS, WorkerProcess
from spinegraph.engine.sandbox.trouble import Trouble

logger = logging.getLogger("spinegraph")
RETRY_SECONDS = 1.0
"""How long nothing is started after a worker did not come up."""

KILLED_IN_A_ROW = 5
"""How many starting workers may be killed in a row before they count as not coming up: memory may be short."""

FROM_OUTSIDE = tuple(-number for number in (getattr(signal, "SIGKILL", 9), signal.SIGTERM, signal.SIGINT))
"""Exit codes of a worker that others have ended."""


class Starting(Protocol):
    """How workers are started, and what error trouble becomes."""

    name: str

    def start_worker(self) -> WorkerProcess:
        """A new process, not yet ready."""

    def error_for(self, trouble: Trouble) -> SpinegraphError:
        """Trouble as an error for who asked."""

    def close(self) -> None:
        """Let go of what starting workers needs."""


class _NotStartedError(Exception):
    """A worker has not come up: what it wrote at last, and whether others killed it."""

    def __init__(self, what: str, last_words: str = "", *, killed: bool = False) -> None:
        super().__init__(what)
        self.last_words, self.killed = last_words, killed


class _Failure(NamedTuple):
    error: SpinegraphError
    since: float


class WorkerStock:
    """`count` workers for any question, and up to `apart` that are set apart for those that take long.

    Those that are set apart are replaced, and stay apart: they give way to the others when the processor is short.
    """

    def __init__(self, work: Starting, count: int, apart: int = 0) -> None:
        self._work = work
        self._most_apart = apart
        self._places = threading.Semaphore(count)
        self._change = threading.Condition()
        self._processes: set[WorkerProcess] = set()
        self._ready: list[WorkerProcess] = []
        self._apart: set[WorkerProcess] = set()
        self._ready_apart: list[WorkerProcess] = []
        self._coming: WorkerProcess | None = None
        self._failure: _Failure | None = None
        self.started = 0
        """How many workers have come up, ever."""
        self._closed = threading.Event()
        self._starter = threading.Thread(target=self._keep_ready, name=f"{work.name}-starter", daemon=True)

    def start(self) -> None:
        """Start the processes, without waiting for them."""
        self._starter.start()

    def processes(self) -> list[int]:
        """Process ids of the workers that live, ready ones among them."""
        with self._change:
            return [worker.process.pid for worker in self._processes if worker.alive]

    def up(self) -> int:
        """How many workers live and have come up: they answer, or are ready to."""
        with self._change:
            return sum(worker.alive for worker in self._processes if worker is not self._coming)

    @property
    def failure(self) -> str:
        """Why the last worker that was to be started did not come up; "" where it did."""
        failure = self._failure
        return str(failure.error.what) if failure else ""

    def take(self, *, apart: bool = False) -> WorkerProcess:
        """A worker, of those that are set apart if asked for. Waits until one is ready. Raises the error of the trouble."""
        if self._closed.is_set():
            raise self._work.error_for(Trouble("closed"))
        worker = self._take_living(self._ready_apart) if apart else None
        if worker is None:
            worker = self._take_ready()
            if apart:
                self.set_apart(worker)
        return worker

    def set_apart(self, worker: WorkerProcess) -> None:
        """Let a worker go on apart from the others, which get another in its place."""
        with self._change:
            surplus = self._ready_apart.pop() if self._ready_apart and len(self._apart) >= self._most_apart else None
            self._apart.add(worker)
        if surplus:
            self.drop(surplus)
        worker.give_way()
        self._places.release()

    def give_back(self, worker: WorkerProcess) -> None:
        """A worker is free for the next question."""
        with self._change:
            (self._ready_apart if worker in self._apart else self._ready).append(worker)
            self._change.notify()

    def drop(self, worker: WorkerProcess) -> None:
        """End a worker that is of no more use."""
        worker.kill()
        with self._change:
            self._processes.discard(worker)
            was_apart = worker in self._apart
            self._apart.discard(worker)
        if not was_apart:
            self._places.release()

    def close(self) -> None:
        """Kill all workers; whoever waits for one gets the error of a pool that ends."""
        with self._change:
            self._closed.set()
            processes = list(self._processes)
            self._change.notify_all()
        self._places.release()
        for worker in processes:
            worker.end()

    def join(self) -> None:
        """Wait until nothing is started any more, and clear away what is left."""
        self._starter.join(timeout=10)
        with self._change:
            processes = list(self._processes)
            self._processes.clear()
        for worker in processes:
            worker.kill()

    def _take_ready(self) -> WorkerProcess:
        deadline = time.monotonic() + START_SECONDS
        while (worker := self._take_living(self._ready)) is None:
            with self._change:
                if self._closed.is_set():
                    raise self._work.error_for(Trouble("closed"))
                if self._failure and time.monotonic() - self._failure.since < RETRY_SECONDS:
                    raise self._failure.error
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._work.error_for(Trouble("unstarted", "none came up"))
                if not self._ready:
                    self._change.wait(left)
        return worker

    def _take_living(self, shelf: list[WorkerProcess]) -> WorkerProcess | None:
        """The worker that was free last; those that have ended meanwhile are cleared away."""
        while True:
            with self._change:
                worker = shelf.pop() if shelf else None
            if worker is None or worker.alive:
                return worker
            self.drop(worker)

    def _keep_ready(self) -> None:
        """Start a worker for every free place."""
        killed = 0
        while True:
            self._places.acquire()
            if self._closed.is_set():
                self._work.close()
                return
            try:
                worker = self._started()
                self.started, self._failure, killed = self.started + 1, None, 0
                self.give_back(worker)
            except _NotStartedError as failure:
                self._places.release()
                if self._closed.is_set():
                    continue
                killed = killed + 1 if failure.killed else KILLED_IN_A_ROW
                if killed >= KILLED_IN_A_ROW:
                    self._fail(failure)

    def _started(self) -> WorkerProcess:
        """A new worker that has come up. Raises _NotStartedError."""
        try:
            worker = self._work.start_worker()
        except Exception as error:
            raise _NotStartedError(str(error)) from error
        with self._change:
            self._processes.add(worker)
            self._coming = worker
        came_up = worker.wait_until_ready()
        with self._change:
            self._coming = None
            if came_up:
                return worker
            self._processes.discard(worker)
        code = worker.process.returncode
        raise _NotStartedError(f"exit code {code}", worker.last_words, killed=code in FROM_OUTSIDE)

    def _fail(self, failure: _NotStartedError) -> None:
        """Tell those who wait for a worker that none came up, and let some time pass."""
        words = failure.last_words and f":\n{failure.last_words}"
        logger.error("no %s worker could be started%s", self._work.name, words, exc_info=failure)
        with self._change:
            self._failure = _Failure(self._work.error_for(Trouble("unstarted", str(failure))), time.monotonic())
            self._change.notify_all()
        time.sleep(RETRY_SECONDS)
