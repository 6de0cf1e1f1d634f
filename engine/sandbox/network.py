"""No network, held by the kernel: Linux's seccomp refuses the system calls by which a process, or what it starts, could call out.

A rule for sockets alone. What is refused here is refused to native code and to programs started later, too, which no hook
in Python can say. See seccomp(2), https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from typing import NamedTuple


class _Machine(NamedTuple):
    """Its audit name (linux/audit.h) and the numbers of the calls that are refused."""

    audit: int
    refused: tuple[int, ...]


_IO_URING = (425, 426, 427)
"""Numbers of io_uring_setup, _enter, _register, the same on every machine: sockets without the call `socket`."""
_MACHINES = {
    "x86_64": _Machine(0xC000003E, (41, 42, 101, 310, 311, *_IO_URING)),  # socket connect ptrace process_vm_readv _writev
    "aarch64": _Machine(0xC00000B7, (198, 203, 117, 270, 271, *_IO_URING)),
}
_X32 = 0x40000000
"""From here on the numbers of x86_64 name the same calls once more."""

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EACCES, 0x80000000
_NUMBER, _ARCHITECTURE = 0, 4
"""Offsets in what a filter looks at."""
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def close_network() -> bool:
    """Refuse new sockets to this process and all that it will start, for good; whether the system can do that.

    Sockets that are open stay usable.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None or sys.maxsize <= 1 << 32:
        return False
    code = _code(machine)
    program = _Program(len(code) // 8, code)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)
    if prctl(_NO_NEW_PRIVILEGES, 1, None, 0, 0):
        return False
    return not prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)


def _code(machine: _Machine) -> bytes:
    """The filter, as the kernel's BPF reads it: operation, jump if true, jump if false, operand."""
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),  # numbers of another architecture mean other calls
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, len(machine.refused) + 1, 0, _X32),
        *((_EQUAL, len(machine.refused) - place, 0, number) for place, number in enumerate(machine.refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
