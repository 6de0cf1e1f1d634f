"""What is to be done again: done until it is due, by calendar dates of the case alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from spinegraph.engine import Engine, make_case, make_codebook
from spinegraph.engine.decide.recurrence import recurrence_in_words
from spinegraph.engine.model import Case, Due

from tests.decide.deciding import decided
from tests.stated import STATED, stating


@pytest.fixture(scope="module")
def recurring(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return stating(tmp_path_factory.mktemp("recurring"))


def gargled(engine: Engine, at: str | None, as_of: str | None) -> Case:
    performed: Any = "gargling" if at is None else {"code": "gargling", "at": at}
    data = {"present": ["sore_throat"], "absent": ["strep_sign", "drooling"], "measurements": {"temperature_c": 37}}
    data |= {"performed": [performed]} | ({"as_of": as_of} if as_of else {})
    return make_case(data, make_codebook(engine.knowledge))


@pytest.mark.parametrize(
    ("at", "as_of", "verdict", "state"),
    [
        ("2026-01-31", "2026-04-29", "done", "not-yet"),
        ("2026-01-31", "2026-04-30", "indicated", "due"),  # April has 30 days
        ("2026-01-31", "2026-07-31", "indicated", "due"),
        ("2026-01-31", "2026-08-01", "indicated", "overdue"),
        ("2026-01", "2026-03-31", "done", "not-yet"),
        ("2026-01", "2026-04-01", "indicated", "due"),
        ("2026-01", "2026-07-31", "indicated", "due"),
        ("2026-01-31", "2026-04", "indicated", "due"),  # some day of April is the 30th
        ("2026-01-31T23:30:00+02:00", "2026-04-30T00:10:00+02:00", "indicated", "due"),
        (None, "2026-08-01", "done", ""),
        (None, None, "done", ""),
        ("2026-01-31", None, "done", ""),
    ],
)
def test_it_is_done_until_it_is_due_again(at: str, as_of: str, verdict: str, state: str, recurring: Engine) -> None:
    case = gargled(recurring, at, as_of)
    entry = decided(recurring, case, "gargle")
    assert entry.verdict == verdict == recurring.verdicts(case)["gargle"]
    assert isinstance(entry.due, Due)
    assert entry.due.state == state


def test_the_dates_are_said(recurring: Engine) -> None:
    due = decided(recurring, gargled(recurring, "2026-01-31", "2026-08-02"), "gargle").due
    assert due == Due(
        text="every 3 months to 6 months, last done 2026-01-31, overdue since 2026-07-31",
        every="P3M",
        every_at_most="P6M",
        performed="2026-01-31",
        first="2026-04-30",
        last="2026-07-31",
        state="overdue",
    )


def test_before_the_first_time_it_is_said_how_often(recurring: Engine) -> None:
    case = msgspec.structs.replace(gargled(recurring, None, None), performed=())
    entry = decided(recurring, case, "gargle")
    assert entry.verdict == "indicated"
    assert entry.due == Due(text="every 3 months to 6 months", every="P3M", every_at_most="P6M")


def test_one_brief_is_not_remembered_for_another_date(recurring: Engine) -> None:
    done, due = (gargled(recurring, "2026-01-31", as_of) for as_of in ("2026-02-10", "2026-05-10"))
    for case in (done, due, done):
        fresh = Engine(recurring.knowledge)
        assert recurring.decide(case).brief == fresh.decide(case).brief


def test_two_recommendations_of_one_act_recur_apart(tmp_path: Path) -> None:
    """One of them recurs: the other stays done."""
    stated = STATED + 'rule:give-macrolide core:intervention intervention:Gargling ; core:every "P1M"^^xsd:duration .'
    engine = stating(tmp_path, stated.replace("core:intervention intervention:Gargling ;", ""))
    assert engine.program.performable
    recurrences = [act.recurrence for act in engine.program.performable if act.recurrence]
    assert [recurrence_in_words(one) for one in recurrences] == ["every 1 month", "every 3 months to 6 months"]


def test_what_it_obtains_does_not_stand_in_for_a_date(tmp_path: Path) -> None:
    stated = STATED + "\nintervention:Gargling core:obtains core:temperatureC ."
    engine = stating(tmp_path, stated)
    case = msgspec.structs.replace(gargled(engine, None, None), performed=())
    assert decided(engine, case, "gargle").verdict == "indicated"
