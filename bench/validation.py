"""What authors wait for: validation of the shipped content as whole processes, and the behaviour analysis inside it."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator

from spinegraph.engine.validation.interactions.analysis import Analysis
from spinegraph.engine.validation.interactions.survey import survey

from bench.measured import Measured
from bench.one_patient import process_seconds
from bench.subjects import shipped_engine

TOPIC = "validation"
LOADING = "from spinegraph.engine import load_knowledge; load_knowledge()"


def validation_rows(quick: bool) -> Iterator[Measured]:
    """Rows of the topic."""
    runs = 1 if quick else 3
    load = process_seconds([sys.executable, "-c", LOADING], runs)
    for command in (["validate", "--no-owl"], ["validate"], ["diff", "HEAD", "."]):
        differs = (1,) if command[0] == "diff" else ()
        took = process_seconds([sys.executable, "-m", "spinegraph.api.cli.app", *command], runs, (0, *differs))
        note = f"{took:.2f} s against {load:.2f} s"
        yield Measured(TOPIC, f"`spinegraph {' '.join(command)}`", took / load, "× the time", "a process that only loads", note)
    knowledge = shipped_engine().knowledge
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        list(survey(Analysis(knowledge)))
        times.append(time.perf_counter() - start)
    proven = statistics.median(times)
    what = f"proving how {len(knowledge.rules)} rules behave, in all patients there can be"
    yield Measured(TOPIC, what, proven / load, "× the time", "a process that only loads", f"{proven:.2f} s against {load:.2f} s")
