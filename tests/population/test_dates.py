"""Dates that decide nothing are looked at in columns, all others as a case reads them. What comes of both is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from spinegraph.engine import Engine, load_knowledge, make_codebook
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.population.columns import Wanted, read_columns
from spinegraph.engine.population.dates import DatedColumns, _can_be

from tests.population.made import Both, all_packages, made

ROWS = 240
DAYS = np.array(["2026-03-01", "2025-09", "2024", "2026-03-31T08:30:00Z", "2026-03-31T23:30:00-05:00"])


@pytest.fixture(scope="module")
def shipped() -> Engine:
    return Engine(load_knowledge())


def dated(table: Any, headings: list[str], seed: int) -> Any:
    """A table with dates of half the entries of some columns."""
    chance = np.random.default_rng(seed)
    for heading in headings:
        absent = np.array(table.column(heading).is_null()) | (chance.random(table.num_rows) < 0.5)
        table = table.append_column(f"at:{heading}", pa.array(chance.choice(DAYS, table.num_rows), mask=absent))
    return table


def alone(both: Both) -> Any:
    """The rows that a reader of cases reads."""
    (batch,) = both.table.combine_chunks().to_batches()
    dates: DatedColumns = both.encoder._dates
    return dates.alone(lambda column: batch.column(column.heading), batch.num_rows)


@pytest.mark.parametrize("acts", [True, False])
def test_what_dates_do_not_decide_is_decided_by_columns(acts: bool, shipped: Engine) -> None:
    table = made(shipped.program, ROWS, seed=8)
    headings = ["fever", "age_years", "taking:opioids"] if "taking:opioids" in table.column_names else ["fever", "age_years"]
    headings += [name for name in table.column_names if name.startswith("performed:")][:4] if acts else []
    both = Both(shipped, dated(table, headings, 8), as_of="2026-04-01")
    assert list(both.differences()) == []
    assert (0 < alone(both).sum() < ROWS) if acts else not alone(both).any()


def test_what_dates_decide_is_read_row_by_row() -> None:
    knowledge = all_packages()
    engine = Engine(knowledge)
    recurring = [knowledge.interventions[act.intervention].code for act in engine.program.performable if act.recurrence]
    heading = f"performed:{recurring[0]}"
    table = made(engine.program, 60, seed=9).select(["id", heading])
    table = dated(table, [heading], 9)
    both = Both(engine, table, as_of="2026-04-01")
    known = np.array(table.column(f"at:{heading}").is_valid())
    assert known.any()
    assert np.array_equal(alone(both), known)
    assert list(both.differences()) == []


@pytest.mark.parametrize(
    ("at", "as_of", "can_be"),
    [
        ("2026-03-01", None, True), ("2026-03-01", "2026-03-01", True), ("2026-03-02", "2026-03-01", False),
        ("2026-03-01", "2026", True), ("2027", "2026", False), ("", None, False), ("2026-02-30", None, False),
        ("2026-03-01", "soon", False), ("2026-03-01T10:00:00Z", "2026-03-01T10:30:00+01:00", False),
    ],
)  # fmt: skip
def test_a_date_is_refused_where_a_case_refuses_it(
    at: str, as_of: str | None, can_be: bool, shipped: Engine, tmp_path: Path
) -> None:
    assert _can_be(at, as_of) == can_be
    table = pa.table({"fever": [True], "at:fever": [at], "as_of": pa.array([as_of], pa.string())})
    both = Both(shipped, table)
    if can_be:
        both.encoded()
    else:
        with pytest.raises(PopulationError):
            both.encoded()


def test_ages_that_follow_are_found_again_in_later_batches(shipped: Engine) -> None:
    births = [f"{1930 + number % 60}-05-01" if number % 3 else None for number in range(ROWS)]
    table = pa.table({"birth_date": births, "as_of": ["2026-04-01", "2026-05-02"] * (ROWS // 2)})
    both = Both(shipped, table)
    first = both.encoded().known["age_years"].copy()
    assert np.array_equal(both.encoded().known["age_years"], first)
    assert list(both.differences()) == []
    columns = read_columns(table.column_names, make_codebook(shipped.knowledge), Wanted(), "made")
    assert [column.kind for column in columns.read] == ["birth_date", "as_of"]
