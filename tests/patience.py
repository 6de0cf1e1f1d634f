"""How long a test waits before it calls something hung: far longer than any machine needs, far shorter than what never ends."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HUNG = 60.0
"""Seconds. What is tested against it either ends by its own limit, within moments, or would run for hours."""


@contextmanager
def not_hung() -> Iterator[None]:
    """Fail if what is done inside ends only after ``HUNG`` seconds."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < HUNG


def comes_true(holds: Callable[[], bool]) -> None:
    """Wait until something holds that is to happen by itself; fail after ``HUNG`` seconds."""
    end = time.monotonic() + HUNG
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
