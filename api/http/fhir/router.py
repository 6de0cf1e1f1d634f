"""All paths below /fhir together."""

from __future__ import annotations

from fastapi import APIRouter
from spinegraph.api.http.decisions import RecordBodies
from spinegraph.api.http.fhir.capability import capability_router
from spinegraph.api.http.fhir.questionnaires import questionnaires_router
from spinegraph.api.http.fhir.served import SERVED
from spinegraph.engine import Engine


def fhir_router(engine: Engine, records: RecordBodies) -> APIRouter:
    """The router of the FHIR service. `records`: how records of patients are read."""
    router = APIRouter()
    router.include_router(capability_router(engine.knowledge, SERVED))
    router.include_router(questionnaires_router(engine, records))
    return router
