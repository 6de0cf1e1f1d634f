"""Patients who answer screens, and the cases that clinicians wrote."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
from spinegraph.engine import Case, Engine
from spinegraph.engine.model import Brief
from spinegraph.engine.validation.cases.files import read_cases

CASES = Path(__file__).parents[2] / "cases"


@cache
def written_cases(engine: Engine) -> tuple[Case, ...]:
    """Every different case of tests/cases, in the order of the files."""
    written = read_cases([CASES], engine.knowledge)
    return tuple({msgspec.json.encode(entry.case): entry.case for entry in written}.values())


def stands(brief: Brief) -> tuple[object, ...]:
    """What a brief says: its level, and what to do and to avoid."""
    places = (brief.do, brief.avoid)
    return brief.level, *(tuple(sorted(rule for line in place for rule in line.recommendations)) for place in places)
