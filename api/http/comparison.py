"""`GET /v1/comparison`: what the served knowledge and another state of it state and decide differently (docs/changes.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import msgspec
from fastapi import APIRouter
from msgspec import structs
from spinegraph.api.http.caching import has_already, unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.http.waiting import unless_gone
from spinegraph.api.problems import NoComparisonError, ParameterError
from spinegraph.engine.model import Frozen
from spinegraph.engine.validation.diff.compare import compare
from spinegraph.engine.validation.diff.model import Difference
from spinegraph.engine.validation.diff.statements import State
from spinegraph.engine.validation.diff.states import served_state, state_of
from starlette.requests import Request
from starlette.responses import Response

PATH = "/v1/comparison"


class ComparisonParameters(Frozen, frozen=True, kw_only=True):
    """The URL of a comparison asks for nothing more."""


class ServedComparison:
    """The knowledge that is served, compared once with another state, in a thread of its own: seconds, at times more."""

    def __init__(self, name: str, served: Mapping[str, Path]) -> None:
        """Read both states, and begin. `name`: a folder or git revision, as `spinegraph diff` reads it; `served`: files by name.

        Raises KnowledgeError where there is no knowledge under that name, or where it does not load.
        """
        opened = ExitStack()  # the files of a revision last as long as places in them are looked up
        old, new = opened.enter_context(state_of(name)), served_state(served)
        self.etag = f'"{old.knowledge.digest}.{new.knowledge.digest}.comparison"'
        self._made: Future[bytes] = Future()
        self._made.set_running_or_notify_cancel()  # one who waits and goes away takes it from nobody else
        # Whoever ends the service does not wait for the end of this.
        Thread(target=self._make, args=(opened, old, new), name="comparison", daemon=True).start()

    def _make(self, opened: ExitStack, old: State, new: State) -> None:
        with opened:
            try:
                found = compare(old, new)
                named = structs.replace(found.old, name=_public(found.old.name))
                self._made.set_result(msgspec.json.encode(structs.replace(found, old=named)))
            except BaseException as error:  # noqa: BLE001 (whoever asks is told)
                self._made.set_exception(error)

    async def body(self) -> bytes:
        """The difference as JSON, as soon as it is there. Raises what stood in its way."""
        return await asyncio.wrap_future(self._made)


def _public(name: str) -> str:
    """How a state is called to whoever asks: nobody learns where on the machine a folder stands."""
    return Path(name).resolve().name if Path(name).is_dir() else name


def comparison_router(comparison: ServedComparison | None = None) -> APIRouter:
    """The router of the comparison; without one it says how to have one."""
    router = APIRouter(tags=["knowledge"], route_class=OpenRoute)

    async def difference(request: Request) -> Response:
        """What the knowledge of this service, and the state that it was told to compare it with, state and decide differently.

        Every change of a decision is proven, and shown by the smallest patient, with the statement that is responsible. It is
        what `spinegraph diff --format json` writes, without cases of authors.
        """
        read_parameters(request.scope["query_string"], ComparisonParameters)
        if comparison is None:
            raise NoComparisonError(
                "This service was not told what to compare its knowledge with.",
                mend="Start it with `spinegraph serve --compare REF`, a git revision or a folder, or set SPINEGRAPH_COMPARE.",
            )
        if has_already(request, comparison.etag):
            return unless_unchanged(request, comparison.etag, JSON, bytes)
        body = await unless_gone(request, comparison.body())
        return unless_unchanged(request, comparison.etag, JSON, lambda: body)

    operation = Operation(
        "get_comparison",
        "What differs from another version",
        "The difference.",
        {JSON: Difference},
        (NoComparisonError, ParameterError),
        ComparisonParameters,
        cached="Digests of both states.",
    )
    add_operation(router, PATH, difference, operation)
    return router
