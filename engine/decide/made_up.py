"""The moment of patients who are made up to show something, and days before it. It stands for any other: no clock is read."""

from __future__ import annotations

from datetime import date, timedelta

from spinegraph.engine.model import Apart, Window

AS_OF = "2026-01-01"
"""The first of a month of 31 days, after one of 31."""


def window_end(window: Window) -> int:
    """How many days back a window begins.

    >>> window_end(Window(amount=12, unit="mo"))
    365
    """
    if window.unit == "d":
        return window.amount
    now = date.fromisoformat(AS_OF)
    year, month = divmod(now.year * 12 + now.month - 1 - window.amount, 12)
    return (now - date(year, month + 1, now.day)).days


def days_apart(apart: Apart) -> int:
    """The least number of days that are certainly so far apart, whatever the times of the day.

    >>> days_apart(Apart(amount=36, unit="h"))
    3
    """
    return apart.amount if apart.unit == "d" else apart.amount // 24 + 2


def day(back: int) -> str:
    """The date so many days back.

    >>> day(1)
    '2025-12-31'
    """
    return (date.fromisoformat(AS_OF) - timedelta(days=back)).isoformat()
