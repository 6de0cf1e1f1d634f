"""Every clinical case under tests/cases holds, and together they exercise every rule in every way that it can come out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.validation.cases.files import read_cases
from spinegraph.engine.validation.cases.runs import CaseRun, run_cases

pytestmark = pytest.mark.slow

KNOWLEDGE = load_knowledge()
CASES = read_cases([Path(__file__).parent / "cases"], KNOWLEDGE)

ALWAYS_OPEN = {
    "prompt-imaging-for-age-alone": "tension C04 leaves it open whenever it holds",
    "prompt-imaging-for-one-fracture-marker": "tension C04 leaves it open whenever it holds",
    "prompt-imaging-for-persistence-alone": "tension C01 leaves it open whenever it holds",
    "urgent-evaluation-for-night-pain-alone": "tension C09 leaves it open whenever it holds",
    "imaging-considered-in-overview": "tension C11 leaves it open whenever it holds",
    "mri-after-unclear-treatment": "tension C11 leaves it open whenever it holds",
}
"""Recommendations that are never plainly indicated, and why."""


@cache
def _run() -> CaseRun:
    return run_cases(CASES, Engine(KNOWLEDGE))


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_case(number: int) -> None:
    result = _run().results[number]
    assert not result.failures, f"{result.file}:{result.line}\n" + "\n".join(result.failures)


def test_every_rule_is_exercised_in_every_way() -> None:
    missing = {entry.rule: entry.missing for entry in _run().coverage if entry.missing}
    assert missing == {}


def test_every_way_is_expected_by_a_case_and_not_only_reached() -> None:
    silent = {
        entry.rule: [state for state in entry.needed if not entry.expected.get(state)]
        for entry in _run().coverage
        if any(not entry.expected.get(state) for state in entry.needed)
    }
    assert silent == {}


def test_every_recommendation_is_plainly_indicated_in_a_case() -> None:
    said = {rule for case in CASES for rule, verdict in case.expect.verdicts.items() if verdict.verdicts == ("indicated",)}
    recommendations = {entry.rule for entry in _run().coverage if entry.kind == "Recommendation"}
    assert recommendations - said == set(ALWAYS_OPEN)


def test_what_is_always_open_is_provisional_in_every_case_in_which_it_fires() -> None:
    coverage = {entry.rule: entry for entry in _run().coverage}
    plain = {rule: coverage[rule].reached["fires"] - coverage[rule].reached["provisional"] for rule in ALWAYS_OPEN}
    assert plain == dict.fromkeys(ALWAYS_OPEN, 0)


def test_cases_are_readable() -> None:
    """A name is a phrase of its own; a case expects few verdicts, so that a reader sees what matters."""
    assert len({case.name.casefold() for case in CASES}) == len(CASES)
    assert [case.name for case in CASES if len(case.expect.verdicts) > 15] == []
