"""`GET /docs`: the interface, by Swagger UI, which is shipped with the package: nothing is asked of another host."""

from __future__ import annotations

from fastapi import APIRouter
from spinegraph.api.http.console_files import built_page, policy
from spinegraph.api.http.open_route import OpenRoute
from starlette.responses import Response

DOCS_POLICY = policy("'unsafe-inline'")
"""As the console's, but for style attributes: Swagger UI writes some of them into markup that it renders from text.

Scripts stay those of this service alone.
"""


def docs_router() -> APIRouter:
    """The router of the page."""
    router = APIRouter(route_class=OpenRoute)

    @router.get("/docs", include_in_schema=False)
    def docs() -> Response:
        return built_page("docs.html", DOCS_POLICY)

    return router
