"""The server that `spinegraph serve` runs: uvicorn, with bounds on what a client may leave unfinished.

A connection that waits for its client (for the rest of a request, or for an answer to be fetched) is closed after some
seconds, and earlier where its place is needed: so many half-sent requests never keep others from being answered.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, ClassVar, NamedTuple

import h11
import uvicorn
from spinegraph.api.http.logs import log_as_json
from spinegraph.api.http.reloading import Reloading
from spinegraph.api.operation_settings import OperationSettings
from uvicorn.protocols.http.h11_impl import H11Protocol

DESCRIPTORS = 8192
"""So many open files are asked for, where the system's hard limit allows; connections get half of those that there are."""
WITHOUT_LIMITS = 512
"""What is taken for the number of open files where the system names none."""
QUIET_SECONDS = 60.0
SWITCH_SECONDS = 0.0005
"""So long a thread may keep the interpreter from the others: what reads a large body in a thread holds up small requests by
no more than that each time they need it, where Python's own 5 ms would make them ten times as slow."""
TIMED_OUT = (
    b'{"type": "about:blank", "title": "Request Timeout", "status": 408, '
    b'"detail": "The request did not arrive in time.", "mend": "Send it whole, and at once."}'
)


class ServerLimits(NamedTuple):
    """How many connections are open at a time, how many may wait to be accepted, and how long, in seconds, a request's
    headers may take, what is under way may go on after a signal to end, and a connection is kept that nothing comes on."""

    connections: int
    backlog: int
    header_seconds: float = 10.0
    ending_seconds: int = 10
    idle_seconds: int = 75


def limits_for(descriptors: int) -> ServerLimits:
    """Limits for a process that may have so many open files: a quarter of them is left for everything else.

    >>> limits_for(1024)[:2]
    (512, 256)
    """
    return ServerLimits(connections=descriptors // 2, backlog=min(2048, descriptors // 4))


def raise_descriptors(wanted: int = DESCRIPTORS) -> int:
    """Ask the system for more open files, up to its hard limit; how many there are now."""
    if sys.platform == "win32":
        return WITHOUT_LIMITS
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < possible:
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))
        soft = possible
    return wanted if soft == resource.RLIM_INFINITY else min(soft, wanted)


class Connections(dict[H11Protocol, None]):
    """The open connections of a server, oldest first."""

    def make_room(self) -> None:
        """Close the oldest connection that waits for its client, if there is one."""
        waiting = next(filter(waits_for_client, self), None)
        if waiting is not None:
            del self[waiting]
            waiting.transport.abort()


def waits_for_client(connection: H11Protocol) -> bool:
    """Whether the service has nothing to do for a connection until its client sends or fetches something."""
    cycle = connection.cycle
    return cycle is None or cycle.response_complete or cycle.more_body or connection.flow.write_paused


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol of one connection, which knows no time limit for headers, within limits."""

    limits: ClassVar[ServerLimits]
    open: ClassVar[Connections]
    _unfinished: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()
        self.open[self] = None
        if len(self.open) > self.limits.connections:
            self.open.make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self.open.pop(self, None)
        if self._unfinished:
            self._unfinished.cancel()
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that nothing came on; what has come while the process was busy is read first."""
        self.timeout_keep_alive_task = self.loop.call_later(0, super().timeout_keep_alive_handler)

    def _watch(self) -> None:
        """Start the time limit where a request is awaited or goes on after its answer, and end it otherwise."""
        awaited = self.cycle is None or self.cycle.response_complete
        if not awaited and self._unfinished:
            self._unfinished.cancel()
            self._unfinished = None
        elif awaited and not self._unfinished and not self.timeout_keep_alive_task:
            self._unfinished = self.loop.call_later(self.limits.header_seconds, self._give_up)

    def _give_up(self) -> None:
        if self.conn.our_state is h11.IDLE and self.conn.trailing_data[0]:
            headers = [("content-type", "application/problem+json"), ("connection", "close")]
            response = h11.Response(status_code=408, headers=headers, reason="Request Timeout")
            for event in (response, h11.Data(data=TIMED_OUT), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def bounded_protocol(limits: ServerLimits) -> type[H11Protocol]:
    """The protocol of the connections of one server."""
    return type("ServerProtocol", (BoundedProtocol,), {"limits": limits, "open": Connections()})


class OnceAMinute(logging.Filter):
    """Lets a record pass that says what was not logged within the last minute; the next one counts what was left out."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[object, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        trace = record.exc_info[2] if record.exc_info else None
        while trace and trace.tb_next:
            trace = trace.tb_next
        kind = record.exc_info[0] if record.exc_info else None
        key = (record.name, record.getMessage().partition("\n")[0], kind, trace and trace.tb_lineno)
        now = time.monotonic()
        since, left_out = self._seen.get(key, (-QUIET_SECONDS, 0))
        if now - since < QUIET_SECONDS:
            self._seen[key] = (since, left_out + 1)
            return False
        self._seen = {old: (when, number) for old, (when, number) in self._seen.items() if now - when < QUIET_SECONDS}
        self._seen[key] = (now, 0)
        if left_out:
            record.msg, record.args = f"{record.getMessage()}\n({left_out} more of these since)", ()
        return True


class DrainingServer(uvicorn.Server):
    """A server that says, before it refuses anything, that it is about to end.

    At SIGTERM `drain` is called; so many seconds later no new connection is accepted, and what is under way may end.
    A second signal, or SIGINT, ends that time.
    """

    def __init__(self, config: uvicorn.Config, notice_seconds: float, drain: Callable[[], None]) -> None:
        super().__init__(config)
        self._notice_seconds, self._drain = notice_seconds, drain
        self._ends_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._drain()
        if sig == signal.SIGTERM and self._notice_seconds and self._ends_at is None:
            self._captured_signals.append(sig)
            self._ends_at = time.monotonic() + self._notice_seconds
            return
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Whether to end now."""
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            self.should_exit = True
        return await super().on_tick(counter)


def make_server(
    app: Any,
    limits: ServerLimits,
    log_level: str = "warning",
    trusted_proxies: Sequence[str] = (),
    notice_seconds: float = 0,
    drain: Callable[[], None] = lambda: None,
) -> uvicorn.Server:
    """A server of an app, not yet started; for `notice_seconds` and `drain` see DrainingServer.

    `trusted_proxies`: addresses and networks of those who may say, by X-Forwarded-For and X-Forwarded-Proto, for whom they
    ask; from anybody else these headers mean nothing.
    """
    return DrainingServer(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            http=bounded_protocol(limits),
            backlog=limits.backlog,
            limit_concurrency=limits.connections + limits.backlog,
            timeout_graceful_shutdown=limits.ending_seconds,
            timeout_keep_alive=limits.idle_seconds,
            log_config=None,
            log_level=log_level,
            access_log=False,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
        ),
        notice_seconds,
        drain,
    )


def run(
    app: Reloading, listening: socket.socket, log_level: str, operation: OperationSettings, trusted_proxies: Sequence[str] = ()
) -> None:
    """Serve an app on a socket until SIGINT or SIGTERM; for `trusted_proxies` see `make_server`."""
    limits = limits_for(raise_descriptors())._replace(
        header_seconds=operation.header_seconds,
        ending_seconds=operation.drain_seconds,
        idle_seconds=operation.idle_seconds,
    )
    log_as_json(log_level)
    sys.setswitchinterval(SWITCH_SECONDS)
    server = make_server(app, limits, log_level, trusted_proxies, operation.notice_seconds, app.drain)
    once = OnceAMinute()
    for name in ("asyncio", "spinegraph", "uvicorn.error"):
        logging.getLogger(name).addFilter(once)
    server.run(sockets=[listening])
