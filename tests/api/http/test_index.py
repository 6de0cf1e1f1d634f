"""The page at `/`: it says what this is, names every path, leads where it says, and loads nothing from elsewhere."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

import httpx
import pytest
from fastapi import FastAPI
from spinegraph.api.http.app import create_app
from spinegraph.api.http.examples import CASES
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.api.conftest import MakeClient


def test_it_names_every_path_with_what_it_is_for(app: FastAPI, client: httpx.Client) -> None:
    page = unescape(client.get("/").text)
    for path, operations in app.openapi()["paths"].items():
        for operation in operations.values():
            assert path in page
            assert operation["summary"] in page


def test_its_links_lead_somewhere(client: httpx.Client) -> None:
    reply = client.get("/")
    links = {urljoin("/", link) for link in re.findall(r'href="([^"]+)"', reply.text)}
    assert {"/openapi.json", "/docs", "/v1/knowledge"} <= links
    links -= {"/v1/comparison"}  # which says how to start a service that has one
    assert [link for link in links if client.head(link).status_code not in (200, 405)] == []
    assert [link for link in links if client.get(link).status_code != 200] == []


def test_it_loads_nothing_and_may_be_read_by_programs(client: httpx.Client) -> None:
    reply = client.get("/")
    assert not re.search(r"src=|url\(|@import|<link", reply.text)
    assert 'rel="service-desc"' in reply.headers["link"]
    assert client.head("/").status_code == 200


def test_programs_get_the_list_of_what_can_be_asked(app: FastAPI, client: httpx.Client) -> None:
    reply = client.get("/", headers={"Accept": "application/json"})
    assert "Accept" in reply.headers["vary"].split(", ")
    listed = reply.json()
    found = {(endpoint["method"].lower(), endpoint["path"]) for endpoint in listed["endpoints"]}
    assert found == {(method, path) for path, operations in app.openapi()["paths"].items() for method in operations}
    assert client.get(listed["description"]).status_code == 200
    assert client.get("/", headers={"Accept": "text/turtle"}).status_code == 406


def test_it_says_how_far_the_sources_are_reviewed(client: httpx.Client, engine: Engine) -> None:
    page = unescape(client.get("/").text)
    assert "not a medical device" in page
    assert "not been confirmed as reviewed" in page
    for source in engine.knowledge.sources.values():
        assert f"{source.title}</a>: review status <strong>{source.review_status}</strong>" in page


def test_its_forms_lead_somewhere(client: httpx.Client) -> None:
    page = client.get("/").text
    forms = re.findall(r'<form[^>]* action="([^"]+)" method="get"', page)
    assert forms == ["./search", *["./try"] * len(CASES)]
    assert re.findall(r'name="case" value="([^"]+)"', page) == list(CASES)


@pytest.mark.parametrize("audience", ["clinician", "patient"])
@pytest.mark.parametrize("name", CASES)
def test_a_prepared_case_is_answered_as_one_that_is_sent(client: httpx.Client, name: str, audience: str) -> None:
    reply = client.get(f"/try?case={name}&audience={audience}")
    prepared = CASES[name]
    sent = {**prepared.case, "title": prepared.title, "narrative": prepared.story, "audience": audience}
    assert reply.text == client.post("/v1/decisions", json=sent, headers={"Accept": "text/html"}).text
    assert reply.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("query", "where"),
    [("", "?"), ("case=red-flagg", "?case"), ("case=knots&audience=child", "?audience"), ("case=knots&for=me", "?for")],
)
def test_a_case_that_is_not_prepared_is_a_problem(client: httpx.Client, query: str, where: str) -> None:
    reply = client.get(f"/try?{query}")
    assert (reply.status_code, reply.headers["content-type"]) == (422, "application/problem+json")
    assert reply.json()["where"] == where
    assert reply.json()["mend"]


def test_cases_of_another_knowledge_are_not_offered(small: Engine, make_client: MakeClient) -> None:
    page = make_client(create_app(Settings(), small)).get("/").text
    assert "Try a case" not in page
    assert "/search" in page
