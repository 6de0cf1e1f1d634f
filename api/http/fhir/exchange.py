"""What every path below /fhir has in common: how an answer is asked for (`_format`, `_pretty`, Accept), and how it is sent."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from spinegraph.api.http.bodies import FHIR
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.errors import NotAcceptableError
from spinegraph.api.http.negotiation import accepted, negotiated, parse_media_type
from spinegraph.api.http.openapi import JSON
from spinegraph.api.http.parameters import read_parameters
from spinegraph.engine.errors import shortened
from spinegraph.engine.model import Frozen, doc
from starlette.requests import Request
from starlette.responses import Response

OFFERED = (FHIR, JSON)
FORMATS = {"json": FHIR, "text/json": FHIR, FHIR: FHIR, FHIR.replace("+", " "): FHIR, JSON: JSON}
"""Value of `_format` → media type of the answer; a plus sign that nobody has escaped arrives as a space (R4, 3.1.0.1.11)."""
R4 = ("4.0", "4.0.1")
"""What `fhirVersion` of a media type may name."""


class Asked(Frozen, frozen=True, kw_only=True, rename={"format_": "_format", "pretty": "_pretty"}):
    """How the answer is wanted; a path with parameters of its own extends this."""

    format_: Annotated[str, doc("Form of the answer, before Accept: `json` or a media type of it. There is no XML here.")] = ""
    pretty: Annotated[bool, doc("Whether the answer is written over several lines.")] = False


A = TypeVar("A", bound=Asked)


def read_asked(request: Request, model: type[A]) -> A:
    """The parameters of the URL. Raises ParameterError for one that there is not, or that cannot be."""
    return read_parameters(request.scope["query_string"], model)


def media_type_asked(request: Request, asked: Asked) -> str:
    """The media type of the answer. Raises NotAcceptableError."""
    if asked.format_:
        if (wanted := FORMATS.get(asked.format_.partition(";")[0].strip().lower())) is None:
            what = f"A resource cannot be had as {shortened(asked.format_)}."
            raise NotAcceptableError(what, where="?_format", mend=f"Ask for _format=json, or Accept {FHIR}.")
        return wanted
    for one in map(parse_media_type, accepted(request).split(",")):
        version = dict(one.parameters).get("fhirversion", R4[0])
        if one.name == FHIR and version not in R4:
            what = f"A resource cannot be had in FHIR {shortened(version)}."
            raise NotAcceptableError(what, where="Accept", mend="Accept application/fhir+json; fhirVersion=4.0.")
    return negotiated(request, OFFERED, "A resource")


def answer_resource(request: Request, resource: Any, asked: Asked) -> Response:
    """A resource that is made for this request."""
    media_type = media_type_asked(request, asked)
    return Response(written(resource, asked), headers={"Vary": "Accept"}, media_type=media_type)


def answer_unless_unchanged(request: Request, resource: Any, asked: Asked, digest: str) -> Response:
    """A resource that follows from the knowledge alone: it has the digest of that as its ETag."""
    media_type = media_type_asked(request, asked)
    return unless_unchanged(request, f'W/"{digest}"', media_type, lambda: written(resource, asked), {"Vary": "Accept"})


def written(resource: Any, asked: Asked) -> bytes:
    """The bytes of a resource."""
    body = msgspec.json.encode(resource)
    return msgspec.json.format(body, indent=2) if asked.pretty else body
