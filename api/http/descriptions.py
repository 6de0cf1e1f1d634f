"""`GET /v1/descriptions/rule/…`: what the page of a resource says, as plain JSON for whoever shows it in another way."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
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
    """The URL of a description asks for nothing more."""


def descriptions_router(describer: Describer) -> APIRouter:
    """The router of the descriptions of one knowledge. Errors are raised for `api.http.errors` to answer."""
    router = APIRouter(tags=["resources"], route_class=OpenRoute)
    names, etag = ResourceNames(describer), f'"{describer.knowledge.digest}"'

    def description(request: Request) -> Response:
        """What the knowledge states of a resource and with it: criteria in words, hierarchy, what rests on it, passages.

        The same as the page of its IRI (`/rule/…`, `/finding/…`, `/passage/…`); links are paths below the server's root.
        """
        read_parameters(request.scope["query_string"], DescriptionParameters)
        iri = names.iri_of(request.path_params["name"])
        return unless_unchanged(request, etag, JSON, lambda: msgspec.json.encode(describer.describe(iri)))

    operation = Operation(
        "get_description",
        "What is stated of a resource",
        "The description.",
        {JSON: Description},
        (ParameterError, UnknownResourceError),
        DescriptionParameters,
        path=("Kind and name of the resource, or kind and code; it has a slash.", "passage/000-L033a"),
        cached="Digest of the knowledge.",
    )
    add_operation(router, "/v1/descriptions/{name:path}", description, operation)
    return router
