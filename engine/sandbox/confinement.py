"""Rights that a worker gives up, for good, before it looks at what a stranger sent."""

from __future__ import annotations

import sys
from pathlib import Path

MEBIBYTE = 1 << 20


def confine(
    *, memory_bytes: int, open_files: int = 0, file_bytes: int = 0, processes: bool = False, cpu_seconds: int | None = None
) -> None:
    """Limit this process and all that it will start, as far as the system knows such limits.

    `memory_bytes` of address space beyond what it has now; `open_files` is one more than the highest descriptor that can
    be opened from now on; `file_bytes` is the longest file that it can write; `cpu_seconds` of processor time from now on.
    """
    try:
        import resource
    except ImportError:  # Windows: the clock alone stops a worker there
        return

    def limit(kind: int, most: int) -> None:
        """Nobody may raise what somebody else has set lower."""
        hard = resource.getrlimit(kind)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))

    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, file_bytes)
    if cpu_seconds is not None:
        renew_time(cpu_seconds)
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory_bytes)
        if not processes:
            limit(resource.RLIMIT_NPROC, 0)
    limit(resource.RLIMIT_NOFILE, open_files)


def renew_time(cpu_seconds: int) -> None:
    """Let what comes next have its own seconds of processor time."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soon = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soon if hard == resource.RLIM_INFINITY else min(soon, hard), hard))


def most_memory() -> int:
    """Bytes of memory that this process has had at most."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
