"""A busy process closed a kept connection on which the next request had arrived meanwhile: its client got no answer at all."""

from __future__ import annotations

import asyncio
import socket

from fastapi import APIRouter
from spinegraph.api.http.server import limits_for, make_server
from starlette.responses import PlainTextResponse

from tests.patience import HUNG
from tests.serving import app_of

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def test_what_has_arrived_is_answered_before_an_idle_connection_is_closed() -> None:
    """The moment at which its time is over is brought about: the request is sent while the process does something else."""
    router = APIRouter()

    @router.get("/")
    async def answer() -> PlainTextResponse:
        return PlainTextResponse("here")

    async def session() -> None:
        server = make_server(app_of(router), limits_for(1024), "error")
        with socket.create_server(("127.0.0.1", 0)) as listening:
            serving = asyncio.create_task(server.serve([listening]))
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            for _ in range(2):
                writer.write(REQUEST)
                await reader.readuntil(b"here")
                (connection,) = server.config.http.open  # type: ignore[union-attr]
                writer.write(REQUEST)  # at once
                connection.timeout_keep_alive_handler()
                assert (await reader.readuntil(b"here")).startswith(b"HTTP/1.1 200")
            connection.timeout_keep_alive_handler()
            assert await reader.read() == b""
            writer.close()
            server.should_exit = True
            await serving

    asyncio.run(asyncio.wait_for(session(), HUNG))
