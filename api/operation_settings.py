"""What can be set about how the service is run: how fast one client may ask, who may ask at all, and how it ends."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spinegraph.api.settings import limits_from

TOKENS = "SPINEGRAPH_TOKENS"
RANGES: Mapping[str, tuple[str, range]] = {
    "rate": ("SPINEGRAPH_RATE", range(100_001)),
    "burst": ("SPINEGRAPH_BURST", range(1, 1_000_001)),
    "concurrency": ("SPINEGRAPH_CONCURRENCY", range(100_001)),
    "header_seconds": ("SPINEGRAPH_HEADER_SECONDS", range(1, 3601)),
    "idle_seconds": ("SPINEGRAPH_IDLE_SECONDS", range(1, 3601)),
    "drain_seconds": ("SPINEGRAPH_DRAIN_SECONDS", range(1, 301)),
    "notice_seconds": ("SPINEGRAPH_NOTICE_SECONDS", range(301)),
}
"""Field → variable, and what it may be."""


@dataclass(frozen=True)
class OperationSettings:
    """Settings of operation; `from_environment` reads them from the variables in RANGES and SPINEGRAPH_TOKENS.

    `rate` and `burst`: requests a second of one client in the long run (0: any number), and at once. `concurrency`:
    requests at most that are worked on at a time (0: any number). `tokens`: the file of
    those who may ask; None lets everybody. Seconds: `header_seconds` for the headers of a request to arrive, `idle_seconds` for
    which a connection is kept that nothing comes on, `notice_seconds` between SIGTERM and the refusal of new connections,
    `drain_seconds` for what is under way to end after it.
    """

    rate: int = 0
    burst: int = 50
    concurrency: int = 200
    header_seconds: int = 10
    idle_seconds: int = 75
    drain_seconds: int = 20
    notice_seconds: int = 0
    tokens: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> OperationSettings:
        """Settings from SPINEGRAPH_* variables. Raises SettingsError, which names the variable."""
        tokens = Path(file) if (file := environment.get(TOKENS, "")) else None
        return cls(**limits_from(environment, RANGES), tokens=tokens)
