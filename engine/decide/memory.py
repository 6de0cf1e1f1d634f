"""Answers that were given, by the whole case (ADR 14).

No part of an answer is remembered by part of a case: whatever is read of the case is in the key, because nothing else is handed
to what works the answer out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

MAX_REMEMBERED = 64
"""How many answers are remembered."""

Answer = TypeVar("Answer")


class Memory(Generic[Answer]):
    """Answers by key: bounded, oldest out first. Safe to share between threads."""

    def __init__(self, most: int = MAX_REMEMBERED) -> None:
        self._most = most
        self._answers: dict[Hashable, Answer] = {}
        self._order: deque[Hashable] = deque()

    def get(self, key: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """The answer of a key, worked out if it is not remembered."""
        known = self._answers.get(key)
        if known is None:
            if len(self._order) >= self._most:
                self._answers.pop(self._order.popleft(), None)
            self._order.append(key)
            known = self._answers[key] = work_out()
        return known
