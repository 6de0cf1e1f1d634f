"""How much a query may take."""

from __future__ import annotations

from spinegraph.engine.model import Frozen

MEBIBYTE = 1 << 20


class QueryLimits(Frozen, frozen=True, kw_only=True):
    """Limits of one query, and how many run at once. A query that meets one is stopped, and its error names which.

    | field                | unit, meaning                                                                     |
    |----------------------|-----------------------------------------------------------------------------------|
    | `timeout_seconds`    | seconds by the clock; the worker is killed                                        |
    | `cpu_seconds`        | seconds of processor time, whole; the kernel kills the worker                     |
    | `memory_bytes`       | address space beyond what the loaded dataset takes                                |
    | `max_rows`           | rows of a SELECT, triples of a CONSTRUCT or DESCRIBE                              |
    | `max_bytes`          | bytes of the answer                                                               |
    | `workers`            | processes that answer, one query each; one more stands ready to replace           |
    | `slice_milliseconds` | milliseconds by the clock, after which a query goes on in the slow lane           |
    | `slow_workers`       | queries in the slow lane at once, one for each client; each has one process more  |
    | `queue`              | queries that may wait for a worker; the next one is turned away                   |
    | `max_query_bytes`    | bytes of the query in UTF-8                                                       |
    | `max_depth`          | brackets open at once                                                             |
    """

    timeout_seconds: float = 10.0
    cpu_seconds: int = 10
    memory_bytes: int = 512 * MEBIBYTE
    max_rows: int = 100_000
    max_bytes: int = 32 * MEBIBYTE
    workers: int = 2
    slice_milliseconds: int = 250
    slow_workers: int = 2
    queue: int = 32
    max_query_bytes: int = 256 * 1024
    max_depth: int = 200
