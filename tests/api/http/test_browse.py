"""The content by class, by name and by document; and what crawlers are told."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import httpx
import pytest
from spinegraph.engine import Engine, Knowledge
from spinegraph.engine.knowledge.turtle.terms import BASE


@pytest.fixture(scope="module")
def knowledge(engine: Engine) -> Knowledge:
    return engine.knowledge


WAYS = ("classes", "alphabet", "documents", "red-flags")


def linked(page: str) -> list[str]:
    """The paths of the resources to which a page links, in order."""
    return re.findall(r'href="\.\./((?:finding|condition|intervention|core|rule|source)/[^"#]+)"', page)


@pytest.mark.parametrize("way", WAYS)
def test_a_page_is_html_with_a_tag(way: str, client: httpx.Client) -> None:
    reply = client.get(f"/browse/{way}")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert client.get(f"/browse/{way}", headers={"If-None-Match": reply.headers["etag"]}).status_code == 304


def test_every_concept_stands_in_the_tree(client: httpx.Client, knowledge: Knowledge) -> None:
    found = {*linked(client.get("/browse/classes").text)}
    concepts = (*knowledge.stated_findings, *knowledge.conditions, *knowledge.interventions, *knowledge.valued)
    assert found == {iri.removeprefix(BASE) for iri in concepts}


def test_a_narrower_concept_stands_below_the_wider_one(client: httpx.Client) -> None:
    page = client.get("/browse/classes").text
    wider = page.index('href="../condition/SpinalInfection"')
    narrower = page.index('href="../condition/BacterialVertebralOsteomyelitis"')
    between = page[wider:narrower]
    assert wider < narrower
    assert between.count("<ul>") > between.count("</ul>")


def test_synonyms_stand_in_the_alphabet_with_what_they_are_called_here(client: httpx.Client, knowledge: Knowledge) -> None:
    page = client.get("/browse/alphabet").text
    concept = next(one for one in knowledge.stated_findings.values() if one.synonyms)
    path, synonym = concept.iri.removeprefix(BASE), concept.synonyms[0]
    assert f'href="../{path}">{concept.label}</a>' in page
    assert f'href="../{path}">{synonym}</a> <span class="soft">{concept.label}</span>' in page
    letters = re.findall(r'<h2 id="letter-(\w+)"', page)
    assert letters == sorted(letters, key=lambda letter: "" if letter == "other" else letter)


def test_a_red_flag_stands_under_every_document_that_names_it(client: httpx.Client, knowledge: Knowledge) -> None:
    page = client.get("/browse/red-flags").text
    told = {
        (source.removeprefix("../"), path)
        for source, rest in re.findall(r'<h2><a href="([^"]+)">(.*?)(?=<h2|</main>)', page, re.S)
        for path in linked(rest)
    }
    named = {
        (passage.source.removeprefix(BASE), iri.removeprefix(BASE))
        for passage in knowledge.passages.values()
        for iri in passage.red_flags
    }
    assert named
    assert told == named


def test_every_rule_of_a_document_stands_there(client: httpx.Client, knowledge: Knowledge) -> None:
    found = {path for path in linked(client.get("/browse/documents").text) if path.startswith("rule/")}
    assert found == {iri.removeprefix(BASE) for iri, rule in knowledge.rules.items() if rule.source and "/rule/" in iri}


def test_a_document_says_how_much_it_states(client: httpx.Client, knowledge: Knowledge) -> None:
    page = client.get("/browse/documents").text
    numbers = [int(number) for number in re.findall(r"(\d+) statements", page)]
    assert len(numbers) == len(knowledge.sources)
    assert sum(numbers) == len(knowledge.passages)


@pytest.mark.parametrize("path", ["/finding/Fever", "/rule/no-routine-imaging", "/browse"])
def test_other_pages_lead_there(path: str, client: httpx.Client) -> None:
    page = client.get(path, headers={"Accept": "text/html"}).text
    for way in ("browse/classes", "browse/alphabet", "dataset"):
        assert re.search(rf'href="\.\.?/{way}"', page)


def test_the_sitemap_has_every_page_and_no_other(client: httpx.Client, knowledge: Knowledge) -> None:
    reply = client.get("/sitemap.xml")
    assert reply.headers["content-type"] == "application/xml"
    found = [one.text or "" for one in ET.fromstring(reply.content).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]  # noqa: S314
    assert len({*found}) == len(found) > 1500
    paths = [url.removeprefix("http://testserver") for url in found]
    assert {f"/rule/{rule.id}" for rule in knowledge.rules.values() if "/rule/" in rule.iri} <= {*paths}
    for path in (*paths[:9], *paths[9::400]):
        assert client.get(path, headers={"Accept": "text/html"}, follow_redirects=False).status_code == 200


def test_crawlers_are_told_what_has_no_end(client: httpx.Client) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /v1/" in lines
    assert lines[-1] == "Sitemap: http://testserver/sitemap.xml"
