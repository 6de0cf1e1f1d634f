"""Decision tables over HTTP: in every form that Accept can name, tagged, with links that lead somewhere."""

from __future__ import annotations

import re

import httpx
import msgspec
import pytest
from spinegraph.engine import Engine
from spinegraph.engine.exchange.decision_table.formats import BY_MEDIA_TYPE
from spinegraph.engine.exchange.decision_table.model import DecisionTable

PATH = "/v1/recommendations/lumbar-mri-in-suspected-cauda-equina/table"


def test_programs_get_data(client: httpx.Client, engine: Engine) -> None:
    reply = client.get(PATH)
    table = msgspec.json.decode(reply.content, type=DecisionTable)
    assert reply.headers["content-type"] == "application/json"
    assert table.digest == engine.knowledge.digest
    assert table.complete
    assert {fact.code for row in table.rows for fact in row.facts} == {column.code for column in table.columns}


@pytest.mark.parametrize("media_type", BY_MEDIA_TYPE)
def test_accept_chooses_and_a_tag_saves_the_way(client: httpx.Client, media_type: str) -> None:
    first = client.get(PATH, headers={"Accept": media_type})
    assert first.headers["content-type"].partition(";")[0] == media_type
    assert first.headers["vary"].startswith("Accept")
    again = client.get(PATH, headers={"Accept": media_type, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(PATH, headers={"Accept": media_type}).status_code == 200


def test_the_links_of_the_page_lead_somewhere(client: httpx.Client) -> None:
    page = client.get(PATH, headers={"Accept": "text/html"}).text
    links = {link for link in re.findall(r'href="([^"]+)"', page) if not link.startswith("#")}
    assert "/passage/000-L033a" in links
    assert [link for link in links if client.head(link, follow_redirects=False).status_code != 200] == []


def test_what_cannot_be_asked_is_a_problem(client: httpx.Client) -> None:
    unknown = client.get("/v1/recommendations/no-routine-imagin/table")
    assert unknown.status_code == 404
    assert "/v1/recommendations/no-routine-imaging/table" in unknown.json()["nearest"]
    assert client.get(PATH, headers={"Accept": "image/png"}).status_code == 406
    assert client.get(f"{PATH}?rows=3").json()["where"] == "?rows"
    assert client.post(PATH).status_code == 405
