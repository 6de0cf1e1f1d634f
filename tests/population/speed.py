"""What a population costs, in nanoseconds of one core a patient, each figure beside copying what goes in and comes out."""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from spinegraph.engine import Engine, make_codebook
from spinegraph.engine.population.columns import Columns, Wanted, read_columns
from spinegraph.engine.population.encoding import unpacked
from spinegraph.engine.population.outcomes import asked_of
from spinegraph.engine.population.output import DecidedColumns, written
from spinegraph.engine.population.run import Population
from spinegraph.engine.population.tables import BATCH, Table, open_table
from spinegraph.engine.population.totals import Totals

from tests.population.made import Both, made

MADE = 65_536
"""So many different patients are drawn; larger tables repeat them in another order."""
REPEATS = 5
"""Each thing is timed so often, and the fastest counts: a busy machine makes all others slower."""


class Patients:
    """The patients of the tables that are timed: a nullable boolean for each finding, and the measurements."""

    def __init__(self, engine: Engine, seed: int = 1) -> None:
        table = made(engine.program, MADE, seed)
        both = Both(engine, table)
        flags = unpacked(both.outcome().contradictory, MADE)
        self._table = table.select([name for name in table.column_names if ":" not in name and name != "id"]).combine_chunks()
        self._consistent, self._contradictory = np.flatnonzero(~flags), np.flatnonzero(flags)
        self._chance = np.random.default_rng(seed)

    def batch(self, rows: int, contradictory: float, first: int = 0) -> Any:
        """A batch of patients, of whom that share contradict themselves; they are numbered from `first` on."""
        chance = self._chance
        chosen = chance.choice(self._consistent, rows)
        some = chance.random(rows) < contradictory
        chosen[some] = chance.choice(self._contradictory, int(some.sum()))
        (batch,) = self._table.take(pa.array(chosen)).combine_chunks().to_batches()
        return batch.append_column("id", pa.array(np.arange(first, first + rows)))


class Figure(NamedTuple):
    """What was timed, and its nanoseconds a patient."""

    name: str
    nanoseconds: float


def in_memory(engine: Engine, patients: Patients, contradictory: float, batches: int = 8) -> Iterator[Figure]:
    """Batches in memory: copied, made planes of, decided, counted, and made columns of."""
    given = [patients.batch(BATCH, contradictory, BATCH * number) for number in range(batches)]
    population = _population(engine, _table(given))
    asked = asked_of(engine)
    decider = population.decider(asked)
    columns = DecidedColumns(population.columns, asked)
    totals = Totals(engine, asked, population.columns)

    def decided(consume: Callable[[Any], Any]) -> Callable[[], None]:
        def all_() -> None:
            for one in population.stream(decider):
                consume(one)

        return all_

    found = [columns.batch(one) for one in population.decided(asked)]
    rows = batches * BATCH
    yield Figure("input and output copied", _fastest(_copying([*given, *found]), rows))
    yield Figure("planes and program", _fastest(decided(lambda _: None), rows))
    yield Figure("all verdicts counted", _fastest(decided(lambda one: totals.add(one.encoded, one.outcome, one.batch)), rows))
    yield Figure("all verdict columns", _fastest(decided(columns.batch), rows))


def _copying(batches: list[Any]) -> Callable[[], None]:
    """What copies every buffer of some batches."""
    buffers = [
        np.frombuffer(buffer, dtype=np.uint8)
        for batch in batches
        for column in batch.columns
        for buffer in (column.indices if pa.types.is_dictionary(column.type) else column).buffers()
        if buffer is not None and buffer.size
    ]
    copies = [np.zeros_like(buffer) for buffer in buffers]

    def copy() -> None:
        for buffer, into in zip(buffers, copies, strict=True):
            np.copyto(into, buffer)

    return copy


def in_files(engine: Engine, patients: Patients, folder: Path, contradictory: float, batches: int = 16) -> Iterator[Figure]:
    """A Parquet file: read, and decided to Arrow IPC. What all threads take together, since both use as many as there are."""
    path, rows = folder / "patients.parquet", batches * BATCH
    _write(path, patients, rows, contradictory)
    asked = asked_of(engine)
    population = _population(engine, open_table(path))

    def read() -> None:
        for _ in pq.ParquetFile(path).iter_batches(BATCH, columns=list(population.columns.needed)):
            pass

    def decide() -> None:
        with written(folder / "decided.arrow", "arrow", population, asked) as write:
            population.decide(asked, [write])

    for name, action in (("Parquet read by pyarrow", read), ("Parquet decided to Arrow IPC", decide)):
        yield Figure(name, _fastest(action, rows, time.process_time))


def _write(path: Path, patients: Patients, rows: int, contradictory: float) -> None:
    first = patients.batch(min(rows, BATCH), contradictory)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_batch(first)
        for start in range(BATCH, rows, BATCH):
            writer.write_batch(patients.batch(min(BATCH, rows - start), contradictory, start))


def streamed(engine: Engine, patients: Patients, rows: int, contradictory: float, told: Callable[[str], None]) -> int:
    """Decide and count a stream of patients whose batches are made on the way; the peak of memory in MiB."""
    headings = patients.batch(1, 0).schema.names
    sizes = [BATCH] * (rows // BATCH) + ([rows % BATCH] if rows % BATCH else [])
    starts = itertools.accumulate(sizes, initial=0)
    stream = (patients.batch(size, contradictory, start) for start, size in zip(starts, sizes, strict=False))
    population = _population(engine, Table(Path("stream"), tuple(headings), rows, lambda _: stream))
    asked = asked_of(engine)
    totals = Totals(engine, asked, population.columns)
    for number, one in enumerate(population.decided(asked), start=1):
        totals.add(one.encoded, one.outcome, one.batch)
        if number % 50 == 0:
            told(f"{totals.rows:,} patients, {peak()} MiB at most")
    return peak()


def peak() -> int:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _table(batches: list[Any]) -> Table:
    return Table(Path("memory"), tuple(batches[0].schema.names), None, lambda _: iter(batches))


def _population(engine: Engine, table: Table) -> Population:
    codebook = make_codebook(engine.knowledge)
    columns: Columns = read_columns(table.headings, codebook, Wanted(), str(table.path))
    return Population(engine, codebook, table, columns)


def _fastest(action: Callable[[], None], rows: int, clock: Callable[[], float] = time.thread_time) -> float:
    """Nanoseconds a patient, of the fastest of some runs."""
    found = []
    for _ in range(REPEATS):
        started = clock()
        action()
        found.append(clock() - started)
    return min(found) / rows * 1e9
