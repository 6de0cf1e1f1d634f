"""`/smart`: the explanation of a recommendation as a SMART app (SMART App Launch 2.2), launched by allowed FHIR servers.

The page runs in the browser of whoever looks at a record: it is authorized there (a public client, with PKCE), reads the record
there and sends it here to be decided. No token ever comes here.
"""

from __future__ import annotations

import json

from fastapi import APIRouter
from spinegraph.api.http.console_files import built_page, policy
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.problems import PartOffError
from spinegraph.api.smart_settings import CLIENT_ID, ISSUERS, SmartSettings
from spinegraph.engine.exchange.cds_hooks.services import prefetch_templates
from spinegraph.engine.model import Knowledge
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response


def smart_router(settings: SmartSettings, knowledge: Knowledge) -> APIRouter:
    """The router of the app: its page, the way in for launches, and what the page has to know."""
    router = APIRouter(route_class=OpenRoute)
    told = json.dumps(
        {"client_id": settings.client_id, "issuers": settings.issuers, "searches": prefetch_templates(knowledge)},
        ensure_ascii=False,
    )
    allowed = policy(connect=settings.reached)

    @router.get("/smart", include_in_schema=False)
    def page() -> Response:
        _require(settings)
        return built_page("smart.html", allowed)

    @router.get("/smart/", include_in_schema=False)
    @router.get("/smart/launch", include_in_schema=False)
    def launch(request: Request) -> Response:
        """To the page, which reads the parameters of the launch; relative, so that it holds below any prefix."""
        _require(settings)
        query = request.url.query
        return RedirectResponse(f"../smart?{query}" if query else "../smart", headers={"Referrer-Policy": "no-referrer"})

    @router.get("/smart/settings", include_in_schema=False)
    def told_to_the_page() -> Response:
        _require(settings)
        return Response(told, media_type="application/json", headers={"Cache-Control": "no-cache"})

    return router


def _require(settings: SmartSettings) -> None:
    if not settings.client_id:
        raise PartOffError(
            "The SMART app is switched off here.",
            mend=f"Whoever runs the service switches it on with {CLIENT_ID} and {ISSUERS} (docs/smart.md).",
        )
