"""How much one validation may take."""

from __future__ import annotations

from spinegraph.engine.model import Frozen

MEBIBYTE = 1 << 20


class ValidationLimits(Frozen, frozen=True, kw_only=True):
    """Limits of one validation, and how many run at once. One that meets a limit is stopped, and its error names which.

    | field              | unit, meaning                                                                     |
    |--------------------|-----------------------------------------------------------------------------------|
    | `max_bytes`        | bytes of all files together                                                       |
    | `max_files`        | files                                                                             |
    | `timeout_seconds`  | seconds by the clock; the process and all that it has started are killed          |
    | `cpu_seconds`      | seconds of processor time, whole, of each process; the kernel kills it            |
    | `memory_bytes`     | address space beyond what the loaded knowledge takes, of each process             |
    | `max_report_bytes` | bytes of the report                                                               |
    | `workers`          | processes that validate, one request each; one more stands ready to replace       |
    | `queue`            | requests that may wait for a worker; the next one is turned away                  |
    """

    max_bytes: int = 4 * MEBIBYTE
    max_files: int = 200
    timeout_seconds: float = 30.0
    cpu_seconds: int = 30
    memory_bytes: int = 1024 * MEBIBYTE
    max_report_bytes: int = 32 * MEBIBYTE
    workers: int = 1
    queue: int = 8
