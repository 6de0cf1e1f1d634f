"""Dates of a request → moments that can be compared. No clock is read: what a date may not lie after is the case's `as_of`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from spinegraph.engine.errors import MalformedCaseError, kind_of_value, shortened

_FORM = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?P<time>T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
"""ISO 8601 as FHIR has it: a year, a month, a day, or a day with a time, which may have a zone."""
FORMS = 'Write it like "2026-03-01"; "2026-03", "2026" and "2026-03-01T08:30:00Z" are read, too.'


class Moment(NamedTuple):
    """A date as it is written, and the first and the last instant that it can mean."""

    text: str
    first: datetime
    last: datetime

    def after(self, other: Moment) -> bool:
        """Whether it certainly lies later. A time with a zone is compared with one without by what the clock shows."""
        zoned = (self.first.tzinfo is None) == (other.last.tzinfo is None)
        return self.first > other.last if zoned else self.first.replace(tzinfo=None) > other.last.replace(tzinfo=None)

    @property
    def order(self) -> tuple[datetime, datetime]:
        """A key that sorts by time: by its beginning, in Greenwich where it names no zone."""
        first, last = (one if one.tzinfo else one.replace(tzinfo=UTC) for one in (self.first, self.last))
        return first, last

    def overlaps(self, other: Moment) -> bool:
        """Whether which of the two is later cannot be known."""
        return not self.after(other) and not other.after(self)


def read_moment(given: Any, what: str, where: str) -> Moment:
    """A date of a request. Raises MalformedCaseError where it has another form, or is none of the calendar.

    >>> read_moment("2024-02", "at", "").last.day
    29
    """
    if not isinstance(given, str):
        raise MalformedCaseError(f"{what} is {kind_of_value(given)}, not a date.", where=where, mend=f"{FORMS[:-1]}, in quotes.")
    form = _FORM.fullmatch(given)
    try:
        if form is None:
            raise ValueError
        if form["time"]:
            instant = datetime.fromisoformat(given)
            return Moment(given, instant, instant)
        year, month, day = (int(form[part] or 0) for part in ("year", "month", "day"))
        first = date(year, month or 1, day or 1)
        last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    except ValueError as error:
        raise MalformedCaseError(f"{what} is {shortened(given)}, which is no date.", where=where, mend=FORMS) from error
    return Moment(given, datetime.combine(first, time.min), datetime.combine(last, time.max))


def is_a_day(text: str) -> bool:
    """Whether a date that was read is one of a single day.

    >>> [is_a_day(text) for text in ("", "2026-03", "2026-03-01", "2026-03-01T08:30")]
    [False, False, True, True]
    """
    if not text:
        return False
    moment = read_moment(text, "at", "")
    return moment.first.date() == moment.last.date()


def check_past(moment: Moment, as_of: Moment | None, what: str, where: str) -> Moment:
    """The moment, which has to lie at or before that of the case. Raises MalformedCaseError."""
    if as_of and moment.after(as_of):
        raise MalformedCaseError(
            f"{what} is dated {moment.text}, which lies after as_of, {as_of.text}.",
            where=where,
            mend="Mend the date, or as_of: what has not happened yet is not recorded.",
        )
    return moment


def age_in_years(birth: Moment, as_of: Moment) -> tuple[int, int]:
    """The least and the greatest age in whole years that two dates leave possible.

    >>> age_in_years(read_moment("1972-05-01", "", ""), read_moment("2026-03-03", "", ""))
    (53, 53)
    >>> age_in_years(read_moment("1972", "", ""), read_moment("2026-03-03", "", ""))
    (53, 54)
    """
    return _whole_years(birth.last, as_of.first), _whole_years(birth.first, as_of.last)


def _whole_years(birth: datetime, at: datetime) -> int:
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


def read_age(birth: Any, as_of: Moment | None) -> tuple[Moment, int]:
    """A date of birth and the age that follows. Raises CaseError where it does not follow, or lies after `as_of`."""
    where = "/birth_date"
    born = read_moment(birth, "birth_date", where)
    if as_of is None:
        raise MalformedCaseError(
            "birth_date gives no age without as_of.",
            where=where,
            mend='Add "as_of", the date of the case, or give the age in "measurements": no clock is read.',
        )
    check_past(born, as_of, "The birth", where)
    least, most = age_in_years(born, as_of)
    if max(least, 0) != most:
        raise MalformedCaseError(
            f"birth_date {born.text} and as_of {as_of.text} leave the age open: {max(least, 0)} or {most} years.",
            where=where,
            mend='Give both to the day, or the age in "measurements".',
        )
    return born, most
