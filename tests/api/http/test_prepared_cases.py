"""`GET /v1/cases`: the prepared cases, as they can be sent; those that introduce the console show what they say they show."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from spinegraph.api.http.app import create_app
from spinegraph.api.http.examples import CASES
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.api.conftest import MakeClient


@pytest.fixture(scope="module")
def cases(client: httpx.Client) -> dict[str, dict[str, Any]]:
    return {case["name"]: case for case in client.get("/v1/cases").json()["cases"]}


def decided(client: httpx.Client, case: dict[str, Any]) -> dict[str, Any]:
    return client.post("/v1/decisions", json=case["case"]).json()  # type: ignore[no-any-return]


def test_all_are_listed_and_can_be_sent(client: httpx.Client, cases: dict[str, dict[str, Any]]) -> None:
    assert list(cases) == list(CASES)
    for case in cases.values():
        assert case["title"]
        assert case["story"]
        assert client.post("/v1/decisions", json=case["case"]).status_code == 200


def test_five_introduce_the_console(client: httpx.Client, cases: dict[str, dict[str, Any]]) -> None:
    shown = [case for case in cases.values() if case.get("shows")]
    levels = [decided(client, case)["brief"]["level"] for case in shown]
    assert levels == ["routine", "emergency", "routine", "undetermined", "emergency"]
    assert all(case["vignette"] for case in shown)


def test_age_alone_shows_a_disagreement(client: httpx.Client, cases: dict[str, dict[str, Any]]) -> None:
    answer = decided(client, cases["over-fifty"])
    (other,) = answer["brief"]["level_if"]
    assert other["level"] == "urgent"
    assert other["left_open_by"] in {tension["id"] for tension in answer["tensions"]}


def test_a_weak_foot_names_a_gap(client: httpx.Client, cases: dict[str, dict[str, Any]]) -> None:
    answer = decided(client, cases["foot-drop"])
    assert "source-gap" in {notice["code"] for notice in answer["notices"]}
    assert "no source here grades" in answer["brief"]["headline"]


def test_a_vignette_tells_the_numbers_that_are_sent(cases: dict[str, dict[str, Any]]) -> None:
    for case in cases.values():
        if "vignette" in case:
            assert str(case["case"]["measurements"]["age_years"]) in case["vignette"]


def test_nothing_is_sent_twice_and_nothing_else_may_be_asked(client: httpx.Client) -> None:
    reply = client.get("/v1/cases")
    again = client.get("/v1/cases", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    refused = client.get("/v1/cases?name=knots")
    assert (refused.status_code, refused.json()["where"]) == (422, "?name")


def test_another_knowledge_has_none_that_it_does_not_understand(small: Engine, make_client: MakeClient) -> None:
    reply = make_client(create_app(Settings(), small)).get("/v1/cases").json()
    assert reply["cases"] == []
    assert reply["disclaimer"]
