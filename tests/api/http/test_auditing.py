"""Every decision is recorded before it is sent, at every door, or it is not sent."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from spinegraph.api.audit.record import Stored
from spinegraph.api.audit.store import AuditStore, open_store
from spinegraph.api.audit_settings import AuditSettings
from spinegraph.api.http.app import create_app
from spinegraph.api.http.auditing import HEADER
from spinegraph.api.http.logs import FIELDS
from spinegraph.api.http.service import Service
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import Settings
from spinegraph.engine import Case, Engine, SpinegraphError, make_case
from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.model import InputAccount

from tests.api.conftest import MakeClient

BODY = {"present": ["back_pain"], "absent": ["fever"], "measurements": {"age_years": 44}}
Fresh = Callable[[], list[Stored]]
ID = "0123456789abcdef0123456789abcdef"
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "birthDate": "1980-01-01"}},
        {
            "resource": {
                "resourceType": "Condition",
                "id": "c",
                "subject": {"reference": "Patient/p"},
                "code": {"coding": [{"system": "http://snomed.info/sct", "code": "161891005"}]},
            }
        },
    ],
}
FHIR = {"Content-Type": "application/fhir+json"}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the client."""
    return tmp_path_factory.mktemp("audit") / "audit.db"


def made(engine: Engine, path: Path, **variables: str) -> Service:
    return create_app(Settings(), engine, environment={"SPINEGRAPH_AUDIT": str(path), **variables})


@pytest.fixture(scope="module")
def client(engine: Engine, path: Path, make_client: MakeClient) -> Iterator[httpx.Client]:
    app = made(engine, path)
    yield make_client(app)
    app.served.close()


def stored(path: Path) -> list[Stored]:
    store = open_store(str(path), create=False)
    found = list(store.records())
    store.close()
    return found


@pytest.fixture
def fresh(path: Path) -> Fresh:
    """What was recorded since the test began."""
    before = len(stored(path))
    return lambda: stored(path)[before:]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_decision_is_recorded_with_what_was_asked(client: httpx.Client, fresh: Fresh, codebook: Codebook) -> None:
    reply = client.post("/v1/decisions?view=full&verdicts=true", json=BODY, headers={"X-Request-ID": ID})
    (found,) = fresh()
    record = found.record
    assert reply.headers[HEADER] == record.id
    assert (record.door, record.request_id, record.form, record.caller) == ("decisions", ID, "application/json", "")
    assert (record.asked.view, record.asked.verdicts, record.asked.explain) == ("full", True, ())
    assert (record.decision, record.knowledge) == (reply.json()["id"], reply.json()["knowledge"]["digest"])
    assert record.sent_digest == record.answer_digest == sha256(reply.content)
    assert msgspec.json.decode(found.contents.case, type=Case) == make_case(BODY, codebook)
    assert found.contents.whole_answer == reply.content


def test_another_form_is_recorded_by_its_bytes_and_by_the_answer(client: httpx.Client, engine: Engine, fresh: Fresh) -> None:
    reply = client.post("/v1/decisions", json={**BODY, "title": "Somebody"}, headers={"Accept": "text/html"})
    (found,) = fresh()
    assert found.record.form == "text/html"
    assert found.record.sent_digest == sha256(reply.content)
    case = msgspec.json.decode(found.contents.case, type=Case)
    assert found.record.answer_digest == sha256(engine.decide_json(case))
    assert "Somebody" not in found.contents.whole_answer.decode()


def test_a_record_of_fhir_is_recorded_with_its_account(client: httpx.Client, engine: Engine, fresh: Fresh) -> None:
    reply = client.post("/v1/decisions?as_of=2026-01-01", content=json.dumps(BUNDLE), headers=FHIR)
    (found,) = fresh()
    case = msgspec.json.decode(found.contents.case, type=Case)
    account = msgspec.json.decode(found.contents.account, type=InputAccount)
    assert sha256(found.record.asked.answer(engine, case, account)) == found.record.sent_digest == sha256(reply.content)
    assert sha256(found.record.asked.answer(engine, case)) == found.record.answer_digest != found.record.sent_digest


def test_every_line_of_a_batch_is_recorded(client: httpx.Client, fresh: Fresh) -> None:
    lines = [json.dumps(BODY), "{", json.dumps({"present": ["fever"]}), json.dumps({"present": ["nothing"]})]
    reply = client.post(
        "/v1/decisions/batch?view=brief", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
    )
    told = [json.loads(line) for line in reply.text.splitlines()]
    found = fresh()
    assert [line.get("record") for line in told] == [found[0].record.id, None, found[1].record.id, None]
    assert {(one.record.door, one.record.asked.view) for one in found} == {("batch", "brief")}
    decisions = [line.partition(b'"decision":')[2].partition(b',"record"')[0] for line in reply.content.splitlines()]
    assert [one.record.sent_digest for one in found] == [sha256(decisions[number]) for number in (0, 2)]


def test_what_a_plan_is_applied_to_is_recorded(client: httpx.Client, engine: Engine, fresh: Fresh) -> None:
    plan = client.get("/fhir/PlanDefinition?_count=1").json()["entry"][0]["resource"]["id"]
    reply = client.post(f"/fhir/PlanDefinition/{plan}/$apply", content=json.dumps(BUNDLE), headers=FHIR)
    assert reply.status_code == 200, reply.text
    (found,) = fresh()
    assert reply.headers[HEADER] == found.record.id
    assert (found.record.door, found.record.form) == ("apply", "application/fhir+json")
    assert found.record.sent_digest == sha256(reply.content)
    case = msgspec.json.decode(found.contents.case, type=Case)
    assert sha256(found.record.asked.answer(engine, case)) == found.record.answer_digest


def test_what_a_hook_is_answered_is_recorded(client: httpx.Client, engine: Engine, fresh: Fresh) -> None:
    hook = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p"},
        "prefetch": {"patient": BUNDLE["entry"][0]["resource"]},  # type: ignore[index]
    }
    service = client.get("/cds-services").json()["services"][0]["id"]
    reply = client.post(f"/cds-services/{service}", json=hook)
    assert reply.status_code == 200, reply.text
    (found,) = fresh()
    assert reply.headers[HEADER] == found.record.id
    assert (found.record.door, found.record.asked.verdicts) == ("hooks", True)
    assert found.record.sent_digest == sha256(reply.content)
    (extension,) = {**reply.json()["extension"]}.values()
    assert extension["decision"] == found.record.decision


@pytest.mark.slow
def test_what_an_assistant_is_told_is_recorded(
    small: Engine, tmp_path: Path, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("spinegraph.api.audit.store.WAIT_SECONDS", 0)
    store = tmp_path / "audit.db"
    settings = Settings(off=frozenset(("sparql", "validation")))
    app = create_app(settings, small, environment={"SPINEGRAPH_AUDIT": str(store)})
    call = {"name": "decide", "arguments": {"case": {"present": ["fever"]}, "view": "standard"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18", "X-Request-ID": ID}
    with make_client(app) as client, caplog.at_level(logging.INFO, "spinegraph.access"):
        told = client.post("http://localhost/mcp", json=message, headers=headers).json()["result"]
        with locked(store):
            refused = client.post("http://localhost/mcp", json=message, headers=headers).json()["result"]
    app.served.close()
    (found,) = stored(store)
    assert (found.record.door, found.record.request_id, found.record.asked.view) == ("assistants", ID, "standard")
    assert found.record.sent_digest == sha256(told["content"][0]["text"].encode())
    fields = [getattr(record, FIELDS) for record in caplog.records if record.name == "spinegraph.access"]
    assert [one.get("decision") for one in fields] == [found.record.id, None]
    assert refused["isError"]
    assert "audit-unavailable" in refused["content"][0]["text"]


def test_what_is_refused_is_no_decision(client: httpx.Client, fresh: Fresh) -> None:
    assert client.post("/v1/decisions", json={"present": ["nothing"]}).status_code == 422
    assert fresh() == []


def test_without_cases_neither_a_word_of_a_patient_nor_a_token_is_in_the_file(
    small: Engine, tmp_path: Path, make_client: MakeClient
) -> None:
    tokens, store = tmp_path / "tokens.toml", tmp_path / "audit.db"
    tokens.write_text(f'[[token]]\nname = "clinic"\nsha256 = "{sha256(b"secret")}"\nscopes = ["decisions"]\n')
    app = made(small, store, SPINEGRAPH_TOKENS=str(tokens), SPINEGRAPH_AUDIT_CASES="off")
    headers = {"Authorization": "Bearer secret"}
    assert make_client(app).post("/v1/decisions", json={"present": ["drooling"]}, headers=headers).status_code == 200
    app.served.close()
    (found,) = stored(store)
    assert found.record.caller == "clinic"
    assert not any(found.contents)
    whole = b"".join(part.read_bytes() for part in tmp_path.glob("audit.db*"))
    assert b"drooling" not in whole
    assert b"secret" not in whole


def test_the_log_has_the_id(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "spinegraph.access"):
        reply = client.post("/v1/decisions", json=BODY)
        client.get("/v1/knowledge")
    fields = [getattr(record, FIELDS) for record in caplog.records if record.name == "spinegraph.access"]
    assert [one.get("decision") for one in fields] == [reply.headers[HEADER], None]


def test_without_a_store_nothing_is_different(app: Service, make_client: MakeClient) -> None:
    client = make_client(app)
    assert HEADER not in client.post("/v1/decisions", json=BODY).headers
    line = client.post("/v1/decisions/batch", json=BODY, headers={"Content-Type": "application/x-ndjson"}).json()
    assert "record" not in line
    assert "audit" not in client.get("/health/ready").json()["parts"]


# What stands in the way ---------------------------------------------------------------------


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the hasty client."""
    return tmp_path_factory.mktemp("hasty") / "audit.db"


@pytest.fixture(scope="module")
def hasty(engine: Engine, elsewhere: Path, make_client: MakeClient) -> Iterator[httpx.Client]:
    """A client of a service that waits for no other writer, and always asks anew whether it may write."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spinegraph.api.audit.store.WAIT_SECONDS", 0)
        patch.setattr("spinegraph.api.audit.writer.FRESH_SECONDS", -1)
        app = made(engine, elsewhere)
        yield make_client(app)
        app.served.close()


def test_what_cannot_be_recorded_is_not_given(hasty: httpx.Client, elsewhere: Path) -> None:
    with locked(elsewhere):
        reply = hasty.post("/v1/decisions", json=BODY)
        told: dict[str, Any] = reply.json()
        lines = hasty.post(
            "/v1/decisions/batch", content=json.dumps(BODY) + "\n{", headers={"Content-Type": "application/x-ndjson"}
        ).text.splitlines()
        ready = hasty.get("/health/ready")
    assert (reply.status_code, told["type"].rpartition("/")[2]) == (503, "audit-unavailable")
    assert "SQLITE_BUSY" in told["detail"]
    assert str(elsewhere) not in reply.text
    problems = [json.loads(line)["problem"]["type"].rpartition("/")[2] for line in lines]
    assert problems == ["audit-unavailable", "unreadable-case"]
    assert (ready.status_code, ready.json()["parts"]["audit"]) == (503, "failed")
    assert ready.json()["reasons"][0].startswith("audit: ")
    assert stored(elsewhere) == []


def test_it_is_ready_again_once_it_can_write(hasty: httpx.Client, elsewhere: Path) -> None:
    with locked(elsewhere):
        assert hasty.get("/health/ready").status_code == 503
    assert hasty.get("/health/ready").json()["parts"]["audit"] == "ready"
    assert hasty.post("/v1/decisions", json=BODY).status_code == 200
    assert len(stored(elsewhere)) == 1


def test_below_fhir_it_is_told_as_fhir_tells_it(hasty: httpx.Client, elsewhere: Path) -> None:
    plan = hasty.get("/fhir/PlanDefinition?_count=1").json()["entry"][0]["resource"]["id"]
    with locked(elsewhere):
        reply = hasty.post(f"/fhir/PlanDefinition/{plan}/$apply", content=json.dumps(BUNDLE), headers=FHIR)
    assert (reply.status_code, reply.json()["resourceType"]) == (503, "OperationOutcome")


def test_a_service_does_not_start_with_a_store_that_cannot_be_used(small: Engine, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_bytes(b"no database " * 500)
    with pytest.raises(SettingsError, match="file is not a database"):
        made(small, tmp_path / "notes.db")


def test_a_word_that_a_setting_does_not_know() -> None:
    with pytest.raises(SettingsError, match="Give on or off"):
        AuditSettings.from_environment({"SPINEGRAPH_AUDIT_CASES": "perhaps"})


def test_a_service_that_cannot_be_made_lets_go_of_the_store(
    small: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each SIGHUP that finds something broken would leave one more connection open."""
    closed, close = list[str](), AuditStore.close

    def noted(store: AuditStore) -> None:
        closed.append(store.name)
        close(store)

    monkeypatch.setattr(AuditStore, "close", noted)
    with pytest.raises(SpinegraphError):
        made(small, tmp_path / "audit.db", SPINEGRAPH_HOOKS_RATED="no_such_code")
    assert closed == [str(tmp_path / "audit.db")]
