"""`GET /health/live` and `GET /health/ready`, for whoever keeps the service running."""

from __future__ import annotations

from typing import Literal

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.openapi import health_operation
from spinegraph.engine import Case, Engine
from spinegraph.engine.model import Frozen, KnowledgeVersion
from starlette.responses import Response


class Health(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """`ready` also says which knowledge answers."""

    status: Literal["live", "ready"]
    knowledge: KnowledgeVersion | None = None


def health_router(engine: Engine) -> APIRouter:
    """The router of health; ready means that the engine has just decided the empty case."""
    router = APIRouter(tags=["health"])
    version = KnowledgeVersion(version=engine.knowledge.version, digest=engine.knowledge.digest)

    @router.head("/health/live", include_in_schema=False)
    @router.get("/health/live", summary="The process answers", response_class=Response, openapi_extra=health_operation())
    async def live() -> Response:
        return _reply(Health(status="live"))

    @router.head("/health/ready", include_in_schema=False)
    @router.get("/health/ready", summary="Cases can be decided", response_class=Response, openapi_extra=health_operation())
    async def ready() -> Response:
        engine.verdicts(Case())
        return _reply(Health(status="ready", knowledge=version))

    return router


def _reply(health: Health) -> Response:
    return Response(msgspec.json.encode(health), headers={"Cache-Control": "no-store"}, media_type="application/json")
