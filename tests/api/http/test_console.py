"""The console at `/`: for browsers, with a strict policy, built from the sources that are there; nothing foreign in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import httpx
import pytest
from spinegraph.api.http.console_files import LOADED, POLICY, built
from spinegraph.api.http.index import LINKS
from spinegraph.engine import Case, Engine
from spinegraph.engine.exchange.article.article import render_article

WEB = Path(__file__).parents[3] / "web"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
CATALOGUES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((WEB / "texts").glob("*.json"))}
MOST_LINES = 200
LONGEST_LABEL = 22
"""Characters of the name of a chip."""


def sources() -> list[Path]:
    found = [path for path in WEB.rglob("*") if path.is_file() and "node_modules" not in path.parts]
    return sorted(found, key=lambda path: path.relative_to(WEB).as_posix())


def test_browsers_get_the_console_under_one_strict_policy(client: httpx.Client) -> None:
    reply = client.get("/", headers=BROWSER)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["content-security-policy"] == POLICY
    assert reply.headers["link"] == LINKS
    assert "Accept" in reply.headers["vary"]
    assert "unsafe" not in POLICY
    assert not re.search(r"<style|style=|<script(?! type=\"module\" src=)| on\w+=|https?://", reply.text)
    for path in re.findall(r'(?:src|href)="\.(/[^"]*)"', reply.text):
        assert client.get(path).status_code == 200
    assert "<noscript>" in reply.text
    assert 'href="./browse"' in reply.text


def test_the_policy_allows_the_style_of_articles_and_no_other(engine: Engine) -> None:
    article = render_article(engine.knowledge, engine.decide(Case())).decode()
    (style,) = re.findall(r"<style>(.*?)</style>", article, re.DOTALL)
    assert re.findall(r"'sha256-([^']+)'", POLICY) == [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()]
    assert not re.search(r" style=|<script", article)


@pytest.mark.parametrize("accept", ["*/*", "text/*", "text/html;q=0, */*", "application/json, */*;q=0.1"])
def test_programs_get_what_they_got(client: httpx.Client, accept: str) -> None:
    reply = client.get("/", headers={"Accept": accept})
    assert reply.status_code == 200
    assert "/console/app.js" not in reply.text


def test_the_index_stays_for_people(client: httpx.Client) -> None:
    page = client.get("/browse", headers=BROWSER)
    assert page.text == client.get("/").text
    assert "Look something up" in page.text
    assert client.head("/browse").status_code == 200


@pytest.mark.parametrize("name", LOADED)
def test_what_the_page_loads_has_a_tag(client: httpx.Client, name: str) -> None:
    reply = client.get(f"/console/{name}")
    assert reply.content == built(name)
    assert reply.headers["content-type"] == f"{LOADED[name]}; charset=utf-8"
    again = client.get(f"/console/{name}", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_it_was_built_from_the_sources_that_are_there() -> None:
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(WEB).as_posix()}\n".encode() + path.read_bytes())
    assert built("sources.txt").decode().strip() == digest.hexdigest(), "run `make web`"


BORROWED = ("licences.txt", "smart.js", "sparql.js", "sparql.css", "swagger-ui.js", "swagger-ui.css")
"""Mostly of others, who name namespaces and pages; the policy of their page, and browsers in `tests/web`, hold them back."""


def test_no_registry_and_no_other_host_is_named() -> None:
    foreign = re.compile(r"https?://(?!www\.w3\.org/)[\w.-]+")
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    assert not any("resolved" in package for package in lock["packages"].values() if not package.get("link"))
    ours = [path for path in sources() if path.name != "package-lock.json"]
    assert [path.name for path in ours if foreign.search(path.read_text(encoding="utf-8"))] == []
    own = [name for name in LOADED if name not in BORROWED]
    assert [name for name in own if foreign.search(built(name).decode())] == []


def test_modules_have_one_job_each() -> None:
    modules = [path for path in sources() if path.suffix in (".ts", ".tsx")]
    long = [path.name for path in modules if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES]
    assert long == []


def test_the_texts_are_the_same_in_every_language() -> None:
    english, german = CATALOGUES["en"], CATALOGUES["de"]
    assert list(english) == list(german)
    for key, text in english.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", german[key])), key
        assert text.strip() == text
    assert not [text for text in english.values() if "!" in text or "please" in text.lower()]


def test_every_text_that_is_asked_for_exists() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in sources() if path.suffix in (".ts", ".tsx"))
    assert set(re.findall(r"\bsay\(\s*'([^']+)'", code)) <= set(CATALOGUES["en"])


def test_nothing_of_a_guideline_stands_in_the_page(engine: Engine) -> None:
    """Every code, label and id comes from the service."""
    page = "".join(built(name).decode() for name in LOADED)
    knowledge = engine.knowledge
    codes = [concept.code for concepts in (knowledge.findings, knowledge.measurements) for concept in concepts.values()]
    ids = [*(rule.id for rule in knowledge.rules.values()), *(screen.id for screen in knowledge.screens.values())]
    long = [name for name in (*codes, *ids) if "_" in name or "-" in name]
    assert [name for name in long if name in page] == []


def test_the_shipped_screens_have_names_that_fit_a_chip(client: httpx.Client) -> None:
    for screen in client.get("/v1/screens").json()["screens"]:
        names = [item["short"] for item in screen["items"]]
        assert len(set(names)) == len(names)
        assert [name for name in (*names, screen.get("short", screen["title"])) if len(name) > LONGEST_LABEL] == []
    for screen in client.get("/v1/screens?audience=patient").json()["screens"]:
        assert "short" not in screen
