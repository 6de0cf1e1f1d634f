"""`POST /v1/decisions/batch`: cases in, a line each; decisions out, a line each, in the same order, while cases still arrive."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager, suppress
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from spinegraph.api.audit.record import Entry, Told
from spinegraph.api.http.auditing import NO_AUDIT, Auditing
from spinegraph.api.http.bodies import LINES, BodyLimits, media_type_of, read_lines
from spinegraph.api.http.decisions import AnswerParameters, as_json, named, read_case, too_large_case
from spinegraph.api.http.errors import MediaTypeError, NotAcceptableError, TooManyBatchesError, status_of
from spinegraph.api.http.negotiation import negotiated, preferred_language
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.http.problem import Problem
from spinegraph.api.http.waiting import until_gone
from spinegraph.api.problems import AuditUnavailableError, ParameterError, fault_members, members_of
from spinegraph.engine import Codebook, Engine, SpinegraphError, parse_json
from spinegraph.engine.model import Frozen, doc
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

logger = logging.getLogger("spinegraph")
PATH = "/v1/decisions/batch"
BATCHES = 4
"""So many batches are answered at a time: each holds what it has read ahead."""
AHEAD = 32 << 20
"""Bytes that are read ahead of the answers; more is left in the network, until its sender reads what was answered."""
TOGETHER = 16
"""Lines that are decided at a stretch, if so many are there."""
RETRY_SECONDS = 5


class BatchLine(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """What one line of a batch is answered: a decision, or what is wrong with the line."""

    line: Annotated[int, doc("The number of the line that is answered, from 1; empty lines are counted and not answered.")]
    decision: Annotated[dict[str, Any] | None, doc("What `POST /v1/decisions` answers.")] = None
    record: Annotated[str, doc("The id under which the decision is recorded, where decisions are.")] = ""
    problem: Annotated[Problem | None, doc("What is wrong with this line; the others are answered all the same.")] = None


class Line(NamedTuple):
    """A line of a batch, or why there is none; `number` from 1."""

    number: int
    body: bytes | SpinegraphError


class Answered(NamedTuple):
    """What a line is answered: a decision as JSON, with its entry where decisions are recorded, or a problem."""

    number: int
    decision: bytes = b""
    entry: Entry | None = None
    problem: dict[str, Any] | None = None

    @property
    def written(self) -> bytes:
        """The line."""
        if self.problem is not None:
            text = json.dumps({"line": self.number, "problem": self.problem}, ensure_ascii=False)
            return text.encode("utf-8", "backslashreplace") + b"\n"
        record = b',"record":"%s"' % self.entry.decided.id.encode() if self.entry else b""
        return b'{"line":%d,"decision":%s%s}\n' % (self.number, self.decision, record)


class Deciding(NamedTuple):
    """How lines are answered: one alone, and how the decisions of several are recorded together."""

    decide: Callable[[bytes], tuple[bytes, Entry | None]]
    record: Callable[[Sequence[Entry]], None]


class Ahead:
    """Lines that were read and are not answered yet. A sender who writes everything before it reads anything is not kept
    waiting while its batch has room here."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: deque[Line] = deque()
        self._bytes = 0
        self._ended = False
        self._changed = asyncio.Condition()

    async def fill(self, lines: AsyncIterator[bytes | SpinegraphError]) -> None:
        """Read to the end, as fast as there is room."""
        number = 0
        async for body in lines:
            number += 1
            if isinstance(body, bytes) and not body.strip():
                continue
            async with self._changed:
                await self._changed.wait_for(lambda: self._bytes <= self._most)
                self._lines.append(Line(number, body))
                self._bytes += size_of(body)
                self._changed.notify_all()
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    async def taken(self, most: int) -> Sequence[Line]:
        """The next lines, as soon as there is one: at most so many, and none at the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._lines) or self._ended)
            taken = [self._lines.popleft() for _ in range(min(most, len(self._lines)))]
            self._bytes -= sum(size_of(line.body) for line in taken)
            self._changed.notify_all()
            return taken


def size_of(body: bytes | SpinegraphError) -> int:
    """What a line costs while it waits, in bytes."""
    return len(body) if isinstance(body, bytes) else 0


class Batches:
    """Answers batches, in one thread, their lines in turn."""

    def __init__(self, limits: BodyLimits, most: int = BATCHES, ahead: int = AHEAD) -> None:
        self._limits = limits
        self._most = most
        self._open = 0
        self._ahead = ahead
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batch")

    def begun(self, request: Request, deciding: Deciding, headers: dict[str, str]) -> BatchReply:
        """A reply that answers the lines of a request. Raises TooManyBatchesError."""
        if self._open >= self._most:
            raise TooManyBatchesError(
                "As many batches are being answered as there may be.",
                mend=f"Ask again in {RETRY_SECONDS} seconds.",
                details={"retry_after": RETRY_SECONDS},
            )
        return BatchReply(self, request, deciding, headers)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """One more batch is being answered while the context lasts."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    async def parts(self, request: Request, deciding: Deciding) -> AsyncGenerator[bytes, None]:
        """What is answered, some lines at a time, until the end or until nobody is left to read it."""
        ahead = Ahead(self._ahead)
        reading = asyncio.ensure_future(self._read(request, ahead))
        loop = asyncio.get_running_loop()
        try:
            while lines := await _first(ahead.taken(TOGETHER), reading):
                yield await loop.run_in_executor(self._thread, answered, lines, deciding)
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError, ClientDisconnect):
                await reading

    async def _read(self, request: Request, ahead: Ahead) -> None:
        """Read the body, then wait until its sender goes away. Raises ClientDisconnect when it does."""
        await ahead.fill(read_lines(request, self._limits, too_large_case(self._limits)))
        await until_gone(request)
        raise ClientDisconnect

    @property
    def seconds(self) -> float:
        """How long the reader of a reply may keep it waiting."""
        return self._limits.seconds


async def _first(taking: Coroutine[Any, Any, Sequence[Line]], reading: asyncio.Future[None]) -> Sequence[Line]:
    """The lines that are taken, unless reading fails before. Raises ClientDisconnect."""
    lines: asyncio.Future[Sequence[Line]] = asyncio.ensure_future(taking)
    both: set[asyncio.Future[Any]] = {lines, reading}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if reading.done():
            reading.result()
        return await lines
    finally:
        lines.cancel()


class BatchReply(Response):
    """A reply that begins before its request has ended."""

    media_type = LINES

    def __init__(self, batches: Batches, request: Request, deciding: Deciding, headers: dict[str, str]) -> None:
        super().__init__(headers=headers)
        del self.headers["content-length"]  # nobody knows it yet
        self._batches, self._request, self._deciding = batches, request, deciding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (the request receives)
        """Send the answers as they are made; whoever does not read them in time gets no more."""
        with self._batches.counted():
            try:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                async with aclosing(self._batches.parts(self._request, self._deciding)) as parts:
                    async for part in parts:
                        async with asyncio.timeout(self._batches.seconds):
                            await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            except (ClientDisconnect, TimeoutError):
                logger.info("A batch was given up: its sender went away, or did not read on.")


def answered(lines: Sequence[Line], deciding: Deciding) -> bytes:
    """The answers to lines, each in a line: the decision, or the problem of this line alone.

    Decisions are recorded together, before any is given.
    """
    found = [_answered(line, deciding) for line in lines]
    try:
        deciding.record([one.entry for one in found if one.entry])
    except AuditUnavailableError as error:
        found = [_with_problem(one.number, error) if one.entry else one for one in found]
    return b"".join(one.written for one in found)


def _answered(line: Line, deciding: Deciding) -> Answered:
    number, body = line
    try:
        if isinstance(body, SpinegraphError):
            raise body
        return Answered(number, *deciding.decide(body))
    except SpinegraphError as error:
        return _with_problem(number, error)
    except Exception as error:
        incident = uuid.uuid4().urn
        logger.error("%s: a line of a batch failed", incident, exc_info=error)
        return Answered(number, problem={**fault_members(incident), "status": 500})


def _with_problem(number: int, error: SpinegraphError) -> Answered:
    return Answered(number, problem={**members_of(error), "status": int(status_of(type(error))), "instance": PATH})


def batch_router(engine: Engine, codebook: Codebook, limits: BodyLimits, auditing: Auditing = NO_AUDIT) -> APIRouter:
    """The router of batches; the limits are those of one line."""
    router = APIRouter(tags=["decisions"], route_class=OpenRoute)
    batches = Batches(limits)
    spoken = tuple(engine.knowledge.languages)

    async def decide_batch(request: Request) -> Response:
        """Decide many cases: one a line in, one a line out, in the same order, while cases still arrive.

        A line that cannot be decided is answered with its problem, and the others are decided. So the status is 200 whatever
        the lines say; that a reply is whole is told by the transport (its last chunk).
        """
        query = request.scope["query_string"]
        wanted = named(engine, read_parameters(query, AnswerParameters)) if query else AnswerParameters()
        media_type_of(request, (LINES,), "A batch")
        negotiated(request, (LINES,), "A batch")
        language = preferred_language(request, spoken)

        def decide(body: bytes) -> tuple[bytes, Entry | None]:
            file = read_case(parse_json, body, codebook, language)
            answer = as_json(engine, file, wanted)
            return answer, auditing.entry(request, "batch", Told(file, wanted.asked, answer, JSON, answer))

        return batches.begun(
            request, Deciding(decide, auditing.record), {"Vary": "Accept, Accept-Language" if spoken else "Accept"}
        )

    schema = {"description": "A case a line, each as in `POST /v1/decisions`."}
    errors = (ParameterError, MediaTypeError, NotAcceptableError, TooManyBatchesError)
    add_operation(
        router,
        PATH,
        decide_batch,
        Operation(
            "decide_batch",
            "Decide many cases",
            "A line for each case, in their order.",
            {LINES: BatchLine},
            errors,
            AnswerParameters,
            body={LINES: {"schema": schema}},
        ),
        method="POST",
    )
    return router
