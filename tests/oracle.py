"""`make oracle`: the program's bits against pySHACL's, on thousands of random cases, for every rule and both bits.

Over the shipped guideline, over all shipped packages together (`--over packages`), over those without back pain (`--over
further`, a tenth of the time), or over random guidelines that use every kind of criterion (`--over random`).
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.reference import Bits, Oracle, program_bits
from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.files import SHIPPED, named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.model import Case

from tests.random_cases import random_cases
from tests.validation.interactions.random_guidelines import Writer, paths_in

BATCH = 10
OVER = ("shipped", "packages", "further", "random")
Content = tuple[Engine, Oracle]


def differences(engine: Engine, oracle: Oracle, cases: list[Case]) -> Iterator[str]:
    """What the program and SHACL say differently, in words."""
    encoder = CaseEncoder(engine.program)
    for case, expected in zip(cases, oracle.evaluate(cases), strict=True):
        program = engine.program
        planes = program.run(encoder.planes(case))
        found = program_bits(engine.knowledge, planes, program.rules, program.present, program.absent)
        for name, ours, theirs in zip(Bits._fields, found, expected, strict=True):
            for iri in sorted(ours ^ theirs):
                yield f"{name} {iri}: program {iri in ours}, pySHACL {iri in theirs}; {case}"


def content(over: str) -> Content:
    """The shipped guideline, all packages together, or all others together."""
    if over == "shipped":
        engine = Engine(load_knowledge())
        return engine, Oracle(engine.knowledge)
    packages = shipped_packages().items()
    asked = [folder for name, folders in packages for folder in folders if over == "packages" or name != SHIPPED]
    paths = named_paths(*asked)
    engine = Engine(load_knowledge(paths))
    return engine, Oracle(engine.knowledge, paths)


def random_content(seed: int) -> Content:
    """A small guideline that asks about acts and related values, or one that counts findings and points; some ask for dates."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Writer(seed, acts=bool(seed % 2), sums=not seed % 2, time=seed % 5 == 0).write(Path(folder)))
        return engine, Oracle(engine.knowledge, paths_in(Path(folder)))


def _check(job: tuple[str, int, int]) -> list[str]:
    over, seed, count = job
    found: list[str] = []
    engine, oracle = content(over) if over != "random" else random_content(seed)
    cases = random_cases(engine.program, seed)
    for number in range(0, count, BATCH):
        if over == "random" and number:
            engine, oracle = random_content(seed + number * multiprocessing.cpu_count())
            cases = random_cases(engine.program, seed + number)
        found += differences(engine, oracle, list(itertools.islice(cases, min(BATCH, count - number))))
        print(f"  seed {seed}: {min(number + BATCH, count)} of {count} cases, {len(found)} differences", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--over", choices=OVER, default=OVER[0])
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    options = parser.parse_args()
    share = -(-options.cases // options.jobs)
    start = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        results = pool.map(_check, [(options.over, options.seed + number, share) for number in range(options.jobs)])
    found = [difference for result in results for difference in result]
    for difference in found[:20]:
        print(difference)
    told = "random guidelines" if options.over == "random" else f"{len(content(options.over)[0].program.rules)} rules"
    print(f"{share * options.jobs} cases, {told}, both bits: {len(found)} differences ({time.monotonic() - start:.0f} s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
