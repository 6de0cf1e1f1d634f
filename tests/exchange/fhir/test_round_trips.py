"""Case → QuestionnaireResponse → case, and case → Bundle → case: nothing is lost, and the same is decided."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.knowledge.files import knowledge_paths
from spinegraph.engine.knowledge.installed import folders_named

from tests.exchange.fhir.round_trips import Doors, cases_of, doors_of, lost
from tests.validation.interactions.random_guidelines import Writer

PACKAGES = ("sore-throat", "ankle-and-foot", "blood-pressure")
RANDOM = {0: "dates", 1: "acts", 5: "dates and acts"}
"""Seed of a random guideline → what it asks about."""


def _of_package(name: str) -> Engine:
    return Engine(load_knowledge(knowledge_paths(*folders_named([Path(name)]))))


def _random(seed: int, folder: Path) -> Engine:
    return Engine(Writer(seed, acts=bool(seed % 2), time=seed % 5 == 0).write(folder))


def _nothing_is_lost(doors: Doors, seed: int, count: int) -> None:
    compared = 0
    for case in cases_of(doors, seed, count):
        for write in (doors.as_answers, doors.as_bundle):
            assert lost(doors, case, write) == {}
        compared += 1
    assert compared == count


def test_nothing_of_the_shipped_knowledge_is_lost(engine: Engine) -> None:
    _nothing_is_lost(doors_of(engine), 1, 8)


@pytest.mark.parametrize("name", PACKAGES)
def test_nothing_of_a_package_is_lost(name: str) -> None:
    _nothing_is_lost(doors_of(_of_package(name)), 2, 6)


@pytest.mark.parametrize("seed", RANDOM)
def test_nothing_of_acts_and_dates_is_lost(seed: int, tmp_path: Path) -> None:
    _nothing_is_lost(doors_of(_random(seed, tmp_path)), 3, 6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [10, 11, 15])
def test_nothing_is_lost_in_many_cases(seed: int, tmp_path: Path, engine: Engine) -> None:
    _nothing_is_lost(doors_of(_random(seed, tmp_path)), seed, 60)
    _nothing_is_lost(doors_of(engine), seed, 20)
