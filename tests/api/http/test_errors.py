"""Everything that is refused, word for word; and what is never said."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI
from spinegraph.api.http.app import create_app
from spinegraph.api.http.errors import STATUS, status_of
from spinegraph.api.problems import TYPE_BASE
from spinegraph.api.settings import Settings
from spinegraph.engine import (
    CaseTooLargeError,
    Engine,
    KnowledgeError,
    MalformedCaseError,
    MeasurementError,
    ReasonerError,
    RuleCycleError,
    UnknownCodeError,
)

from tests.api.conftest import MakeClient

URL = "/v1/decisions"

BAD: dict[str, tuple[int, bytes, str]] = {
    "unknown-code": (422, b'{"present": ["feverr", "zzzz"], "measurements": {"age": 3}}', "application/json"),
    "unknown-key": (422, b'{"presnt": []}', "application/json"),
    "title-not-text": (422, b'{"present": [], "title": 7}', "application/json"),
    "measurement-as-finding": (422, b'{"present": ["age_years"]}', "application/json"),
    "derived-finding": (422, b'{"present": ["age_over_50"]}', "application/json"),
    "code-not-text": (422, b'{"present": [7]}', "application/json"),
    "codes-not-list": (422, b'{"present": "fever"}', "application/json"),
    "case-not-object": (422, b"[]", "application/json"),
    "no-such-audience": (422, b'{"audience": "lawyer"}', "application/json"),
    "negative-age": (422, b'{"measurements": {"age_years": -1}}', "application/json"),
    "age-not-a-number": (422, b'{"measurements": {"age_years": NaN}}', "application/json"),
    "age-infinite": (422, b'{"measurements": {"age_years": 1e999}}', "application/json"),
    "age-with-unit": (422, b'{"measurements": {"age_years": "54 years"}}', "application/json"),
    "age-true": (422, b'{"measurements": {"age_years": true}}', "application/json"),
    "age-object": (422, b'{"measurements": {"age_years": {"value": 54, "unit": "kg"}}}', "application/json"),
    "measurements-not-object": (422, b'{"measurements": [54]}', "application/json"),
    "date-in-the-future": (
        422,
        b'{"present": [{"code": "fever", "at": "2026-04-01"}], "as_of": "2026-03-03"}',
        "application/json",
    ),
    "date-form": (422, b'{"present": [{"code": "fever", "at": "1.3.2026"}]}', "application/json"),
    "birth-date-alone": (422, b'{"birth_date": "1972-05-01"}', "application/json"),
    "birth-date-against-age": (
        422,
        b'{"birth_date": "1972-05-01", "as_of": "2026-03-03", "measurements": {"age_years": 72}}',
        "application/json",
    ),
    "values-of-one-day": (
        422,
        b'{"measurements": {"esr_mm_h": [{"value": 42, "at": "2026-03-02"}, {"value": 12, "at": "2026-03-02"}]}}',
        "application/json",
    ),
    "value-without-date": (422, b'{"measurements": {"esr_mm_h": [42, 12]}}', "application/json"),
    "narrower-code-absent": (422, b'{"absent": ["icd10cm:Z85.3"]}', "application/json"),
    "act-not-known": (422, b'{"performed": ["mrii", "cpt:72156"], "taking": ["rxnorm:1"]}', "application/json"),
    "unknown-codes-what": (422, b'{"unknown_codes": "skip"}', "application/json"),
    "json-syntax": (400, b'{\n  "present": ["fever",]\n}', "application/json"),
    "json-empty": (400, b"", "application/json"),
    "json-duplicate-key": (400, b'{"present": ["fever"], "present": []}', "application/json"),
    "json-too-deep": (400, b"[" * 100_000, "application/json"),
    "json-not-utf-8": (400, b'{"present": ["\xff"]}', "application/json"),
    "yaml-syntax": (400, b"present:\n  - fever\n absent: [", "application/yaml"),
    "yaml-duplicate-key": (400, b"present: [fever]\npresent: []\n", "application/yaml"),
    "yaml-too-deep": (400, b"[" * 20_000, "application/yaml"),
    "yaml-tag": (400, b"present: !!python/object/apply:os.system [ls]", "application/yaml"),
    "turtle-syntax": (400, b"@prefix core: <x", "text/turtle"),
    "turtle-no-case": (400, b"", "text/turtle"),
    "content-type": (415, b"{}", "text/plain"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused_is_explained(client: httpx.Client, matches_golden: Callable[[str, str], None], name: str) -> None:
    status, body, content_type = BAD[name]
    reply = client.post(URL, content=body, headers={"Content-Type": content_type})
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    problem = reply.json()
    assert problem["status"] == status
    assert problem["instance"] == URL
    assert problem["type"].startswith(TYPE_BASE)
    told = (f"{member}: {problem[member]}" for member in ("title", "where", "detail", "mend") if member in problem)
    matches_golden(name, "\n".join((f"{status} {problem['type']}", *told, "")))


def test_an_unknown_code_is_told_with_the_nearest(client: httpx.Client) -> None:
    unknown = client.post(URL, json={"present": ["feverr"], "absent": ["muscle spasm"]}).json()["unknown"]
    assert unknown[0] == {"code": "feverr", "at": "/present/0", "nearest": ["fever"]}
    assert "muscle_spasm" in unknown[1]["nearest"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"present": ["\\ud800"]}',
        b'{"\\ud800": []}',
        b'{"measurements": {"\\udfff": 1}}',
        b'{"measurements": {"age_years": "\\ud83d"}}',
        b'{"present": [null, [[]]]}',
        b'{"absent": {"fever": true}}',
        b'{"measurements": {"age_years": ' + b"9" * 400 + b"}}",
        b'{"measurements": {"age_years": ' + b"9" * 5000 + b"}}",
        b"null",
        b"\xef\xbb\xbf",
        b"\x00",
    ],
)
def test_no_body_is_a_fault_of_the_service(client: httpx.Client, body: bytes) -> None:
    reply = client.post(URL, content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code in (400, 422)
    assert json.loads(reply.content)["detail"]


def test_paths_and_methods_that_are_not_there(client: httpx.Client) -> None:
    missing = client.get("/v1/decision")
    assert (missing.status_code, missing.json()["title"], missing.json()["instance"]) == (404, "Not Found", "/v1/decision")
    assert missing.json()["detail"] == "There is nothing at this path. Nearest: /v1/decisions."
    assert missing.json()["nearest"] == ["/v1/decisions"]
    assert client.get("/nowhere/near").json()["detail"] == "There is nothing at this path."
    wrong = client.get(URL)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "OPTIONS, POST")
    assert (wrong.json()["detail"], wrong.json()["mend"]) == ("This path has no GET.", "Use POST.")
    assert {missing.headers["content-type"], wrong.headers["content-type"]} == {"application/problem+json"}
    assert client.post(f"{URL}/", json={}).status_code == 404


@pytest.mark.parametrize("error", [KnowledgeError("secret", where="/etc/secret"), ReasonerError("secret"), ValueError("secret")])
def test_a_fault_is_told_without_its_cause(
    engine: Engine, make_client: MakeClient, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    app: FastAPI = create_app(Settings(), engine)

    @app.get("/fault")
    async def fault() -> None:
        raise error

    reply = make_client(app).get("/fault")
    assert (reply.status_code, reply.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text
    assert reply.json()["instance"].startswith("urn:uuid:")
    assert reply.json()["instance"] in caplog.text
    assert "secret" in caplog.text


def test_a_parameter_that_fastapi_refuses_is_a_problem(engine: Engine, make_client: MakeClient) -> None:
    app: FastAPI = create_app(Settings(), engine)

    @app.get("/number/{number}")
    async def number(number: int) -> int:
        return number

    reply = make_client(app).get("/number/seven")
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert reply.json()["where"] == "path/number"


def test_every_error_has_the_status_of_its_nearest_base() -> None:
    found = {
        error: int(status_of(error))
        for error in (CaseTooLargeError, MalformedCaseError, MeasurementError, UnknownCodeError, RuleCycleError, ReasonerError)
    }
    assert list(found.values()) == [413, 422, 422, 422, 500, 500]
    assert all(100 < status < 600 for status in STATUS.values())


def test_a_path_offers_what_all_its_routes_have(client: httpx.Client) -> None:
    """`GET` and `POST` of one path are two routes: each names the methods of both."""
    asked = client.options("/v1/comparison")
    wrong = client.put("/v1/comparison")
    assert (asked.status_code, asked.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert asked.headers["access-control-allow-methods"] == asked.headers["allow"]
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
