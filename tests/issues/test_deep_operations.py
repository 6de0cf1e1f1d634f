"""An operation of FHIR whose body was nested deeply was a fault of the service: one of the readers of JSON did not expect that.

Now all of them expect the same (`engine.errors.UNDECODABLE`), also where a part of a body is decoded alone.
"""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

DEEP = b"[" * 5_000 + b"]" * 5_000
PARAMETERS = b'{"resourceType": "Parameters", "parameter": [%b]}'
BODIES = {
    "all of it": DEEP,
    "beside": b'{"resourceType": "Parameters", "text": %b}' % DEEP,
    "a parameter": PARAMETERS % DEEP,
    "a name": PARAMETERS % (b'{"name": %b}' % DEEP),
    "a value": PARAMETERS % (b'{"name": "subject", "valueReference": {"identifier": %b}}' % DEEP),
    "no UTF-8": PARAMETERS % b'{"name": "subject", "valueString": "\xff"}',
    "no UTF-8 in a name": PARAMETERS % b'{"name": "\xff", "valueString": "x"}',
}


@pytest.fixture(scope="module")
def client(engine: Engine) -> TestClient:
    return TestClient(create_app(Settings(), engine))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["/fhir/PlanDefinition/spinegraph/$apply", "/fhir/Questionnaire/all/$populate"])
def test_what_is_deep_or_no_text_is_refused(client: TestClient, path: str, body: bytes) -> None:
    reply = client.post(path, content=body, headers={"Content-Type": "application/fhir+json"})
    assert reply.status_code in (400, 422)
    assert reply.json()["issue"][0]["diagnostics"]
