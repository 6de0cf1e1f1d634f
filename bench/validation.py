"""What authors wait for: validation of the shipped content as whole processes, and the behaviour analysis inside it."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from spinegraph.engine import load_knowledge
from spinegraph.engine.validation.interactions.analysis import Analysis
from spinegraph.engine.validation.interactions.survey import survey

ROOT = Path(__file__).resolve().parent.parent


def validation_rows(runs: int = 3) -> list[tuple[str, str]]:
    """Lines for the table of `python -m bench`."""
    rows = [(f"spinegraph {' '.join(command)}", f"{_process(command, runs):.2f} s") for command in (
        ["validate", "--no-owl"],
        ["validate"],
        ["diff", "HEAD", "."],
    )]  # fmt: skip
    knowledge = load_knowledge()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        list(survey(Analysis(knowledge)))
        times.append(time.perf_counter() - start)
    rows.append((f"behaviour of {len(knowledge.rules)} rules, proven", f"{statistics.median(times):.2f} s"))
    return rows


def _process(command: list[str], runs: int) -> float:
    """Median seconds of a whole process that finds nothing, or finds that something differs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "spinegraph.api.cli.app", *command], cwd=ROOT, stdout=subprocess.DEVNULL, check=False
        )
        times.append(time.perf_counter() - start)
        if done.returncode > (command[0] == "diff"):
            raise RuntimeError(f"{' '.join(command)} ended with exit code {done.returncode}")
    return statistics.median(times)
