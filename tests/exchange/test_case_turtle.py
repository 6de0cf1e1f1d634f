"""A case written as Turtle is read as the same case."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from msgspec import structs
from spinegraph.engine import Case, Engine, make_codebook
from spinegraph.engine.decide.case import CaseEncoder, case_data, make_case
from spinegraph.engine.decide.case_text import parse_turtle
from spinegraph.engine.errors import MalformedCaseError, MeasurementError
from spinegraph.engine.exchange.case_turtle import case_turtle
from spinegraph.engine.model import Knowledge

from tests.random_cases import random_cases
from tests.validation.interactions.random_guidelines import Writer


def _done_twice(case: Case) -> bool:
    """Whether a random case has what was done with a date as a finding, and without one as an act: a graph says it once, with
    its date, and an act before a sign does not count as done for it."""
    dated = (name for side in ("present", "absent") for at in (case.dates, case.earlier) for name in at.get(side, ()))
    return any(name.startswith("performed:") for name in dated)


@pytest.mark.parametrize("seed", [0, 1, 5])
def test_what_is_decided_of_the_turtle_is_the_same(seed: int, tmp_path: Path) -> None:
    """Seed 0 has dates; 1 acts; 5 both."""
    engine = Engine(Writer(seed, acts=bool(seed % 2), time=seed % 5 == 0).write(tmp_path))
    codebook, encoder = make_codebook(engine.knowledge), CaseEncoder(engine.program)
    compared = 0
    for drawn in itertools.islice(random_cases(engine.program, seed), 12):
        try:
            read = make_case(case_data(drawn), codebook)
        except MeasurementError:
            continue  # two readings of which neither is known to be the later: nobody can send that
        compared += 1
        turtle = case_turtle(read, engine.knowledge)
        again = make_case(parse_turtle(turtle.encode()), codebook)
        assert engine.verdicts(again) == engine.verdicts(read), turtle
        assert _done_twice(read) or encoder.planes(again) == encoder.planes(read), turtle
        if not engine.program.timed:
            assert structs.replace(again, ignored=()) == structs.replace(read, ignored=()), turtle
    assert compared >= 5


def test_a_date_that_a_graph_cannot_say_is_refused(small_knowledge: Knowledge) -> None:
    with pytest.raises(MalformedCaseError, match="no dates of coded values"):
        case_turtle(Case(coded={"sex": "female"}, dates={"coded": {"sex": "2026-03-01"}}), small_knowledge)
