"""Descriptions as JSON: the same as the pages, for every kind, under a code too, and strict about what is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import pytest
from fastapi import FastAPI
from spinegraph.api.http.descriptions import descriptions_router
from spinegraph.api.http.errors import install_errors
from spinegraph.engine.exchange.description.model import Description
from spinegraph.engine.exchange.description.resource import KINDS, Describer, make_describer
from spinegraph.engine.knowledge.turtle.terms import BASE
from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def describer() -> Describer:
    return make_describer()


@pytest.fixture(scope="module")
def client(describer: Describer) -> Iterator[TestClient]:
    app = FastAPI(redirect_slashes=False)
    install_errors(app)
    app.include_router(descriptions_router(describer))
    with TestClient(app) as client:
        yield client


def described(client: TestClient, path: str) -> Description:
    reply = client.get(f"/v1/descriptions/{path}")
    assert reply.status_code == 200, reply.text
    return msgspec.json.decode(reply.content, type=Description)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"core", "score"}))  # no score is shipped
def test_every_kind_says_what_its_page_says(kind: str, client: TestClient, describer: Describer) -> None:
    iri = next(iri for iri in describer.iris if iri.startswith(f"{BASE}{kind}/"))
    assert described(client, iri.removeprefix(BASE)) == describer.describe(iri)


def test_a_rule_has_its_criterion_in_words_and_what_it_sets_aside(client: TestClient) -> None:
    rule = described(client, "rule/no-routine-imaging")
    assert [one.title for one in rule.criteria] == ["Whom it is about", "When it holds"]
    assert rule.criteria[1].root.passages[0].href == "passage/000-L024b"
    assert any(item.note == "overrides" for group in rule.groups for item in group.items)
    assert rule.passages


def test_a_passage_names_the_rules_criteria_and_tensions_that_rest_on_it(client: TestClient) -> None:
    titles = {group.title for group in described(client, "passage/000-L037a").groups}
    assert {"Rules that rest on it", "Criteria that name it"} <= titles


def test_every_link_of_a_description_is_described_too(client: TestClient) -> None:
    body = client.get("/v1/descriptions/condition/SpinalInfection").text
    links = {link for link in re.findall(r'"href":"([^"]+)"', body) if "://" not in link}  # codes lead to other systems
    assert len(links) > 20
    assert [link for link in links if client.get(f"/v1/descriptions/{link}").status_code != 200] == []


def test_a_code_names_a_resource_too_and_nothing_is_sent_twice(client: TestClient) -> None:
    reply = client.get("/v1/descriptions/finding/urinary_retention")
    assert reply.json()["path"] == "finding/UrinaryRetention"
    known = {"If-None-Match": reply.headers["etag"]}
    assert client.get("/v1/descriptions/finding/urinary_retention", headers=known).status_code == 304


@pytest.mark.parametrize(
    ("path", "status", "where", "words"),
    [
        ("finding/Feverr", 404, "/finding/Feverr", "/finding/Fever"),
        ("sign/Fever", 404, "/sign/Fever", "the kinds are"),
        ("rule/", 404, "/rule/", "rule"),
        ("", 404, "/", "the kinds are"),
        ("rule/no-routine-imaging?depth=2", 422, "?depth", "depth"),
    ],
)
def test_what_cannot_be_described_is_refused(path: str, status: int, where: str, words: str, client: TestClient) -> None:
    reply = client.get(f"/v1/descriptions/{path}")
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["where"] == where
    assert words in reply.text
    assert problem["mend"]
