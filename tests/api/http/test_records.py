"""`POST /v1/decisions` with a record of FHIR: decided as the same case in JSON, with an account of what stands in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.model import Answer, BriefAnswer, Case, Decision

from tests.api.conftest import MakeClient
from tests.exchange.fhir.reading.making import bundle, condition, patient

URL = "/v1/decisions"
FHIR = {"Content-Type": "application/fhir+json"}
AS_OF = {"as_of": "2026-03-03"}
RECORD = (Path(__file__).parents[3] / "docs" / "examples" / "record.json").read_bytes()
BRIEF_BYTES, STANDARD_BYTES = 4_096, 24_576


def sent(
    client: httpx.Client, body: Any, expected: int = 200, headers: Mapping[str, str] = FHIR, parameters: Mapping[str, str] = AS_OF
) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = client.post(URL, content=content, headers=headers, params=parameters)
    assert reply.status_code == expected, reply.text
    return reply


@pytest.mark.parametrize(("view", "type_"), [("brief", BriefAnswer), ("standard", Answer), ("full", Decision)])
def test_a_record_is_decided_as_the_same_case_in_json(client: httpx.Client, view: str, type_: Any) -> None:
    reply = sent(client, RECORD, parameters={**AS_OF, "view": view})
    answer = msgspec.json.decode(reply.content, type=type_)
    same = client.post(URL, json={**case_data(answer.case), "coded": {"sex": "female"}}, params={"view": view}).json()
    decoded = reply.json()
    account = decoded.pop("input")
    if view != "brief":
        notice = decoded["notices"].pop(0)
        assert notice["code"] == "record-in-part"
        assert "provisional" in notice["message"]
    assert decoded == same
    assert (account["resources"], account["used"], account["patient"]) == (12, 7, "Patient/p1")
    assert [note["kind"] for note in account["attention"]] == ["unconfirmed", "no-unit"]
    assert len(account.get("entries", [])) == (0 if view == "brief" else 12)
    assert len(reply.content) < {"brief": BRIEF_BYTES, "standard": STANDARD_BYTES}.get(view, 1 << 20)


def test_an_article_says_what_was_not_used(client: httpx.Client) -> None:
    reply = sent(client, RECORD, headers={**FHIR, "Accept": "text/markdown"})
    assert "history of cancer: it is provisional" in reply.text.replace("\n", " ")


def test_patients_are_not_told_of_resources(client: httpx.Client) -> None:
    answer = sent(client, RECORD, parameters={**AS_OF, "audience": "patient"}).json()
    assert answer["case"]["audience"] == "patient"
    assert not any(notice["code"] == "record-in-part" for notice in answer["notices"])


def test_one_resource_a_line(client: httpx.Client) -> None:
    lines = b"\n".join(json.dumps(entry["resource"]).encode() for entry in json.loads(RECORD)["entry"])
    for name in ("application/fhir+ndjson", "application/x-ndjson"):
        answer = sent(client, lines, headers={"Content-Type": name}).json()
        assert answer["brief"]["level"] == "emergency"
        assert answer["input"]["entries"][0]["where"] == "line 1"


@pytest.mark.parametrize(
    ("body", "headers", "parameters", "status", "words"),
    [
        (b"{", FHIR, {}, 400, "This is not JSON"),
        (b"[1", FHIR, {}, 400, "This is not JSON"),
        (b"{}", FHIR, {}, 400, "no resourceType"),
        (bundle(patient(), patient("ben")), FHIR, {}, 422, "several patients"),
        (bundle(patient()), FHIR, {"subject": "ben"}, 422, "no patient 'ben'"),
        (bundle(patient()), FHIR, {"as_of": "timestamp"}, 422, "no timestamp"),
        (bundle(patient()), FHIR, {"as_of": "soon"}, 422, "no date"),
        (bundle(patient()), FHIR, {"audience": "nurse"}, 422, "'nurse'"),
        ({}, {"Content-Type": "application/json"}, {"as_of": "2026"}, 422, "goes with a FHIR record"),
        (bundle(patient()), {"Content-Type": "application/json"}, {}, 422, "This is FHIR, not a case."),
        (bundle(patient()), {"Content-Type": "application/fhir+json; fhirVersion=5.0"}, {}, 415, "FHIR 5.0"),
        (bundle(patient()), {"Content-Type": "application/fhir+xml"}, {}, 415, "application/fhir+json"),
    ],
)
def test_what_cannot_be_read_is_refused(
    client: httpx.Client, body: Any, headers: dict[str, str], parameters: dict[str, str], status: int, words: str
) -> None:
    problem = sent(client, body, status, headers, parameters).json()
    assert words in f"{problem['detail']} {problem.get('mend', '')} {problem}"


def test_the_version_may_be_named(client: httpx.Client) -> None:
    sent(client, RECORD, headers={"Content-Type": "application/fhir+json; fhirVersion=4.0"})


def test_records_have_a_limit_of_their_own(engine: Engine, make_client: MakeClient) -> None:
    record = bundle(patient(), condition())
    size = len(json.dumps(record))
    for most, status in ((size, 200), (size - 1, 413)):
        sent(make_client(create_app(Settings(max_body_bytes=10, max_record_bytes=most), engine)), record, status)


def test_a_large_record_is_read_in_a_thread(client: httpx.Client) -> None:
    many = [condition(id=str(number), code=("http://snomed.info/sct", "10509002")) for number in range(300)]
    answer = sent(client, bundle(patient(), *many)).json()
    assert msgspec.convert(answer["case"], Case).present == ()
    assert answer["input"]["kinds"]["unmapped-code"] == 300
