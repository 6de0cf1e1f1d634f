"""Scores on pages, in pictures, articles and comparisons: every place that shows a criterion shows the points."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.exchange.article.reading import Reading, markers
from spinegraph.engine.exchange.description.resource import Describer, make_describer
from spinegraph.engine.exchange.pathway.building import PathwayBuilder
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Knowledge, Present
from spinegraph.engine.validation.diff.statements import State, changed_statements

from tests.scored import MCISAAC, Item


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return MCISAAC.write(tmp_path_factory.mktemp("mcisaac"))


@pytest.fixture(scope="module")
def knowledge(paths: list[Path]) -> Knowledge:
    return load_knowledge(paths)


@pytest.fixture(scope="module")
def describer(paths: list[Path]) -> Describer:
    return make_describer(paths)


ITEMS = ["1 point: feverish: present", "1 point: no cough: present", "1 point: tender nodes: present"]


def test_the_page_of_a_score_lists_its_items_and_what_reads_it(describer: Describer) -> None:
    page = describer.describe(expand("score:mcisaac"))
    (points,) = page.criteria
    assert (page.kind, page.code, points.title) == ("score", "mcisaac_score", "Points")
    assert [item.text for item in points.root.children][:3] == ITEMS
    assert [row.name for row in page.rows] == ["code"]
    groups = {group.title: [item.text for item in group.items] for group in page.groups}
    assert groups["Rules whose criterion names it"] == ["no-test", "test", "treat-at-once"]


def test_the_page_of_a_finding_leads_through_the_score_to_the_rules(describer: Describer) -> None:
    groups = {group.title: [item.text for item in group.items] for group in describer.describe(expand("finding:Feverish")).groups}
    assert groups["Rules whose criterion names it"] == ["no-test", "test", "treat-at-once"]
    assert groups["Scores that count it"] == ["mcisaac score"]


def test_a_picture_has_the_points_before_each_item(knowledge: Knowledge) -> None:
    builder = PathwayBuilder(knowledge)
    builder.rule(knowledge.rules[expand("rule:test")], back=1)
    box = builder.nodes["shape:Test"]
    assert box.caption == "mcisaac score at least 2 and at most 3"
    assert [line.text for line in box.lines][:3] == ITEMS
    assert box.lines[-1].text == "-1 point: age ≥ 45 1"


def test_an_article_names_the_score_and_takes_its_items_for_signs(knowledge: Knowledge) -> None:
    engine = Engine(knowledge)
    reading = Reading(knowledge, engine.decide(Case(present=("feverish",), audience="patient"), include_all=True))
    treat = knowledge.rules[expand("rule:treat-at-once")].criterion
    assert treat is not None
    assert reading.words(treat) == "your mcisaac score at least 4"
    assert [sign.finding for sign in markers(treat) if isinstance(sign, Present)][:1] == [expand("finding:Feverish")]
    assert list(markers(knowledge.rules[expand("rule:no-test")].criterion)) == []


def test_a_comparison_tells_which_points_are_others(paths: list[Path], knowledge: Knowledge, tmp_path: Path) -> None:
    doubled = MCISAAC._replace(items=(Item(2, "feverish"), *MCISAAC.items[1:])).write(tmp_path)
    old, new = State("old", read_graph(paths), knowledge), State("new", read_graph(doubled), load_knowledge(doubled))
    changed = {change.subject: change.fields for change in changed_statements(old, new)}
    (items,) = changed["score:mcisaac"]
    assert (items.old[0], items.new[0]) == ("1 point: present finding:Feverish", "2 points: present finding:Feverish")
    assert items.old[1:] == items.new[1:]
