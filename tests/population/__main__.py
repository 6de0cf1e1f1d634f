"""`python -m tests.population --rows 100000`: a population and each of its patients alone, for every rule; the differences."""

from __future__ import annotations

import argparse
import sys
import time

from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import named_paths
from spinegraph.engine.knowledge.installed import shipped_packages

from tests.population.made import Both, made

AT_ONCE = 20_000


def main() -> int:
    """Compare, print the figures, and say by the exit code whether all was alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--over", choices=("shipped", "packages"), default="shipped")
    asked = parser.parse_args()
    folders = [folder for found in shipped_packages().values() for folder in found]
    engine = Engine(load_knowledge(named_paths(*folders)) if asked.over == "packages" else load_knowledge())
    found = 0
    started = time.perf_counter()
    for first in range(0, asked.rows, AT_ONCE):
        rows = min(AT_ONCE, asked.rows - first)
        both = Both(engine, made(engine.program, rows, asked.seed + first))
        for difference in both.differences():
            print(f"  {difference}")
            found += 1
        print(f"{first + rows:,} patients, {len(both.asked.rules)} rules and the level, {found} differences", flush=True)
    print(f"{time.perf_counter() - started:.0f} s")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
