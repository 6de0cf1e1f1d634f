"""Patients in memory, decided by a call: the same columns as in a file, from whatever hands on Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import polars
import pyarrow as pa
import pytest
from spinegraph.api.cli.app import main
from spinegraph.engine import Engine, SpinegraphError, decide_patients, load_knowledge
from spinegraph.engine.population.tables import BATCH

from tests.population.made import made

ROWS = 150
RULE = "mri-in-suspected-spinal-infection"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_knowledge())


@pytest.fixture(scope="module")
def patients(engine: Engine) -> pa.Table:
    return made(engine.program, ROWS, seed=5)


def test_the_columns_are_those_of_the_command(engine: Engine, patients: pa.Table, tmp_path: Path) -> None:
    file, out = tmp_path / "patients.arrow", tmp_path / "decided.arrow"
    with pa.ipc.new_file(str(file), patients.schema) as writer:
        writer.write_table(patients)
    assert main(["population", str(file), "-o", str(out), "--keep", "age_years"]) == 0
    found = decide_patients(patients, engine, keep=["age_years"]).read_all()
    expected = pa.ipc.open_file(str(out)).read_all()
    assert found.equals(expected)
    assert found.schema.metadata == expected.schema.metadata
    assert set(found.column(RULE).to_pylist()) > {"indicated", "undetermined"}


def test_batches_are_kept_as_they_were(engine: Engine) -> None:
    """What decides them writes each batch over the one before."""
    rows = 2 * BATCH
    numbers = np.arange(rows)
    many = pa.table({"id": numbers, "back_pain": pa.array([True] * rows), "fever": pa.array(numbers < BATCH)})
    found = decide_patients(many, engine, rules=[RULE]).read_all()
    ends = [decide_patients(many.slice(first, 1), engine, rules=[RULE]).read_all() for first in (0, BATCH)]
    assert ends[0].column(RULE)[0] != ends[1].column(RULE)[0]
    assert [found.slice(first, 1).combine_chunks() for first in (0, BATCH)] == [end.combine_chunks() for end in ends]


def test_patients_are_read_as_they_are_asked_for(engine: Engine) -> None:
    read: list[int] = []
    batch = pa.record_batch({"id": np.arange(BATCH), "back_pain": pa.array([True] * BATCH)})

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(4):
            read.append(number)
            yield batch

    decided = decide_patients(pa.RecordBatchReader.from_batches(batch.schema, batches()), engine, rules=[RULE])
    assert read == []
    assert decided.read_next_batch().num_rows == BATCH
    assert len(read) < 3


def test_polars_and_duckdb_hand_on_their_tables_and_take_what_is_decided(engine: Engine, patients: pa.Table) -> None:
    expected = decide_patients(patients, engine, rules=[RULE]).read_all().column(RULE).to_pylist()
    frame = polars.DataFrame(decide_patients(polars.DataFrame(patients), engine, rules=[RULE]))
    assert frame[RULE].to_list() == expected
    relation = duckdb.from_arrow(patients)
    decided = decide_patients(relation, engine, rules=[RULE]).read_all()
    counted = duckdb.from_arrow(decided).aggregate(f'"{RULE}", count(*)').fetchall()
    assert dict(counted) == {verdict: expected.count(verdict) for verdict in expected}


def test_no_patients_are_a_table_without_rows(engine: Engine, patients: pa.Table) -> None:
    found = decide_patients(patients.slice(0, 0), engine, rules=[RULE])
    assert [*found.schema.names[:3]] == ["id", "level", RULE]
    assert found.read_all().num_rows == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table.rename_columns(["fevr" if name == "fever" else name for name in table.column_names]), "'fever'"),
        (
            lambda table: table.append_column("ward", pa.array(["a"] * ROWS)),
            "keep=, or leave them unread with ignore_unknown=True",
        ),
        (lambda table: _with(table, "fever", pa.array([1] * ROWS)), "patients, column fever: It is of type int64"),
        (lambda table: _with(table, "age_years", pa.array([50.0] * 7 + [-4.0] * (ROWS - 7))), "row 8 (p7), column age_years"),
    ],
)
def test_what_cannot_be_is_named(change: object, told: str, engine: Engine, patients: pa.Table) -> None:
    assert callable(change)
    with pytest.raises(SpinegraphError) as refused:
        decide_patients(change(patients), engine).read_all()
    assert told in str(refused.value)


def test_a_moment_and_a_rule_that_are_none_are_refused(engine: Engine, patients: pa.Table) -> None:
    with pytest.raises(SpinegraphError, match="as_of"):
        decide_patients(patients, engine, as_of="yesterday")
    with pytest.raises(SpinegraphError, match=f"Did you mean {RULE}"):
        decide_patients(patients, engine, rules=["mri-in-suspected"])


def _with(table: pa.Table, heading: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(heading), heading, column)


@pytest.mark.parametrize("name", ["rules", "keep", "guidelines"])
def test_a_text_where_several_are_meant_is_refused(name: str, engine: Engine, patients: pa.Table) -> None:
    with pytest.raises(SpinegraphError) as refused:
        decide_patients(patients, engine, **{name: "fever"})  # type: ignore[arg-type]
    assert (refused.value.where, refused.value.what) == (f"{name}=", f"{name} is the text 'fever'.")


def test_what_hands_on_no_rows_is_refused(engine: Engine) -> None:
    with pytest.raises(SpinegraphError, match="A list hands on no rows"):
        decide_patients([{"id": "a"}], engine)  # type: ignore[arg-type]
