"""Two processes of `spinegraph serve` over one folder, as an operator runs them: started anew when they end, asked in turn."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.load.processes import descendants

STEP_SECONDS = 0.2
START_SECONDS = 300.0


class Change(NamedTuple):
    """From a moment on (time.monotonic) a process answers with one of these states of the knowledge."""

    since: float
    digests: frozenset[str]


class Member:
    """One process of the service. `digests`: the states of the knowledge with which it may answer at present."""

    def __init__(self, number: int, environment: Mapping[str, str], log: Path) -> None:
        self.number, self._environment, self._log = number, environment, log
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.killed_at: list[float] = []
        """When it was ended from outside."""
        self.changes: list[Change] = []

    def start(self, digests: frozenset[str]) -> None:
        """Start it, without waiting until it answers."""
        self.url = ""
        self.changes.append(Change(time.monotonic(), digests))
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "spinegraph.api.cli.app", "serve", "--port", "0"],
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self._environment, "PYTHONUNBUFFERED": "1"},
            )

    async def until_up(self) -> None:
        """Wait until it answers. Raises RuntimeError if it ends before."""
        assert self.process
        assert self.process.stdout
        line = await asyncio.to_thread(self.process.stdout.readline)
        if not line:
            raise RuntimeError(f"process {self.number} did not start; see {self._log}")
        self.url = line.decode().split()[3]

    def digests_between(self, begun: float, ended: float) -> frozenset[str]:
        """The states of the knowledge with which it may have answered what was asked between two moments."""
        before = [change for change in self.changes if change.since <= begun][-1:]
        during = [change for change in self.changes if begun < change.since <= ended]
        return frozenset().union(*(change.digests for change in (*before, *during)))

    def may_answer_with(self, digests: frozenset[str]) -> None:
        """Note which states it may answer with from now on."""
        self.changes.append(Change(time.monotonic(), digests))

    def was_killed_since(self, begun: float) -> bool:
        """Whether it was ended from outside after a moment."""
        return any(at >= begun for at in self.killed_at)

    def workers(self) -> list[int]:
        """Its worker processes."""
        return descendants(self.process.pid)[1:] if self.process else []

    def kill(self) -> None:
        """End it as a lack of memory would."""
        assert self.process
        self.url = ""
        self.killed_at.append(time.monotonic())
        self.process.kill()
        self.process.wait()

    async def stop(self) -> float:
        """End it as an operator does; seconds until it has ended."""
        assert self.process
        begun = time.monotonic()
        self.process.terminate()
        await asyncio.to_thread(self.process.wait, START_SECONDS)
        return time.monotonic() - begun

    def reload(self) -> None:
        """Let it read its knowledge again."""
        assert self.process
        self.process.send_signal(signal.SIGHUP)

    async def health(self, client: httpx.AsyncClient) -> dict[str, object]:
        """What `/health/ready` says; nothing where it does not answer."""
        with suppress(httpx.HTTPError):
            return dict((await client.get(f"{self.url}/health/ready")).json())
        return {}


async def until(holds: Callable[[], object], what: str, seconds: float = START_SECONDS) -> None:
    """Wait until something holds. Raises RuntimeError where it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not within {seconds:g} s")
        await asyncio.sleep(STEP_SECONDS)


def living(members: Sequence[Member]) -> list[Member]:
    """Those that can be asked."""
    return [member for member in members if member.url]
