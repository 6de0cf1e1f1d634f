"""Waiting for an answer that somebody may no longer want."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")


async def unless_gone(request: Request, answering: Awaitable[T]) -> T:
    """The answer, unless its asker goes away: then what still waits is dropped. Raises ClientDisconnect."""
    answer = asyncio.ensure_future(answering)
    gone = asyncio.ensure_future(until_gone(request))
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise ClientDisconnect
        return answer.result()
    finally:
        answer.cancel()
        gone.cancel()


async def until_gone(request: Request) -> None:
    """Come back when the sender of a request has gone away; its body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
