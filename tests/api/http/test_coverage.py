"""What is modelled of the sources, over HTTP: a page whose links lead somewhere, and JSON as the command line writes it."""

from __future__ import annotations

import json
import re

import httpx
import msgspec
import pytest
from spinegraph.engine import Engine
from spinegraph.engine.exchange.coverage.page import SCRIPT_DIGEST
from spinegraph.engine.knowledge.sources import coverage


@pytest.mark.slow
def test_its_links_lead_to_pages_of_the_service(client: httpx.Client, engine: Engine) -> None:
    reply = client.get("/coverage")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    links = {link for link in re.findall(r'href="([^"]+)"', reply.text) if not link.startswith("#")}
    assert {f"passage/{passage.id}" for passage in engine.knowledge.passages.values()} <= links
    asked = sorted(links)[::5]
    assert [link for link in asked if client.head(f"/{link}", follow_redirects=False).status_code != 200] == []


def test_it_may_run_its_own_script_and_nothing_else(client: httpx.Client) -> None:
    reply = client.get("/coverage")
    assert f"script-src '{SCRIPT_DIGEST}'" in reply.headers["content-security-policy"]
    assert not re.search(r"src=|url\(|@import|<link|fetch\(", reply.text)


def test_programs_get_the_same_as_data(client: httpx.Client, engine: Engine) -> None:
    reply = client.get("/coverage", headers={"Accept": "application/json"})
    assert reply.json()["statements"] == json.loads(msgspec.json.encode(coverage(engine.knowledge)))
    assert "not been confirmed as reviewed" in reply.json()["disclaimer"]
    for accept in ("text/html", "application/json"):
        first = client.get("/coverage", headers={"Accept": accept})
        again = client.get("/coverage", headers={"Accept": accept, "If-None-Match": first.headers["etag"]})
        assert again.status_code == 304


def test_what_cannot_be_asked_is_a_problem(client: httpx.Client) -> None:
    assert client.get("/coverage?section=Article").json()["where"] == "?section"
    assert client.get("/coverage", headers={"Accept": "text/csv"}).status_code == 406
