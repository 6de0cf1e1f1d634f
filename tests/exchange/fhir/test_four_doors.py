"""One patient, several doors: the same verdicts and the same level from JSON, a Bundle, and the answers to a form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spinegraph.engine import Case, Engine, read_case_file
from spinegraph.engine.exchange.fhir.reading.record import FhirReader

from tests.exchange.fhir.round_trips import Doors, doors_of

EXAMPLES = sorted((Path(__file__).parents[3] / "docs" / "examples").glob("*.yaml"))


@pytest.fixture(scope="module")
def doors(engine: Engine) -> Doors:
    return doors_of(engine)


def _told(engine: Engine, case: Case) -> tuple[object, ...]:
    """What somebody is told of a case: the brief without the words of its day, every verdict, and what is asked."""
    answer = engine.answer(case)
    screens = [(one.id, [item.code for item in one.items]) for one in engine.open_screens(case)]
    return answer.brief.level, answer.brief.headline, answer.brief.do, answer.brief.avoid, engine.verdicts(case), screens


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_door_leads_to_the_same_answer(doors: Doors, path: Path) -> None:
    case = read_case_file(path, doors.codebook).case
    wanted = _told(doors.engine, case)
    reader: FhirReader = doors.reader
    for write in (doors.as_bundle, doors.as_answers):
        resource, left_out = write(case)
        assert left_out == ()
        assert _told(doors.engine, reader.read(json.dumps(resource).encode()).case) == wanted
