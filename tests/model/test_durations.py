"""Durations: calendar months, whole days, and nothing that is not meant."""

from __future__ import annotations

from datetime import date

import pytest
from spinegraph.engine.model.durations import read_duration


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P6M", "6 months"),
        ("P18M", "1 year and 6 months"),
        ("P1Y", "1 year"),
        ("P10D", "10 days"),
        ("PT8H", "8 hours"),
        ("PT90M", "1 hour and 30 minutes"),
        ("P1Y2M3DT4H5M", "1 year and 2 months and 3 days and 4 hours and 5 minutes"),
    ],
)
def test_it_is_read_and_said(text: str, words: str) -> None:
    duration = read_duration(text)
    assert duration is not None
    assert duration.in_words == words


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1MT", "P0M", "P0Y0D", "P2W", "-P1M", "P1.5M", "p1m", "6M", "P1D2M", "P١M", "P1M "]
)
def test_anything_else_is_none(text: str) -> None:
    assert read_duration(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("P1M", "2026-01-31", "2026-02-28"),
        ("P1M", "2024-01-31", "2024-02-29"),
        ("P12M", "2024-02-29", "2025-02-28"),
        ("P3M", "2026-11-30", "2027-02-28"),
        ("P1M1D", "2026-01-31", "2026-03-01"),
        ("P90D", "2026-01-01", "2026-04-01"),
    ],
)
def test_months_are_those_of_the_calendar(text: str, start: str, end: str) -> None:
    duration = read_duration(text)
    assert duration is not None
    assert duration.after(date.fromisoformat(start)) == date.fromisoformat(end)


def test_past_the_calendar_there_is_no_day() -> None:
    duration = read_duration("P9000Y")
    assert duration is not None
    assert duration.after(date(2026, 1, 1)) is None
