"""A few made-up inputs at every door, always the same ones: `make fuzz` puts thousands there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spinegraph.engine import Engine

from tests.fuzz.doors import Door
from tests.fuzz.library import open_doors, try_door

pytestmark = pytest.mark.slow

NAMES = (
    "case as JSON", "case as YAML", "case as Turtle", "batch", "record", "record in lines", "operations of FHIR", "hooks",
    "feedback", "queries", "tables", "guidelines",
)  # fmt: skip
FEW = 25
APART = ("validation",)
"""Doors that `tests/api/http/test_validation_hostile.py` tries for the suite: they start a process for each input."""


@pytest.fixture(scope="module")
def doors(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Door]]:
    with open_doors(engine, tmp_path_factory.mktemp("fuzz")) as opened:
        yield {door.name: door for door in opened}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_made_up_is_answered_or_refused(doors: dict[str, Door], name: str) -> None:
    door = doors[name]
    assert sum(try_door(door, max(FEW // door.cost, 1)).values()) >= 1


def test_no_door_is_left_out(doors: dict[str, Door]) -> None:
    assert sorted(doors) == sorted((*NAMES, *APART))
