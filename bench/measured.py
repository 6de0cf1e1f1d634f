"""What a benchmark has found, one ratio a row, and the record of it: printed as it comes, kept, and made into a page.

Every row is appended to `build/bench.ndjson` at once, so that what an aborted run has found can be read there. When a topic is
done, its rows take the place of older ones in `bench/results.json`, from which `bench.page` makes `docs/performance.md`.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
LOG = ROOT / "build" / "bench.ndjson"
RESULTS = ROOT / "bench" / "results.json"


@dataclass(frozen=True)
class Measured:
    """One comparison within one run, by one process after the other or turn by turn.

    `ratio` is that of `what` to `against`, in `unit` ("× the time", "× the speed", "× the memory"): Measured(..., "Polars", 3.0,
    "× the time", "this program") took three times as long as this program. None where it was not measured; `note` says why then,
    and otherwise gives the absolute figures on this machine. `at` places it on a curve: so many rules, or so many patients.
    """

    topic: str
    what: str
    ratio: float | None
    unit: str
    against: str
    note: str = ""
    at: int | None = None

    @property
    def figure(self) -> str:
        """The ratio to two or three places that mean something, with its unit.

        >>> Measured("sums", "adding", 12345.6, "× the time", "nothing").figure
        '12,346 × the time'
        """
        return "not measured" if self.ratio is None else f"{significant(self.ratio)} {self.unit}"


@dataclass(frozen=True)
class TopicResults:
    """All rows of a topic, the day on which they were measured, and on what."""

    topic: str
    day: str
    machine: str
    rows: tuple[Measured, ...]


def significant(number: float) -> str:
    """A number with as many places as mean something in a measurement.

    >>> [significant(number) for number in (0.00123, 0.5, 1.25, 12.5, 1250)]
    ['0.0012', '0.50', '1.25', '12.5', '1,250']
    """
    if number >= 99.95:
        return f"{number:,.0f}"
    if number >= 9.995:
        return f"{number:.1f}"
    return f"{number:.2f}" if number >= 0.0995 else f"{number:.2g}"


def this_machine() -> str:
    """The processor, how many of them this process may use, how many processes wanted them, and the version of Python."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    load = f" (load {os.getloadavg()[0]:.0f})" if hasattr(os, "getloadavg") else ""
    return f"{_processor_name()}, {usable} processors{load}, Python {platform.python_version()} on {sys.platform}"


def _processor_name() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def read_results(path: Path = RESULTS) -> tuple[TopicResults, ...]:
    """What was measured of every topic so far; none where there is no such file.

    Raises `msgspec.ValidationError` where the file is not what `keep_results` writes.
    """
    return msgspec.json.decode(path.read_bytes(), type=tuple[TopicResults, ...]) if path.exists() else ()


def keep_results(found: TopicResults, path: Path = RESULTS) -> tuple[TopicResults, ...]:
    """Put the rows of a topic into the place of older ones; what all topics come to then."""
    kept = {results.topic: results for results in read_results(path)} | {found.topic: found}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(list(kept.values())), indent=1) + b"\n")
    return tuple(kept.values())


def record(topic: str, rows: Iterable[Measured], console: Console, log: Path = LOG) -> TopicResults:
    """Print each row as it is measured and append it to the log; all of them, once the last is there."""
    log.parent.mkdir(parents=True, exist_ok=True)
    found = []
    for row in rows:
        if row.topic != topic:
            raise ValueError(f"a row of the topic {row.topic!r} among those of {topic!r}: {row.what}")
        place = "" if row.at is None else f" at {row.at:,}"
        console.print(f"{row.what}{place}: [bold]{row.figure}[/bold] (against {row.against}). {row.note}", soft_wrap=True)
        with log.open("ab") as file:
            file.write(msgspec.json.encode(row) + b"\n")
        found.append(row)
    return TopicResults(topic, date.today().isoformat(), this_machine(), tuple(found))
