"""One patient: the verdicts alone, each view of the answer, what is remembered, the oracle, and whole processes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from spinegraph.engine import Engine
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.model import Case

from bench.measured import ROOT, Measured
from bench.subjects import clinical_cases, drawn_cases, frozen_objects, median_time, shipped_cases, shipped_engine

TOPIC = "one patient"
VERDICTS = "the verdicts alone"


def one_patient_rows(quick: bool) -> Iterator[Measured]:
    """Rows of the topic, as soon as they are measured."""
    engine, drawn = shipped_engine(), drawn_cases(quick)
    yield from _view_rows(engine, clinical_cases(quick))
    yield from _decision_rows(engine, shipped_cases(), drawn, 1 if quick else 5)
    yield _oracle_row(engine, drawn[: 3 if quick else 10])
    yield _cold_start_row(3 if quick else 7)


def _view_rows(engine: Engine, cases: Sequence[Case]) -> Iterator[Measured]:
    """Each view by an engine of its own that sees each case once, the cases in turn so that noise meets all alike."""
    fresh = partial(Engine, engine.knowledge)
    views: dict[str, Callable[[Case], Any]] = {
        VERDICTS: fresh().verdicts,
        "brief answer": fresh().brief,
        "standard answer": fresh().answer,
        "full answer": partial(fresh().decide, include_all=True),
    }
    times: dict[str, list[float]] = {view: [] for view in views}
    for case in cases:
        for view, decide in views.items():
            times[view].append(median_time(decide, [case]))
    least = statistics.median(times.pop(VERDICTS))
    for view, taken in times.items():
        middle = statistics.median(taken)
        note = f"{_us(middle)} against {_us(least)} ({len(engine.knowledge.rules)} rules, {len(cases)} clinical cases)"
        yield Measured(TOPIC, view, middle / least, "× the time", VERDICTS, note)


def _decision_rows(engine: Engine, shipped: Sequence[Case], drawn: Sequence[Case], repeats: int) -> Iterator[Measured]:
    with frozen_objects():
        random = median_time(engine.verdicts, drawn, repeats)
        told = median_time(engine.verdicts, shipped, 20 * repeats)
        note = f"{_us(random)} against {_us(told)}; random cases often contradict themselves: two runs"
        yield Measured(TOPIC, "verdicts of random cases", random / told, "× the time", "verdicts of the examples in docs", note)
        whole = median_time(Engine(engine.knowledge).decide_json, drawn)
        note = f"{_us(whole)} against {_us(random)}"
        yield Measured(TOPIC, "default answer as JSON, random cases", whole / random, "× the time", "their verdicts", note)
        first = statistics.median(median_time(Engine(engine.knowledge).decide_json, [case]) for case in shipped)
        again = median_time(engine.decide_json, shipped, 10 * repeats)
        size = statistics.median(len(engine.decide_json(case)) for case in shipped) / 1024
        note = f"{_us(first)} against {_us(again)}; {size:.0f} KiB"
        yield Measured(TOPIC, "default answer as JSON, the first time", first / again, "× the time", "the same case again", note)


def _oracle_row(engine: Engine, cases: Sequence[Case]) -> Measured:
    oracle = Oracle(engine.knowledge)
    start = time.perf_counter()
    oracle.evaluate(cases)
    slow = (time.perf_counter() - start) / len(cases)
    fast = median_time(engine.verdicts, cases, 20)
    note = f"{slow:.2f} s a case against {_us(fast)}, random cases"
    return Measured(TOPIC, "pySHACL on the exported rules (the oracle)", slow / fast, "× the time", VERDICTS, note)


def _cold_start_row(runs: int) -> Measured:
    command = [str(Path(sys.executable).with_name("spinegraph")), "decide", str(ROOT / "docs" / "examples" / "red-flag.yaml")]
    ours, python = process_seconds(command, runs), process_seconds([sys.executable, "-c", "pass"], runs)
    note = f"{ours:.2f} s against {python:.3f} s"
    return Measured(
        TOPIC, "`spinegraph decide` as a whole process", ours / python, "× the time", "Python that does nothing", note
    )


def process_seconds(command: list[str], runs: int, expected: tuple[int, ...] = (0,)) -> float:
    """Median seconds of a whole process. Raises RuntimeError where it ends with another exit code than those expected."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        times.append(time.perf_counter() - start)
        if done.returncode not in expected:
            raise RuntimeError(f"{' '.join(command)} ended with exit code {done.returncode}")
    return statistics.median(times)


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs"
