"""The search for people: it finds codes, concepts, rules and passages, leads to their pages, and needs no script."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

import httpx
import pytest


def links(client: httpx.Client, query: str) -> list[str]:
    reply = client.get(f"/search?{query}")
    assert reply.status_code == 200
    return [urljoin("/search", link) for link in re.findall(r'<li><a href="([^"]+)"', reply.text)]


def test_what_is_found_leads_to_its_page(client: httpx.Client) -> None:
    found = links(client, "q=fever")
    assert found[0] == "/finding/Fever"
    assert any(link.startswith("/rule/") for link in found)
    assert any(link.startswith("/passage/") for link in found)
    assert [link for link in found if client.get(link).status_code != 200] == []


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("q=urinary_retention", "/finding/UrinaryRetention"),
        ("q=cannot+pass+urine", "/finding/UrinaryRetention"),
        ("q=000-L033a", "/passage/000-L033a"),
        ("q=C18", "/tension/C18"),
    ],
)
def test_codes_ids_and_other_names_are_found(client: httpx.Client, query: str, first: str) -> None:
    assert links(client, query)[0] == first


def test_many_are_cut_with_the_way_to_the_rest(client: httpx.Client) -> None:
    page = unescape(client.get("/search?q=pain").text)
    (listing,) = set(re.findall(r'href="\.(/v1/rules\?[^"]+)"', page))
    assert client.get(listing).json()["total"] == int(re.findall(r"Rules \((\d+)\)", page)[0])


def test_nothing_found_says_so_and_names_what_is_near(client: httpx.Client) -> None:
    page = client.get("/search?q=feverr").text
    assert "Nothing has all of these words" in page
    assert 'href="./search?q=fever"' in page


def test_what_is_asked_is_shown_as_text(client: httpx.Client) -> None:
    page = client.get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script" not in page


@pytest.mark.parametrize(("query", "where"), [("words=fever", "?words"), ("q=a&q=b", "?q"), (f"q={'a' * 201}", "?q")])
def test_what_cannot_be_asked_is_a_problem(client: httpx.Client, query: str, where: str) -> None:
    reply = client.get(f"/search?{query}")
    assert (reply.status_code, reply.json()["where"]) == (422, where)
