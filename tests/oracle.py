"""`make oracle`: the program's bits against pySHACL's, on thousands of random cases, for every rule and both bits."""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import sys
import time
from collections.abc import Iterator

from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.reference import Bits, Oracle, program_bits
from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.model import Case

from tests.random_cases import random_cases

BATCH = 10


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


def _check(job: tuple[int, int]) -> list[str]:
    seed, count = job
    engine = Engine(load_knowledge())
    oracle = Oracle(engine.knowledge)
    cases = random_cases(engine.program, seed)
    found: list[str] = []
    for number in range(0, count, BATCH):
        found += differences(engine, oracle, list(itertools.islice(cases, min(BATCH, count - number))))
        print(f"  seed {seed}: {min(number + BATCH, count)} of {count} cases, {len(found)} differences", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    options = parser.parse_args()
    share = -(-options.cases // options.jobs)
    start = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        results = pool.map(_check, [(options.seed + number, share) for number in range(options.jobs)])
    found = [difference for result in results for difference in result]
    for difference in found[:20]:
        print(difference)
    rules = len(Engine(load_knowledge()).program.rules)
    print(f"{share * options.jobs} cases, {rules} rules, both bits: {len(found)} differences ({time.monotonic() - start:.0f} s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
