"""`/cds-services` as a client meets it: discovery, hooks, feedback; whatever is sent, nothing is a fault of the service."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from spinegraph.api.cli.app import main
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine
from spinegraph.engine.exchange.cds_hooks.messages import HookAnswer, HookServices

from tests.api.conftest import MakeClient
from tests.exchange.cds_hooks.calling import Json, example, ours, request
from tests.exchange.fhir.reading.making import condition, patient

SERVICES = "/cds-services"
AT = "2026-03-03T10:15:00Z"
WORDS = "Anna Amsel, born in May"


def call(client: httpx.Client, given: Json, expected: int = 200) -> Json:
    reply = client.post(f"{SERVICES}/{given['hook']}", json=given)
    assert reply.status_code == expected, reply.text
    found: Json = reply.json()
    return found


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "feedback.sqlite"


@pytest.fixture
def keeping(engine: Engine, make_client: MakeClient, store: Path, monkeypatch: pytest.MonkeyPatch) -> httpx.Client:
    """A service that keeps feedback."""
    monkeypatch.setenv("SPINEGRAPH_HOOKS_FEEDBACK", str(store))
    return make_client(create_app(Settings(), engine))


def test_discovery_lists_the_services(client: httpx.Client) -> None:
    reply = client.get(SERVICES)
    services = msgspec.json.decode(reply.content, type=HookServices).services
    assert {one.hook for one in services} == {"patient-view", "order-select", "order-sign"}
    assert reply.json()["services"][0]["usageRequirements"]


@pytest.mark.parametrize("hook", ["patient-view", "order-select"])
def test_a_hook_gets_its_cards(client: httpx.Client, hook: str) -> None:
    reply = client.post(f"{SERVICES}/{hook}", json=example(hook))
    answer = msgspec.json.decode(reply.content, type=HookAnswer)
    assert answer.cards
    assert all(link.url.startswith("http://testserver/#") for card in answer.cards for link in card.links)
    assert client.post(f"{SERVICES}/{hook}", json=example(hook)).content == reply.content


def test_where_nothing_is_to_be_said_there_are_no_cards(client: httpx.Client) -> None:
    assert call(client, request("patient-view", patient()))["cards"] == []


def test_verdicts_are_those_of_the_same_record_at_v1_decisions(client: httpx.Client) -> None:
    given = example("patient-view")
    entries = [{"resource": given["prefetch"]["patient"]}, *given["prefetch"]["conditions"]["entry"]]
    entries += given["prefetch"]["observations"]["entry"]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    headers = {"Content-Type": "application/fhir+json"}
    parameters = {"as_of": "2026-03-03", "verdicts": "true"}
    decided = client.post("/v1/decisions", content=json.dumps(bundle), headers=headers, params=parameters).json()
    told = ours(call(client, given))
    quiet = ("undetermined", "not-indicated", "out-of-scope")
    assert told["verdicts"] == {id_: verdict for id_, verdict in decided["verdicts"].items() if verdict not in quiet}
    assert told["level"] == decided["brief"]["level"]


@pytest.mark.parametrize(
    ("path", "body", "status", "kind"),
    [
        ("/cds-services/patient-seen", {}, 404, "unknown-resource"),
        ("/cds-services/patient-view", {"hook": "patient-view"}, 400, "malformed-hook"),
        ("/cds-services/order-sign", request(), 400, "malformed-hook"),
        ("/cds-services/patient-view", request("patient-view", patient("bert")), 412, "missing-hook-data"),
        ("/cds-services/patient-view", {**request(), "prefetch": None}, 412, "missing-hook-data"),
        ("/cds-services/patient-view/feedback", {"feedback": []}, 404, "no-feedback"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(client: httpx.Client, path: str, body: Json, status: int, kind: str) -> None:
    reply = client.post(path, json=body)
    problem = reply.json()
    assert (reply.status_code, problem["type"].rpartition("/")[2]) == (status, kind)
    assert reply.headers["content-type"] == "application/problem+json"
    assert problem["mend"]


def test_what_is_missing_of_a_hook_is_named(client: httpx.Client) -> None:
    given = request()
    given["prefetch"] = {"conditions": given["prefetch"]["conditions"]}
    problem = call(client, given, 412)
    assert problem["missing"]["patient"] == "not sent"
    assert "conditions" not in problem["missing"]


def test_a_body_that_is_too_large_or_no_json_is_refused(client: httpx.Client) -> None:
    large = client.post(f"{SERVICES}/patient-view", content=b" " * ((8 << 20) + 1), headers={"Content-Type": "application/json"})
    other = client.post(f"{SERVICES}/patient-view", content=b"{}", headers={"Content-Type": "application/fhir+json"})
    assert (large.status_code, other.status_code) == (413, 415)


ODD: tuple[Any, ...] = (None, 1, "x", [], {}, [None], {"resourceType": None}, {"resourceType": "Bundle", "entry": {}}, "\ud800")


@pytest.mark.parametrize("place", ["hook", "hookInstance", "context", "prefetch", "extension", "fhirServer", "fhirAuthorization"])
def test_no_odd_member_is_a_fault_of_the_service(client: httpx.Client, place: str) -> None:
    for odd in ODD:
        reply = client.post(
            f"{SERVICES}/patient-view",
            content=json.dumps({**request(), place: odd}),
            headers={"Content-Type": "application/json"},
        )
        assert reply.status_code in (200, 400, 412), (odd, reply.text)


@pytest.mark.parametrize("key", ["patient", "conditions", "observations", "unheard-of"])
def test_no_odd_resource_is_a_fault_of_the_service(client: httpx.Client, key: str) -> None:
    others: tuple[Any, ...] = (
        condition(onsetDateTime="x"),
        {"resourceType": "Condition", "clinicalStatus": "active"},
        [patient()],
        [[]],
    )
    for odd in (*ODD, *others):
        given = request()
        given["prefetch"][key] = odd
        reply = client.post(f"{SERVICES}/patient-view", content=json.dumps(given), headers={"Content-Type": "application/json"})
        assert reply.status_code in (200, 400, 412, 422), (odd, reply.text)


def test_pages_of_others_may_call(client: httpx.Client) -> None:
    allowed = client.options(f"{SERVICES}/patient-view", headers={"Origin": "https://sandbox.example"})
    assert {"Authorization", "Content-Type"} <= {*allowed.headers["access-control-allow-headers"].split(", ")}
    reply = client.get(SERVICES, headers={"Origin": "https://sandbox.example"})
    assert reply.headers["access-control-allow-origin"] == "*"
    assert {"Location", "X-Requested-With"} <= {*reply.headers["access-control-expose-headers"].split(", ")}


def test_feedback_is_kept_with_the_rules_of_its_card_and_without_words_of_clinicians(
    keeping: httpx.Client, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (card,) = call(keeping, example("order-select"))["cards"]
    call(keeping, example("order-select"))  # the same again: the same card
    given = [
        {"card": card["uuid"], "outcome": "accepted", "outcomeTimestamp": AT,
         "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}]},
        {"card": card["uuid"].upper(), "outcome": "overridden", "outcomeTimestamp": AT,
         "overrideReason": {"reason": card["overrideReasons"][0], "userComment": WORDS}},
    ]  # fmt: skip
    reply = keeping.post(f"{SERVICES}/order-select/feedback", json={"feedback": given})
    assert (reply.status_code, reply.json()) == (200, {"kept": 2, "comments_kept": False})
    assert main(["hooks", "feedback", "export", str(store)]) == 0
    first, second = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (first["outcome"], first["rules"], first["kind"]) == ("accepted", "no-early-mri", "order")
    assert first["suggestions"] == card["suggestions"][0]["uuid"]
    assert (second["reason_code"], second["comment_given"], second["rules"]) == ("record-is-wrong", "1", "no-early-mri")
    assert main(["hooks", "feedback", "export", str(store), "--format", "ndjson"]) == 0
    assert [json.loads(line)["outcome"] for line in capsys.readouterr().out.splitlines()] == ["accepted", "overridden"]
    kept = store.read_bytes()
    assert WORDS.encode() not in kept
    assert b"Patient/p1" not in kept


def test_feedback_is_only_ever_added_to(keeping: httpx.Client, store: Path) -> None:
    given = {"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "overridden", "outcomeTimestamp": AT}
    assert keeping.post(f"{SERVICES}/order-sign/feedback", json={"feedback": [given]}).status_code == 200
    with sqlite3.connect(store) as connection:
        for statement in ("DELETE FROM feedback", "UPDATE feedback SET outcome = 'accepted'"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                connection.execute(statement)


def test_cards_are_given_also_where_they_cannot_be_noted(
    keeping: httpx.Client, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.write_bytes(b"no longer a database")
    assert call(keeping, example("order-select"))["cards"]
    assert "the cards of order-select were not noted" in caplog.text


def test_feedback_that_cannot_be_kept_is_to_be_sent_again(
    keeping: httpx.Client, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file of feedback that breaks while the service runs made it a fault of the service."""
    given = {"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "overridden", "outcomeTimestamp": AT}
    kept = store.read_bytes()
    store.write_bytes(b"no longer a database")
    reply = keeping.post(f"{SERVICES}/order-sign/feedback", json={"feedback": [given]})
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "60")
    assert reply.json()["type"].endswith("/feedback-not-kept")
    assert "feedback on cards of order-sign was not kept" in caplog.text
    store.write_bytes(kept)
    assert keeping.post(f"{SERVICES}/order-sign/feedback", json={"feedback": [given]}).json()["kept"] == 1


def test_feedback_that_is_none_is_refused_and_a_file_that_is_none_says_so(
    keeping: httpx.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = keeping.post(f"{SERVICES}/order-sign/feedback", json={"feedback": []})
    assert (reply.status_code, reply.json()["where"]) == (400, "/feedback")
    assert keeping.post(f"{SERVICES}/nothing/feedback", json={"feedback": []}).status_code == 404
    assert main(["hooks", "feedback", "export", str(tmp_path / "none.sqlite")]) == 2
    assert "There is no such file." in capsys.readouterr().err
