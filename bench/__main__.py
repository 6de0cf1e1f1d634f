"""Measures, in one run, what the issue asks for, and prints one table.

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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from spinegraph.engine import Engine, load_knowledge, make_codebook, read_case_file
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.model import Case

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
    options = parser.parse_args()
    knowledge = load_knowledge()
    engine = Engine(knowledge)
    codebook = make_codebook(knowledge)
    shipped = [read_case_file(path, codebook).case for path in sorted((ROOT / "docs" / "examples").glob("*.yaml"))]
    drawn = list(itertools.islice(random_cases(engine.program, seed=11), 200))
    gc.collect()
    gc.freeze()
    rows: list[tuple[str, str]] = []

    verdicts = median_time(engine.verdicts, drawn, 5)
    rows.append(("verdicts of one case, random cases", _us(verdicts)))
    rows.append(
        (
            "verdicts of one case, shipped examples (random cases often contradict themselves, which runs the program twice)",
            _us(median_time(engine.verdicts, shipped, 100)),
        )
    )
    fresh = Engine(knowledge)
    rows.append(
        ("whole default answer as JSON, random cases, each seen for the first time", _us(median_time(fresh.decide_json, drawn)))
    )
    first = statistics.median(median_time(Engine(knowledge).decide_json, [case]) for case in shipped)
    rows.append(("the same, shipped examples, each by a new engine", _us(first)))
    rows.append(("the same, shipped examples, seen before", _us(median_time(engine.decide_json, shipped, 50))))
    sizes = [len(engine.decide_json(case)) for case in shipped]
    rows.append(("size of that answer", f"{statistics.median(sizes) / 1024:.0f} KiB median"))

    oracle = Oracle(knowledge)
    few = drawn[:10]
    start = time.perf_counter()
    oracle.evaluate(few)
    slow = (time.perf_counter() - start) / len(few)
    fast = median_time(engine.verdicts, few, 20)
    rows.append(("oracle (pySHACL), the first 10 of these cases", f"{slow:.2f} s a case"))
    rows.append(("verdicts against the oracle, same cases", f"{slow / fast:,.0f} times as fast"))

    command = [str(Path(sys.executable).with_name("spinegraph")), "decide", str(ROOT / "docs" / "examples" / "red-flag.yaml")]
    rows.append(("cold start of `spinegraph decide`", f"{cold_start(command):.2f} s"))
    rows.append(("cold start of Python itself", f"{cold_start([sys.executable, '-c', 'pass']):.2f} s"))

    if not options.skip_http:
        empty, repeated, varied = requests_per_second(engine, shipped, drawn)
        rows.append(("empty FastAPI route, requests per second", f"{empty:,.0f}"))
        rows.append(
            ("POST /v1/decisions, shipped examples in turn", f"{repeated:,.0f} ({repeated / empty:.2f} of the empty route)")
        )
        rows.append(
            ("POST /v1/decisions, random cases, never the same twice", f"{varied:,.0f} ({varied / empty:.2f} of the empty route)")
        )

        rows += sparql_rows()
    rows += validation_rows()

    table = Table("measured", "figure", title=f"{len(knowledge.rules)} rules, {len(knowledge.passages)} passages")
    for row in rows:
        table.add_row(*row)
    Console(width=130).print(table)


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs median"


if __name__ == "__main__":
    main()
