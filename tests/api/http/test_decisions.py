"""`POST /v1/decisions`: what is answered, in which form, and what is refused."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from spinegraph.api.http.bodies import YAML
from spinegraph.api.http.decisions import PARSERS, READERS
from spinegraph.api.http.negotiation import preferred
from spinegraph.engine import MAX_BYTES, Case, Decision, Engine
from spinegraph.engine.model import ReturnSign

from tests.patience import HUNG

URL = "/v1/decisions"
JSON = {"Content-Type": "application/json"}
RED_FLAG: dict[str, Any] = {
    "present": ["back_pain_left_mid_lower", "muscle_spasm", "urinary_retention", "saddle_anesthesia"],
    "absent": ["fever"],
    "measurements": {"age_years": 54, "duration_weeks": 1},
}
MRI = "lumbar-mri-in-suspected-cauda-equina"


def test_a_red_flag_is_an_emergency_with_its_proof(client: httpx.Client) -> None:
    reply = client.post(URL, json=RED_FLAG, params={"view": "full"})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert "Accept" in reply.headers["vary"]
    decision = msgspec.json.decode(reply.content, type=Decision)
    assert decision.brief.level == "emergency"
    mri = next(entry for entry in decision.recommendations if entry.id == MRI)
    assert (mri.verdict, mri.passages, mri.citations) == ("indicated", ("000-L033a", "000-L033b"), (1, 4))
    assert mri.explanation.truth == "true"
    assert decision.disclaimer


def test_the_reply_is_what_the_engine_decides(client: httpx.Client, engine: Engine) -> None:
    full = msgspec.json.decode(client.post(URL, json=RED_FLAG, params={"view": "full"}).content, type=Decision)
    assert full == engine.decide(full.case, include_all=True)
    for given in ({}, {"view": "standard"}):
        assert client.post(URL, json=RED_FLAG, params=given).content == msgspec.json.encode(engine.answer(full.case))
    brief = client.post(URL, json=RED_FLAG, params={"view": "brief"})
    assert brief.content == msgspec.json.encode(engine.brief(full.case))


@pytest.mark.parametrize("view", ["brief", "standard", "full"])
def test_every_verdict_comes_along_in_one_word(client: httpx.Client, engine: Engine, view: str) -> None:
    given = {"view": view, "verdicts": "true"}
    reply = client.post(URL, json=RED_FLAG, params=given).json()
    full = engine.decide(msgspec.convert(reply["case"], Case), include_all=True)
    assert reply.pop("verdicts") == {entry.id: entry.verdict for entry in full.recommendations}
    assert reply == client.post(URL, json=RED_FLAG, params={"view": view}).json()


@pytest.mark.parametrize("view", ["brief", "standard", "full"])
def test_signs_to_come_back_for_come_along_where_they_are_asked_for(client: httpx.Client, engine: Engine, view: str) -> None:
    sent = {"present": ["back_pain"], "absent": ["saddle_anesthesia"], "audience": "patient"}
    reply = client.post(URL, json=sent, params={"view": view, "return_signs": "true"}).json()
    signs = engine.return_signs(msgspec.convert(reply["case"], Case))
    assert msgspec.convert(reply.pop("return_signs"), tuple[ReturnSign, ...]) == signs
    assert [(sign.code, sign.level) for sign in signs] == [("saddle_anesthesia", "emergency")]
    assert reply == client.post(URL, json=sent, params={"view": view}).json()


def test_what_is_to_be_explained_comes_with_its_proof(client: httpx.Client) -> None:
    asked = ("stay-active", MRI)
    reply = client.post(URL, json=RED_FLAG, params={"explain": ",".join(asked)}).json()
    explained = {entry["id"]: entry for entry in reply["recommendations"] if "explanation" in entry}
    assert set(explained) == set(asked)
    assert explained[MRI]["flips"]
    assert explained["stay-active"]["verdict"] == "not-indicated"


@pytest.mark.parametrize(
    ("given", "where", "mend"),
    [
        ("view=x", "?view", "standard"),
        ("include=all", "?include", "view, explain, guideline"),
        ("explain=stay-activ", "?explain", "stay-active"),
        ("explain=", "?explain", "recommendations"),
        ("view=brief&explain=stay-active", "?explain", "view=standard"),
        ("guideline=knees", "?guideline", "Name one of these"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(given: str, where: str, mend: str, client: httpx.Client) -> None:
    reply = client.post(f"{URL}?{given}", json=RED_FLAG)
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert (reply.json()["where"], mend in reply.json()["mend"]) == (where, True), reply.json()


def test_what_is_large_is_compressed_for_whoever_accepts_that(client: httpx.Client) -> None:
    sizes = {}
    for coding in ("gzip", "identity"):
        with client.stream("POST", URL, json=RED_FLAG, headers={"Accept-Encoding": coding}) as reply:
            assert reply.headers.get("content-encoding", "identity") == coding
            sizes[coding] = int(reply.headers["content-length"])
    assert sizes["gzip"] * 2 < sizes["identity"]


def test_the_same_input_gives_the_same_bytes(client: httpx.Client) -> None:
    again = {"measurements": {"duration_weeks": 1.0, "age_years": 54}, "absent": ["fever"], "present": RED_FLAG["present"][::-1]}
    first, second = client.post(URL, json=RED_FLAG), client.post(URL, json=again)
    assert first.content == second.content
    assert first.json()["id"] == second.json()["id"]
    assert client.post(URL, json={"present": ["back_pain"]}).json()["id"] != first.json()["id"]


def test_the_full_view_gives_every_recommendation_a_verdict(client: httpx.Client, engine: Engine) -> None:
    every = client.post(URL, params={"view": "full"}, json=RED_FLAG).json()
    verdicts = {entry["id"]: entry["verdict"] for entry in every["recommendations"]}
    assert verdicts == engine.verdicts(msgspec.convert(every["case"], Case))


def test_present_and_absent_is_decided_as_conflicting(client: httpx.Client) -> None:
    reply = client.post(URL, json={"present": ["back_pain", "fever"], "absent": ["fever"]})
    assert reply.status_code == 200
    decision = reply.json()
    assert "conflicting" in {entry["verdict"] for entry in decision["recommendations"]}
    assert [notice["about"] for notice in decision["notices"] if notice["code"] == "contradictory-input"] == [["fever"]]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", json.dumps(RED_FLAG)),
        ("application/json; charset=utf-8", json.dumps(RED_FLAG)),
        ("Application/JSON", json.dumps(RED_FLAG)),
        (
            "application/yaml",
            "present: [back_pain_left_mid_lower, muscle_spasm, urinary_retention, saddle_anesthesia]\n"
            "absent: [fever]\nmeasurements: {age_years: 54, duration_weeks: 1}\n",
        ),
        (
            "text/turtle",
            """@prefix core: <https://w3id.org/spinegraph/core/> .
            @prefix finding: <https://w3id.org/spinegraph/finding/> .
            [] a core:Case ; core:present finding:BackPainLeftMidLower , finding:MuscleSpasm , finding:UrinaryRetention ,
                finding:SaddleAnesthesia ; core:absent finding:Fever ; core:ageYears 54 ; core:durationWeeks 1 .""",
        ),
    ],
)
def test_a_case_is_read_from_json_yaml_and_turtle(client: httpx.Client, content_type: str, body: str) -> None:
    reply = client.post(URL, content=body, headers={"Content-Type": content_type})
    assert reply.status_code == 200
    assert reply.content == client.post(URL, json=RED_FLAG).content


# Size ----------------------------------------------------------------------------------------


def test_a_case_in_words_heads_the_article_and_decides_nothing(client: httpx.Client) -> None:
    case = {"present": ["back_pain"]}
    told = {**case, "title": "Under the *beam*", "narrative": "Lifted a beam."}
    assert client.post(URL, json=told).content == client.post(URL, json=case).content
    article = client.post(URL, json=told, headers={"Accept": "text/markdown"}).text
    assert article.startswith("# Under the \\*beam\\*\n")
    assert "Lifted a beam." in article
    for_the_patient = client.post(URL, json={**told, "audience": "patient"}, headers={"Accept": "text/markdown"}).text
    assert "beam" not in for_the_patient


def test_a_body_that_says_it_is_too_large_is_not_read(client: httpx.Client) -> None:
    reply = client.post(URL, content=b" " * (MAX_BYTES + 1), headers=JSON)
    assert reply.status_code == 413
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["connection"] == "close"


def test_a_body_of_exactly_the_limit_is_read(client: httpx.Client) -> None:
    assert client.post(URL, content=b"{}".ljust(MAX_BYTES), headers=JSON).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"content-length": "10"}, {"content-length": "ten"}, {"content-length": "-5"}])
def test_no_more_than_the_limit_is_read_whatever_content_length_says(app: FastAPI, headers: dict[str, str]) -> None:
    chunk, sent = b" " * 65_536, 0

    async def receive() -> dict[str, Any]:
        nonlocal sent
        sent += 1
        return {"type": "http.request", "body": chunk, "more_body": True}

    status, _ = asyncio.run(_post(app, headers, receive))
    assert status == 413
    assert sent == MAX_BYTES // len(chunk) + 1


def test_a_sender_who_goes_away_is_no_fault_of_the_service(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    status, _ = asyncio.run(_post(app, {"content-length": "10"}, receive))
    assert status == 400
    assert not caplog.records


async def _post(app: FastAPI, headers: dict[str, str], receive: Any, media_type: str = "application/json") -> tuple[int, bytes]:
    """A request without an HTTP client in between, which would mend what is wrong."""
    messages: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": URL,
        "raw_path": URL.encode(),
        "query_string": b"",
        "root_path": "",
        "server": ("test", 80),
        "client": ("test", 1),
        "headers": [(name.encode(), value.encode()) for name, value in {**headers, "content-type": media_type}.items()],
    }
    await app(scope, receive, send)
    return messages[0]["status"], messages[1]["body"]


def test_a_case_that_waits_is_not_read_when_its_sender_goes_away(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long is read by a few threads; who waits for one may give up, and costs nothing then."""
    begun: list[bytes] = []
    go_on = threading.Event()

    def slow(body: bytes) -> dict[str, Any]:
        begun.append(body)
        go_on.wait(HUNG)
        return {}

    def sender(stays: bool) -> Any:
        parts = iter([{"type": "http.request", "body": b"{}", "more_body": False}])

        async def receive() -> dict[str, Any]:
            if (part := next(parts, None)) is not None:
                return part
            if stays:
                await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        return receive

    async def all_at_once() -> list[int]:
        staying = [asyncio.create_task(_post(app, {}, sender(stays=True), YAML)) for _ in range(READERS)]
        while len(begun) < READERS:
            await asyncio.sleep(0.01)
        gone, _ = await _post(app, {}, sender(stays=False), YAML)
        await asyncio.sleep(0)  # the loop hands the cancellation on
        go_on.set()
        return [gone, *[status for status, _ in await asyncio.gather(*staying)]]

    monkeypatch.setitem(PARSERS, YAML, slow)
    assert asyncio.run(all_at_once()) == [400, *[200] * READERS]
    assert len(begun) == READERS


# Media types and parameters ------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""]
)
def test_other_content_types_are_refused(client: httpx.Client, content_type: str) -> None:
    reply = client.post(URL, content=b"{}", headers={"Content-Type": content_type})
    assert reply.status_code == 415
    assert reply.json()["where"] == "Content-Type"


@pytest.mark.parametrize(("encoding", "status"), [("gzip", 415), ("identity", 200), ("Identity", 200)])
def test_an_encoded_body_is_refused(client: httpx.Client, encoding: str, status: int) -> None:
    assert client.post(URL, content=b"{}", headers={**JSON, "Content-Encoding": encoding}).status_code == status


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("application/*;q=0.1", 200),
        ("text/html, application/json;q=0.5", 200),
        ("", 200),
        ("text/html", 200),
        ("application/json;q=0, */*", 200),
        ("application/json;q=lots", 406),
        ("image/*", 406),
    ],
)
def test_accept_is_honoured(client: httpx.Client, accept: str, status: int) -> None:
    assert client.post(URL, json={}, headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("*/*", "a/json"),
        ("text/html", "text/html"),
        ("a/json;q=0.5, text/html", "text/html"),
        ("a/json;q=0.5, text/*;q=0.6", "text/html"),
        ("*/*;q=0.1, a/*;q=0", "text/html"),
        ("TEXT/HTML;level=1", "text/html"),
        ("a/*;q=2, text/html;q=0.1", "text/html"),
        ("b/x", None),
        (" , ", "a/json"),
    ],
)
def test_the_best_representation_is_chosen(accept: str, chosen: str | None) -> None:
    assert preferred(accept, ("a/json", "text/html")) == chosen


@pytest.mark.parametrize("query", ["include=some", "include=", "include=ALL", "inclde=all", "include=all&include=no", "x"])
def test_other_parameters_are_refused(client: httpx.Client, query: str) -> None:
    reply = client.post(f"{URL}?{query}", json={})
    assert reply.status_code == 422
    assert reply.json()["type"].endswith("/parameter")


@pytest.mark.parametrize("media_type", ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml; charset=utf-8"])
def test_yaml_under_its_older_names(client: httpx.Client, media_type: str) -> None:
    reply = client.post(URL, content=b"present: [fever]", headers={"Content-Type": media_type})
    assert (reply.status_code, reply.json()["case"]["present"]) == (200, ["fever"])


def test_web_pages_of_any_origin_may_ask(client: httpx.Client) -> None:
    """Errors, too: a page has to be able to show what is wrong with its request."""
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    preflight = client.options(URL, headers=asked | {"Access-Control-Request-Headers": "content-type"})
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Content-Type" in preflight.headers["access-control-allow-headers"]
    for body in ({"present": ["fever"]}, {"present": ["feverr"]}):
        assert client.post(URL, json=body, headers=asked).headers["access-control-allow-origin"] == "*"
    assert client.get("/v1/knowledge", headers=asked).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("accept", ["application/json", "text/html", "text/markdown", "text/turtle"])
def test_half_an_emoji_in_a_title_is_refused_whatever_is_asked_for(accept: str, client: httpx.Client) -> None:
    answer = client.post(
        "/v1/decisions", content=b'{"title": "\\ud800"}', headers={"Content-Type": "application/json", "Accept": accept}
    )
    assert answer.status_code == 422
    assert (answer.json()["where"], answer.json()["mend"]) == ("/title", "Take it out.")


# Provenance ------------------------------------------------------------------------------------


def _provenance(client: httpx.Client, media_type: str = "application/trig", **given: str) -> httpx.Response:
    return client.post(URL, json=RED_FLAG, params=given, headers={"Accept": media_type})


def test_provenance_comes_in_the_form_that_is_asked_for(client: httpx.Client) -> None:
    full, lean, nano = (_provenance(client, provenance=form) for form in ("full", "lean", "nanopublication"))
    assert {reply.status_code for reply in (full, lean, nano)} == {200}
    assert full.content == _provenance(client).content
    assert len(lean.content) * 10 < len(full.content)
    assert "@prefix this: <https://w3id.org/np/RA" in nano.text


def test_time_and_agent_stand_in_provenance_and_change_no_id(client: httpx.Client) -> None:
    told = _provenance(client, provenance="lean", made_at="2026-03-01T08:30Z", made_by="0000-0002-1825-0097")
    assert '"2026-03-01T08:30:00Z"^^xsd:dateTime' in told.text
    assert "<https://orcid.org/0000-0002-1825-0097>" in told.text
    assert client.post(URL, json=RED_FLAG).json()["id"] in told.text


@pytest.mark.parametrize(
    ("given", "media_type", "where", "detail"),
    [
        ({"made_at": "yesterday"}, "text/turtle", "?made_at", "no date"),
        ({"made_by": "bob"}, "text/turtle", "?made_by", "no IRI of an agent"),
        ({"made_by": "0000-0002-1825-0098"}, "text/turtle", "?made_by", "no ORCID"),
        ({"provenance": "lean"}, "application/json", "?provenance", "application/json is no provenance"),
        ({"made_by": "urn:x:y"}, "text/html", "?made_by", "text/html is no provenance"),
        ({"provenance": "nanopublication"}, "text/turtle", "?provenance", "'nanopublication'"),
        ({"provenance": "thin"}, "text/turtle", "?provenance", "'thin'"),
    ],
)
def test_what_provenance_cannot_say_is_refused_by_name(
    client: httpx.Client, given: dict[str, str], media_type: str, where: str, detail: str
) -> None:
    reply = _provenance(client, media_type, **given)
    assert (reply.status_code, reply.json()["where"]) == (422, where)
    assert detail in reply.json()["detail"]
    assert reply.json()["mend"]
