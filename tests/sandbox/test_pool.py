"""Workers answer, are stopped with all that they have started, and are replaced."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.sandbox.channel import ConnectionEnded
from spinegraph.engine.sandbox.pool import Outcome, WorkerPool
from spinegraph.engine.sandbox.process import WorkerProcess
from spinegraph.engine.sandbox.trouble import Trouble

from tests.patience import comes_true, not_hung

pytestmark = pytest.mark.slow

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and sessions are POSIX")


class TroubleError(SpinegraphError):
    """Trouble, as it was told."""


class ToyLimits(NamedTuple):
    workers: int = 1
    queue: int = 2
    timeout_seconds: float = 1.0


IMPATIENT = ToyLimits()


class ToyWork:
    name = "toy"

    def __init__(self, options: bytes = b"start", limits: ToyLimits = IMPATIENT) -> None:
        self.options = options
        self.limits = limits
        self.closed = False

    def start_worker(self) -> WorkerProcess:
        return WorkerProcess("tests.sandbox.toy_worker", self.options, longest_answer=1 << 10, folder=True)

    def read(self, head: bytes, body: bytes) -> Outcome[tuple[bytes, bytes]]:
        if head == b"nonsense":
            raise ConnectionEnded
        return Outcome((head, body), last=head == b"last")

    def error_for(self, trouble: Trouble) -> TroubleError:
        return TroubleError(trouble.kind, where=trouble.detail)

    def close(self) -> None:
        self.closed = True


Ask = Callable[..., tuple[bytes, bytes]]


@pytest.fixture
def pool() -> Iterator[WorkerPool[tuple[bytes, bytes]]]:
    pool = WorkerPool(ToyWork())
    yield pool
    pool.close()


@pytest.fixture
def ask(pool: WorkerPool[tuple[bytes, bytes]]) -> Ask:
    return lambda head, body=b"": pool.submit(head, body).result(timeout=30)


def test_a_worker_answers_and_goes_on(ask: Ask) -> None:
    assert ask(b"echo", b"body") == (b"echo", b"body")
    assert ask(b"pid") == ask(b"pid")


def test_a_last_answer_is_an_answer_and_the_next_comes_from_another(ask: Ask) -> None:
    _, pid = ask(b"last")
    assert ask(b"pid")[0] != pid


@POSIX
@pytest.mark.parametrize(
    ("signal_", "kind"),
    [
        (getattr(signal, "SIGXCPU", 24), "processor"),
        (signal.SIGABRT, "memory"),
        (signal.SIGSEGV, "stack"),
        (getattr(signal, "SIGKILL", 9), "ended"),
    ],
)
def test_what_a_worker_dies_of_is_told(ask: Ask, signal_: int, kind: str) -> None:
    with pytest.raises(TroubleError) as caught:
        ask(f"die {int(signal_)}".encode())
    assert caught.value.what == kind
    assert ask(b"echo", b"next") == (b"echo", b"next")


@pytest.mark.parametrize("head", [b"nonsense", b"flood"])
def test_a_worker_that_talks_nonsense_is_replaced(ask: Ask, head: bytes) -> None:
    with pytest.raises(TroubleError):
        ask(head)
    assert ask(b"echo") == (b"echo", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="looks in /proc")
def test_the_clock_ends_a_worker_and_what_it_has_started(ask: Ask, pool: WorkerPool[tuple[bytes, bytes]]) -> None:
    session = int(ask(b"pid")[0])
    with not_hung(), pytest.raises(TroubleError) as caught:
        ask(b"sleep")
    assert caught.value.what == "time"
    assert ask(b"echo") == (b"echo", b"")
    comes_true(lambda: not _session(session))  # who is killed is gone a moment later
    assert session not in pool.processes()


def _session(session: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def test_a_folder_goes_with_its_worker(ask: Ask, pool: WorkerPool[tuple[bytes, bytes]]) -> None:
    folder = Path(ask(b"folder")[0].decode())
    assert (folder / "left").exists()
    ask(b"last")
    ask(b"echo")
    assert not folder.exists()
    other = Path(ask(b"folder")[0].decode())
    pool.close()
    assert not other.exists()


def test_there_are_only_so_many_places(pool: WorkerPool[tuple[bytes, bytes]]) -> None:
    waiting = [pool.submit(b"sleep"), pool.submit(b"echo"), pool.submit(b"echo")]
    with pytest.raises(TroubleError, match="full"):
        pool.submit(b"echo")
    kinds = [getattr(future.exception(timeout=30), "what", "") for future in waiting]
    assert kinds[0] == "time"
    assert set(kinds[1:]) <= {"", "waited"}


def test_a_pool_that_is_closed_answers_nobody(pool: WorkerPool[tuple[bytes, bytes]]) -> None:
    running = pool.submit(b"sleep")
    waiting = pool.submit(b"echo")
    pool.close()  # no worker has come up yet
    assert isinstance(running.exception(timeout=10), TroubleError)
    assert isinstance(waiting.exception(timeout=10), TroubleError)
    assert pool.processes() == []
    with pytest.raises(TroubleError, match="closed"):
        pool.submit(b"echo")


def test_workers_that_do_not_start_are_told(caplog: pytest.LogCaptureFixture) -> None:
    work = ToyWork(b"no-start")
    pool = WorkerPool(work)
    try:
        with pytest.raises(TroubleError) as caught:
            pool.submit(b"echo").result(timeout=30)
        assert (caught.value.what, caught.value.where) == ("unstarted", "exit code 3")
        assert "no toy worker could be started:\nwhat it lacks\n" in caplog.text
    finally:
        pool.close()
    assert work.closed


@POSIX
def test_workers_inherit_no_secrets(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    from spinegraph.engine.sandbox.process import clean_environment

    monkeypatch.setenv("SPINEGRAPH_SECRET", "hidden")
    assert "hidden" not in str(clean_environment())
    pid = int(ask(b"pid")[0])
    if sys.platform == "linux":
        assert b"hidden" not in Path(f"/proc/{pid}/environ").read_bytes()
    os.kill(pid, signal.SIGTERM)  # from outside: costs the next question nothing
    assert ask(b"echo") == (b"echo", b"")


def test_a_pool_says_how_it_is(pool: WorkerPool[tuple[bytes, bytes]], ask: Ask) -> None:
    idle = pool.counts()
    assert (idle.state, idle.workers, idle.started, idle.stops) == ("idle", 0, 0, {})
    ask(b"echo", b"here")
    comes_true(lambda: pool.counts().started == 2)
    with pytest.raises(TroubleError):
        ask(b"sleep")
    comes_true(lambda: pool.counts().started == 3)
    counts = pool.counts()
    assert (counts.state, counts.failure, counts.stops) == ("started", "", {"time": 1})
    assert (counts.waiting, counts.fast, counts.slow) == (0, 0, 0)
    pool.close()
    assert pool.counts().state == "closed"


def test_a_pool_whose_workers_do_not_start_says_why_until_one_does() -> None:
    work = ToyWork(b"no-start")
    pool = WorkerPool(work)
    pool.start()
    try:
        comes_true(lambda: pool.counts().state == "failed")
        assert (pool.counts().failure, pool.counts().workers) == ("unstarted", 0)
        work.options = b"start"
        comes_true(lambda: pool.counts().state == "started")
        assert pool.counts().failure == ""
    finally:
        pool.close()
