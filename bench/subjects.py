"""What is measured on: the shipped content, its clinical cases (as a clinic would send them), and random ones.

In a random case every fact is drawn anew: the worst that can happen to what is remembered between cases.
"""

from __future__ import annotations

import gc
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from spinegraph.engine import Engine, load_knowledge, make_codebook, read_case_file
from spinegraph.engine.model import Case, Knowledge
from spinegraph.engine.validation.cases.files import read_cases

from bench.measured import ROOT
from tests.random_cases import random_cases


@cache
def shipped_engine() -> Engine:
    """One engine for all topics; what must not remember anything makes one of its own."""
    return Engine(load_knowledge())


def shipped_cases() -> list[Case]:
    """The cases that the documents show."""
    codebook = make_codebook(shipped_engine().knowledge)
    return [read_case_file(path, codebook).case for path in sorted((ROOT / "docs" / "examples").glob("*.yaml"))]


def clinical_cases(quick: bool) -> list[Case]:
    """The clinical cases of the tests that do not contradict themselves; quick: every fifth."""
    return consistent_cases(shipped_engine().knowledge)[:: 5 if quick else 1]


def consistent_cases(knowledge: Knowledge) -> list[Case]:
    """The clinical cases of the tests that do not contradict themselves."""
    cases = [entry.case for entry in read_cases([ROOT / "tests" / "cases"], knowledge)]
    return [case for case in cases if not set(case.present) & set(case.absent)]


def drawn_cases(quick: bool) -> list[Case]:
    """Random cases; they often contradict themselves, which takes a second run of the program."""
    return list(itertools.islice(random_cases(shipped_engine().program, seed=11), 40 if quick else 200))


def median_time(run: Callable[[Case], Any], cases: Sequence[Case], repeats: int = 1) -> float:
    """Median seconds per case."""
    times = []
    for _ in range(repeats):
        for case in cases:
            start = time.perf_counter()
            run(case)
            times.append(time.perf_counter() - start)
    return statistics.median(times)


@contextmanager
def frozen_objects() -> Iterator[None]:
    """What exists already is not looked at by the garbage collector meanwhile."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
