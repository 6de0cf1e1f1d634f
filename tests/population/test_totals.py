"""What is counted of a population is what its patients come to, one by one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.model import VERDICTS
from spinegraph.engine.population.outcomes import Decoder
from spinegraph.engine.population.output import DecidedColumns
from spinegraph.engine.population.report import fact_lines, group_lines, practice_lines, render_report, rule_lines
from spinegraph.engine.population.run import Decided
from spinegraph.engine.population.totals import MOST_GROUPS, Practice, Totals

from tests.population.made import Both, made

ROWS = 400


class Counted:
    """A population with its totals, and the same by hand: a verdict for each rule and row."""

    def __init__(self) -> None:
        engine = Engine(load_knowledge())
        self.engine = engine
        self.table = made(engine.program, ROWS, seed=11)
        self.both = Both(engine, self.table)
        (batch,) = self.table.combine_chunks().to_batches()
        self.batch = batch.append_column("practice", pa.array([("North", "South", None)[row % 3] for row in range(ROWS)]))
        self.totals = Totals(engine, self.both.asked, self.both.columns, "practice")
        self.encoded = self.both.encoded()
        self.outcome = self.both.program.run(self.encoded)
        self.totals.add(self.encoded, self.outcome, self.batch)
        found = Decoder(ROWS).numbers([*self.outcome.verdicts.values()], ROWS)
        self.verdicts = {
            id_: [VERDICTS[code] for code in codes.tolist()] for id_, codes in zip(self.outcome.verdicts, found, strict=True)
        }

    def recorded(self, code: str) -> list[Any]:
        """What a column says of an intervention."""
        return list(self.table.column(f"performed:{code}").to_pylist())


@pytest.fixture(scope="module")
def counted() -> Counted:
    return Counted()


def test_verdicts_of_each_rule_and_group(counted: Counted) -> None:
    for id_, verdicts in counted.verdicts.items():
        assert +counted.totals.verdicts[id_] == Counter(verdicts)
        for number, group in enumerate(("North", "South", "")):
            found = {verdict: number for verdict, number in counted.totals.of_group(group, id_).items() if number}
            assert found == Counter(verdicts[number::3])
    levels = [counted.totals.level_of_group(group) for group in counted.totals.groups]
    assert sum(sum(one.values()) for one in levels) == ROWS == sum(counted.totals.level.values())


def test_columns_say_what_is_counted(counted: Counted) -> None:
    columns = DecidedColumns(counted.both.columns, counted.both.asked)
    batch = columns.batch(Decided(counted.batch, counted.encoded, counted.outcome))
    assert batch.schema == columns.schema(counted.batch.schema)
    undetermined = [found.count("undetermined") for found in zip(*counted.verdicts.values(), strict=True)]
    assert batch.column("undetermined").to_pylist() == undetermined
    assert min(undetermined) < max(undetermined)
    for id_, verdicts in counted.verdicts.items():
        assert batch.column(id_).to_pylist() == verdicts
    met = counted.totals.tensions
    assert {id_: sum(batch.column(f"tension:{id_}").to_pylist()) for id_ in met} == dict(met)
    assert counted.totals.contradictory == counted.both.contradictory() > 0


def test_what_was_done_of_what_is_advised_and_of_what_is_not(counted: Counted) -> None:
    knowledge = counted.engine.knowledge
    codes = {iri: concept.code for iri, concept in knowledge.interventions.items()}
    for id_, rule in counted.totals.rules.items():
        expected = Counter[str]()
        sides = (knowledge.hierarchy.narrower[rule.intervention], knowledge.hierarchy.broader[rule.intervention])
        within, around = ([codes[iri] for iri in side if iri in codes] for side in sides)
        done = [any(states) for states in zip(*(counted.recorded(code) for code in within), strict=True)]
        denied = [False in states for states in zip(*(counted.recorded(code) for code in around), strict=True)]
        for verdict, one, other in zip(counted.verdicts[id_], done, denied, strict=True):
            if verdict == "indicated":
                expected["done" if one else "not done" if other else "unrecorded"] += 1
        found = counted.totals.practice[id_]
        assert found == Practice(expected["done"], expected["not done"], expected["unrecorded"])
        groups = [counted.totals.practice_of_group(group, id_) for group in counted.totals.groups]
        assert [sum(parts) for parts in zip(*groups, strict=True)] == list(found)
    assert practice_lines(counted.totals, "against")[0].found.done > 0
    assert practice_lines(counted.totals, "for")[0].found.not_done > 0


def test_what_is_missing_where_a_rule_is_undetermined(counted: Counted) -> None:
    cases = list(counted.both.cases())
    explained = [counted.engine.explain(case) for case in cases]
    program = counted.engine.program
    codes = {counted.engine.knowledge.findings[iri].code: iri for iri in program.findings}
    for id_, missing in list(counted.totals.missing.items())[:25]:
        for code, number in missing.items():
            if code in codes:
                sides = program.present[codes[code]], program.absent[codes[code]]
                known = [any(one.planes[side] for side in sides) for one in explained]
            else:
                known = [code in case.values for case in cases]
            open_ = [verdict == "undetermined" for verdict in counted.verdicts[id_]]
            assert number == sum(not one and other for one, other in zip(known, open_, strict=True)), (id_, code)
    facts = fact_lines(counted.totals, counted.engine.knowledge)
    assert [fact.open for fact in facts] == sorted((fact.open for fact in facts), reverse=True)


def test_the_page_has_a_line_for_each_rule_that_somebody_meets(counted: Counted) -> None:
    page = render_report(counted.totals, counted.engine.knowledge, "<patients>", "disclaimer").decode()
    assert "&lt;patients&gt;" in page
    assert [line.id for line in rule_lines(counted.totals) if f"<code>{line.id}</code>" not in page] == []
    assert "not given" in page


def test_groups_are_shown_so_that_nothing_is_hidden(counted: Counted) -> None:
    names = ["<b>", "x\u202ey", "\x1b[2J", ""]
    groups = pa.array([names[number % len(names)] for number in range(counted.outcome.rows)])
    totals = Totals(counted.engine, counted.both.asked, counted.both.columns, "ward")
    totals.add(counted.both.encoded(), counted.outcome, pa.record_batch([groups], names=["ward"]))
    assert [line.name for line in group_lines(totals)] == ["", "'\\x1b[2J'", "<b>", "'x\\u202ey'"]
    page = render_report(totals, counted.engine.knowledge, "t", "d").decode()
    assert ("&lt;b&gt;" in page, "<b>" in page, "\x1b" in page, "\u202e" in page) == (True, False, False, False)


def test_a_column_with_too_many_values_is_no_group(counted: Counted) -> None:
    many = counted.both.encoded()
    totals = Totals(counted.engine, counted.both.asked, counted.both.columns, "id")
    totals.add(many, counted.outcome, counted.batch)
    ids = pa.array([f"x{number}" for number in range(MOST_GROUPS)])
    batch = pa.record_batch([ids], names=["id"])
    with pytest.raises(PopulationError, match="more than 1,000 different values"):
        totals.add(many, counted.outcome, batch)
