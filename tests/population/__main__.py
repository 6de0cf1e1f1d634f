"""`python -m tests.population --rows 100000`: a population and each of its patients alone, for every rule; the differences.

With `--speed`, what a patient costs; with `--stream 50000000`, how much memory so many patients take.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from spinegraph.engine import Engine, load_knowledge

from tests.population.made import Both, all_packages, made
from tests.population.speed import Patients, in_files, in_memory, streamed

AT_ONCE = 20_000


def main() -> int:
    """Compare, print the figures, and say by the exit code whether all was alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--over", choices=("shipped", "packages"), default="shipped")
    parser.add_argument("--speed", action="store_true", help="time a population instead, in memory and in files")
    parser.add_argument("--stream", type=int, metavar="ROWS", help="count a stream of so many patients instead")
    parser.add_argument("--contradictory", type=float, metavar="SHARE", default=0.001, help="of such patients in what is timed")
    asked = parser.parse_args()
    engine = Engine(all_packages() if asked.over == "packages" else load_knowledge())
    if asked.speed or asked.stream:
        return _timed(engine, asked)
    return _compared(engine, asked.rows, asked.seed)


def _timed(engine: Engine, asked: argparse.Namespace) -> int:
    """Print what a patient costs, or what memory a stream takes."""
    patients = Patients(engine, asked.seed)
    if asked.stream:
        started = time.perf_counter()
        most = streamed(engine, patients, asked.stream, asked.contradictory, told=lambda line: print(line, flush=True))
        print(f"{asked.stream:,} patients in {time.perf_counter() - started:.0f} s, {most} MiB at most")
        return 0
    print(f"{asked.contradictory:.2%} of the patients contradict themselves")
    with TemporaryDirectory() as folder:
        memory = list(in_memory(engine, patients, asked.contradictory))
        files = list(in_files(engine, patients, Path(folder), asked.contradictory))
    for figures in (memory, files):
        for figure in figures:
            beside = figure.nanoseconds / figures[0].nanoseconds
            print(f"{figure.name:32} {figure.nanoseconds:8.1f} ns a patient {beside:7.2f} x {figures[0].name}")
    return 0


def _compared(engine: Engine, rows: int, seed: int) -> int:
    """Compare patients as a population and alone; 1 where something differs."""
    found = 0
    started = time.perf_counter()
    for first in range(0, rows, AT_ONCE):
        part = min(AT_ONCE, rows - first)
        both = Both(engine, made(engine.program, part, seed + first))
        for difference in both.differences():
            print(f"  {difference}")
            found += 1
        print(f"{first + part:,} patients, {len(both.asked.rules)} rules and the level, {found} differences", flush=True)
    print(f"{time.perf_counter() - started:.0f} s")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
