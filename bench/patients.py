"""Growth with patients: what one of them costs and how much memory all of them take, from a thousand to a hundred million.

Each size is counted by a process of its own. Patients come in batches as from a file; eight batches are drawn, and larger
populations have them in turn. What it takes to draw them is not counted.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from spinegraph.engine import Engine, make_codebook
from spinegraph.engine.population.columns import Wanted, read_columns
from spinegraph.engine.population.outcomes import asked_of
from spinegraph.engine.population.run import Population
from spinegraph.engine.population.tables import BATCH, Table
from spinegraph.engine.population.totals import Totals

from bench.measured import ROOT, Measured
from bench.subjects import shipped_engine
from tests.population.speed import Patients, peak

TOPIC = "growth with patients"
BASE, QUICK_BASE = 1_000_000, 100_000
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
BATCHES = 8
CONTRADICTORY = 0.001
"""That share of the patients contradict themselves."""
REPEATED = 100_000
"""Populations of at most so many are decided five times, and the fastest counts."""


class Counted(NamedTuple):
    """Nanoseconds of processor time for a patient, and the most memory that the process has had, in MiB."""

    nanoseconds: float
    memory: int


def patients_rows(quick: bool) -> Iterator[Measured]:
    """Rows of the topic: each size as soon as it is counted, against a million patients."""
    base = QUICK_BASE if quick else BASE
    middle = counted(base)
    against = f"{base:,} patients"
    for rows in (size for size in SIZES if size != base and (size < BASE or not quick)):
        found = counted(rows)
        note = f"{found.nanoseconds:,.0f} ns a patient against {middle.nanoseconds:,.0f} ns"
        ratio = found.nanoseconds / middle.nanoseconds
        yield Measured(TOPIC, "counting all verdicts of a patient", ratio, "× the time", against, note, at=rows)
        note = f"{found.memory:,} MiB against {middle.memory:,} MiB"
        yield Measured(TOPIC, "peak of memory", found.memory / middle.memory, "× the size", against, note, at=rows)


def counted(rows: int) -> Counted:
    """What so many patients cost, by a fresh process."""
    command = [sys.executable, "-m", "bench.patients", str(rows)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    return msgspec.json.decode(done.stdout, type=Counted)


def count_here(engine: Engine, rows: int) -> Counted:
    """What so many patients cost this process."""
    patients = Patients(engine)
    sizes = [BATCH] * min(rows // BATCH, BATCHES)
    sizes += [rows % BATCH] if len(sizes) < BATCHES and rows % BATCH else []
    drawn = [patients.batch(size, CONTRADICTORY, BATCH * number) for number, size in enumerate(sizes)]
    best = min(_seconds(engine, drawn, rows) for _ in range(5 if rows <= REPEATED else 1))
    return Counted(best / rows * 1e9, peak())


def _seconds(engine: Engine, drawn: list[Any], rows: int) -> float:
    codebook, headings = make_codebook(engine.knowledge), tuple(drawn[0].schema.names)
    table = Table(Path("made up"), headings, rows, lambda _: _in_turn(drawn, rows))
    asked = asked_of(engine)
    start = time.process_time()
    population = Population(engine, codebook, table, read_columns(headings, codebook, Wanted(), str(table.path)))
    totals = Totals(engine, asked, population.columns)
    for one in population.decided(asked):
        totals.add(one.encoded, one.outcome, one.batch)
    if totals.rows != rows:
        raise RuntimeError(f"{totals.rows:,} of {rows:,} patients were counted")
    return time.process_time() - start


def _in_turn(drawn: list[Any], rows: int) -> Iterator[Any]:
    """The batches in turn, until so many patients have come; the last one is cut where it has to be."""
    for batch in itertools.cycle(drawn):
        if rows <= 0:
            return
        yield batch if batch.num_rows <= rows else batch.slice(0, rows)
        rows -= batch.num_rows


if __name__ == "__main__":  # one size, as a process of its own
    print(msgspec.json.encode(count_here(shipped_engine(), int(sys.argv[1]))).decode())
