"""Pathways over HTTP: listed, drawn, tagged, lit by a case, with errors that say what is missing."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from fastapi import FastAPI
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

from tests.api.conftest import MakeClient

PATH = "/v1/pathways/cauda_equina_syndrome.svg"
CASE = {"present": ["back_pain", "urinary_retention"]}
pytestmark = pytest.mark.slow


def test_what_has_a_pathway_is_listed(client: httpx.Client, engine: Engine) -> None:
    reply = client.get("/v1/pathways")
    listed = reply.json()["pathways"]
    knowledge = engine.knowledge
    assert len(listed) == len(knowledge.sources) + len(knowledge.conditions) + len(knowledge.rules)
    assert all(one["label"] for one in listed)
    assert client.get("/v1/pathways", headers={"If-None-Match": reply.headers["etag"]}).status_code == 304
    for kind in ("document", "condition", "rule"):
        assert client.get(next(one["path"] for one in listed if one["kind"] == kind)).status_code == 200


def test_the_same_knowledge_gives_the_same_picture_under_a_tag(client: httpx.Client) -> None:
    first, second = client.get(PATH), client.get(PATH)
    assert first.headers["content-type"] == "image/svg+xml"
    assert first.content == second.content
    assert "unsafe-inline" in first.headers["content-security-policy"]
    again = client.get(PATH, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{PATH}?depth=0").headers["etag"] != first.headers["etag"]


def test_its_links_lead_somewhere(client: httpx.Client) -> None:
    links = set(re.findall(r'xlink:href="([^"]+)"', client.get(PATH).text))
    assert len(links) > 10
    assert all(link.startswith("../../") for link in links)  # below whatever prefix a proxy serves them
    assert [link for link in links if client.head(urljoin(PATH, link), follow_redirects=False).status_code != 200] == []


def test_a_case_lights_it(client: httpx.Client) -> None:
    lit = client.post(PATH, json=CASE)
    assert lit.headers["content-type"] == "image/svg+xml"
    assert lit.headers["cache-control"] == "no-store"
    assert "INDICATED" in lit.text
    assert "INDICATED" not in client.get(PATH).text
    assert client.post(PATH, json=CASE).content == lit.content
    turtle = client.post(PATH, content=b"present: [back_pain]", headers={"Content-Type": "application/yaml"})
    assert turtle.status_code == 200


def test_what_cannot_be_asked_is_a_problem(client: httpx.Client) -> None:
    unknown = client.get("/v1/pathways/cauda_equina_syndrom.svg")
    assert unknown.status_code == 404
    assert unknown.json()["nearest"][0] == PATH
    assert client.get(f"{PATH}?depth=99").json()["where"] == "?depth"
    assert client.get(f"{PATH}?case=1").json()["where"] == "?case"
    assert client.post(PATH, json={"present": ["no_such_sign"]}).status_code == 422
    assert client.post(PATH, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.get("/v1/pathways/cauda_equina_syndrome").status_code == 404
    options = client.options(PATH)
    assert {"GET", "HEAD", "POST"} <= set(options.headers["allow"].split(", "))


def test_without_the_program_the_extra_is_named(
    engine: Engine, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app: FastAPI = create_app(Settings(), engine)
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    reply = make_client(app).get(PATH)
    assert reply.status_code == 501
    assert "spinegraph[drawing]" in reply.json()["mend"]
    assert reply.json()["type"].endswith("/drawing-not-installed")
