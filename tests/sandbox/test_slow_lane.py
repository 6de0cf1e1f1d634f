"""Workers in two lanes: those who ask what is short are answered while what is long runs, and what nobody waits for ends."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from spinegraph.engine.sandbox.lanes import SlowLane
from spinegraph.engine.sandbox.pool import WorkerPool

from tests.patience import HUNG, comes_true
from tests.sandbox.test_pool import ToyLimits, ToyWork, TroubleError

pytestmark = pytest.mark.slow

Pool = WorkerPool[tuple[bytes, bytes]]
PATIENT = ToyLimits(workers=1, queue=8, timeout_seconds=2 * HUNG)
SLICE = 2.0
"""Seconds: on a busy machine, too, what is short is answered within them."""
LONGER = f"nap {SLICE + 0.5}".encode()


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool: Pool = WorkerPool(ToyWork(limits=PATIENT), SlowLane(slice_seconds=SLICE, places=1))
    yield pool
    pool.close()


def head(future: Future[tuple[bytes, bytes]]) -> bytes:
    return future.result(timeout=HUNG)[0]


def has_place(pool: Pool) -> bool:
    """Whether a question that is known to take long may begin."""
    try:
        return pool.submit(b"nap 60", client="b").cancel()
    except TroubleError:
        return False


def test_short_questions_are_answered_while_a_long_one_runs(pool: Pool) -> None:
    long = pool.submit(b"sleep", client="a")
    for client in "abc":
        assert head(pool.submit(b"echo", client=client)) == b"echo"
    assert not long.done()


def test_who_takes_long_twice_is_refused_and_so_is_another_where_the_lane_is_full(pool: Pool) -> None:
    long = pool.submit(b"sleep", client="a")
    for client, kind in (("a", "slow-taken"), ("b", "slow-full")):
        with pytest.raises(TroubleError) as caught:
            pool.submit(b"nap 60", client=client).result(timeout=HUNG)
        assert caught.value.what == kind
        with pytest.raises(TroubleError, match=kind):
            pool.submit(b"nap 60", client=client)  # known by now: refused without a worker
    assert not long.done()


def test_the_worker_that_began_goes_on_in_the_slow_lane_and_stays_there(pool: Pool) -> None:
    before = head(pool.submit(b"pid"))
    assert head(pool.submit(LONGER)) == before
    assert head(pool.submit(LONGER)) == before
    assert head(pool.submit(b"pid")) != before


def test_what_nobody_waits_for_ends_and_frees_its_place(pool: Pool) -> None:
    pid = int(head(pool.submit(b"pid")))
    long = pool.submit(b"sleep", client="a")
    with pytest.raises(TroubleError, match="slow-full"):
        pool.submit(b"nap 60", client="b").result(timeout=HUNG)
    assert long.cancel()
    comes_true(lambda: pid not in pool.processes())
    comes_true(lambda: has_place(pool))


def test_who_leaves_within_the_slice_costs_no_worker() -> None:
    pool: Pool = WorkerPool(ToyWork(limits=PATIENT), SlowLane(slice_seconds=HUNG, places=1))
    try:
        before = head(pool.submit(b"pid"))
        assert pool.submit(b"nap 0.3").cancel()
        assert head(pool.submit(b"pid")) == before
    finally:
        pool.close()
