"""All paths below /fhir together."""

from __future__ import annotations

from fastapi import APIRouter
from spinegraph.api.http.fhir.capability import capability_router
from spinegraph.api.http.fhir.served import SERVED
from spinegraph.engine.model import Knowledge


def fhir_router(knowledge: Knowledge) -> APIRouter:
    """The router of the FHIR service."""
    router = APIRouter()
    router.include_router(capability_router(knowledge, SERVED))
    return router
