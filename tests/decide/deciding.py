"""A patient in few words, and one entry of what is decided about him."""

from __future__ import annotations

from spinegraph.engine import Case, Decision, Engine
from spinegraph.engine.model import AssessedCondition, DecidedRecommendation, Notice

STREP = "sore_throat tonsillar_exudate tender_nodes"
"""Who has it."""


def patient(present: str = "", absent: str = "", **measurements: float) -> Case:
    return Case(
        present=tuple(sorted(present.split())),
        absent=tuple(sorted(absent.split())),
        measurements=dict(sorted(measurements.items())),
    )


def decided(engine: Engine, case: Case, rule: str) -> DecidedRecommendation:
    (found,) = (entry for entry in engine.decide(case, include_all=True).recommendations if entry.id == rule)
    return found


def assessed(engine: Engine, case: Case, condition: str) -> AssessedCondition:
    (found,) = (entry for entry in engine.decide(case, include_all=True).assessments if entry.condition == condition)
    return found


def noticed(decision: Decision, code: str) -> list[Notice]:
    return [notice for notice in decision.notices if notice.code == code]
