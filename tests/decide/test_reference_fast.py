"""pyshifty as the oracle, on two thousand cases: as rules are authored, and in SHACL Core alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from spinegraph.engine import Engine, Knowledge
from spinegraph.engine.decide.reference import Form, Oracle
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Criterion

from tests.decide.test_reference import TELLING, WRONG, with_criterion
from tests.oracle import BATCH, computed, content, differences, random_content, unasked_of
from tests.random_cases import random_cases

FORMS: tuple[Form, ...] = ("sparql", "core")
GUIDELINES, CASES = 40, 20
"""So many random guidelines for each form, and so many cases of each."""
OVER: tuple[tuple[str, Form, int], ...] = (
    ("shipped", "sparql", 100), ("shipped", "core", 20), ("further", "sparql", 200), ("further", "core", 80),
)  # fmt: skip
"""Content, form, and so many cases."""


def compare(engine: Engine, oracle: Oracle, seed: int, count: int) -> None:
    """In batches: what pyshifty needs for a case grows with those beside it."""
    cases = computed(engine, oracle, list(itertools.islice(random_cases(engine.program, seed), count)))
    for start in range(0, len(cases), BATCH):
        assert list(differences(engine, oracle, cases[start : start + BATCH])) == []


@pytest.mark.slow
@pytest.mark.parametrize(("over", "form", "count"), OVER)
def test_the_program_agrees_with_pyshifty(over: str, form: Form, count: int) -> None:
    engine, oracle = content(over, engine="pyshifty", form=form)
    compare(engine, oracle, 2026, count)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_the_program_agrees_with_pyshifty_on_random_guidelines(form: Form) -> None:
    asked: set[type[Criterion]] = set()
    for seed in range(GUIDELINES):
        engine, oracle = random_content(seed, engine="pyshifty", form=form)
        compare(engine, oracle, seed, CASES)
        left = unasked_of(engine, oracle)
        asked |= {type(node) for iri, one in engine.knowledge.rules.items() if iri not in left for node in _nodes(one.criterion)}
    assert len(asked) > (20 if form == "sparql" else 10), "nearly every kind is asked about"


def _nodes(criterion: Criterion | None) -> list[Criterion]:
    return list(criterion.walk()) if criterion else []


@pytest.mark.parametrize("form", FORMS)
def test_pyshifty_agrees_on_the_telling_cases(form: Form, small: Engine, small_paths: tuple[Path, ...]) -> None:
    oracle = Oracle(small.knowledge, small_paths, engine="pyshifty", form=form)
    assert list(differences(small, oracle, TELLING)) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("rule", "change"), WRONG.values(), ids=WRONG)
def test_pyshifty_notices_a_program_with(
    rule: str, change: Callable[[Criterion], Criterion], form: Form, small_knowledge: Knowledge, small_paths: tuple[Path, ...]
) -> None:
    wrong = Engine(with_criterion(small_knowledge, rule, change))
    found = list(differences(wrong, Oracle(small_knowledge, small_paths, engine="pyshifty", form=form), TELLING))
    assert any(expand(rule) in difference or "finding/" in difference for difference in found)
