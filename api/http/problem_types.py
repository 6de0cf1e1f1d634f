"""`GET /problem/{name}`: what the `type` of a problem means, for whoever follows it (RFC 9457 section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.errors import status_of
from spinegraph.api.http.negotiation import negotiated
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import typed_errors
from spinegraph.api.http.pages import render_page
from spinegraph.api.problems import TYPE_BASE, UnknownResourceError, kind_of
from spinegraph.engine.model import Frozen, doc
from starlette.requests import Request
from starlette.responses import Response

OFFERED = ("text/html", "application/json")


class ProblemType(Frozen, frozen=True, kw_only=True):
    """A kind of problem."""

    type: Annotated[str, doc("The `type` of the problem.")]
    name: Annotated[str, doc("Its last part.")]
    status: Annotated[int, doc("The HTTP status that it comes with.")]
    title: Annotated[str, doc("What it is called.")]
    about: Annotated[str, doc("What it means.")]


class ProblemTypes(Frozen, frozen=True, kw_only=True):
    """All kinds of problems that have a `type` of their own."""

    problems: Annotated[tuple[ProblemType, ...], doc("The kinds, by status and name.")]


def problem_types() -> tuple[ProblemType, ...]:
    """All kinds of errors that are answered with a problem, by status and name."""
    found = (
        ProblemType(
            type=TYPE_BASE + kind_of(error),
            name=kind_of(error),
            status=int(status_of(error)),
            title=error.title,
            about=" ".join((error.__doc__ or "").split()),
        )
        for error in typed_errors()
    )
    return tuple(sorted(found, key=lambda kind: (kind.status, kind.name)))


def problem_types_router() -> APIRouter:
    """The router of the pages about problems."""
    router = APIRouter(route_class=OpenRoute)
    known = {kind.name: kind for kind in problem_types()}

    @router.get("/problem", include_in_schema=False)
    def every_type(request: Request) -> Response:
        return _answer(request, "Problems", known.values())

    @router.get("/problem/{name}", include_in_schema=False)
    def one_type(request: Request, name: str) -> Response:
        if name not in known:
            raise UnknownResourceError(
                f"There is no problem of the type {name[:60]!r}.", where=request.url.path, mend="GET /problem lists them."
            )
        return _answer(request, known[name].title, [known[name]], root="../")

    return router


def _answer(request: Request, title: str, problems: Iterable[ProblemType], root: str = "./") -> Response:
    media_type = negotiated(request, OFFERED, "This")
    if media_type == "text/html":
        body = render_page("problems.html.j2", root=root, title=title, problems=[*problems]).encode()
    else:
        body = msgspec.json.encode(ProblemTypes(problems=tuple(problems)))
    return Response(body, headers={"Vary": "Accept"}, media_type=media_type)
