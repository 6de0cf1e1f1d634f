"""The page of the coverage: every statement once, with what rests on it or why nothing does, and totals that add up."""

from __future__ import annotations

import re
from html import unescape

import msgspec
import pytest
from spinegraph.engine import Engine, Knowledge
from spinegraph.engine.exchange.coverage.page import STATES, render_coverage
from spinegraph.engine.knowledge.sources import coverage
from spinegraph.engine.knowledge.turtle.terms import BASE

ROW = re.compile(r'<tr id="([^"]+)" role="row" data-state="([^"]+)">(.*?)</tr>', re.DOTALL)


@pytest.fixture(scope="module")
def knowledge(engine: Engine) -> Knowledge:
    return engine.knowledge


@pytest.fixture(scope="module")
def page(knowledge: Knowledge) -> str:
    return unescape(render_coverage(knowledge).decode())


def test_every_statement_is_there_once_as_it_is_used(page: str, knowledge: Knowledge) -> None:
    rows = ROW.findall(page)
    uses = {use.passage: use for use in coverage(knowledge)}
    assert len(rows) == len(uses) == 562
    passages = {passage.id: passage for passage in knowledge.passages.values()}
    for identifier, state, row in rows:
        use = uses.pop(identifier)
        assert passages[identifier].paraphrase in row
        named = re.findall(r">([^<>]+)</a>", row)
        assert named[0] == identifier
        assert set(named[1:]) == set(use.used_by)
        assert (state == "used") == bool(use.used_by)
        assert use.used_by or use.not_modelled in row
    assert not uses


def test_the_totals_add_up(page: str) -> None:
    states = [state for _, state, _ in ROW.findall(page)]
    for state in STATES:
        assert re.search(rf"<b>{states.count(state)}</b> {state}", page)
    assert f"<b>{len(states)}</b> statements" in page


def test_a_page_that_stands_alone_leads_to_iris_and_loads_nothing(page: str) -> None:
    links = {link for link in re.findall(r'href="([^"]+)"', page) if not link.startswith("#")}
    assert all(link.startswith(BASE) for link in links)
    assert not re.search(r"src=|url\(|@import|<link", page)
    anchors = {link[1:] for link in re.findall(r'href="(#[^"]+)"', page)}
    assert anchors <= set(re.findall(r' id="([^"]+)"', page))


def test_what_is_forgotten_is_seen(small_knowledge: Knowledge) -> None:
    bare = {
        iri: msgspec.structs.replace(passage, not_modelled="") if passage.not_modelled else passage
        for iri, passage in small_knowledge.passages.items()
    }
    first, lonely = next(iter(bare.values())), "000-L999z"
    bare[f"{BASE}passage/{lonely}"] = msgspec.structs.replace(first, id=lonely, iri=f"{BASE}passage/{lonely}", not_modelled="")
    page = render_coverage(msgspec.structs.replace(small_knowledge, passages=bare)).decode()
    assert (lonely, "forgotten") in {(identifier, state) for identifier, state, _ in ROW.findall(page)}
    assert 'class="forgotten some"' in page
