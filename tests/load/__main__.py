"""`make load`: mixed traffic on a service that is disturbed meanwhile; every answer is compared with the one that it has to be.

Two processes of `spinegraph serve` over a copy of a shipped guideline, which is edited and read again while 32 clients ask.
Exit 1 where an answer was wrong, a 5xx was none of those that are documented, an edit was not taken over as promised, or the
memory of the process that lives through it all grows by more than 15 % after the first third.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.knowledge.files import shipped_folder
from spinegraph.engine.validation.admission import open_knowledge

from tests.load.abuse import measure_abuse
from tests.load.asks import answers_of, asks_of
from tests.load.clients import Clients, Results
from tests.load.cluster import Member
from tests.load.faults import Faults, Versions, small_disk
from tests.load.processes import Usage, descendants, usage_of

PACKAGE = "ankle-and-foot"
EDITED = Path("ontology/findings.ttl")
OLD, NEW = b'"@en-x-patient', b' (as it was edited)"@en-x-patient'
PROCESSES = 2
GROWTH = 1.15
"""So many times its memory after warming up may a process have at the end."""
SAMPLE_SECONDS = 2.0


class Sample(NamedTuple):
    """What all processes take, and the one that is never killed by itself, at a moment."""

    whole: Usage
    first: Usage


async def disturbed(minutes: float, clients: int, pause: float, seed: int, place: Path) -> int:
    """Run it; the exit status."""
    folder = Path(shutil.copytree(shipped_folder("guidelines") / PACKAGE, place / PACKAGE))
    with small_disk(place / "disk") as disk:
        environment = settings_for(folder, disk or place)
        asks = asks_of(open_knowledge((folder,)), PACKAGE, seed)
        print(f"{len(asks)} requests, each answered beforehand with both states of the knowledge …", flush=True)
        sound = (folder / EDITED).read_bytes()
        states = (sound, sound.replace(OLD, NEW, 1))
        answers, versions = {}, {}
        for state in reversed(states):
            (folder / EDITED).write_bytes(state)
            digest, found = await answers_of(folder, environment, asks)
            answers[digest], versions[digest] = found, state
        faults_on = Versions(folder / EDITED, dict(reversed(versions.items())), sound[: len(sound) // 2])
        members = [Member(number, environment, place / f"{number}.log") for number in range(PROCESSES)]
        for member in members:
            member.start(frozenset((next(iter(faults_on.sound)),)))
        try:
            await asyncio.gather(*(member.until_up() for member in members))
            crowd = Clients(clients, members, asks, answers, seed, pause)
            faults = Faults(members, faults_on, disk, seed)
            end = time.monotonic() + 60 * minutes
            samples: list[Sample] = []
            sampling = asyncio.create_task(sample(members, samples))
            await asyncio.gather(crowd.run(end), faults.run(end))
            sampling.cancel()
            stopped = [await member.stop() for member in members]
        finally:
            for member in members:
                if member.process and member.process.poll() is None:
                    member.kill()
        grown = growth(samples)
        print_rows(crowd.results)
        print_usage(samples)
        print("; ".join(f"{number} {what}" for what, number in faults.done.items()))
        print(f"stopped within {max(stopped):.1f} s; what the log has: {logged(place)}")
        for wrong in (*faults.wrong, *crowd.results.told):
            print("!", wrong)
        if grown > GROWTH:
            print(f"! memory has grown {grown:.2f} times")
        return int(bool(not crowd.results.sound or faults.wrong or grown > GROWTH))


def settings_for(folder: Path, disk: Path) -> dict[str, str]:
    """The settings of the service: everything that it writes is on the small disk, and nothing depends on the day."""
    for name in ("tmp", "cache"):
        (disk / name).mkdir()
    return {
        "SPINEGRAPH_KNOWLEDGE": str(folder),
        "SPINEGRAPH_PUBLIC_URL": "http://127.0.0.1:8000",
        "SPINEGRAPH_HOOKS_FEEDBACK": str(disk / "feedback.sqlite"),
        "SPINEGRAPH_HOOKS_AS_OF": "2026-03-03",
        "SPINEGRAPH_LOG_LEVEL": "warning",
        "TMPDIR": str(disk / "tmp"),
        "XDG_CACHE_HOME": str(disk / "cache"),
    }


async def sample(members: Sequence[Member], samples: list[Sample]) -> None:
    """Note what the processes take, now and then."""
    first = members[0].process
    while first:
        pids = [pid for member in members if member.process for pid in descendants(member.process.pid)]
        samples.append(Sample(await asyncio.to_thread(usage_of, pids), usage_of([first.pid])))
        await asyncio.sleep(SAMPLE_SECONDS)


def growth(samples: Sequence[Sample]) -> float:
    """How many times as much memory the first process has in the last third as in the second, by the median."""
    third = len(samples) // 3
    middle, last = (sorted(one.first.rss for one in part) for part in (samples[third : 2 * third], samples[-third:]))
    return last[len(last) // 2] / middle[len(middle) // 2] if middle else 1.0


def print_rows(results: Results) -> None:
    """The table by route."""
    print(
        f"{'route':42} {'requests':>8} {'wrong':>6} {'faults':>6} {'429/503':>8} {'again':>6} {'p50 ms':>8} {'p95':>8} {'p99':>8}"
    )
    for route, row in sorted(results.rows.items()):
        times = " ".join(f"{1000 * row.percentile(share):8.0f}" for share in (0.5, 0.95, 0.99))
        refused = sum(row.refused.values())
        print(f"{route:42} {row.requests:8} {row.wrong:6} {row.faults:6} {refused:8} {row.repeated:6} {times}")
    for route, row in sorted(results.rows.items()):
        for why, number in row.refused.most_common():
            print(f"  {route}: {number} x {why}")


def print_usage(samples: Sequence[Sample]) -> None:
    """What the processes take at the start, in the middle and at the end: the median of a tenth of the samples around it."""
    tenth = max(1, len(samples) // 10)
    middle = len(samples) // 2
    for name, part in (
        ("start", samples[:tenth]),
        ("middle", samples[middle : middle + tenth]),
        ("end", samples[-tenth:]),
    ):
        whole, first = ([getattr(one, field) for one in part] for field in ("whole", "first"))
        told = [
            sorted(getattr(one, field) for one in group)[len(group) // 2] for group in (whole, first) for field in Usage._fields
        ]
        print(
            f"{name:8} all: {told[0]:.0f} processes, {told[1]:.0f} MiB RSS, {told[2]:.0f} MiB PSS, {told[3]:.0f} files;"
            f"  the first: {told[5]:.0f} MiB RSS, {told[7]:.0f} files"
        )


def logged(place: Path) -> str:
    """How many lines the logs have, and how many tell of a fault of the service."""
    lines = [line for log in sorted(place.glob("*.log")) for line in log.read_text(encoding="utf-8").splitlines()]
    faults = [line for line in lines if '"incident"' in line or "could not be answered" in line]
    return f"{len(lines)} lines, {len(faults)} of faults" + "".join(f"\n  {line[:1500]}" for line in faults[:3])


def main() -> int:
    """Read the command line, and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds on average between two requests of a client")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--abuse", action="store_true", help="measure decisions alone, and beside clients who behave badly")
    parser.add_argument("--keep", type=Path, help="a new folder for the logs, which is kept")
    asked = parser.parse_args()
    if asked.abuse:
        return asyncio.run(measure_abuse())
    with tempfile.TemporaryDirectory(prefix="load-", dir=os.environ.get("TMPDIR")) as temporary:
        if asked.keep:
            asked.keep.mkdir()
        return asyncio.run(disturbed(asked.minutes, asked.clients, asked.pause, asked.seed, asked.keep or Path(temporary)))


if __name__ == "__main__":
    sys.exit(main())
