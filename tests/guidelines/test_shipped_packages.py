"""The packages that come with the tool: each is whole, and decides the same beside the others as alone."""

from __future__ import annotations

import datetime
import itertools
from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import SHIPPED, named_paths
from spinegraph.engine.knowledge.installed import shipped_packages
from spinegraph.engine.validation.cases.files import ClinicalCase, case_paths, read_cases
from spinegraph.engine.validation.cases.runs import run_cases
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.profile import Profile, apply_profile, for_release
from spinegraph.engine.validation.validate import validate

pytestmark = pytest.mark.slow

PACKAGES = shipped_packages()
FURTHER = {name: folders[0] for name, folders in PACKAGES.items() if name != SHIPPED}


def engine_of(*names: str) -> Engine:
    return Engine(load_knowledge(named_paths(*(folder for name in names for folder in PACKAGES[name]))))


def cases_of(name: str, engine: Engine) -> tuple[ClinicalCase, ...]:
    folder = FURTHER[name] if name in FURTHER else Path(__file__).parents[1]
    return read_cases(case_paths([folder / "cases"]), engine.knowledge)


@pytest.fixture(scope="module")
def union() -> Engine:
    return engine_of(*PACKAGES)


@pytest.mark.parametrize("name", FURTHER)
def test_nothing_is_found_in_a_package_and_nothing_is_left_to_be_written(name: str) -> None:
    folder = FURTHER[name]
    report = validate(read_content(knowledge=[folder], sources=folder / "documents"))
    report = apply_profile(report, for_release(Profile()), datetime.date(2026, 1, 1))
    assert (report.diagnostics, report.not_run, report.left_out) == ((), (), ())


@pytest.mark.parametrize("name", FURTHER)
def test_the_cases_of_a_package_hold_and_reach_every_rule(name: str) -> None:
    engine = engine_of(name)
    run = run_cases(cases_of(name, engine), engine)
    assert [(result.name, result.failures) for result in run.results if result.failures] == []
    assert {rule.rule: rule.missing for rule in run.coverage if rule.missing} == {}


def test_together_they_are_read_alike_in_every_order() -> None:
    """In whatever order folders are named, their files come in one, and nothing else of an order reaches the reader."""
    folders = [folder for folders in PACKAGES.values() for folder in folders]
    assert len({named_paths(*order) for order in itertools.permutations(folders)}) == 1


@pytest.mark.parametrize("name", PACKAGES)
def test_a_case_of_one_is_decided_beside_the_others_as_it_is_alone(name: str, union: Engine) -> None:
    alone = engine_of(name)
    for case in cases_of(name, alone):
        assert alone.verdicts(case.case).items() <= union.verdicts(case.case).items(), case.name
        assert union.verdicts(case.case, packages=(name,)) == alone.verdicts(case.case), case.name
