"""A service and a FHIR server, both live: what is not sent is fetched, and a server that is gone is no fault of the service."""

from __future__ import annotations

import json

import pytest
from fastapi import APIRouter
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from tests.exchange.cds_hooks.calling import LOW_BACK_PAIN, Json, ours, request
from tests.exchange.fhir.reading.making import bundle, condition, patient
from tests.serving import Answer, app_of, send, serving

pytestmark = pytest.mark.slow
TOKEN = "opaque-token"  # noqa: S105 (made up)


def fhir_server() -> APIRouter:
    router = APIRouter()

    @router.get("/r4/{rest:path}")
    def read(request: Request, rest: str) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({}, 401)
        match rest:
            case "Patient/anna":
                return JSONResponse(patient(birthDate="1980-01-01"))
            case "Condition":
                assert request.query_params["patient"] == "anna"
                return JSONResponse(bundle(condition(LOW_BACK_PAIN), type="searchset"))
            case "Procedure":
                return RedirectResponse("http://127.0.0.1:9/elsewhere")
            case _:
                return JSONResponse({}, 500)

    return router


def called(port: int, body: Json) -> Answer:
    headers = {"Content-Type": "application/json"}
    return send(port, "POST", "/cds-services/patient-view", json.dumps(body).encode(), headers)


def test_what_is_not_sent_is_fetched_from_a_listed_server(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(app_of(fhir_server())) as other:
        base = f"http://127.0.0.1:{other}"
        monkeypatch.setenv("SPINEGRAPH_HOOKS_FHIR_SERVERS", base)
        monkeypatch.setenv("SPINEGRAPH_HOOKS_FHIR_SECONDS", "60")
        with serving(create_app(Settings(), engine)) as port:
            given = {**request(), "prefetch": {}, "fhirServer": f"{base}/r4"}
            answer = called(port, {**given, "fhirAuthorization": {"access_token": TOKEN}})
            refused = called(port, given)
    told = ours(answer.data)
    assert (answer.status, told["record"]["used"]) == (200, 2)
    assert answer.data["cards"]
    assert told["missing"]["procedures"] == "the FHIR server answered 307"
    assert told["missing"]["observations"] == "the FHIR server answered 500"
    assert (refused.status, refused.data["missing"]["patient"]) == (412, "the FHIR server answered 401")


def test_a_server_that_is_gone_is_said(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(app_of()) as gone:
        base = f"http://127.0.0.1:{gone}"
    monkeypatch.setenv("SPINEGRAPH_HOOKS_FHIR_SERVERS", base)
    with serving(create_app(Settings(), engine)) as port:
        answer = called(port, {**request(), "prefetch": {}, "fhirServer": base})
    assert answer.status == 412
    assert "could not be asked" in answer.data["missing"]["patient"]
