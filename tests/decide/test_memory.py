"""What is remembered between cases never changes an answer."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.decide.memory import MAX_REMEMBERED

from tests.random_cases import random_cases


@pytest.fixture(scope="module")
def used() -> Engine:
    """An engine that has decided more cases than it remembers."""
    engine = Engine(load_knowledge())
    for case in itertools.islice(random_cases(engine.program, seed=1), MAX_REMEMBERED + 40):
        engine.decide_json(case)
    return engine


@pytest.mark.parametrize("include_all", [False, True])
def test_a_used_engine_answers_as_a_new_one_does(used: Engine, include_all: bool) -> None:
    fresh = Engine(used.knowledge)
    for case in itertools.islice(random_cases(used.program, seed=2), 25):
        for audience in ("clinician", "patient"):
            asked = msgspec.structs.replace(case, audience=audience)
            expected = msgspec.json.encode(fresh.decide(asked, include_all))
            assert used.decide_json(asked, include_all) == expected
            assert used.decide_json(asked, include_all) == expected


def test_near_twins_are_not_confused(used: Engine) -> None:
    """Cases that differ in one measured value, or in which side a fact is on, have answers of their own."""
    case = next(random_cases(used.program, seed=3))
    for value in (3.9, 4.0, 4.3, 5.0, 6.0, 6.1, 8.6):
        twin = msgspec.structs.replace(case, measurements={**case.measurements, "duration_weeks": value})
        assert used.decide_json(twin) == msgspec.json.encode(Engine(used.knowledge).decide(twin))
