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


@pytest.mark.parametrize("words", ["fever", "feverr", "pain", "sed rate", "early imaging"])
def test_it_shows_what_the_interface_finds(client: httpx.Client, words: str) -> None:
    found = client.get("/v1/search", params={"q": words, "limit": 200}).json()
    page = links(client, str(httpx.QueryParams({"q": words})))
    assert page[0] == found["items"][0]["resource"]
    first = [one["resource"] for one in found["items"][:10]]
    assert set(first) <= set(page)


def test_many_are_cut_with_the_way_to_the_rest(client: httpx.Client) -> None:
    page = unescape(client.get("/search?q=pain").text)
    listing = next(link for link in re.findall(r'href="\.(/v1/search\?[^"]+)"', page) if "kind=rule" in link)
    assert client.get(listing).json()["total"] == int(re.findall(r"Rules \((\d+)\)", page)[0]) > 20


def test_another_spelling_that_was_looked_for_is_said(client: httpx.Client) -> None:
    assert "“feverr” occurs nowhere; found is what has fever." in client.get("/search?q=feverr").text


def test_what_has_some_of_the_words_is_said_to(client: httpx.Client) -> None:
    assert "these have some of them" in client.get("/search?q=fever+zebra").text


@pytest.mark.parametrize(
    ("query", "said"), [("q=zzzz", "Nothing has any"), ("q=!!!", "no word to look for"), ("", "are searched")]
)
def test_nothing_found_and_nothing_asked_are_said(client: httpx.Client, query: str, said: str) -> None:
    assert said in client.get(f"/search?{query}").text
    assert links(client, query) == []


PAGES = {"/finding/Fever": "../search", "/coverage": "search", **dict.fromkeys(("/sparql", "/problem", "/browse"), "./search")}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_leads_to_the_search(client: httpx.Client, path: str) -> None:
    page = client.get(path, headers={"Accept": "text/html"}).text
    (form,) = re.findall(r'<form[^>]*role="search".*?</form>', page, re.DOTALL)
    assert f'action="{PAGES[path]}" method="get"' in form
    assert re.search(r'<input[^>]*name="q"', form)


def test_what_is_asked_is_shown_as_text(client: httpx.Client) -> None:
    page = client.get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script" not in page


@pytest.mark.parametrize(
    ("query", "where"), [("words=fever", "?words"), ("q=a&q=b", "?q"), (f"q={'a' * 201}", "?q"), (f"q={'a' * 10_000}", "?q")]
)
def test_what_cannot_be_asked_is_a_problem(client: httpx.Client, query: str, where: str) -> None:
    reply = client.get(f"/search?{query}")
    assert (reply.status_code, reply.json()["where"]) == (422, where)
    assert len(reply.text) < 500


def test_a_long_search_is_refused_with_the_limit(client: httpx.Client) -> None:
    for path in ("/search", "/v1/search"):
        reply = client.get(path, params={"q": "a" * 10_000})
        assert (reply.status_code, reply.json()["mend"]) == (422, "Give at most 200 characters, or leave it out.")
        assert "(10,000 characters) cannot be" in reply.json()["detail"]
