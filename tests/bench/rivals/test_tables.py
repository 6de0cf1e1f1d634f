"""Engines for tables decide as a population does, by the program that is written for them from its instructions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.model import VERDICTS, Recommendation
from spinegraph.engine.program.instructions import Recording

from bench.rivals.equality import compared, contradicting, told
from bench.rivals.tables import ENGINES, differences
from bench.rivals.translation import Translation, translate
from tests.population.made import Both, made
from tests.validation.interactions.random_guidelines import Writer

ROWS = 300


@pytest.fixture(scope="module")
def both() -> Both:
    """Random patients of the shipped guideline, contradictory ones among them."""
    engine = Engine(load_knowledge())
    return Both(engine, made(engine.program, ROWS))


def _random_guideline(seed: int, path: Path, time: bool = False) -> Engine:
    """A guideline with criteria of many kinds."""
    folder = path / str(seed)
    folder.mkdir()
    return Engine(Writer(seed, acts=bool(seed % 2), sums=not seed % 2, time=time).write(folder))


@pytest.mark.parametrize("name", ENGINES)
def test_every_rule_of_random_patients(name: str, both: Both) -> None:
    translation = translate(both.engine, both.table.column_names)
    assert not translation.left_out
    assert translation.verdicts.keys() == {rule.id for rule in both.asked.rules}
    assert ROWS / 4 < contradicting(both) < ROWS * 3 / 4
    assert list(compared(both, translation, [ENGINES[name](translation)])) == []


@pytest.mark.parametrize("name", ENGINES)
def test_guidelines_with_many_kinds_of_criteria(name: str, tmp_path: Path) -> None:
    for seed in range(4):
        engine = _random_guideline(seed, tmp_path)
        both = Both(engine, made(engine.program, 100, seed))
        translation = translate(engine, both.table.column_names)
        assert translation.verdicts
        assert list(compared(both, translation, [ENGINES[name](translation)])) == []


@pytest.mark.parametrize("name", ENGINES)
def test_half_the_program_is_enough_for_patients_who_contradict_nothing(name: str, both: Both) -> None:
    translation = translate(both.engine, both.table.column_names, settled=False)
    found = list(compared(both, translation, [ENGINES[name](translation)]))
    assert found
    consistent = _consistent(both)
    assert list(compared(consistent, translation, [ENGINES[name](translation)])) == []


def _consistent(both: Both) -> Both:
    """Those of some patients who contradict nothing."""
    kept = [number for number, case in enumerate(both.cases()) if both.engine.explain(case).consistent]
    assert len(kept) > ROWS / 4
    return Both(both.engine, both.table.take(pa.array(kept)))


@pytest.mark.parametrize("name", ENGINES)
def test_what_has_no_column_is_not_known(name: str, both: Both) -> None:
    for headings in (both.table.column_names[::3], ["id"]):
        fewer = Both(both.engine, both.table.select(headings))
        translation = translate(both.engine, headings)
        assert list(compared(fewer, translation, [ENGINES[name](translation)])) == []


def test_what_another_engine_cannot_say_is_left_out_with_its_reason(tmp_path: Path) -> None:
    reasons = set()
    for seed in range(8):
        engine = _random_guideline(seed, tmp_path, time=seed > 3)
        translation = translate(engine, made(engine.program, 1).column_names)
        rules = {rule.id for rule in engine.knowledge.rules.values() if isinstance(rule, Recommendation)}
        assert translation.verdicts.keys() | translation.left_out.keys() - {"level"} == rules
        assert bool(translation.level) == ("level" not in translation.left_out)
        reasons |= set(translation.left_out.values())
    assert {"it asks what dates decide", "it compares two values in decimals"} <= reasons


def test_where_everything_is_left_out_nothing_is_asked() -> None:
    nothing = Translation(Recording(1), {}, (), {}, {"x": "it asks what dates decide"})
    for program in ENGINES.values():
        with pytest.raises(ValueError, match="No rule is left for another engine: it asks what dates decide"):
            program(nothing)


def test_some_rules_alone(both: Both) -> None:
    chosen = both.asked.rules[0].id
    translation = translate(both.engine, both.table.column_names, rules=[chosen])
    assert list(translation.verdicts) == [chosen]
    with pytest.raises(VocabularyError):
        translate(both.engine, both.table.column_names, rules=["no-such-rule"])


def test_a_difference_is_told_with_its_row(both: Both) -> None:
    expected = {name: texts[:2] for name, texts in told(both).items()}
    id_ = both.asked.rules[0].id
    other = next(verdict for verdict in VERDICTS if verdict != expected[id_][1])
    columns = {name: pa.array(texts) for name, texts in expected.items()}
    columns[id_] = pa.array(np.array([expected[id_][0], other], dtype=object))
    (found,) = differences(expected, pa.table(columns))
    assert found == f"row 1, {id_}: population {expected[id_][1]}, not {other}"
