"""`GET /v1/search`: what is found is listed with its page and how it fits; what cannot be asked is refused by name."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


def search(client: httpx.Client, **asked: Any) -> dict[str, Any]:
    reply = client.get("/v1/search", params=asked)
    assert reply.status_code == 200
    return dict(reply.json())


def test_what_is_found_leads_to_its_page(client: httpx.Client) -> None:
    result = search(client, q="fever", limit=200)
    assert result["total"] == len(result["items"]) > 20
    assert [item["resource"] for item in result["items"] if client.get(item["resource"]).status_code != 200] == []
    assert result["items"][0] == {
        "iri": "https://w3id.org/spinegraph/finding/Fever",
        "resource": "/finding/Fever",
        "kind": "finding",
        "label": "fever",
        "code": "fever",
        "match": "exact",
        "found_in": "label",
        "text": "fever",
        "language": "en",
    }


def test_kinds_and_limit(client: httpx.Client) -> None:
    result = search(client, q="fever", kind="rule,passage", limit=5)
    assert {item["kind"] for item in result["items"]} <= {"rule", "passage"}
    assert (len(result["items"]), result["limit"]) == (5, 5)
    assert result["total"] > 5


def test_a_slip_is_forgiven_and_said(client: httpx.Client) -> None:
    result = search(client, q="feverr")
    assert result["read_as"] == {"feverr": ["fever"]}
    assert (result["items"][0]["code"], result["items"][0]["match"]) == ("fever", "similar")


def test_nothing_found_is_an_empty_list(client: httpx.Client) -> None:
    assert search(client, q="xylophone") == {"q": "xylophone", "total": 0, "limit": 20, "read_as": {}, "items": []}


def test_the_language_is_named(client: httpx.Client) -> None:
    assert search(client, q="fever", language="en")["total"] == search(client, q="fever")["total"]


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"q": ""}, "?q"),
        ({}, "?q"),
        ({"q": "\0"}, "?q"),
        ({"q": "* () °"}, "?q"),
        ({"q": "a" * 10_000}, "?q"),
        ({"q": "fever", "kind": "drug"}, "?kind"),
        ({"q": "fever", "language": "tlh"}, "?language"),
        ({"q": "fever", "limit": 0}, "?limit"),
        ({"q": "fever", "limit": "many"}, "?limit"),
        ({"q": "fever", "offset": 3}, "?offset"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(client: httpx.Client, asked: dict[str, Any], where: str) -> None:
    reply = client.get("/v1/search", params=asked)
    assert (reply.status_code, reply.json()["where"]) == (422, where)
    assert reply.json()["mend"]


@pytest.mark.parametrize("text", ['fever" OR 1', "NEAR(a)", "names:fever", "fever\0", "fever*", "-fever", "'; DROP TABLE a"])
def test_operators_are_plain_words(client: httpx.Client, text: str) -> None:
    assert search(client, q=text)["q"] == text


def test_it_is_not_sent_twice(client: httpx.Client) -> None:
    tag = client.get("/v1/search?q=fever").headers["etag"]
    assert client.get("/v1/search?q=fever", headers={"If-None-Match": tag}).status_code == 304
