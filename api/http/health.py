"""`GET /health/live` and `GET /health/ready`, for whoever keeps the service running."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, FastAPI
from spinegraph.api.http.auditing import NO_AUDIT, Auditing
from spinegraph.api.http.metrics import Pools
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.engine import Case, Engine
from spinegraph.engine.model import Frozen, KnowledgeVersion, doc
from starlette.requests import Request
from starlette.responses import Response

PartState = Literal["ready", "idle", "starting", "failed", "off"]


class Health(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """That the service lives or is ready, and for those who keep it so: what it answers with."""

    status: Annotated[Literal["live", "ready", "not ready"], doc("What was asked, and whether it is so.")]
    knowledge: Annotated[KnowledgeVersion | None, doc("The knowledge that answers.")] = None
    workers: Annotated[
        Mapping[str, int],
        doc("How many worker processes live, by service; 0 where none was needed yet, or none starts."),
    ] = {}
    parts: Annotated[
        Mapping[str, PartState],
        doc("How each part is: it answers, waits to be asked, starts, cannot start, or is switched off."),
    ] = {}
    reasons: Annotated[tuple[str, ...], doc("Why the service is not ready, or what it did not take over.")] = ()


def note_draining(app: FastAPI) -> None:
    """Say from now on that the service is not ready, because it is being stopped."""
    app.state.draining = True


def note_refused(app: FastAPI, why: str) -> None:
    """Say from now on that changed knowledge was refused, and that what was served before still answers."""
    app.state.refused = why


def health_router(engine: Engine, pools: Pools, off: frozenset[str] = frozenset(), auditing: Auditing = NO_AUDIT) -> APIRouter:
    """The router of health; ready means that the engine has just decided the empty case, and that every part can answer.

    `pools`: name of a part that has worker processes → how they are; `off`: parts that are switched off;
    `auditing`: where decisions have to be recorded, it is not ready while they cannot be.
    """
    router = APIRouter(tags=["health"], route_class=OpenRoute)
    version = KnowledgeVersion(version=engine.knowledge.version, digest=engine.knowledge.digest)

    async def live() -> Response:
        return _reply(Health(status="live"))

    async def ready(request: Request) -> Response:
        engine.verdicts(Case())
        counts = {name: counted() for name, counted in pools.items() if name not in off}
        states = {name: _state(one.state, one.up) for name, one in counts.items()}
        state = request.app.state
        draining = ("The service is being stopped.",) if getattr(state, "draining", False) else ()
        failed = tuple(f"{name}: {one.failure}" for name, one in counts.items() if states[name] == "failed")
        unrecorded = (f"audit: {why}",) if (why := await auditing.failure()) else ()
        audit: dict[str, PartState] = {"audit": "failed" if unrecorded else "ready"} if auditing.audit else {}
        refused = (f"Changed knowledge was refused: {why}",) if (why := getattr(state, "refused", "")) else ()
        health = Health(
            status="not ready" if draining or failed or unrecorded else "ready",
            knowledge=version,
            workers={name: counts[name].workers if name in counts else 0 for name in pools},
            parts={"knowledge": "ready", **states, **audit, **dict.fromkeys(sorted(off), "off")},
            reasons=(*draining, *failed, *unrecorded, *refused),
        )
        return _reply(health)

    for name, summary, handler in (("live", "The process answers", live), ("ready", "Cases can be decided", ready)):
        operation = Operation(f"is_{name}", summary, "It is so.", {JSON: Health})
        if name == "ready":
            operation = operation._replace(unready=Health)
        add_operation(router, f"/health/{name}", handler, operation)
    return router


def _state(pool: str, up: int) -> PartState:
    """The state of a part, by that of its pool and how many of its processes have come up."""
    if pool == "idle":
        return "idle"
    if pool in ("failed", "closed"):
        return "failed"
    return "ready" if up else "starting"


def _reply(health: Health) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE if health.status == "not ready" else HTTPStatus.OK
    return Response(msgspec.json.encode(health), status, headers={"Cache-Control": "no-store"}, media_type=JSON)
