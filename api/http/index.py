"""`GET /`: what can be asked of the service, for whoever opens its address in a browser. It loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.pages import render_page
from starlette.requests import Request
from starlette.responses import Response

LINKS = '</openapi.json>; rel="service-desc"; type="application/json", </docs>; rel="service-doc"; type="text/html"'
"""Where programs and people find the description (RFC 8631)."""


def index_router() -> APIRouter:
    """The router of the page, which is made of the OpenAPI document."""
    router = APIRouter(route_class=OpenRoute)

    @router.get("/", include_in_schema=False)
    def index(request: Request) -> Response:
        return Response(render_index(request.app), headers={"Link": LINKS}, media_type="text/html")

    return router


def render_index(app: FastAPI) -> str:
    """The page: every path with what it is for, by tag."""
    document = app.openapi()
    sections = [(tag, [*_operations(document, tag["name"])]) for tag in document["tags"]]
    return render_page(
        "index.html.j2", title=f"{app.title} {app.version}", paragraphs=app.description.split("\n\n"), sections=sections
    )


def _operations(document: Mapping[str, Any], tag: str) -> Iterator[tuple[str, str, str]]:
    """Method, path and summary of what belongs to a tag."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if tag in operation["tags"]:
                yield method.upper(), path, operation["summary"]
