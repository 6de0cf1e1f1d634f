"""A decision table as a page, CSV and DMN 1.3: the same rows in each."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from xml.etree import ElementTree

import msgspec
import pytest
from spinegraph.engine import Engine, Recommendation, VocabularyError
from spinegraph.engine.exchange.decision_table.dmn import FEEL, NAMESPACE, write_dmn
from spinegraph.engine.exchange.decision_table.formats import BY_NAME, render_table
from spinegraph.engine.exchange.decision_table.model import DecisionTable
from spinegraph.engine.exchange.decision_table.ranges import ranges_of
from spinegraph.engine.exchange.decision_table.table import find_recommendation, make_table
from spinegraph.engine.model import Bound, Measured
from spinegraph.engine.model.decision import Range

DMN = f"{{{NAMESPACE}}}"
ORDER = {
    "definitions": ("description", "decision", "inputData"),
    "decision": ("description", "question", "variable", "informationRequirement", "decisionTable"),
    "decisionTable": ("input", "output", "rule"),
    "input": ("inputExpression", "inputValues"),
    "rule": ("inputEntry", "outputEntry"),
    "inputData": ("description", "variable"),
    "informationRequirement": ("requiredInput",),
    "inputExpression": ("text",),
    "inputValues": ("text",),
    "inputEntry": ("text",),
    "outputEntry": ("text",),
}
"""The sequences of DMN13.xsd, as far as they are used: which elements stand in which, in this order."""
REQUIRED = {
    "definitions": {"name", "namespace"}, "decision": {"name"}, "inputData": {"name"}, "variable": {"name"},
    "requiredInput": {"href"},
}  # fmt: skip
NUMBER = r"-?\d+(?:\.\d+)?"
UNARY = re.compile(
    rf'-|"[a-z ]+"|not\("[a-z ]+"\)|not\(null\)|(?:[<>]=? {NUMBER}|{NUMBER}|[\[(]{NUMBER}\.\.{NUMBER}[\])])'
    rf"(?:, (?:[<>]=? {NUMBER}|{NUMBER}|[\[(]{NUMBER}\.\.{NUMBER}[\])]))*"
)
"""Unary tests of FEEL (DMN 1.3 section 10.3.1.2, grammar rule 15), as far as they are used."""


@pytest.fixture(scope="module")
def tables(small: Engine) -> list[DecisionTable]:
    return [make_table(small.program, rule) for rule in small.knowledge.rules.values() if isinstance(rule, Recommendation)]


def test_dmn_has_the_structure_of_its_schema(tables: list[DecisionTable]) -> None:
    for table in tables:
        root = ElementTree.fromstring(write_dmn(table))  # noqa: S314
        assert root.tag == f"{DMN}definitions"
        for element in root.iter():
            name = element.tag.removeprefix(DMN)
            order = ORDER.get(name, ())
            places = [order.index(child.tag.removeprefix(DMN)) for child in element]
            assert places == sorted(places)
            assert REQUIRED.get(name, set()) <= element.attrib.keys()
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", name or "") for name in ids)
        assert {f"#{data.get('id')}" for data in root.iter(f"{DMN}inputData")} == {
            needed.get("href") for needed in root.iter(f"{DMN}requiredInput")
        }


def test_dmn_has_an_entry_for_every_input_and_a_hit_policy_with_its_reason(tables: list[DecisionTable]) -> None:
    for table in tables:
        root = ElementTree.fromstring(write_dmn(table))  # noqa: S314
        (rules,) = root.iter(f"{DMN}decisionTable")
        assert rules.get("hitPolicy") == "ANY"
        assert "rows overlap, and all have the same outcome" in (root.findtext(f"{DMN}decision/{DMN}description") or "")
        assert len(rules.findall(f"{DMN}output")) == 1
        assert len(rules.findall(f"{DMN}rule")) == len(table.rows)
        for rule in rules.findall(f"{DMN}rule"):
            assert len(rule.findall(f"{DMN}inputEntry")) == len(table.columns)
            assert [entry.findtext(f"{DMN}text") for entry in rule.findall(f"{DMN}outputEntry")] == ['"holds"']
        entries = [entry.findtext(f"{DMN}text") or "" for entry in rules.iter(f"{DMN}inputEntry")]
        assert [text for text in entries if not UNARY.fullmatch(text)] == []


def test_dmn_leaves_a_dash_where_a_row_does_not_ask(tables: list[DecisionTable]) -> None:
    for table in tables:
        root = ElementTree.fromstring(write_dmn(table))  # noqa: S314
        for row, rule in zip(table.rows, root.iter(f"{DMN}rule"), strict=True):
            tests = [entry.findtext(f"{DMN}text") for entry in rule.findall(f"{DMN}inputEntry")]
            asked = {fact.code: fact for fact in row.facts}
            for column, text in zip(table.columns, tests, strict=True):
                fact = asked.get(column.code)
                assert (text == "-") is (fact is None)
                if fact is not None and fact.state != "measured":
                    assert text == FEEL[fact.state]


def test_numbers_keep_their_value(tables: list[DecisionTable]) -> None:
    bounds = {
        Decimal(str(bound))
        for table in tables
        for row in table.rows
        for fact in row.facts
        for one in fact.ranges
        for bound in (one.minimum, one.exclusive_minimum, one.maximum, one.exclusive_maximum)
        if bound is not None
    }
    written = {Decimal(number) for table in tables for number in re.findall(NUMBER, write_dmn(table).decode())}
    assert bounds
    assert bounds <= written


def test_csv_has_a_line_for_each_row_and_no_ragged_ones(tables: list[DecisionTable]) -> None:
    for table in tables:
        lines = list(csv.reader(io.StringIO(render_table(table, BY_NAME["csv"]).decode(), newline="")))
        assert {len(line) for line in lines} == {1 + max(len(table.columns), 1)}
        numbered = [line for line in lines if line[0].isdigit()]
        assert len(numbered) == len(table.rows)
        assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line)
        for row, line in zip(table.rows, numbered, strict=True):
            assert sum(cell not in ("-", "") for cell in line[1:]) == len(row.facts)
        assert table.disclaimer in lines[-1]


def test_the_page_says_all_in_words(tables: list[DecisionTable]) -> None:
    for table in tables:
        page = render_table(table, BY_NAME["html"], "/").decode()
        assert page.count('<th scope="row">') == (len(table.rows) if table.columns else 0)
        for one in (*table.overridden_by, *table.overridden_if_known, *table.left_open_by, *table.not_for):
            assert one.label in page
        assert table.disclaimer in page
        assert not re.search(r"src=|url\(|@import|<script|<link|https?://", page)


def test_data_are_read_back(tables: list[DecisionTable]) -> None:
    for table in tables:
        assert msgspec.json.decode(render_table(table, BY_NAME["json"]), type=DecisionTable) == table


def test_an_unknown_recommendation_is_refused_with_the_nearest(small: Engine) -> None:
    with pytest.raises(VocabularyError, match="nearest: give-penicillin"):
        find_recommendation(small.knowledge, "give-penicilin")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((50.0,), (Range(minimum=18, maximum=50),)),
        ((60.0,), (Range(exclusive_minimum=50),)),
        ((5.0,), (Range(exclusive_maximum=18),)),
        ((5.0, 60.0), (Range(exclusive_maximum=18), Range(exclusive_minimum=50))),
        ((5.0, 50.0, 60.0), ()),
    ],
)
def test_values_stand_for_ranges(small: Engine, values: tuple[float, ...], expected: tuple[Range, ...]) -> None:
    measurement = next(iter(small.knowledge.measurements.values()))
    measurement = msgspec.structs.replace(measurement, minimum=0, maximum=130)
    criteria = [
        Measured(measurement=measurement.iri, lower=Bound(value=18, inclusive=True)),
        Measured(measurement=measurement.iri, lower=Bound(value=50, inclusive=False)),
    ]
    assert ranges_of(measurement, criteria, values) == expected
