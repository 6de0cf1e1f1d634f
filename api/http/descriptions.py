"""`GET /v1/descriptions?of=rule/…`: what the page of a resource says, as plain JSON for whoever shows it in another way."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.http.resources import ResourceNames
from spinegraph.api.problems import ParameterError, UnknownResourceError
from spinegraph.engine.exchange.description.model import Description
from spinegraph.engine.exchange.description.resource import Describer
from spinegraph.engine.model import Frozen
from starlette.requests import Request
from starlette.responses import Response


class DescriptionParameters(Frozen, frozen=True, kw_only=True):
    """What the URL of a description has to say."""

    of: Annotated[
        str,
        Meta(description="Path of it: kind and name, or kind and code.", max_length=200, examples=["passage/000-L033a"]),
    ]


def descriptions_router(describer: Describer) -> APIRouter:
    """The router of the descriptions of one knowledge. Errors are raised for `api.http.errors` to answer."""
    router = APIRouter(tags=["resources"], route_class=OpenRoute)
    names, etag = ResourceNames(describer), f'"{describer.knowledge.digest}"'

    def description(request: Request) -> Response:
        """What the knowledge states of a resource and with it: criteria in words, hierarchy, what rests on it, passages.

        The same as the page of its IRI (`/rule/…`, `/finding/…`, `/passage/…`); links are paths below the server's root.
        """
        wanted = read_parameters(request.scope["query_string"], DescriptionParameters)
        iri = names.iri_of(wanted.of)
        return unless_unchanged(request, etag, JSON, lambda: msgspec.json.encode(describer.describe(iri)))

    operation = Operation(
        "get_description",
        "What is stated of a resource",
        "The description.",
        {JSON: Description},
        (ParameterError, UnknownResourceError),
        DescriptionParameters,
        cached="Digest of the knowledge.",
    )
    add_operation(router, "/v1/descriptions", description, operation)
    return router
