"""`make oracle`: the program's bits against other SHACL engines', on thousands of random cases, for every rule and both bits.

pySHACL is slow and the judge before a release; pyshifty (`--engine pyshifty`) is some fifty times as fast.

Over the shipped guideline, over all shipped packages together (`--over packages`), over those without back pain (`--over
further`, a tenth of the time), or over random guidelines that use every kind of criterion (`--over random`). `--form core`:
the rules in SHACL Core alone, as far as they can be.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args

from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.reference import Bits, Form, Oracle, SlowOrFast, program_bits
from spinegraph.engine.knowledge.build.assembly import load_knowledge
from spinegraph.engine.knowledge.files import SHIPPED, named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.model import Case, ChangedRatio, DerivedFinding, Ratio, Related

from tests.random_cases import random_cases
from tests.validation.interactions.random_guidelines import Writer, paths_in

BATCH = 10
OVER = ("shipped", "packages", "further", "random")
Content = tuple[Engine, Oracle]


def differences(engine: Engine, oracle: Oracle, cases: list[Case]) -> Iterator[str]:
    """What the program and SHACL say differently, in words. What the oracle leaves out, and what rests on it, is not asked."""
    encoder = CaseEncoder(engine.program)
    unasked = unasked_of(engine, oracle)
    for case, expected in zip(cases, oracle.evaluate(cases), strict=True):
        program = engine.program
        planes = program.run(encoder.planes(case))
        found = program_bits(engine.knowledge, planes, program.rules, program.present, program.absent)
        for name, ours, theirs in zip(Bits._fields, found, expected, strict=True):
            for iri in sorted((ours ^ theirs) - unasked):
                yield f"{name} {iri}: program {iri in ours}, {oracle.engine} {iri in theirs}; {case}"


def unasked_of(engine: Engine, oracle: Oracle) -> set[str]:
    """The rules that an oracle leaves out, and the findings that follow from what these derive."""
    rules, hierarchy = engine.knowledge.rules, engine.knowledge.hierarchy
    derived = [rule.finding for iri in oracle.left_out if isinstance(rule := rules[iri], DerivedFinding)]
    near = (iri for finding in derived for iri in (*hierarchy.broader[finding], *hierarchy.narrower[finding]))
    return {*oracle.left_out, *near}


def computed(engine: Engine, oracle: Oracle, cases: list[Case]) -> list[Case]:
    """The cases that the oracle's engine can compute: to Oxigraph, on which pyshifty rests, 0.0 / 0.9 and 0.1 * 0.0 are none."""
    if oracle.engine != "pyshifty":
        return cases
    criteria = (part for rule in engine.knowledge.rules.values() for part in (rule.scope, rule.criterion) if part is not None)
    nodes = [node for one in criteria for node in one.walk()]
    divided = {node.measurement for node in nodes if isinstance(node, Ratio | ChangedRatio)}
    multiplied = {node.other for node in nodes if isinstance(node, Related) and node.factor != 1}
    codes = {engine.knowledge.measurements[iri].code for iri in divided | multiplied}
    return [case for case in cases if not any(value == 0 for code in codes for value in _values(case, code))]


def _values(case: Case, code: str) -> Iterator[float | None]:
    yield case.measurements.get(code)
    yield from (entry.value for entry in case.earlier.get("measurements", {}).get(code, ()))


def content(over: str, **how: Any) -> Content:
    """The shipped guideline, all packages together, or all others together; `how`: what an `Oracle` is made with."""
    if over == "shipped":
        engine = Engine(load_knowledge())
        return engine, Oracle(engine.knowledge, **how)
    packages = shipped_packages().items()
    asked = [folder for name, folders in packages for folder in folders if over == "packages" or name != SHIPPED]
    paths = named_paths(*asked)
    engine = Engine(load_knowledge(paths))
    return engine, Oracle(engine.knowledge, paths, **how)


def random_content(seed: int, **how: Any) -> Content:
    """A small guideline that asks about acts and related values, or one that counts findings and points; some ask for dates."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Writer(seed, acts=bool(seed % 2), sums=not seed % 2, time=seed % 5 == 0).write(Path(folder)))
        return engine, Oracle(engine.knowledge, paths_in(Path(folder)), **how)


class Job(NamedTuple):
    """A share of the cases: over which content, from which seed, how many, by which engine and form."""

    over: str
    seed: int
    cases: int
    how: Mapping[str, str]


def check(job: Job) -> tuple[int, list[str]]:
    """How many cases of a share were compared, and the differences."""
    over, seed, count, how = job
    compared = 0
    found: list[str] = []
    engine, oracle = content(over, **how) if over != "random" else random_content(seed, **how)
    cases = random_cases(engine.program, seed)
    for number in range(0, count, BATCH):
        if over == "random" and number:
            engine, oracle = random_content(seed + number * multiprocessing.cpu_count(), **how)
            cases = random_cases(engine.program, seed + number)
        batch = computed(engine, oracle, list(itertools.islice(cases, min(BATCH, count - number))))
        compared += len(batch)
        found += differences(engine, oracle, batch)
        print(f"  seed {seed}: {min(number + BATCH, count)} of {count} cases, {len(found)} differences", flush=True)
    return compared, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--over", choices=OVER, default=OVER[0])
    parser.add_argument("--engine", choices=get_args(SlowOrFast), default="pyshacl")
    parser.add_argument("--form", choices=get_args(Form), default="sparql")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    options = parser.parse_args()
    share = -(-options.cases // options.jobs)
    start = time.monotonic()
    how = {"engine": options.engine, "form": options.form}
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        results = pool.map(check, [Job(options.over, options.seed + number, share, how) for number in range(options.jobs)])
    found = [difference for _, differing in results for difference in differing]
    compared = sum(count for count, _ in results)
    for difference in found[:20]:
        print(difference)
    told = "random guidelines" if options.over == "random" else f"{len(content(options.over)[0].program.rules)} rules"
    by = f"{options.engine}, {options.form}"
    print(f"{compared} cases, {told}, both bits, {by}: {len(found)} differences ({time.monotonic() - start:.0f} s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
