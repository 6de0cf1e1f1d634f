"""`python -m tests.population.spark --rows 100000`: a population decided by Spark, and by one call; the differences.

`--engine sail` asks Sail, which speaks Spark Connect without Java; `--engine spark` asks PySpark itself, and kills workers, too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.population.cluster import Worker, decide_dataframe
from spinegraph.engine.population.patients import decide_patients

from tests.population.made import Both, made
from tests.population.sailing import connected

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PARTITIONS = 8
ATTEMPTS = 4
"""So often Spark tries a task."""
BAD = -4.0
"""An age that nobody has."""


class Dying:
    """A worker that is killed in the middle of every partition, but at the last attempts."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        from pyspark import TaskContext

        decided = self.worker(batches)
        context = TaskContext.get()
        if context is not None and context.attemptNumber() < ATTEMPTS - 2:
            next(decided)
            os.kill(os.getpid(), signal.SIGKILL)
        yield from decided


def main() -> int:
    """Compare, print the figures, and say by the exit code whether all was as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("sail", "spark"), default="sail")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)  # of which nothing is used
    engine = Engine(load_knowledge())
    table = made(engine.program, asked.rows, asked.seed)
    expected = decide_patients(table, engine).read_all()
    print(f"{asked.rows:,} patients, {_contradictory(engine, table):,} of whom contradict themselves")
    opened = connected if asked.engine == "sail" else _spark
    with TemporaryDirectory() as folder, opened() as spark:
        print(f"{asked.engine} {spark.version}")
        wrong = _compared(engine, _dataframe(spark, table, Path(folder) / "patients.parquet"), expected)
        wrong += _refused(engine, spark, table, Path(folder) / "bad.parquet")
        if asked.engine == "spark":
            wrong += _streamed(engine, spark, Path(folder) / "patients.parquet", expected)
            wrong += _killed(engine, _dataframe(spark, table, Path(folder) / "again.parquet"), expected)
    return int(wrong > 0)


def _contradictory(engine: Engine, table: pa.Table) -> int:
    outcome = Both(engine, table).outcome()
    return int(np.unpackbits(outcome.contradictory.view(np.uint8), count=outcome.rows, bitorder="little").sum())


def _dataframe(spark: SparkSession, table: pa.Table, file: Path) -> DataFrame:
    """The patients, from a file that Spark reads itself."""
    pq.write_table(table, file)
    return spark.read.parquet(str(file)).repartition(PARTITIONS)


def _compared(engine: Engine, patients: DataFrame, expected: pa.Table) -> int:
    """How many values are different, which it prints."""
    started = time.perf_counter()
    found = decide_dataframe(patients, engine).toArrow()
    wrong = differences(found, expected)
    rows, columns = found.num_rows, found.num_columns
    print(f"{rows:,} rows, {columns} columns: {wrong} differences, {time.perf_counter() - started:.0f} s", flush=True)
    return wrong


def differences(found: pa.Table, expected: pa.Table) -> int:
    """How many values of two decided tables, the first without dictionaries, are different; all, where their rows or columns
    are others."""
    names, types = expected.column_names, expected.schema.types
    plain = [type_.value_type if pa.types.is_dictionary(type_) else type_ for type_ in types]
    sides = [table.sort_by("id") for table in (found, expected.cast(pa.schema(zip(names, plain, strict=True))))]
    if found.column_names != names or not sides[0].column("id").equals(sides[1].column("id")):
        return int(expected.num_rows * expected.num_columns)
    pairs = [(sides[0].column(name), sides[1].column(name)) for name in names]
    return sum(
        int(one != other)
        for left, right in pairs
        if not left.equals(right)
        for one, other in zip(left.to_pylist(), right.to_pylist(), strict=True)
    )


def _refused(engine: Engine, spark: SparkSession, table: pa.Table, file: Path) -> int:
    """Whether a row that cannot be is let through, or its error says not where it is."""
    from pyspark.errors import PySparkException

    place, last = table.column_names.index("age_years"), table.num_rows - 1
    ages = pa.array([*table.column(place).slice(0, last).to_pylist(), BAD])
    patients = _dataframe(spark, table.set_column(place, "age_years", ages), file)
    try:
        decide_dataframe(patients, engine).toArrow()
    except PySparkException as error:
        told = next((line for line in str(error).splitlines() if "PopulationError: " in line), str(error))
        print(f"A bad row is refused: {told}")
        return int(f"(p{last}), column age_years" not in told)
    print("A bad row was let through.")
    return 1


def _streamed(engine: Engine, spark: SparkSession, file: Path, expected: pa.Table) -> int:
    """How many values are different where the patients come as a stream."""
    name = "decided"
    coming = spark.readStream.schema(spark.read.parquet(str(file)).schema).parquet(f"{file.parent}/{file.stem}*")
    decided = decide_dataframe(coming, engine).writeStream.format("memory").queryName(name).trigger(availableNow=True).start()
    decided.awaitTermination()
    wrong = differences(spark.table(name).toArrow(), expected)
    print(f"As a stream: {wrong} differences", flush=True)
    return wrong


def _killed(engine: Engine, patients: DataFrame, expected: pa.Table) -> int:
    """How many values are different where every worker is killed in the middle of its work, again and again."""
    frame = type(patients)
    run = frame.mapInArrow
    with mock.patch.object(frame, "mapInArrow", lambda read, worker, schema: run(read, Dying(worker), schema)):
        print("Workers are killed in the middle:", end=" ")
        return _compared(engine, patients, expected)


@contextmanager
def _spark() -> Iterator[SparkSession]:
    """PySpark on two cores of this machine, which needs Java. Ends the program where there is none."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        sys.exit("There is no Java. Spark needs version 17 or later: put it on PATH, or name it in JAVA_HOME.")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    settings: dict[str, bool | float | int | str | None] = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    spark = SparkSession.builder.master(f"local[2,{ATTEMPTS}]").config(map=settings).getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    try:
        yield spark
    finally:
        spark.stop()


if __name__ == "__main__":
    sys.exit(main())
