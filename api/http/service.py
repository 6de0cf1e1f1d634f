"""The application as one object: FastAPI's, with a reception around it and what it serves in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from spinegraph.api.http.reception import Reception
from spinegraph.api.http.served import Served
from starlette.types import Receive, Scope, Send


class Service(FastAPI):
    """An application whose requests all go through its reception, those too that end with a fault.

    `at_end` is called by whoever runs it when it has ended.
    """

    def __init__(self, reception: Reception, served: Served, **members: Any) -> None:
        super().__init__(**members)
        self.reception = reception
        self.served = served
        self.at_end: Callable[[], None] = _nothing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        await self.reception(super().__call__, scope, receive, send)

    def take_over(self) -> None:
        """Be from now on the one of which the metrics tell."""
        self.reception.metrics.serve(self.served.version, self.served.pools)


def _nothing() -> None:
    pass
