"""What a worker may do, held by Python itself: a hook that cannot be taken away refuses files, programs and sockets.

Works on every system, and names what was refused; it sees only what Python does. `network.py` and `confinement.py` hold the
rest where the system can.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

REFUSED = ("socket.", "os.system", "os.exec", "os.posix_spawn", "os.startfile", "pty.spawn", "ftplib.", "urllib.", "http.")
"""Beginnings of the names of events (https://docs.python.org/3/library/audit_events.html) that never may be."""
SYSTEM = ("/dev/null", "/dev/urandom", "/proc/self", "/etc/localtime", "/usr/share/zoneinfo")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def interpreter_files() -> list[str]:
    """Folders and files that Python itself reads when it imports, tells the time or chooses at random."""
    return [*SYSTEM, sys.prefix, sys.base_prefix, *sys.path]


def guard(readable: Sequence[str], writable: Sequence[str], programs: Iterable[Sequence[str]]) -> None:
    """Refuse, from now on and for good, with PermissionError: sockets; files outside of the folders or files `readable` and
    `writable` (absolute); programs other than those whose command begins with one of `programs`.
    """
    may_write = _below(writable)
    may_read = _below((*writable, *readable))
    commands = tuple(tuple(command) for command in programs)

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            _check_file(arguments, may_read, may_write)
        elif event == "subprocess.Popen":
            command = tuple(map(str, arguments[1]))
            if not any(command[: len(allowed)] == allowed for allowed in commands):
                raise PermissionError(f"{' '.join(command)[:80]}: starting a program is not allowed")
        elif event.startswith(REFUSED):
            raise PermissionError(f"{event}: calling out is not allowed")

    sys.addaudithook(refuse)


def _below(roots: Iterable[str]) -> Callable[[str], bool]:
    whole = {os.path.abspath(root) for root in roots if root}  # noqa: PTH100 (no Path is made for each file opened)
    beginnings = tuple(root.rstrip(os.sep) + os.sep for root in whole)
    return lambda path: path in whole or path.startswith(beginnings)


def _check_file(arguments: tuple[Any, ...], may_read: Callable[[str], bool], may_write: Callable[[str], bool]) -> None:
    path, mode, flags = arguments
    if isinstance(path, int):
        return
    absolute = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
    writes = any(letter in mode for letter in "wax+") if mode is not None else bool(flags & _WRITING)
    if not (may_write if writes else may_read)(absolute):
        raise PermissionError(f"{absolute}: {'writing' if writes else 'reading'} this file is not allowed")
