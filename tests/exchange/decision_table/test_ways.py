"""Minimal ways: a row alone makes scope and criterion hold in the program, no fact of it is to spare, and none is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spinegraph.engine import Case, Engine, Knowledge, Recommendation
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.exchange.decision_table.model import DecisionTable, RowFact, TableRow
from spinegraph.engine.exchange.decision_table.table import make_table
from spinegraph.engine.exchange.decision_table.ways import find_ways
from spinegraph.engine.model.decision import Range
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.program import Program

from tests.validation.interactions.random_guidelines import Writer, records


def advice(knowledge: Knowledge) -> list[Recommendation]:
    return [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)]


def holds(program: Program, rule: Recommendation, facts: tuple[RowFact, ...]) -> bool:
    """Whether scope and criterion hold where these facts alone are recorded."""
    numbers = {fact.code: fact.example for fact in facts if fact.example is not None}
    sides = {side: tuple(fact.code for fact in facts if fact.state == side) for side in ("present", "absent")}
    codes = {fact.code: fact.choices[0].code for fact in facts if fact.choices}
    case = Case(present=sides["present"], absent=sides["absent"], measurements=numbers, coded=codes)
    planes = program.run(CaseEncoder(program).planes(case))
    return bool(planes[program.rules[rule.iri].whole.holds])


def asked(row: TableRow) -> tuple[RowFact, ...]:
    """What a row asks to be recorded."""
    return tuple(fact for fact in row.facts if not fact.state.startswith("not-"))


def check(program: Program, rule: Recommendation, table: DecisionTable) -> None:
    for row in table.rows:
        facts = asked(row)
        assert holds(program, rule, facts), (rule.id, row)
        for left_out in facts:
            fewer = tuple(fact for fact in facts if fact is not left_out)
            assert not holds(program, rule, fewer), (rule.id, row, left_out)
        for fact in row.facts:
            if fact.state in ("not-present", "not-absent"):
                spoiling = RowFact(code=fact.code, state="present" if fact.state == "not-present" else "absent")
                assert not holds(program, rule, (*facts, spoiling)), (rule.id, row, fact)


@pytest.mark.slow
@settings(max_examples=40)
@given(st.data())
def test_of_the_shipped_rules(engine: Engine, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(advice(engine.knowledge)))
    table = make_table(engine.program, rule)
    assert table.complete
    check(engine.program, rule, table)


@pytest.mark.parametrize("seed", range(6))
def test_every_record_that_makes_a_rule_hold_has_a_row(seed: int, tmp_path: Path) -> None:
    """Held against all records of random guidelines: nothing else makes a rule hold, and no row says more than another."""
    knowledge = Writer(seed).write(tmp_path)
    program = compile_program(knowledge)
    encoder = CaseEncoder(program)
    codes = [knowledge.findings[iri].code for iri in program.findings]
    for rule in advice(knowledge):
        table = make_table(program, rule)
        check(program, rule, table)
        slot = program.rules[rule.iri].whole.holds
        for case in records(codes):
            planes = program.run(encoder.planes(case))
            if not planes[program.clash] and planes[slot]:
                assert any(covers(knowledge, row, case) for row in table.rows), (rule.id, case)


def covers(knowledge: Knowledge, row: TableRow, case: Case) -> bool:
    """Whether a record says all that a row asks to be recorded."""
    iris = {finding.code: iri for iri, finding in knowledge.findings.items()}
    hierarchy = knowledge.hierarchy

    def said(fact: RowFact) -> bool:
        if fact.state == "measured":
            value = case.values.get(fact.code)
            if isinstance(value, str):
                return not fact.choices or value in [choice.code for choice in fact.choices]
            return value is not None and (not fact.ranges or any(within(one, value) for one in fact.ranges))
        near = (hierarchy.narrower if fact.state == "present" else hierarchy.broader)[iris[fact.code]]
        recorded = case.present if fact.state == "present" else case.absent
        return any(iris[code] in near for code in recorded)

    return all(map(said, asked(row)))


def within(values: Range, value: float) -> bool:
    return (
        (values.minimum is None or value >= values.minimum)
        and (values.exclusive_minimum is None or value > values.exclusive_minimum)
        and (values.maximum is None or value <= values.maximum)
        and (values.exclusive_maximum is None or value < values.exclusive_maximum)
    )


def test_a_limit_cuts_and_says_so(small: Engine) -> None:
    rule = max(advice(small.knowledge), key=lambda one: len(find_ways(small.program, one).ways))
    whole = make_table(small.program, rule)
    assert whole.complete
    assert len(whole.rows) > 1
    cut = make_table(small.program, rule, 1)
    assert (len(cut.rows), cut.complete, cut.limit) == (1, False, 1)
    assert make_table(small.program, rule, len(whole.rows)).complete


def test_the_same_knowledge_gives_the_same_table(small: Engine) -> None:
    for rule in advice(small.knowledge):
        assert make_table(small.program, rule) == make_table(compile_program(small.knowledge), rule)


def test_what_acts_on_the_recommendation_is_named(small: Engine) -> None:
    tables = {rule.id: make_table(small.program, rule) for rule in advice(small.knowledge)}
    relations = small.program.relations
    for rule in advice(small.knowledge):
        table = tables[rule.id]
        assert [one.id for one in table.overridden_by] == [other.id for other in relations.strict(rule)]
        assert [one.id for one in table.overridden_if_known] == [other.id for other in relations.exceptions(rule)]
        assert [one.id for one in table.left_open_by] == [other.id for other in relations.leaving(rule)]
        assert [one.id for one in table.not_for] == [other.id for other in relations.excluding(rule)]
    assert any(table.overridden_by or table.overridden_if_known for table in tables.values())
    assert any(table.left_open_by for table in tables.values())
