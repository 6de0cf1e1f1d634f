"""Spans of the calendar and of the clock, as content writes them (`xsd:duration`): months are calendar months, days are days."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from spinegraph.engine.model.base import Frozen
from spinegraph.engine.model.units import quantity

_FORM = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,5})M)?)?",
    re.ASCII,
)
"""What is read of xsd:duration: whole numbers down to minutes. It has no weeks."""
EXAMPLE = 'Write it like "P6M"^^xsd:duration (6 months), "P10D" (10 days) or "PT8H" (8 hours).'
MONTHS, HOUR = 12, 60


class Duration(Frozen, frozen=True, kw_only=True):
    """A span: calendar months, days and minutes, which are not counted into each other; `text` as it is written."""

    months: int = 0
    days: int = 0
    minutes: int = 0
    text: str

    @property
    def in_words(self) -> str:
        """`6 months`, `1 year and 6 months`, `8 hours`."""
        return self.said(str)

    def said(self, say: Callable[[str], str]) -> str:
        """The same in the words of `say`."""
        years, months = divmod(self.months, MONTHS)
        hours, minutes = divmod(self.minutes, HOUR)
        parts = ((years, "a"), (months, "mo"), (self.days, "d"), (hours, "h"), (minutes, "min"))
        return f" {say('and')} ".join(quantity(number, unit, say) for number, unit in parts if number)

    def after(self, day: date) -> date | None:
        """The day so long after another, by whole days; the last of a month that has no such day, None past the calendar.

        >>> str(read_duration("P1M").after(date(2026, 1, 31)))
        '2026-02-28'
        """
        years, month = divmod(day.month - 1 + self.months, MONTHS)
        try:
            year = day.year + years
            reached = date(year, month + 1, 1)
            return reached.replace(day=min(day.day, monthrange(year, month + 1)[1])) + timedelta(days=self.days)
        except (ValueError, OverflowError):
            return None


def read_duration(text: str) -> Duration | None:
    """A duration longer than nothing; None for anything else.

    >>> [read_duration(text) for text in ("P0M", "P", "P2W", "-P1M", "P1.5D", "PT", "6 months")]
    [None, None, None, None, None, None, None]
    """
    form = _FORM.fullmatch(text)
    if form is None or text.endswith("T"):
        return None
    years, months, days, hours, minutes = (int(form[part] or 0) for part in ("years", "months", "days", "hours", "minutes"))
    found = Duration(months=years * MONTHS + months, days=days, minutes=hours * HOUR + minutes, text=text)
    return found if found.months or found.days or found.minutes else None
