"""The processes of a service as the system sees them: which there are, what memory they take, how many files they have open."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
MIB = 1 << 20


class Usage(NamedTuple):
    """What processes take: how many there are, MiB of memory (RSS; PSS, in which what is shared counts once), open files."""

    processes: int
    rss: float
    pss: float
    files: int


def descendants(root: int) -> list[int]:
    """A process and all that it has started, as far as they live."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    children.setdefault(int(parent), []).append(int(entry.name))
    found = [root]
    for one in found:
        found += children.get(one, ())
    return found


def usage_of(pids: list[int]) -> Usage:
    """What these processes take now; one that ends meanwhile counts nothing."""
    rss = pss = 0.0
    files = living = 0
    for pid in pids:
        with suppress(OSError):
            rollup = dict(line.split(":", 1) for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:])
            rss += int(rollup["Rss"].split()[0]) / 1024
            pss += int(rollup["Pss"].split()[0]) / 1024
            files += len(os.listdir(PROC / str(pid) / "fd"))  # noqa: PTH208 (no Path is made for each)
            living += 1
    return Usage(living, rss, pss, files)
