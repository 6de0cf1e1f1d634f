"""One service takes the place of another: the knowledge is read again at SIGHUP, and answers once all of it can.

A whole new application is made and started beside the one that answers. Where that fails, nothing changes but what
`/health/ready`, the log and the metrics say. Where it does not, new requests go to it; the old one ends what it has begun.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import fastapi.dependencies.models
from spinegraph.api.http.hangups import can_listen
from spinegraph.api.http.health import note_draining, note_refused
from spinegraph.api.http.logs import FIELDS
from spinegraph.api.http.service import Service
from spinegraph.engine.errors import SpinegraphError
from starlette.types import Message, Receive, Scope, Send

logger = logging.getLogger("spinegraph")
STARTED_IN_SECONDS = 120.0
"""So long is waited for the worker processes of new knowledge before it answers."""
STEP_SECONDS = 0.05


class _Run:
    """A service while it runs: its start and its end are in one task, as the libraries that it starts ask for."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ends = asyncio.Event()
        self._task = asyncio.create_task(self._live())

    async def _live(self) -> None:
        try:
            async with self.service.router.lifespan_context(self.service):
                self._started.set_result(None)
                await self._ends.wait()
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)
        finally:
            await asyncio.to_thread(self.service.at_end)

    async def start(self) -> None:
        """Start it. Raises what stands in its way."""
        await asyncio.shield(self._started)

    async def workers_up(self) -> None:
        """Wait until every pool that was started has workers. Raises SpinegraphError where one has none."""
        pools = self.service.served.pools
        for _ in range(int(STARTED_IN_SECONDS / STEP_SECONDS)):
            counts = {name: counted() for name, counted in pools.items()}
            if failed := next((f"{name}: {one.failure}" for name, one in counts.items() if one.state == "failed"), ""):
                raise SpinegraphError(failed)
            if all(one.up or one.state == "idle" for one in counts.values()):
                return
            await asyncio.sleep(STEP_SECONDS)
        raise SpinegraphError("The worker processes did not come up in time.")

    async def end(self, seconds: float = 0) -> None:
        """End it, after the requests that it answers, for which so many seconds are waited."""
        for _ in range(int(seconds / STEP_SECONDS)):
            if not self.service.reception.in_progress:
                break
            await asyncio.sleep(STEP_SECONDS)
        self._ends.set()
        await self._task


class Reloading:
    """The application that a server runs: the `first` service, and after each `reload` the one that `make` has made.

    `hung_up`: whether there was a SIGHUP before this listens; what was read until then may be older than it.
    """

    def __init__(
        self,
        first: Service,
        make: Callable[[], Service],
        drain_seconds: float,
        hung_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self._first, self._make, self._drain_seconds, self._hung_up = first, make, drain_seconds, hung_up
        self._run: _Run | None = None
        self._asked = asyncio.Event()
        self._ending: set[asyncio.Task[None]] = set()
        self._draining = False

    @property
    def current(self) -> Service:
        """The service that answers."""
        return self._run.service if self._run else self._first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self.current(scope, receive, send)

    def drain(self) -> None:
        """Be no longer ready: the service is being stopped."""
        self._draining = True
        note_draining(self.current)

    async def reload(self) -> None:
        """Let new knowledge answer, if it can; whatever stands in its way is told, and the old one goes on."""
        metrics = self.current.reception.metrics
        run: _Run | None = None
        try:
            run = _Run(await asyncio.to_thread(self._make))
            await run.start()
            await run.workers_up()
        except Exception as error:
            why = str(error) if isinstance(error, SpinegraphError) else f"{type(error).__qualname__}; the log has its place."
            logger.error(
                "Changed knowledge was refused.",
                exc_info=None if isinstance(error, SpinegraphError) else error,
                extra={FIELDS: {"why": why, "knowledge": self.current.served.version.digest}},
            )
            note_refused(self.current, why)
            metrics.reloads.labels("refused").inc()
            if run:
                self._end(run, 0)
            return
        except asyncio.CancelledError:  # the server ends meanwhile
            if run:
                self._end(run, 0)
            raise
        old, self._run, self._first = self._run, run, run.service
        run.service.take_over()
        if self._draining:
            note_draining(run.service)
        metrics.reloads.labels("accepted").inc()
        logger.info("Changed knowledge answers.", extra={FIELDS: {"knowledge": run.service.served.version.digest}})
        if old:
            self._end(old, self._drain_seconds)

    def _end(self, run: _Run, seconds: float) -> None:
        task = asyncio.create_task(run.end(seconds))
        self._ending.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        asyncio.get_running_loop().call_soon(let_go)  # once the task itself is gone
        if not task.cancelled() and (error := task.exception()):
            logger.error("A service could not be ended.", exc_info=error)

    async def _reload_when_asked(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self.reload()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Within the context SIGHUP asks for a reload, and so does one that came before; then it is as it was."""
        if not can_listen():
            yield
            return
        loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGHUP)
        loop.add_signal_handler(signal.SIGHUP, self._asked.set)
        if self._hung_up():
            self._asked.set()
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)
            signal.signal(signal.SIGHUP, before)

    async def _live(self, receive: Receive, send: Send) -> None:
        """What a server asks for at its start and at its end (ASGI's lifespan)."""
        await receive()
        self._run = _Run(self._first)
        try:
            await self._run.start()
        except Exception as error:
            logger.error("The service could not be started.", exc_info=error)
            await send(_message("lifespan.startup.failed"))
            return
        self._first.take_over()
        reloading = asyncio.create_task(self._reload_when_asked())
        with self._listening():
            await send(_message("lifespan.startup.complete"))
            await receive()
        reloading.cancel()
        await asyncio.gather(reloading, return_exceptions=True)
        await asyncio.gather(*self._ending, self._run.end(), return_exceptions=True)
        await send(_message("lifespan.shutdown.complete"))


def let_go() -> None:
    """Give back the memory of a service that has ended.

    FastAPI remembers of the last thousands of endpoints what kind of function each is, and with it all that its closure holds:
    the whole knowledge of every service that there was. It finds out again, for the one that answers.
    """
    for remembered in vars(fastapi.dependencies.models).values():
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()
    gc.collect()


def _message(kind: str) -> Message:
    return {"type": kind}
