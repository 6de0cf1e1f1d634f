"""`GET /v1/cases`: the prepared cases, with their stories, to be tried and to learn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.examples import PreparedCase
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.problems import ParameterError
from spinegraph.engine import Knowledge
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.model import Frozen, doc
from starlette.requests import Request
from starlette.responses import Response


class CaseParameters(Frozen, frozen=True, kw_only=True):
    """The URL of the prepared cases asks for nothing more."""


class ListedCase(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A prepared case."""

    name: Annotated[str, doc("Its name, as `/try?case=` takes it.")]
    title: Annotated[str, doc("What it is called.")]
    story: Annotated[str, doc("The story in a sentence.")]
    shows: Annotated[str, doc("What a newcomer can see in its answer; empty where it is not meant for one.")] = ""
    vignette: Annotated[str, doc("The story at length, with every fact that `case` has; empty where there is none.")] = ""
    case: Annotated[Mapping[str, Any], doc("The body that `POST /v1/decisions` takes.")]


class CaseList(Frozen, frozen=True, kw_only=True):
    """The prepared cases that this knowledge understands."""

    cases: Annotated[tuple[ListedCase, ...], doc("Invented patients, in the order in which they are told.")]
    disclaimer: Annotated[str, doc("What it is not, and how far the sources have been reviewed.")]


def prepared_cases_router(knowledge: Knowledge, cases: Mapping[str, PreparedCase]) -> APIRouter:
    """The router of the prepared cases; their ETag is the digest of the knowledge that understands them. Errors are raised."""
    router = APIRouter(tags=["knowledge"], route_class=OpenRoute)
    listed = tuple(ListedCase(name=name, **msgspec.structs.asdict(prepared)) for name, prepared in cases.items())
    body = msgspec.json.encode(CaseList(cases=listed, disclaimer=disclaimer_of(knowledge.sources.values())))
    etag = f'"{knowledge.digest}"'

    def prepared_cases(request: Request) -> Response:
        """Invented patients, with what each shows, as the service prepared them; none is a record of anybody."""
        read_parameters(request.scope["query_string"], CaseParameters)
        return unless_unchanged(request, etag, JSON, lambda: body)

    operation = Operation(
        "get_cases", "Prepared cases to try", "The cases.", {JSON: CaseList}, (ParameterError,), CaseParameters,
        cached="Digest of the knowledge.",
    )  # fmt: skip
    add_operation(router, "/v1/cases", prepared_cases, operation)
    return router
