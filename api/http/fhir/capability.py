"""`GET /fhir/metadata`: what the FHIR service can do, made of the list of what is served."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from spinegraph.api.http.access import root_of
from spinegraph.api.http.bodies import FHIR
from spinegraph.api.http.errors import FHIR_ROOT, NotAcceptableError
from spinegraph.api.http.fhir.exchange import Asked, answer_resource, read_asked
from spinegraph.api.http.fhir.served import CHANGED, ServedType
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.problems import ParameterError
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.exchange.fhir.writing.codings import Json
from spinegraph.engine.exchange.provenance.publication import engine_version
from spinegraph.engine.model import Knowledge
from starlette.requests import Request
from starlette.responses import Response


def capability_router(knowledge: Knowledge, served: Sequence[ServedType]) -> APIRouter:
    """The router of the statement."""
    router = APIRouter(tags=["fhir"], route_class=OpenRoute)

    async def metadata(request: Request) -> Response:
        """The CapabilityStatement: which resources there are, by what they are searched, and which operations there are."""
        asked = read_asked(request, Asked)
        base = f"{root_of(request).rstrip('/')}{FHIR_ROOT}"
        return answer_resource(request, capability_statement(knowledge, served, base), asked)

    operation = Operation(
        "get_capability_statement",
        "What the FHIR service can do",
        "The CapabilityStatement (FHIR R4).",
        {FHIR: None, JSON: None},
        (ParameterError, NotAcceptableError),
        Asked,
    )
    add_operation(router, f"{FHIR_ROOT}/metadata", metadata, operation)
    return router


def capability_statement(knowledge: Knowledge, served: Sequence[ServedType], base: str) -> Json:
    """The statement of a service whose root of FHIR is `base`."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED,
        "kind": "instance",
        "description": disclaimer_of(knowledge.sources.values()),
        "software": {"name": "Spinegraph", "version": engine_version()},
        "implementation": {"description": f"Clinical guidelines, applied and explained. {knowledge.digest}", "url": base},
        "fhirVersion": "4.0.1",
        "format": [FHIR],
        "rest": [{"mode": "server", "security": {"cors": True}, **_resources(served)}],
    }


def _resources(served: Sequence[ServedType]) -> Json:
    return {"resource": [*map(_resource, served)]} if served else {}


def _resource(one: ServedType) -> Json:
    search = [{"name": name, "type": kind, "documentation": says} for name, kind, says in one.search]
    operations = [{"name": name, "definition": url, "documentation": says} for name, url, says in one.operations]
    return {
        "type": one.type,
        "documentation": one.says,
        "interaction": [{"code": code} for code in one.interactions],
        **({"versioning": "no-version"} if one.interactions else {}),
        **({"searchParam": search} if search else {}),
        **({"operation": operations} if operations else {}),
    }
