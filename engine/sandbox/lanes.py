"""Whose turn it is: everybody gets a short slice of time in the fast lane, and what takes longer goes on in the slow lane.

The slow lane has a number of places, and one of them at most for each client; who finds none is turned away at once, and
told when one will be free. What has taken long before begins in the slow lane. Knows nothing of processes.
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import Counter, OrderedDict
from concurrent.futures import Future
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar

from spinegraph.engine.sandbox.trouble import Trouble

T = TypeVar("T")
REMEMBERED = 256
"""So many questions at most are known to take long."""


class PoolLimits(Protocol):
    """How much is answered at once, and how long it may take."""

    @property
    def workers(self) -> int:
        """How many questions are answered at once, not counting those in the slow lane."""

    @property
    def queue(self) -> int:
        """How many questions may wait."""

    @property
    def timeout_seconds(self) -> float:
        """Seconds by the clock for one answer, and for waiting."""


class SlowLane(NamedTuple):
    """What takes longer than `slice_seconds` has `places` of its own, one at most for each client."""

    slice_seconds: float
    places: int


class Job(Generic[T]):
    """A question, from when it is asked until it has its result. `client` says who asks; "" counts as somebody else each time.

    It is cancelled by cancelling the result, which is pending until it is settled.
    """

    def __init__(self, head: bytes, body: bytes, client: str) -> None:
        self.head, self.body, self.client = head, body, client
        self.key = hashlib.blake2b(head + body, digest_size=16).digest()
        self.result: Future[T] = Future()
        self.since = time.monotonic()
        self.lane: Literal["fast", "slow"] = "fast"
        self.begun = math.inf
        """When its present attempt was put to a worker."""


class Lanes(Generic[T]):
    """The questions that wait, those in the fast lane and those in the slow one (if there is one)."""

    def __init__(self, limits: PoolLimits, slow: SlowLane | None = None) -> None:
        self._limits, self._slow = limits, slow
        self._change = threading.Condition()
        self._waiting: list[Job[T]] = []
        self._running: list[Job[T]] = []
        self._known_slow: OrderedDict[bytes, None] = OrderedDict()
        self._closed = False

    def enter(self, job: Job[T]) -> Trouble | None:
        """Let a question wait for its turn, or say why it cannot."""
        with self._change:
            if len(self._waiting) + len(self._in("fast")) >= self._limits.workers + self._limits.queue:
                return Trouble("full", seconds=self._seconds_until_free("fast"))
            if job.key in self._known_slow:
                if trouble := self._no_place_for(job):
                    return trouble
                job.lane = "slow"
            self._waiting.append(job)
            self._change.notify()
            return None

    def next(self) -> Job[T] | None:
        """The question whose turn it is; waits for one. None when the lanes are closed and empty."""
        with self._change:
            while (job := self._first()) is None:
                if self._closed and not self._waiting:
                    return None
                self._change.wait()
            self._waiting.remove(job)
            self._running.append(job)
            return job

    def counts(self) -> dict[str, int]:
        """How many questions are `waiting`, and run in the `fast` and the `slow` lane."""
        with self._change:
            return {"waiting": len(self._waiting), "fast": len(self._in("fast")), "slow": len(self._in("slow"))}

    def waited_too_long(self, job: Job[T]) -> Trouble | None:
        """The trouble of a question whose turn has come too late."""
        if time.monotonic() - job.since <= self._limits.timeout_seconds:
            return None
        with self._change:
            return Trouble("waited", seconds=self._seconds_until_free("fast"))

    def slice_ends(self, job: Job[T]) -> float | None:
        """The moment at which a question that has begun has to leave the fast lane; None where it need not."""
        return job.begun + self._slow.slice_seconds if self._slow and job.lane == "fast" else None

    def promote(self, job: Job[T]) -> Trouble | None:
        """Move a question that takes long to the slow lane, or say why it cannot be. Nobody waits for one that is cancelled."""
        with self._change:
            self._known_slow[job.key] = None
            self._known_slow.move_to_end(job.key)
            if len(self._known_slow) > REMEMBERED:
                self._known_slow.popitem(last=False)
            if job.result.cancelled():
                return Trouble("ended")
            if trouble := self._no_place_for(job):
                return trouble
            job.lane = "slow"
            self._change.notify_all()
            return None

    def leave(self, job: Job[T]) -> None:
        """A question is done with; what took long only once is not held against it."""
        with self._change:
            self._running.remove(job)
            if self._slow and 0 <= time.monotonic() - job.begun < self._slow.slice_seconds and not job.result.cancelled():
                self._known_slow.pop(job.key, None)
            self._change.notify_all()

    def drop_waiting(self, job: Job[T]) -> None:
        """Nobody waits for a question any more; if it waits itself, it no longer does."""
        with self._change:
            if job in self._waiting:
                self._waiting.remove(job)
                self._change.notify_all()

    def close(self) -> None:
        """Let those who wait for the next question go, once there is none."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def _in(self, lane: str) -> list[Job[T]]:
        return [job for job in self._running if job.lane == lane]

    def _first(self) -> Job[T] | None:
        """The first of those that may begin; in the fast lane that of the client who has the fewest there."""
        if slow := next((job for job in self._waiting if job.lane == "slow"), None):
            return slow
        fast = self._in("fast")
        if len(fast) >= self._limits.workers or not self._waiting:
            return None
        running = Counter(job.client for job in fast if job.client)
        return min(self._waiting, key=lambda job: running[job.client])

    def _no_place_for(self, job: Job[T]) -> Trouble | None:
        """Why a question cannot have a place in the slow lane."""
        assert self._slow is not None  # noqa: S101 (nothing is slow where there is no slow lane)
        taken = [*self._in("slow"), *(other for other in self._waiting if other.lane == "slow")]
        if job.client and any(other.client == job.client for other in taken):
            return Trouble("slow-taken", seconds=self._seconds_until_free("slow", job.client))
        if len(taken) >= self._slow.places:
            return Trouble("slow-full", seconds=self._seconds_until_free("slow"))
        return None

    def _seconds_until_free(self, lane: str, client: str = "") -> int:
        """Whole seconds after which a question in a lane (of a client) has ended at the latest: its time is over then."""
        longest = self._slow.slice_seconds if self._slow and lane == "fast" else self._limits.timeout_seconds
        now = time.monotonic()
        running = [job for job in self._in(lane) if not client or job.client == client]
        left = min((min(job.begun, now) + longest - now for job in running), default=longest)
        return max(1, math.ceil(left))
