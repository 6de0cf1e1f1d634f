"""`/docs`: Swagger UI that is shipped with the package; nothing comes from another host, and ReDoc is gone."""

from __future__ import annotations

import re

import httpx
import pytest
from spinegraph.api.http.console_files import LOADED, POLICY, built
from spinegraph.api.http.docs_page import DOCS_POLICY

PARTS = {"swagger-ui.js": "text/javascript", "swagger-ui.css": "text/css", "docs.js": "text/javascript", "docs.css": "text/css"}


def test_the_page_loads_only_what_is_shipped(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"] == DOCS_POLICY
    assert not re.search(r"//|<style|style=|<script>| on\w+=", page.text)
    loaded = set(re.findall(r'(?:src|href)="\./console/([^"]+)"', page.text))
    assert set(PARTS) <= loaded <= set(LOADED)
    for path in re.findall(r'(?:src|href)="(/[^"]*)"', page.text):
        assert client.get(path).status_code == 200
    assert client.head("/docs").status_code == 200


def test_only_styles_are_freer_than_in_the_console() -> None:
    ours, console = DOCS_POLICY.split("; "), POLICY.split("; ")
    assert [one for one in ours if one not in console] == ["style-src 'self' 'unsafe-inline'"]


@pytest.mark.parametrize("name", PARTS)
def test_each_part_has_its_type_and_is_sent_once(client: httpx.Client, name: str) -> None:
    reply = client.get(f"/console/{name}", headers={"Accept-Encoding": "gzip"})
    assert reply.content == built(name)
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["content-type"] == f"{PARTS[name]}; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"
    again = client.get(f"/console/{name}", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get(f"/console/{name}", headers={"Accept-Encoding": "identity"})
    assert (plain.content, plain.headers.get("content-encoding")) == (built(name), None)


def test_no_map_is_named_that_is_not_shipped() -> None:
    assert [name for name in LOADED if b"sourceMappingURL" in built(name)[-300:]] == []


def test_the_other_page_is_gone(client: httpx.Client) -> None:
    reply = client.get("/redoc")
    assert reply.status_code == 404
    assert "/docs" in reply.json()["nearest"]
    assert client.get("/docs/oauth2-redirect").status_code == 404


def test_the_licences_of_what_is_bundled_are_shipped(client: httpx.Client) -> None:
    text = client.get("/console/licences.txt").text
    for package in ("preact", "swagger-ui-dist", "@zazuko/yasgui", "@codemirror/view"):
        assert f"\n{package} " in text
    assert "Apache License" in text
