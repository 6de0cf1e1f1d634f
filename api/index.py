"""`GET /`: what can be asked of the service, for whoever opens its address in a browser. It loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from api.open_route import OpenRoute

LINKS = '</openapi.json>; rel="service-desc"; type="application/json", </docs>; rel="service-doc"; type="text/html"'
"""Where programs and people find the description (RFC 8631)."""
STYLE = (
    "body { font: 16px/1.5 system-ui, sans-serif; color: #1d2733; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }"
    " h2 { font-size: 1.1rem; margin: 1.6rem 0 .2rem; } p { margin: .2rem 0 .6rem; color: #50606f; } a { color: #2b5c8a; }"
    " table { border-collapse: collapse; width: 100%; } td { padding: .2rem .8rem .2rem 0; vertical-align: top; }"
    " td:first-child { width: 3.5rem; color: #50606f; } td:nth-child(2) { width: 18rem; font-family: ui-monospace, monospace; }"
)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width, initial-scale=1">
<style>{style}</style></head>
<body>
<h1>{title}</h1>
{about}
<p><a href="/openapi.json">/openapi.json</a> describes all of it for programs; <a href="/docs">/docs</a> lets you try it out
(that page loads Swagger UI from the internet).</p>
{sections}
</body>
</html>
"""


def index_router() -> APIRouter:
    """The router of the page, which is made of the OpenAPI document."""
    router = APIRouter(route_class=OpenRoute)

    @router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    def index(request: Request) -> Response:
        return Response(render_index(request.app), headers={"Link": LINKS}, media_type="text/html")

    return router


def render_index(app: FastAPI) -> str:
    """The page: every path with what it is for, by tag."""
    document = app.openapi()
    sections = (
        f"<h2>{escape(tag['name'])}</h2><p>{escape(tag['description'])}</p>\n<table>\n{rows}</table>"
        for tag in document["tags"]
        for rows in ("".join(_rows(document, tag["name"])),)
    )
    return PAGE.format(
        title=escape(f"{app.title} {app.version}"),
        style=STYLE,
        about="\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in app.description.split("\n\n")),
        sections="\n".join(sections),
    )


def _rows(document: Mapping[str, Any], tag: str) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if tag in operation["tags"]:
                shown = escape(path)
                linked = f'<a href="{shown}">{shown}</a>' if method == "get" and "{" not in path else shown
                yield f"<tr><td>{method.upper()}</td><td>{linked}</td><td>{escape(operation['summary'])}</td></tr>\n"
