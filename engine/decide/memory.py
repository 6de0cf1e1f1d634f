"""What was worked out once, by the facts that it depends on (ADR 6)."""

from __future__ import annotations

from collections import deque
from operator import itemgetter
from typing import Any, Generic, TypeVar

import msgspec
from spinegraph.engine.decide.explanation import Explanation, Support
from spinegraph.engine.model import Frozen

MAX_REMEMBERED = 64
"""How many records of a support are remembered."""

Answer = TypeVar("Answer")


class Memory(Generic[Answer]):
    """Answers by the record of a support: bounded, oldest out first."""

    def __init__(self, support: Support) -> None:
        self._present, self._absent, measured, _ = support
        self._measured = itemgetter(*sorted(measured)) if measured else None
        self._answers: dict[Any, Answer] = {}
        self._order: deque[Any] = deque()

    def key(self, case: Explanation) -> Any:
        """What of the case matters."""
        values = None if self._measured is None else self._measured(case.all_values)
        return case.present & self._present, case.absent & self._absent, values

    def get(self, key: Any) -> Answer | None:
        return self._answers.get(key)

    def put(self, key: Any, answer: Answer) -> Answer:
        if len(self._order) >= MAX_REMEMBERED:
            self._answers.pop(self._order.popleft(), None)
        self._order.append(key)
        self._answers[key] = answer
        return answer


class Shown:
    """Something that a decision shows, as data and, once asked for, as JSON."""

    __slots__ = ("_json", "data")

    def __init__(self, data: Frozen) -> None:
        self.data = data
        self._json: msgspec.Raw | None = None

    @property
    def json(self) -> msgspec.Raw:
        """The data, encoded once."""
        if self._json is None:
            self._json = msgspec.Raw(msgspec.json.encode(self.data))
        return self._json
