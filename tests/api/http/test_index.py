"""The page at `/`: it names every path, leads where it says, and loads nothing from elsewhere."""

from __future__ import annotations

import re
from html import unescape

import httpx
from fastapi import FastAPI


def test_it_names_every_path_with_what_it_is_for(app: FastAPI, client: httpx.Client) -> None:
    page = unescape(client.get("/").text)
    for path, operations in app.openapi()["paths"].items():
        for operation in operations.values():
            assert path in page
            assert operation["summary"] in page


def test_its_links_lead_somewhere(client: httpx.Client) -> None:
    reply = client.get("/")
    links = set(re.findall(r'href="([^"]+)"', reply.text))
    assert {"/openapi.json", "/docs", "/v1/knowledge"} <= links
    assert [link for link in links if client.head(link).status_code not in (200, 405)] == []
    assert [link for link in links if client.get(link).status_code != 200] == []


def test_it_loads_nothing_and_may_be_read_by_programs(client: httpx.Client) -> None:
    reply = client.get("/")
    assert not re.search(r"src=|url\(|@import|<link", reply.text)
    assert 'rel="service-desc"' in reply.headers["link"]
    assert client.head("/").status_code == 200
