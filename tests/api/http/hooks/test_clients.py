"""Only clients whose keys are listed may call where there is a list, and each of their tokens counts once."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from spinegraph.api.http.app import create_app
from spinegraph.api.http.hooks.clients import make_guard
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.api.conftest import MakeClient
from tests.exchange.cds_hooks.calling import request
from tests.exchange.fhir.reading.making import patient

EHR, URL = "https://ehr.example", "http://testserver/cds-services/patient-view"
KEY, OTHER_KEY = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP384R1())


def jwk(key: ec.EllipticCurvePrivateKey, **more: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    return {**made, "kid": "one", "alg": "ES384", **more}


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "clients.json"
    path.write_text(json.dumps({EHR: {"keys": [jwk(KEY)]}, "https://other.example": {"keys": [jwk(OTHER_KEY)]}}))
    return path


@pytest.fixture(scope="module")
def guarded(engine: Engine, make_client: MakeClient, listed: Path) -> httpx.Client:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPINEGRAPH_HOOKS_CLIENTS", str(listed))
        return make_client(create_app(Settings(), engine))


def token(key: Any = KEY, alg: str = "ES384", kid: str = "one", **claims: Any) -> str:
    now = int(time.time())
    given = {"iss": EHR, "aud": URL, "iat": now, "exp": now + 300, "jti": str(uuid.uuid4()), **claims}
    return jwt.encode({name: value for name, value in given.items() if value is not None}, key, alg, {"kid": kid})


def bearer(*given: Any, **claims: Any) -> str:
    return f"Bearer {token(*given, **claims)}"


def called(client: httpx.Client, header: str | None) -> httpx.Response:
    headers = {"Authorization": header} if header is not None else {}
    return client.post("/cds-services/patient-view", json=request("patient-view", patient()), headers=headers)


def test_a_listed_client_may_call_and_each_token_counts_once(guarded: httpx.Client) -> None:
    once = bearer()
    assert called(guarded, once).status_code == 200
    again = called(guarded, once)
    assert (again.status_code, again.headers["www-authenticate"]) == (401, "Bearer")
    assert "used already" in again.json()["detail"]


NOT_LISTED = "none of those that are listed"
REFUSED: Mapping[str, tuple[Callable[[], str | None], str]] = {
    "none": (lambda: None, "There is no token"),
    "no bearer": (lambda: "Basic eDp5", "There is no token"),
    "no token": (lambda: "Bearer x", "refused"),
    "for another service": (lambda: bearer(aud="http://testserver/cds-services/order-sign"), "Audience"),
    "over": (lambda: bearer(exp=int(time.time()) - 3600), "expired"),
    "too long": (lambda: bearer(exp=int(time.time()) + 90_000), "longer than 3,600 seconds"),
    "no jti": (lambda: bearer(jti=None), "jti"),
    "no exp": (lambda: bearer(exp=None), "exp"),
    "of nobody": (lambda: bearer(iss="https://nobody.example"), NOT_LISTED),
    "in the name of another": (lambda: bearer(iss="https://other.example"), "Signature"),
    "signed by another": (lambda: bearer(OTHER_KEY), "Signature"),
    "another key": (lambda: bearer(kid="two"), NOT_LISTED),
    "another algorithm": (lambda: bearer("k" * 32, "HS256"), NOT_LISTED),
}
"""Made when they are sent: a token does not hold as long as tests may wait."""


@pytest.mark.parametrize(("header", "what"), REFUSED.values(), ids=REFUSED)
def test_others_may_not(guarded: httpx.Client, header: Callable[[], str | None], what: str) -> None:
    reply = called(guarded, header())
    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (401, "untrusted-client")
    assert what in reply.json()["detail"]


def test_everybody_may_see_what_there_is(guarded: httpx.Client) -> None:
    assert guarded.get("/cds-services").status_code == 200


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"https://e.example": {"keys": []}}', '{"https://e.example": 1}', "no file", "no kid"]
)
def test_a_list_that_cannot_be_read_does_not_start(tmp_path: Path, content: str) -> None:
    path = tmp_path / "clients.json"
    if content != "no file":
        path.write_text(json.dumps({EHR: {"keys": [{**jwk(KEY), "kid": ""}]}}) if content == "no kid" else content)
    with pytest.raises(SettingsError) as refused:
        make_guard(path)
    assert "SPINEGRAPH_HOOKS_CLIENTS" in refused.value.where
