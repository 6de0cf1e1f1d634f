"""Measures, in one run, what decisions cost and how that grows, and prints each line as it has it.

Cases: the shipped clinical cases (as a clinic would send them), and random ones (every fact of every case drawn anew, the
worst that can happen to what is remembered between cases).
"""

from __future__ import annotations

import argparse
import gc
import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from spinegraph.engine import Engine, load_knowledge, make_codebook, read_case_file
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.model import Case, Knowledge
from spinegraph.engine.validation.cases.files import read_cases

from bench.archive import archive_rows
from bench.fhir import fhir_rows
from bench.growth import growth_rows, packages_row
from bench.http import requests_per_second
from bench.sparql import sparql_rows
from bench.validation import validation_rows
from tests.random_cases import random_cases

ROOT = Path(__file__).resolve().parent.parent


def median_time(run: Callable[[Case], Any], cases: Sequence[Case], repeats: int = 1) -> float:
    """Median seconds per case."""
    times = []
    for _ in range(repeats):
        for case in cases:
            start = time.perf_counter()
            run(case)
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def cold_start(command: list[str], runs: int = 7) -> float:
    """Median seconds of a whole process."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip-http", action="store_true", help="leave out the HTTP comparison")
    parser.add_argument("--quick", action="store_true", help="fewer copies and repeats, no HTTP, no validation")
    options = parser.parse_args()
    knowledge = load_knowledge()
    console = Console(width=170, highlight=False)
    console.print(f"{len(knowledge.rules)} rules, {len(knowledge.passages)} passages")
    for measured, figure in _rows(knowledge, options.quick, options.skip_http):
        console.print(f"{measured:<98} {figure}", soft_wrap=True)


def _rows(knowledge: Knowledge, quick: bool, skip_http: bool) -> Iterator[tuple[str, str]]:
    """Each line as soon as it is measured."""
    engine = Engine(knowledge)
    codebook = make_codebook(knowledge)
    shipped = [read_case_file(path, codebook).case for path in sorted((ROOT / "docs" / "examples").glob("*.yaml"))]
    drawn = list(itertools.islice(random_cases(engine.program, seed=11), 40 if quick else 200))
    clinical = consistent_cases(knowledge)[:: 5 if quick else 1]
    yield from _view_rows(knowledge, clinical)
    yield from _decision_rows(engine, shipped, drawn, 1 if quick else 5)
    yield from fhir_rows(engine)
    yield _oracle_row(engine, drawn[: 3 if quick else 10])
    command = [str(Path(sys.executable).with_name("spinegraph")), "decide", str(ROOT / "docs" / "examples" / "red-flag.yaml")]
    yield "cold start of `spinegraph decide`", f"{cold_start(command, 3 if quick else 7):.2f} s"
    yield "cold start of Python itself", f"{cold_start([sys.executable, '-c', 'pass']):.2f} s"
    yield from growth_rows((1, 4, 8) if quick else (1, 4, 16, 64))
    yield from growth_rows((1, 4) if quick else (1, 4, 16), shared_vocabulary=True)
    yield packages_row(*((10, 8) if quick else (50, 20)))
    if quick:
        return
    if not skip_http:
        rates = requests_per_second(engine, shipped, clinical)
        for what, rate in rates.items():
            yield f"POST, requests per second: {what}", f"{rate:,.0f} ({rate / rates['empty']:.2f} of the empty route)"
        yield from sparql_rows()
    yield from archive_rows(engine, clinical[::5])
    yield from validation_rows()


def consistent_cases(knowledge: Knowledge) -> list[Case]:
    """The clinical cases of the tests that do not contradict themselves."""
    cases = [entry.case for entry in read_cases([ROOT / "tests" / "cases"], knowledge)]
    return [case for case in cases if not set(case.present) & set(case.absent)]


def _view_rows(knowledge: Knowledge, cases: Sequence[Case]) -> Iterator[tuple[str, str]]:
    """Each view by an engine of its own that sees each case once, the cases in turn so that noise meets all alike."""
    views: dict[str, Callable[[Case], Any]] = {
        "verdicts alone": Engine(knowledge).verdicts,
        "brief": Engine(knowledge).brief,
        "standard": Engine(knowledge).answer,
        "full": partial(Engine(knowledge).decide, include_all=True),
    }
    times: dict[str, list[float]] = {view: [] for view in views}
    for case in cases:
        for view, decide in views.items():
            times[view].append(median_time(decide, [case]))
    least = statistics.median(times["verdicts alone"])
    for view, taken in times.items():
        middle = statistics.median(taken)
        yield f"{view}, {len(cases)} clinical cases, each seen once", f"{_us(middle)} ({middle / least:.1f} of the verdicts)"


def _decision_rows(engine: Engine, shipped: Sequence[Case], drawn: Sequence[Case], repeats: int) -> Iterator[tuple[str, str]]:
    gc.collect()
    gc.freeze()
    yield "verdicts of one case, random cases", _us(median_time(engine.verdicts, drawn, repeats))
    yield (
        "verdicts of one case, shipped examples (random cases often contradict themselves: two runs)",
        _us(median_time(engine.verdicts, shipped, 20 * repeats)),
    )
    fresh = Engine(engine.knowledge)
    yield "whole default answer as JSON, random cases, each for the first time", _us(median_time(fresh.decide_json, drawn))
    first = statistics.median(median_time(Engine(engine.knowledge).decide_json, [case]) for case in shipped)
    yield "the same, shipped examples, each by a new engine", _us(first)
    yield "the same, shipped examples, seen before", _us(median_time(engine.decide_json, shipped, 10 * repeats))
    sizes = [len(engine.decide_json(case)) for case in shipped]
    yield "size of that answer", f"{statistics.median(sizes) / 1024:.0f} KiB median"
    gc.unfreeze()


def _oracle_row(engine: Engine, cases: Sequence[Case]) -> tuple[str, str]:
    oracle = Oracle(engine.knowledge)
    start = time.perf_counter()
    oracle.evaluate(cases)
    slow = (time.perf_counter() - start) / len(cases)
    fast = median_time(engine.verdicts, cases, 20)
    return "verdicts against the oracle (pySHACL), same cases", f"{slow / fast:,.0f} times as fast ({slow:.2f} s a case)"


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs median"


if __name__ == "__main__":
    main()
