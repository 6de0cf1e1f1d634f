"""What befalls a service meanwhile: workers and processes killed, knowledge edited well and badly, a disk that fills."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.load.cluster import Member, living, until

DISK_BYTES = 48 << 20
"""Size of the small disk."""
WORKER_SECONDS = 10.0
"""Seconds on average between two workers that are killed."""
FULL_SECONDS = 8.0
QUIET_SECONDS = 5.0
BROKEN = "broken"


class Versions(NamedTuple):
    """A file of knowledge, and what stands in it in each of two sound states, by digest; and in one that is not."""

    file: Path
    sound: dict[str, bytes]
    broken: bytes


class Faults:
    """Brings about one after another until a moment; `done` counts them, `wrong` says what the service did not do as promised."""

    def __init__(self, members: Sequence[Member], versions: Versions, disk: Path | None, seed: int) -> None:
        self._members, self._versions, self._disk = members, versions, disk
        self._chance = random.Random(seed)  # noqa: S311
        self._now = next(iter(versions.sound))
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []

    async def run(self, end: float) -> None:
        """Everything, again and again; workers are killed all the time."""
        async with httpx.AsyncClient(timeout=60) as client, self._workers_killed():
            while time.monotonic() < end:
                for act in (self._edit, self._edit_badly, self._kill_one, self._fill_disk):
                    await asyncio.sleep(QUIET_SECONDS)
                    if time.monotonic() < end:
                        await act(client)

    async def _edit(self, client: httpx.AsyncClient) -> None:
        """The other sound state of the knowledge, which has to be taken over."""
        old, self._now = self._now, next(digest for digest in self._versions.sound if digest != self._now)
        self._versions.file.write_bytes(self._versions.sound[self._now])
        for member in living(self._members):
            member.may_answer_with(frozenset((old, self._now)))
            member.reload()
        for member in living(self._members):
            await self._until_it_answers_with(member, client, self._now)
        self.done["edits taken over"] += 1

    async def _until_it_answers_with(self, member: Member, client: httpx.AsyncClient, digest: str) -> None:
        end = time.monotonic() + 120
        while (await _digest(member, client)) != digest:
            if time.monotonic() > end:
                self.wrong.append(f"process {member.number}: an edit was not taken over: {await member.health(client)}")
                return
            await asyncio.sleep(0.2)
        member.may_answer_with(frozenset((digest,)))

    async def _edit_badly(self, client: httpx.AsyncClient) -> None:
        """A state that is not sound, which has to be refused, and told."""
        self._versions.file.write_bytes(self._versions.broken)
        for member in living(self._members):
            member.reload()
        for member in living(self._members):
            end = time.monotonic() + 120
            while not (health := await member.health(client)).get("reasons"):
                if time.monotonic() > end:
                    self.wrong.append(f"process {member.number}: a broken edit was not told: {health}")
                    break
                await asyncio.sleep(0.2)
        self._versions.file.write_bytes(self._versions.sound[self._now])
        self.done["broken edits refused"] += 1

    async def _kill_one(self, client: httpx.AsyncClient) -> None:
        """The second process is killed, and started anew; the first one lives through all of it, so that its memory tells."""
        member = self._members[1]
        member.kill()
        member.start(frozenset((self._now,)))
        await member.until_up()
        if (digest := await _digest(member, client)) != self._now:
            self.wrong.append(f"process {member.number} began with {digest}, not {self._now}")
        self.done["processes killed"] += 1

    async def _fill_disk(self, client: httpx.AsyncClient) -> None:
        """A disk without room: what is served goes on; an edit may be refused, and is taken over once there is room again."""
        if self._disk is None:
            return
        with filled(self._disk):
            for member in living(self._members):
                member.reload()
            await asyncio.sleep(FULL_SECONDS)
            for member in living(self._members):
                if not await member.health(client):
                    self.wrong.append(f"process {member.number} does not answer while the disk is full")
        self.done["disks filled"] += 1
        for member in living(self._members):
            member.reload()
            await until(lambda member=member: member.process and member.process.poll() is None, "it lives")  # type: ignore[misc]

    @asynccontextmanager
    async def _workers_killed(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._kill_workers())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _kill_workers(self) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / WORKER_SECONDS))
            there = living(self._members)
            workers = self._chance.choice(there).workers() if there else []
            if workers:
                with suppress(ProcessLookupError):
                    os.kill(self._chance.choice(workers), signal.SIGKILL)
                    self.done["workers killed"] += 1


async def _digest(member: Member, client: httpx.AsyncClient) -> str:
    knowledge = (await member.health(client)).get("knowledge")
    return str(knowledge["digest"]) if isinstance(knowledge, dict) else ""


@contextmanager
def small_disk(place: Path) -> Iterator[Path | None]:
    """A disk of DISK_BYTES at a folder while the context lasts; None where only the superuser may have one."""
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)],
        check=False,
        capture_output=True,
    )
    try:
        yield place if made.returncode == 0 else None
    finally:
        if made.returncode == 0:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """The disk has no room while the context lasts."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            with suppress_full():
                while True:
                    file.write(bytes(size))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def suppress_full() -> Iterator[None]:
    """That there is no room left is what was wanted."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
