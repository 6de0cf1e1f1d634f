"""Workers that were only starting counted as if they answered: parts were called ready, and new knowledge took over too early."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from spinegraph.api.http import reloading
from spinegraph.engine.sandbox.pool import PoolCounts, WorkerPool

from tests.patience import HUNG, comes_true
from tests.sandbox.test_pool import ToyWork

COMING = PoolCounts(state="started", failure="", workers=1, up=0, started=0, stops={}, waiting=0, fast=0, slow=0)


@pytest.mark.slow
def test_a_worker_is_up_once_it_says_so(tmp_path: Path) -> None:
    sign = tmp_path / "go"
    pool = WorkerPool(ToyWork(f"wait-for:{sign}".encode()))
    pool.start()
    try:
        comes_true(lambda: pool.counts().workers == 1)
        assert pool.counts().up == 0
        sign.touch()
        comes_true(lambda: pool.counts().up == 2)
    finally:
        pool.close()


def test_new_knowledge_waits_until_its_workers_are_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "STEP_SECONDS", 0.001)
    looked: list[int] = []

    def pools() -> Iterator[PoolCounts]:
        yield from (COMING, COMING, COMING._replace(up=1))

    counts = pools()

    def counted() -> PoolCounts:
        looked.append(len(looked))
        return next(counts)

    async def session() -> None:
        run: Any = SimpleNamespace(service=SimpleNamespace(served=SimpleNamespace(pools={"sparql": counted})))
        await reloading._Run.workers_up(run)

    asyncio.run(asyncio.wait_for(session(), HUNG))
    assert looked == [0, 1, 2]
