"""An engine for tests of what is made of decisions: whichever of them asks, a case is decided once."""

from __future__ import annotations

from typing import Any

import msgspec
from spinegraph.engine import Case, Decision, Engine
from spinegraph.engine.model import Knowledge


class RememberingEngine(Engine):
    """Remembers every Decision; tests of the deciding itself take an Engine."""

    def __init__(self, knowledge: Knowledge) -> None:
        super().__init__(knowledge)
        self._decided: dict[tuple[bytes, str], Decision] = {}

    def decide(self, case: Case, *further: Any, **options: Any) -> Decision:
        """Decide as an Engine does."""
        asked = msgspec.json.encode(case), repr((further, sorted(options.items())))
        if asked not in self._decided:
            self._decided[asked] = super().decide(case, *further, **options)
        return self._decided[asked]
