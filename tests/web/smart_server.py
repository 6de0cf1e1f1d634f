"""A FHIR server that launches SMART apps, for tests: metadata, authorization with PKCE, tokens, searches with pages, faults."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

CLIENT = "spinegraph-app"
PER_PAGE = 2
RECORD = json.loads((Path(__file__).parents[2] / "docs" / "examples" / "record.json").read_text(encoding="utf-8"))
RESOURCES: list[dict[str, Any]] = [entry["resource"] for entry in RECORD["entry"]]
OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Authorization, Accept, Content-Type"}


@dataclass
class Behaviour:
    """How the server is to answer: it may be changed between two launches. `heard`: what it was asked, in order."""

    version: int = 2
    app_context: str = ""
    refuses: str = ""
    failing: Mapping[str, int] = field(default_factory=dict)
    patient: str = "p1"
    delay: float = 0
    heard: list[str] = field(default_factory=list)


class SmartServer:
    """What the server answers at its paths."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()

    async def opened(self, request: Request, call_next: Any) -> Response:
        """Note what is asked, and let pages of other origins read the answer."""
        self.behaviour.heard.append(f"{request.method} {request.url.path}")
        answer: Response = Response(status_code=204) if request.method == "OPTIONS" else await call_next(request)
        answer.headers.update(OPEN)
        return answer

    def configuration(self, request: Request) -> Response:
        """`.well-known/smart-configuration`, which version 1 had not."""
        if self.behaviour.version == 1:
            return Response(status_code=404)
        return JSONResponse(
            {
                "authorization_endpoint": f"{_root(request)}/authorize",
                "token_endpoint": f"{_root(request)}/token",
                "capabilities": ["launch-ehr", "client-public", "permission-v2"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def metadata(self, request: Request) -> Response:
        """The CapabilityStatement, in which version 1 named the addresses."""
        places = [{"url": name, "valueUri": f"{_root(request)}/{name}"} for name in ("authorize", "token")]
        uris = {"url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris", "extension": places}
        statement = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}
        return JSONResponse({**statement, "rest": [{"mode": "server", "security": {"extension": [uris]}}]})

    def authorize(self, request: Request) -> Response:
        """Whoever is asked agrees at once, or refuses."""
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT
        assert asked["aud"].rstrip("/") == f"{_root(request)}/fhir"
        self.behaviour.heard.append(asked["scope"])
        told = {"state": asked["state"]}
        if self.behaviour.refuses:
            told |= {"error": "access_denied", "error_description": self.behaviour.refuses}
        else:
            told["code"] = secrets.token_hex(8)
            self._codes[told["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(told)}")

    async def token(self, request: Request) -> Response:
        """A token for a code, once, to whoever has the verifier of its challenge."""
        given = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(given["code"])
        assert given["redirect_uri"] == asked["redirect_uri"]
        if self.behaviour.version != 1:
            digest = hashlib.sha256(given["code_verifier"].encode()).digest()
            assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
            assert asked["code_challenge_method"] == "S256"
        self._tokens.add(made := f"token-{secrets.token_hex(8)}")
        context = {"appContext": self.behaviour.app_context} if self.behaviour.app_context else {}
        told = {"access_token": made, "token_type": "Bearer", "expires_in": 3600, "patient": "p1", "scope": asked["scope"]}
        return JSONResponse({**told, **context})

    async def read(self, path: str, request: Request) -> Response:
        """A resource, or a page of a search."""
        kind, _, name = path.partition("/")
        await asyncio.sleep(self.behaviour.delay)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return Response(status_code=401)
        if kind in self.behaviour.failing:
            issue = {"severity": "error", "code": "exception", "diagnostics": "stub"}
            return JSONResponse({"resourceType": "OperationOutcome", "issue": [issue]}, self.behaviour.failing[kind])
        found = [one for one in RESOURCES if one["resourceType"] == kind]
        return JSONResponse({**found[0], "id": self.behaviour.patient} if name else _page(found, request))


def _root(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _page(found: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    assert request.query_params["patient"] == "p1"
    page = int(request.query_params.get("_page", "0"))
    shown, rest = found[page * PER_PAGE : (page + 1) * PER_PAGE], found[(page + 1) * PER_PAGE :]
    link = [{"relation": "next", "url": str(request.url.include_query_params(_page=page + 1))}] if rest else []
    entries = [{"fullUrl": f"{_root(request)}/fhir/{one['resourceType']}/{one['id']}", "resource": one} for one in shown]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": link, "entry": entries}


def smart_server(behaviour: Behaviour) -> FastAPI:
    """The server; its base URL is `/fhir`."""
    app, server = FastAPI(), SmartServer(behaviour)
    app.middleware("http")(server.opened)
    app.get("/fhir/.well-known/smart-configuration")(server.configuration)
    app.get("/fhir/metadata")(server.metadata)
    app.get("/authorize")(server.authorize)
    app.post("/token")(server.token)
    app.get("/fhir/{path:path}")(server.read)
    return app
