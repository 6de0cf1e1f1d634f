"""`/problem/…`: every type that a problem can have says what it means, to people and to programs."""

from __future__ import annotations

from html import unescape

import httpx
import pytest
from spinegraph.api.http.problem_types import problem_types
from spinegraph.api.problems import TYPE_BASE

from tests.api.http.test_errors import BAD

TYPES = {one.name: one for one in problem_types()}


@pytest.mark.parametrize("name", TYPES)
def test_every_type_says_what_it_means(client: httpx.Client, name: str) -> None:
    assert TYPES[name].about.endswith(".")
    page = client.get(f"/problem/{name}", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert TYPES[name].title in unescape(page.text)
    data = client.get(f"/problem/{name}", headers={"Accept": "application/json"}).json()
    assert [one["type"] for one in data["problems"]] == [TYPE_BASE + name]


def test_the_types_of_what_is_refused_are_among_them(client: httpx.Client) -> None:
    for _, body, content_type in BAD.values():
        problem = client.post("/v1/decisions", content=body, headers={"Content-Type": content_type}).json()
        known = TYPES[problem["type"].removeprefix(TYPE_BASE)]
        assert (problem["title"], problem["status"]) == (known.title, known.status)


def test_all_of_them_are_listed(client: httpx.Client) -> None:
    assert len(client.get("/problem", headers={"Accept": "application/json"}).json()["problems"]) == len(TYPES) > 15
    assert client.get("/problem").text.count("<li ") == len(TYPES)


def test_there_are_no_others(client: httpx.Client) -> None:
    assert client.get("/problem/fever").status_code == 404
    assert client.get("/problem", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/problem").headers["access-control-allow-origin"] == "*"
