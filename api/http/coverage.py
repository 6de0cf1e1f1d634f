"""`GET /coverage`: what is modelled of each statement of the sources, as a page for people or as JSON."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.errors import NotAcceptableError
from spinegraph.api.http.negotiation import negotiated
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.problems import ParameterError
from spinegraph.engine import Knowledge
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.exchange.coverage.page import SCRIPT_DIGEST, render_coverage
from spinegraph.engine.knowledge.sources import PassageUse, coverage
from spinegraph.engine.model import Frozen, doc
from starlette.requests import Request
from starlette.responses import Response

HTML = "text/html"
OFFERED = (HTML, JSON)
PAGE_POLICY = (
    f"default-src 'none'; script-src '{SCRIPT_DIGEST}'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""What the page may do: run its own script, which fetches nothing."""


class CoverageParameters(Frozen, frozen=True, kw_only=True):
    """The URL of the coverage asks for nothing more."""


class CoverageList(Frozen, frozen=True, kw_only=True):
    """Every statement of the sources."""

    statements: Annotated[tuple[PassageUse, ...], doc("Each with what rests on it, or why nothing does.")]
    disclaimer: Annotated[str, doc("What it is not, and how far the sources have been reviewed.")]


def coverage_router(knowledge: Knowledge) -> APIRouter:
    """The router of the coverage; page and JSON are made when they are first asked for. Errors are raised."""
    router = APIRouter(tags=["knowledge"], route_class=OpenRoute)

    @cache
    def made(media_type: str) -> bytes:
        if media_type == HTML:
            return render_coverage(knowledge, root="")
        listed = CoverageList(statements=coverage(knowledge), disclaimer=disclaimer_of(knowledge.sources.values()))
        return msgspec.json.encode(listed)

    def statements(request: Request) -> Response:
        """What is modelled of each statement of the sources: used by which rules and concepts, or why by none.

        As a page for people, and as JSON for whoever accepts that.
        """
        read_parameters(request.scope["query_string"], CoverageParameters)
        chosen = negotiated(request, OFFERED, "The coverage")
        etag = f'"{knowledge.digest}.coverage.{chosen.rpartition("/")[2]}"'
        headers = {"Vary": "Accept", **({"Content-Security-Policy": PAGE_POLICY} if chosen == HTML else {})}
        return unless_unchanged(request, etag, chosen, lambda: made(chosen), headers)

    operation = Operation(
        "get_coverage", "What is modelled of the sources", "Every statement.", {JSON: CoverageList, HTML: None},
        (NotAcceptableError, ParameterError), CoverageParameters, cached="Digest of the knowledge, and the format.",
    )  # fmt: skip
    add_operation(router, "/coverage", statements, operation)
    return router
