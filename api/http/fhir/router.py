"""All paths below /fhir together."""

from __future__ import annotations

from fastapi import APIRouter
from spinegraph.api.http.fhir.applying import applying_router
from spinegraph.api.http.fhir.capability import capability_router
from spinegraph.api.http.fhir.definitions import definitions_router
from spinegraph.api.http.fhir.questionnaires import questionnaires_router
from spinegraph.api.http.fhir.served import SERVED
from spinegraph.api.http.served import Served


def fhir_router(served: Served) -> APIRouter:
    """The router of what is described, defined and asked."""
    router = APIRouter()
    router.include_router(capability_router(served.knowledge, SERVED))
    router.include_router(definitions_router(served.definitions))
    router.include_router(questionnaires_router(served.engine, served.record_bodies))
    return router


def fhir_decisions_router(served: Served) -> APIRouter:
    """The router of what decides."""
    router = APIRouter()
    router.include_router(applying_router(served.engine, served.definitions, served.record_bodies, served.auditing))
    return router
