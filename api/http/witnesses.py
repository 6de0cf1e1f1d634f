"""`GET /v1/recommendations/{id}/patient`: the smallest patient for whom a recommendation stands."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

import msgspec
from fastapi import APIRouter
from spinegraph.api.http.caching import unless_unchanged
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import JSON, Operation, add_operation
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.http.tables import NAME, named_recommendation
from spinegraph.api.problems import ParameterError, UnknownResourceError
from spinegraph.engine import Engine, Recommendation
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.decide.witness import Witnesses
from spinegraph.engine.model import Case, Frozen, Verdict, doc
from starlette.requests import Request
from starlette.responses import Response

KEPT = 512
"""So many patients are remembered."""


class PatientParameters(Frozen, frozen=True, kw_only=True):
    """The URL of a patient asks for nothing more."""


class StandingPatient(Frozen, frozen=True, kw_only=True):
    """A patient for whom a recommendation stands; made up, and of as few facts as can be."""

    recommendation: Annotated[str, doc("Id of the recommendation.")]
    verdict: Annotated[Verdict | None, doc("Its verdict for this patient: indicated, else provisional; null for nobody.")]
    case: Annotated[Case | None, doc("The patient, as POST /v1/decisions takes him; null where there is none.")]
    disclaimer: Annotated[str, doc("What it is not, and how far the sources have been reviewed.")]


def witnesses_router(engine: Engine) -> APIRouter:
    """The router of these patients, each found when it is first asked for. Errors are raised for `api.http.errors`."""
    router = APIRouter(tags=["knowledge"], route_class=OpenRoute)
    witnesses, knowledge = Witnesses(engine.program), engine.knowledge
    honest = disclaimer_of(knowledge.sources.values())

    @lru_cache(maxsize=KEPT)
    def found(iri: str) -> bytes:
        rule = knowledge.rules[iri]
        assert isinstance(rule, Recommendation)  # noqa: S101 (found among these)
        case, verdict = witnesses.find(rule) or (None, None)
        return msgspec.json.encode(StandingPatient(recommendation=rule.id, verdict=verdict, case=case, disclaimer=honest))

    def patient(request: Request) -> Response:
        """The patient with the fewest facts for whom a recommendation is indicated, else provisional.

        He is made up by the solver from the rules, and says nothing of how patients are.
        """
        read_parameters(request.scope["query_string"], PatientParameters)
        iri = named_recommendation(engine, request.path_params["name"], "patient").iri
        return unless_unchanged(request, f'"{knowledge.digest}"', JSON, lambda: found(iri))

    operation = Operation(
        "get_patient",
        "A patient for whom a recommendation stands",
        "The patient.",
        {JSON: StandingPatient},
        (UnknownResourceError, ParameterError),
        PatientParameters,
        path=NAME,
        cached="Digest of the knowledge.",
    )
    add_operation(router, "/v1/recommendations/{name}/patient", patient, operation)
    return router
