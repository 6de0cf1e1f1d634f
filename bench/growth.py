"""Renamed copies of the shipped content, as packages in folders: how loading, compiling and deciding grow with them."""

from __future__ import annotations

import gc
import itertools
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.collector import collector_paused
from spinegraph.engine.knowledge.files import SCHEMA, named_paths, shipped_folders
from spinegraph.engine.knowledge.files import VOCABULARY as SHARED_TERMS
from spinegraph.engine.model import Case, Knowledge
from spinegraph.engine.program.compiler import compile_program

from bench.measured import ROOT, Measured
from bench.subjects import frozen_objects
from tests.random_cases import random_cases

TOPIC = "growth with rules"
COPIES, SHARED_COPIES, QUICK = (1, 16, 64, 264), (1, 16, 64), (1, 4)
"""So many copies of the content: 228 rules each."""
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
    """What so many rules cost in a process of their own.

    Seconds of processor time to load (read, check, make the model), to compile the program, to prepare an engine besides (for
    proofs, counterfactuals and questions), and for the verdicts of one case of all; bytes at the peak of memory until all is
    compiled and until the engine is prepared, beyond what the process had before it loaded anything.
    """

    rules: int
    load: float
    compile: float
    prepare: float
    verdicts: float
    memory: int
    prepared_memory: int


class Compiled(NamedTuple):
    """The part of it until all is compiled, for sizes of which an engine takes more memory than there is."""

    rules: int
    load: float
    compile: float
    memory: int


def measure(copies: int, shared_vocabulary: bool = False) -> Growth:
    """What so many copies cost, by a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        write_copies(Path(folder), copies, shared_vocabulary)
        command = [sys.executable, "-m", "bench.growth", folder, *(["shared"] if shared_vocabulary else [])]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    return msgspec.json.decode(done.stdout, type=Growth)


def measure_here(folder: Path, shared_vocabulary: bool) -> Growth:
    """What the copies in a folder cost this process: the least of the repeats, which are fewer where there is more.

    The first of several runs also pays for what Python and its libraries do once; the least of them does not, so that one copy
    does not look dearer than it is, and growth not better.
    """
    copies = sorted(folder.iterdir())
    paths = named_paths(*copies)
    before = _peak_memory()
    loads, compiles, engines, peaks = [], [], [], []
    for _ in range(_repeats(copies)):
        knowledge, load, compile_ = _timed(paths)
        peaks.append(_peak_memory() - before)
        start = time.process_time()
        engine = Engine(knowledge)
        engines.append(time.process_time() - start)
        peaks.append(_peak_memory() - before)
        loads.append(load)
        compiles.append(compile_)
    verdicts = least_time(engine.verdicts, list(_repeated(len(copies), shared_vocabulary)), repeats=5)
    prepare = max(0.0, min(engines) - min(compiles))  # an engine compiles, too
    return Growth(len(knowledge.rules), min(loads), min(compiles), prepare, verdicts, peaks[0], peaks[1])


def compile_here(folder: Path) -> Compiled:
    """The same until all is compiled."""
    copies = sorted(folder.iterdir())
    paths = named_paths(*copies)
    before = _peak_memory()
    loads, compiles, peaks = [], [], []
    for _ in range(_repeats(copies)):
        knowledge, load, compile_ = _timed(paths)
        peaks.append(_peak_memory() - before)
        loads.append(load)
        compiles.append(compile_)
    return Compiled(len(knowledge.rules), min(loads), min(compiles), peaks[0])


def _repeats(copies: Sequence[Path]) -> int:
    return max(1, 5 // len(copies))


def _timed(paths: tuple[Path, ...]) -> tuple[Knowledge, float, float]:
    """The knowledge, and the seconds to load and to compile it."""
    gc.collect()
    start = time.process_time()
    knowledge = load_knowledge(paths)
    loaded = time.process_time()
    with collector_paused():
        compile_program(knowledge)
    return knowledge, loaded - start, time.process_time() - loaded


def _peak_memory() -> int:
    """Bytes that this process has had at most: on Linux since it runs this program, as it inherits the peak of who started it."""
    if (status := Path("/proc/self/status")).is_file():
        return 1024 * int(status.read_text().partition("VmHWM:")[2].split(maxsplit=1)[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


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


def growth_rows(quick: bool) -> Iterator[Measured]:
    """Rows of the topic: each size as soon as it is measured, against one copy."""
    yield from _growth_rows(QUICK if quick else COPIES, False)
    yield from _growth_rows(QUICK if quick else SHARED_COPIES, True)
    yield from _package_rows(*((10, 8) if quick else (50, 20)))


def _growth_rows(copies: Sequence[int], shared_vocabulary: bool) -> Iterator[Measured]:
    one = measure(copies[0], shared_vocabulary)
    for number in copies[1:]:
        yield from _compared(measure(number, shared_vocabulary), one, ", one vocabulary" if shared_vocabulary else "")


def _compared(found: Growth, one: Growth, kind: str) -> Iterator[Measured]:
    """What so many rules cost, against so much for so many more."""

    def row(what: str, there: float, here: float, show: Callable[[float], str], more: str = "") -> Measured:
        unit = "× the size" if show is _mebibytes else "× the time"
        ratio = there / here / (found.rules / one.rules)
        note = f"{show(there)} against {show(here)}{more}"
        return Measured(TOPIC, what + kind, ratio, unit, f"linear, from {one.rules} rules", note, at=found.rules)

    together, alone = found.load + found.compile, one.load + one.compile
    yield row("loading and compiling", together, alone, _seconds, f"; {_seconds(found.compile)} of these to compile")
    yield row("preparing an engine besides", found.prepare, one.prepare, _seconds)
    yield row("verdicts of a case", found.verdicts, one.verdicts, _milliseconds)
    yield row("peak of memory until compiled", found.memory, one.memory, _mebibytes)
    yield row("peak of memory with an engine", found.prepared_memory, one.prepared_memory, _mebibytes)


def _seconds(seconds: float) -> str:
    return f"{seconds:,.2f} s"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:,.2f} ms"


def _mebibytes(size: float) -> str:
    return f"{size / 2**20:,.0f} MiB"


def _package_rows(others: int, cases: int) -> Iterator[Measured]:
    """One package asked among so many others, against the same package alone, turn by turn."""
    with tempfile.TemporaryDirectory() as folder:
        folders = write_copies(Path(folder), others + 1)
        engine = Engine(load_knowledge(named_paths(*folders)))
        alone = Engine(load_knowledge(named_paths(folders[0])))
    asked = (folders[0].name,)
    drawn = list(itertools.islice(random_cases(alone.program, seed=5), cases))
    engine.of_packages(asked)
    against, rules = "that package alone", len(engine.knowledge.rules)
    with frozen_objects():
        for name, among, by_itself in (
            ("decisions", lambda case: engine.decide(case, packages=asked), alone.decide),
            ("verdicts", lambda case: engine.verdicts(case, packages=asked), alone.verdicts),
        ):
            there, here = least_time(among, drawn, 3), least_time(by_itself, drawn, 3)
            note = f"{_milliseconds(there)} against {_milliseconds(here)}"
            what = f"{name} of one package asked beside {others} others"
            yield Measured(TOPIC, what, there / here, "× the time", against, note, at=rules)


if __name__ == "__main__":  # one size, as a process of its own
    given, words = Path(sys.argv[1]), sys.argv[2:]
    print(msgspec.json.encode(compile_here(given) if "compile" in words else measure_here(given, "shared" in words)).decode())
