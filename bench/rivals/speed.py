"""`python -m bench.rivals.speed --rows 1000000`: the same patients decided by a population, by Polars and by DuckDB, on one core.

Turn by turn in one process, in processor time of all its threads, each engine having one: what else the machine does counts less
so. All of them begin with Arrow in memory and end with columns in memory that are kept. Ours are also handed on batch by batch,
and counted: the verdicts of each rule alone, or all that `spinegraph population --summary` tells.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars
import pyarrow as pa
from rich.console import Console
from spinegraph.engine import Engine, load_knowledge, make_codebook
from spinegraph.engine.population.columns import Wanted, read_columns
from spinegraph.engine.population.outcomes import asked_of, numbers_counted
from spinegraph.engine.population.output import DecidedColumns
from spinegraph.engine.population.run import Population
from spinegraph.engine.population.tables import BATCH, Table
from spinegraph.engine.population.totals import Totals

from bench.measured import Measured
from bench.rivals.equality import compared
from bench.rivals.tables import ENGINES
from bench.rivals.translation import translate
from tests.population.made import Both
from tests.population.speed import Patients

TOPIC = "a million patients"
MILLION, QUICK = 1_000_000, 100_000
COUNTED, SUMMED = "counts of verdicts", "whole summary"
STREAMED, COLUMNS = "verdict columns, batch by batch", "verdict columns"
CHECKED = 5_000
"""So many of the patients are decided by all engines and compared, before anything is timed."""
Seconds = Mapping[str, tuple[float, ...]]


def rivals_rows(quick: bool) -> Iterator[Measured]:
    """Rows of the topic, measured by a process of its own that has one thread for each engine."""
    yield from rows_of(apart(QUICK if quick else MILLION), QUICK if quick else MILLION)


def rows_of(seconds: Seconds, rows: int) -> Iterator[Measured]:
    """What was timed as ratios: of each round, and the middle one of these."""
    ours = {name: seconds[name] for name in (COUNTED, SUMMED, STREAMED, COLUMNS)}
    for name, theirs in seconds.items():
        for against, times in ours.items():
            if name not in ours:
                ratio = statistics.median(one / other for one, other in zip(theirs, times, strict=True))
                figures = (f"{statistics.median(one) / rows * 1e9:,.0f} ns" for one in (theirs, times))
                yield Measured(TOPIC, name, ratio, "× the time", f"our {against}", f"{' against '.join(figures)} a patient")


def apart(rows: int, contradictory: float = 0.0, rounds: int = 5) -> Seconds:
    """The same as `measured_here`, by a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--json"]
    command += ["--rows", str(rows), "--contradictory", str(contradictory), "--rounds", str(rounds)]
    threads = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS"), "1")
    done = subprocess.run(command, env={**os.environ, **threads}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return msgspec.json.decode(done.stdout, type=dict[str, tuple[float, ...]])


def measured_here(rows: int, contradictory: float, rounds: int) -> Seconds:
    """Seconds of processor time that each engine takes in each round. Raises ValueError where they do not decide alike.

    `contradictory`: the share of patients who contradict themselves. Where there are none, other engines are given half the
    program, which is right for all others.
    """
    _stay_on_one_core()
    engine = Engine(load_knowledge())
    patients = Patients(engine)
    sizes = [BATCH] * (rows // BATCH) + ([rows % BATCH] if rows % BATCH else [])
    batches = [patients.batch(size, contradictory).drop_columns(["id"]) for size in sizes]
    table = pa.Table.from_batches(batches).combine_chunks()
    translation = translate(engine, table.column_names, settled=contradictory > 0)
    programs = [program(translation) for program in ENGINES.values()]
    for difference in compared(Both(engine, table.slice(0, CHECKED)), translation, programs):
        raise ValueError(f"They do not decide alike: {difference}.")
    timed: dict[str, Callable[[], Any]] = dict(_ours(engine, batches))
    timed |= {f"{COLUMNS} by {program.name}": program.prepared(table) for program in programs}
    found: dict[str, list[float]] = {name: [] for name in timed}
    for number in range(rounds + 1):
        for name, action in timed.items():
            started = time.process_time()
            action()
            if number:  # the first one makes room and fills what is remembered
                found[name].append(time.process_time() - started)
    return {name: tuple(times) for name, times in found.items()}


def _ours(engine: Engine, batches: list[Any]) -> Iterator[tuple[str, Callable[[], Any]]]:
    codebook = make_codebook(engine.knowledge)
    headings = tuple(batches[0].schema.names)
    columns = read_columns(headings, codebook, Wanted(), "memory")
    population = Population(engine, codebook, Table(Path("memory"), headings, None, lambda _: iter(batches)), columns)
    asked = asked_of(engine)._replace(tensions=())
    decider, decided = population.decider(asked), DecidedColumns(columns, asked)

    totals = Totals(engine, asked, columns)

    def count() -> None:
        for one in population.stream(decider):
            for bits in {id(bits): bits for bits in (one.outcome.level, *one.outcome.verdicts.values())}.values():
                numbers_counted(bits, one.outcome.rows)

    def sum_up() -> None:
        for one in population.stream(decider):
            totals.add(one.encoded, one.outcome, one.batch)

    def hand_on() -> None:
        for one in population.stream(decider):
            decided.batch(one)

    yield COUNTED, count
    yield SUMMED, sum_up
    yield STREAMED, hand_on
    yield COLUMNS, lambda: [_kept(decided.batch(one)) for one in population.stream(decider)]


def _kept(batch: Any) -> list[Any]:
    """The columns that other engines make, too, as they are kept for longer than until the next batch, each copied once."""
    named = (column for column in batch.columns if pa.types.is_dictionary(column.type))
    buffers = {buffer.address: buffer for column in named for buffer in [column.indices.buffers()[1]]}
    return [np.frombuffer(buffer, dtype=np.int8).copy() for buffer in buffers.values()]


def _stay_on_one_core() -> None:
    """Raises RuntimeError where Polars would take more than one thread."""
    if polars.thread_pool_size() > 1:
        raise RuntimeError("Polars has more than one thread: set POLARS_MAX_THREADS=1 before it is imported.")
    pa.set_cpu_count(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def main() -> None:
    """Measure, and print the ratios; with `--json` the seconds."""
    parser = argparse.ArgumentParser(prog="python -m bench.rivals.speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=MILLION)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--contradictory", type=float, metavar="SHARE", default=0.0, help="of such patients (0)")
    parser.add_argument("--json", action="store_true", help="measure in this process, and print the seconds")
    options = parser.parse_args()
    how = (options.rows, options.contradictory, options.rounds)
    if options.json:
        sys.stdout.write(msgspec.json.encode(measured_here(*how)).decode())
        return
    console = Console(highlight=False)
    for row in rows_of(apart(*how), options.rows):
        console.print(f"{row.what}: {row.figure} (against {row.against}). {row.note}", soft_wrap=True)


if __name__ == "__main__":
    main()
