"""Whoever kills all workers of a pool costs nobody an answer.

A question was put again once: where the second worker had been killed in the same moment, and was not yet known to be dead,
its asker got the error of a worker that has ended.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest
from spinegraph.engine.sandbox.pool import WorkerPool

from tests.patience import HUNG, comes_true
from tests.sandbox.test_pool import ToyLimits, ToyWork

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX"),
]


def test_a_question_outlives_all_the_workers_that_there_were() -> None:
    pool = WorkerPool(ToyWork(limits=ToyLimits(workers=1, timeout_seconds=HUNG)))
    try:
        pool.submit(b"echo").result(HUNG)
        comes_true(lambda: pool.counts().started == 2)
        there_were = pool.processes()
        for pid in there_were:
            os.kill(pid, signal.SIGSTOP)  # asked, it neither answers nor ends
        answer = pool.submit(b"pid")
        while not answer.done():
            for pid in {worker.process.pid for worker in list(pool._asked.values())} & {*there_were}:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        last, _ = answer.result(HUNG)
        assert int(last) not in there_were
    finally:
        pool.close()
