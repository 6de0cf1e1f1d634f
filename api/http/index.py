"""`GET /`: the console for browsers, which ask for HTML; for programs that ask for JSON, what can be asked of the service.

`GET /browse` says what the service is and where to look further. That page loads nothing, runs nothing, and is what `/` gives
to whoever takes anything; browsers without scripts are sent there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, FastAPI
from spinegraph.api.http.console_files import console_page
from spinegraph.api.http.examples import PreparedCase
from spinegraph.api.http.negotiation import asks_for, negotiated
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.pages import render_page
from spinegraph.api.listings import resource_of
from spinegraph.engine import Knowledge
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.model import Frozen, doc
from starlette.requests import Request
from starlette.responses import Response

LINKS = '<openapi.json>; rel="service-desc"; type="application/json", <docs>; rel="service-doc"; type="text/html"'
"""Where programs and people find the description (RFC 8631)."""
OFFERED = ("text/html", "application/json")


class Endpoint(Frozen, frozen=True, kw_only=True):
    """One operation of the service."""

    method: Annotated[str, doc("Its HTTP method.")]
    path: Annotated[str, doc("Its path.")]
    summary: Annotated[str, doc("What it is for.")]
    tag: Annotated[str, doc("What it belongs to.")]


class EndpointList(Frozen, frozen=True, kw_only=True):
    """What can be asked of the service."""

    title: Annotated[str, doc("What the service is called.")]
    version: Annotated[str, doc("Its version.")]
    description: Annotated[str, doc("Where all of it is described.")]
    endpoints: Annotated[tuple[Endpoint, ...], doc("Every operation.")]
    disclaimer: Annotated[str, doc("What it is not, and how far the sources have been reviewed.")]


def index_router(knowledge: Knowledge, cases: Mapping[str, PreparedCase], *, pages: bool = True) -> APIRouter:
    """The router of `/`, whose list of paths is made of the OpenAPI document; `cases` are those that can be tried.

    Without `pages` there is the list for programs alone.
    """
    router = APIRouter(route_class=OpenRoute)
    offered = OFFERED if pages else OFFERED[1:]

    @router.get("/", include_in_schema=False)
    def index(request: Request) -> Response:
        media_type = negotiated(request, offered, "The list of what can be asked")
        html = media_type == "text/html"
        if html and asks_for(request, "text/html"):
            return console_page({"Link": LINKS, "Vary": "Accept"})
        body = render_index(request.app, knowledge, cases) if html else list_endpoints(request.app, knowledge)
        return Response(body, headers={"Link": LINKS, "Vary": "Accept"}, media_type=media_type)

    return router


def overview_router(knowledge: Knowledge, cases: Mapping[str, PreparedCase]) -> APIRouter:
    """The router of the page that says what the service is."""
    router = APIRouter(route_class=OpenRoute)

    @router.get("/browse", include_in_schema=False)
    def browse(request: Request) -> Response:
        return Response(render_index(request.app, knowledge, cases), media_type="text/html")

    return router


def render_index(app: FastAPI, knowledge: Knowledge, cases: Mapping[str, PreparedCase]) -> bytes:
    """The page for people."""
    document = app.openapi()
    return render_page(
        "index.html.j2",
        title=app.title,
        version=app.version,
        sections=[(tag, [*_endpoints(document, tag["name"])]) for tag in document["tags"]],
        cases=cases,
        resource=resource_of,
        suggested=_suggested(knowledge, cases),
        knowledge=knowledge,
        disclaimer=disclaimer_of(knowledge.sources.values()),
    ).encode()


def _suggested(knowledge: Knowledge, cases: Mapping[str, PreparedCase]) -> list[str]:
    """What one might look up: the last finding that each of the prepared cases names as present."""
    last = [prepared.case["present"][-1] for prepared in cases.values()]
    return [finding.label for finding in knowledge.findings.values() if finding.code in last]


def list_endpoints(app: FastAPI, knowledge: Knowledge) -> bytes:
    """An EndpointList as JSON."""
    document = app.openapi()
    endpoints = tuple(endpoint for tag in document["tags"] for endpoint in _endpoints(document, tag["name"]))
    listed = EndpointList(
        title=app.title,
        version=app.version,
        description="/openapi.json",
        endpoints=endpoints,
        disclaimer=disclaimer_of(knowledge.sources.values()),
    )
    return msgspec.json.encode(listed)


def _endpoints(document: Mapping[str, Any], tag: str) -> Iterator[Endpoint]:
    """What belongs to a tag."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if tag in operation["tags"]:
                yield Endpoint(method=method.upper(), path=path, summary=operation["summary"], tag=tag)
