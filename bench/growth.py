"""Renamed copies of the shipped content, as packages in folders: how loading, compiling and deciding grow with them."""

from __future__ import annotations

import gc
import itertools
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import SCHEMA, named_paths, shipped_folders
from spinegraph.engine.knowledge.files import VOCABULARY as SHARED_TERMS
from spinegraph.engine.model import Case
from spinegraph.engine.program.compiler import compile_program

from tests.random_cases import random_cases

SHARED = ("measurements.ttl", *(name for names in SCHEMA.values() for name in names))
"""What all copies have in common: the schema, and the quantities."""
VOCABULARY = ("findings.ttl", "conditions.ttl", "interventions.ttl", "inferred.ttl", "mappings.sssom.tsv")
"""What copies may have in common besides: the concepts."""
OF_CONTENT = ("rule", "shape", "source", "passage", "reference", "tension", "screen", "line", "uncovered")
CONCEPTS = ("finding", "condition", "intervention")


def write_copies(folder: Path, copies: int, shared_vocabulary: bool = False) -> tuple[Path, ...]:
    """Write the shipped content so many times, each copy in a folder of its own; all but the first have names of their own.

    With `shared_vocabulary` the concepts stand in the first copy alone, and what is derived of them too.
    Returns the folders: one package each.
    """
    return tuple(_write_copy(folder / f"copy-{number:03}", number, shared_vocabulary) for number in range(copies))


def _write_copy(folder: Path, number: int, shared_vocabulary: bool) -> Path:
    renamed = OF_CONTENT if shared_vocabulary else (*OF_CONTENT, *CONCEPTS)
    for shipped in shipped_folders():
        for path in sorted(shipped.rglob("*")):
            within = path.relative_to(shipped)
            if path.suffix not in (".ttl", ".tsv") or within.parts[0] == "authoring":
                continue
            if number and (path.name in SHARED or (shared_vocabulary and path.name in VOCABULARY)):
                continue
            text = path.read_text()
            target = folder / shipped.name / within
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_renamed(text, number, renamed, shared_vocabulary) if number else text)
    if number and not shared_vocabulary:  # findings of the shared vocabulary are renamed with all others
        text = (shipped_folders()[0] / SHARED_TERMS).read_text()
        head, *blocks = text.split("\n\n")
        own = "\n\n".join([head, *(block for block in blocks if block.startswith("finding:"))])
        (folder / "ontology" / "further.ttl").write_text(_renamed(own, number, renamed, False))
    return folder


def _renamed(text: str, number: int, prefixes: tuple[str, ...], shared_vocabulary: bool) -> str:
    """The text with another local name for everything below some prefixes, and another code for what has one."""
    if shared_vocabulary:
        head, _, body = text.partition("\n\n")
        text = f"{head}\n\n" + "\n.\n".join(block for block in body.split("\n.\n") if "core:DerivedFinding" not in block)
    text = re.sub(rf"\b({'|'.join(prefixes)}):([\w-]+)", rf"\1:\2-copy{number}", text)
    text = re.sub(r'(dcterms:identifier ")([\w-]+)"', rf'\1\2-copy{number}"', text)
    return re.sub(r'(skos:notation ")([\w-]+)"', rf'\1\2_copy{number}"', text)


class Growth(NamedTuple):
    """Seconds of processor time with so many copies: to load, to compile and prepare, for the verdicts of one case of all."""

    copies: int
    rules: int
    load: float
    compile: float
    verdicts: float


def measure(copies: int, shared_vocabulary: bool = False, repeats: int = 1) -> Growth:
    """What so many copies cost; the least of some repeats."""
    with tempfile.TemporaryDirectory() as folder:
        paths = named_paths(*write_copies(Path(folder), copies, shared_vocabulary))
        loads, compiles = [], []
        for _ in range(repeats):
            gc.collect()
            start = time.process_time()
            knowledge = load_knowledge(paths)
            loaded = time.process_time()
            engine = Engine(knowledge)
            loads.append(loaded - start)
            compiles.append(time.process_time() - loaded)
        verdicts = least_time(engine.verdicts, list(_repeated(copies, shared_vocabulary)), repeats=5)
    return Growth(copies, len(knowledge.rules), min(loads), min(compiles), verdicts)


def _repeated(copies: int, shared_vocabulary: bool) -> Iterator[Case]:
    """Random patients of the content, each with the same facts in the vocabulary of every copy."""
    suffixes = ["", *(f"_copy{number}" for number in range(1, 1 if shared_vocabulary else copies))]
    for case in itertools.islice(random_cases(compile_program(load_knowledge()), seed=11), 20):
        sides = (tuple(sorted(f"{code}{suffix}" for code in side for suffix in suffixes)) for side in (case.present, case.absent))
        present, absent = sides
        yield Case(present=present, absent=absent, measurements=case.measurements)


def least_time(run: Callable[[Case], Any], cases: Sequence[Case], repeats: int) -> float:
    """Seconds of processor time for one case: the median over the cases of the least of some repeats."""
    times = []
    for case in cases:
        tried = []
        for _ in range(repeats):
            start = time.process_time()
            run(case)
            tried.append(time.process_time() - start)
        times.append(min(tried))
    return statistics.median(times)


def growth_rows(copies: Sequence[int], shared_vocabulary: bool = False) -> Iterator[tuple[str, str]]:
    """A line for each number of copies, as soon as it is measured; all against the first."""
    first = None
    kind = "sharing the vocabulary" if shared_vocabulary else "with names of their own"
    for number in copies:
        found = measure(number, shared_vocabulary, repeats=3 if number < 8 else 2)
        first = first or found
        times = found.copies / first.copies
        together = (found.load + found.compile) / (first.load + first.compile) / times
        yield (
            f"{found.rules:,} rules: the content × {number}, {kind}",
            f"load {found.load:.2f} s, compile {found.compile:.2f} s: {together:.2f} × linear; "
            f"verdicts {found.verdicts * 1e6:,.0f} µs: {found.verdicts / first.verdicts / times:.2f} × linear",
        )


def packages_row(others: int, cases: int) -> tuple[str, str]:
    """One package asked among so many others, against the same package alone, turn by turn."""
    with tempfile.TemporaryDirectory() as folder:
        folders = write_copies(Path(folder), others + 1)
        engine = Engine(load_knowledge(named_paths(*folders)))
        alone = Engine(load_knowledge(named_paths(folders[0])))
    asked = (folders[0].name,)
    drawn = list(itertools.islice(random_cases(alone.program, seed=5), cases))
    engine.of_packages(asked)
    gc.collect()
    gc.freeze()
    ratios = {}
    for name, among, by_itself in (
        ("decisions", lambda case: engine.decide(case, packages=asked), alone.decide),
        ("verdicts", lambda case: engine.verdicts(case, packages=asked), alone.verdicts),
    ):
        ratios[name] = least_time(among, drawn, 3) / least_time(by_itself, drawn, 3)
    gc.unfreeze()
    figures = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
    return f"one package asked beside {others} others, against that package alone", f"{figures} times"
