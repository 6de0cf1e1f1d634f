"""What was timed becomes ratios, each within its round; a process of its own times all engines."""

from __future__ import annotations

import pytest

from bench.measured import Measured
from bench.rivals.speed import COLUMNS, COUNTED, STREAMED, SUMMED, TOPIC, apart, rows_of


def test_a_ratio_is_that_of_the_middle_round() -> None:
    ours = {SUMMED: (9.0, 9.0, 9.0), STREAMED: (3.0, 3.0, 3.0), COUNTED: (1.0, 1.0, 2.0), COLUMNS: (2.0, 4.0, 5.0)}
    found = {row.against: row for row in rows_of({**ours, "columns by X": (10.0, 12.0, 40.0)}, 10**9)}
    note = "12 ns against 4 ns a patient"
    assert found[f"our {COLUMNS}"] == Measured(TOPIC, "columns by X", 5.0, "× the time", f"our {COLUMNS}", note)
    assert found[f"our {COUNTED}"].ratio == 12
    assert found.keys() == {f"our {name}" for name in ours}


@pytest.mark.slow
def test_all_engines_are_timed_on_patients_whom_they_decide_alike() -> None:
    seconds = apart(2_000, contradictory=0.1, rounds=1)
    names = {COUNTED, SUMMED, STREAMED, COLUMNS, f"{COLUMNS} by Polars", f"{COLUMNS} by DuckDB"}
    assert {name: len(times) for name, times in seconds.items()} == dict.fromkeys(names, 1)
    assert all(time > 0 for times in seconds.values() for time in times)
