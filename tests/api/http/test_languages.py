"""Accept-Language chooses among English and the languages of the content; what a case says goes first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import named_paths

CASE = {"present": ["ankle_or_foot_injury", "malleolar_pain", "lateral_malleolus_tenderness"], "absent": ["midfoot_pain"]}
GERMAN, ENGLISH = "Anfertigen: Röntgenaufnahme des Sprunggelenks.", "Take: radiograph of the ankle."
ANKLE = Path(__file__).parents[3] / "guidelines" / "ankle-and-foot"
THROAT = ANKLE.with_name("sore-throat")


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(Settings(), Engine(load_knowledge(named_paths(ANKLE)))))


@pytest.mark.parametrize(
    ("named", "header", "text"),
    [
        ({}, "", ENGLISH),
        ({}, "de", GERMAN),
        ({}, "de-AT, en;q=0.5", GERMAN),
        ({}, "en, de;q=0.9", ENGLISH),
        ({}, "fr, de;q=0.1", GERMAN),
        ({}, "fr, *;q=0.5", ENGLISH),
        ({}, "de;q=0", ENGLISH),
        ({}, "de;q=x, ;;", ENGLISH),
        ({"language": "de"}, "en", GERMAN),
        ({"language": "en"}, "de", ENGLISH),
    ],
)
def test_the_case_goes_before_the_header(client: TestClient, named: dict[str, str], header: str, text: str) -> None:
    answer = client.post("/v1/decisions", json={**CASE, **named}, headers={"Accept-Language": header})
    assert answer.status_code == 200
    assert [action["text"] for action in answer.json()["brief"]["do"]] == [text]
    assert answer.headers.get("content-language") == ("de" if text == GERMAN else None)
    assert answer.headers["vary"].startswith("Accept, Accept-Language")


def test_a_line_of_a_batch_goes_before_the_header(client: TestClient) -> None:
    body = "\n".join(json.dumps({**CASE, **named}) for named in ({}, {"language": "en"}))
    headers = {"Accept-Language": "de", "Content-Type": "application/x-ndjson"}
    lines = client.post("/v1/decisions/batch", content=body, headers=headers).text.splitlines()
    assert [json.loads(line)["decision"]["brief"]["do"][0]["text"] for line in lines] == [GERMAN, ENGLISH]


def test_an_article_in_german_is_asked_for_like_any_other(client: TestClient) -> None:
    answer = client.post("/v1/decisions", json={**CASE, "language": "de"}, headers={"Accept": "text/markdown"})
    assert "Anfertigen: Röntgenaufnahme des Sprunggelenks" in answer.text


def test_content_that_is_english_alone_has_one_answer_whatever_a_browser_likes() -> None:
    client = TestClient(create_app(Settings(), Engine(load_knowledge(named_paths(THROAT)))))
    answers = [client.post("/v1/decisions", json={}, headers={"Accept-Language": header}) for header in ("de", "en", "")]
    assert len({answer.content for answer in answers}) == 1
    assert not any("Language" in answer.headers["vary"] for answer in answers)


def test_a_language_that_is_none_is_refused_with_its_place(client: TestClient) -> None:
    answer = client.post("/v1/decisions", json={"language": "tlh"})
    assert (answer.status_code, answer.json()["where"]) == (422, "/language")
