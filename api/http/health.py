"""`GET /health/live` and `GET /health/ready`, for whoever keeps the service running."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.engine import Case, Engine
from spinegraph.engine.model import Frozen, KnowledgeVersion, doc
from starlette.responses import Response


class Health(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """That the service lives or is ready, and for those who keep it so: what it answers with."""

    status: Annotated[Literal["live", "ready"], doc("What was asked, and is so.")]
    knowledge: Annotated[KnowledgeVersion | None, doc("The knowledge that answers.")] = None
    workers: Annotated[
        Mapping[str, int],
        doc("How many worker processes live, by service; 0 where none was needed yet, or none starts."),
    ] = {}


def health_router(engine: Engine, processes: Mapping[str, Callable[[], list[int]]]) -> APIRouter:
    """The router of health; ready means that the engine has just decided the empty case.

    `processes`: name of a service → the worker processes that it has.
    """
    router = APIRouter(tags=["health"], route_class=OpenRoute)
    version = KnowledgeVersion(version=engine.knowledge.version, digest=engine.knowledge.digest)

    async def live() -> Response:
        return _reply(Health(status="live"))

    async def ready() -> Response:
        engine.verdicts(Case())
        workers = {name: len(living()) for name, living in processes.items()}
        return _reply(Health(status="ready", knowledge=version, workers=workers))

    for name, summary, handler in (("live", "The process answers", live), ("ready", "Cases can be decided", ready)):
        operation = Operation(f"is_{name}", summary, "It is so.", {JSON: Health})
        add_operation(router, f"/health/{name}", handler, operation)
    return router


def _reply(health: Health) -> Response:
    return Response(msgspec.json.encode(health), headers={"Cache-Control": "no-store"}, media_type=JSON)
