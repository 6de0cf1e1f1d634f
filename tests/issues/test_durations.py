"""Thirty days in weeks were another patient for each way of rounding them: 4.2857, 4.285714 and 30/7 had three verdicts."""

from __future__ import annotations

import pytest
from spinegraph.engine import Engine
from spinegraph.engine.criteria import words_of
from spinegraph.engine.criteria.words import names_of
from spinegraph.engine.decide.facts import compare
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Bound, Case, Measured
from spinegraph.engine.model.units import DAYS, comparable, in_words

THIRTY_DAYS = (4.285714, 30 / 7, 4.2857, 4.286, 4.29, 4.28571428)


def _more_than_a_month(value: float, bound: float = 4.285714, unit: str = "wk") -> tuple[int, int]:
    return compare(Measured(measurement="duration", unit=unit, lower=Bound(value=bound, inclusive=False)), value)


def _verdicts(engine: Engine, weeks: float) -> tuple[str, dict[str, str]]:
    case = Case(
        present=("back_pain", "back_pain_left_mid_lower", "muscle_spasm"),
        absent=("pain_improved",),
        measurements={"age_years": 40, "duration_weeks": weeks},
    )
    decision = engine.decide(case, True)
    assert decision.case.measurements["duration_weeks"] == weeks  # shown as it was written
    return decision.brief.level, {entry.id: entry.verdict for entry in decision.recommendations}


def test_thirty_days_are_one_patient(engine: Engine) -> None:
    first, *others = [_verdicts(engine, weeks) for weeks in THIRTY_DAYS]
    assert all(other == first for other in others)
    assert first != _verdicts(engine, 31 / 7)
    assert first != _verdicts(engine, 29 / 7)


@pytest.mark.parametrize("weeks", THIRTY_DAYS)
@pytest.mark.parametrize("bound", THIRTY_DAYS)
def test_a_bound_may_be_rounded_too(bound: float, weeks: float) -> None:
    assert _more_than_a_month(weeks, bound) == (0, 1)
    assert _more_than_a_month(weeks + 0.05, bound) == (1, 0)


@pytest.mark.parametrize(("unit", "value", "days"), [("d", 30, 30), ("wk", 4.2857, 30), ("mo", 0.9856, 30), ("a", 0.08214, 30)])
def test_days_of_every_unit_of_time(unit: str, value: float, days: float) -> None:
    assert comparable(value, unit) == days


@pytest.mark.parametrize("unit", DAYS)
def test_more_stays_more(unit: str) -> None:
    values = [number / 1000 for number in range(10_000)]
    days = [comparable(value, unit) for value in values]
    assert days == sorted(days)


def test_an_hour_is_told_apart() -> None:
    assert _more_than_a_month(4.28, 4.285714) == (0, 1)
    assert compare(Measured(measurement="duration", unit="wk", lower=Bound(value=4.285714, inclusive=True)), 4.28) == (0, 1)


def test_what_is_no_duration_is_compared_as_it_is() -> None:
    assert _more_than_a_month(38.001, 38, "Cel") == (1, 0)


def test_a_bound_of_thirty_days_is_told_as_thirty_days(engine: Engine) -> None:
    rule = engine.knowledge.rules[expand("rule:no-improvement-after-a-month")]
    assert rule.criterion is not None
    names = names_of(engine.knowledge, in_words)
    shown = [words_of(node, names) for node in rule.criterion.walk() if isinstance(node, Measured)]
    assert shown == ["duration of symptoms >= 30 days"]
