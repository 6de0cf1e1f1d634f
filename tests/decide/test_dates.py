"""Dates of a request: which forms are read, what lies after what, and the age that follows."""

from __future__ import annotations

from typing import Any

import pytest
from spinegraph.engine import MalformedCaseError
from spinegraph.engine.decide.dates import age_in_years, check_past, read_age, read_moment

FORMS = 'Write it like "2026-03-01"; "2026-03", "2026" and "2026-03-01T08:30:00Z" are read, too.'


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("2026", "2026-01-01T00:00:00", "2026-12-31T23:59:59.999999"),
        ("2024-02", "2024-02-01T00:00:00", "2024-02-29T23:59:59.999999"),
        ("2026-03-01", "2026-03-01T00:00:00", "2026-03-01T23:59:59.999999"),
        ("2026-03-01T08:30", "2026-03-01T08:30:00", "2026-03-01T08:30:00"),
        ("2026-03-01T08:30:00Z", "2026-03-01T08:30:00+00:00", "2026-03-01T08:30:00+00:00"),
        ("2026-03-01T08:30:00.25+09:00", "2026-03-01T08:30:00.250000+09:00", "2026-03-01T08:30:00.250000+09:00"),
        ("0001", "0001-01-01T00:00:00", "0001-12-31T23:59:59.999999"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_a_date_means_all_instants_in_it(given: str, first: str, last: str) -> None:
    moment = read_moment(given, "at", "/at")
    assert (moment.first.isoformat(), moment.last.isoformat()) == (first, last)
    assert moment.order == moment.order
    assert not moment.after(moment)


@pytest.mark.parametrize(
    "given",
    [
        "", " 2026", "26-03-01", "2026-3-1", "2026/03/01", "01.03.2026", "20260301", "2026-13", "2026-02-30", "0000", "yesterday",
        "2026-03-01T25:00", "2026-03-01 08:30", "2026-03-01T08", "2026-W09", "2026-03-01T08:30:60", "2026-03-01T08:30+99:00",
        "٢٠٢٦", "2026\n",
    ],
)  # fmt: skip
def test_another_form_and_a_day_that_no_calendar_has_are_refused(given: str) -> None:
    with pytest.raises(MalformedCaseError) as caught:
        read_moment(given, "at", "/present/0/at")
    assert str(caught.value) == f"/present/0/at: at is {given!r}, which is no date.\n  {FORMS}"


@pytest.mark.parametrize(("given", "kind"), [(2026, "a number"), (None, "null"), (["2026"], "a list"), (True, "true or false")])
def test_what_is_no_text_is_no_date(given: Any, kind: str) -> None:
    with pytest.raises(MalformedCaseError) as caught:
        read_moment(given, "as_of", "/as_of")
    assert str(caught.value) == f"/as_of: as_of is {kind}, not a date.\n  {FORMS[:-1]}, in quotes."


@pytest.mark.parametrize(
    ("at", "as_of", "future"),
    [
        ("2026-03-04", "2026-03-03", True),
        ("2026-03-03", "2026-03-03", False),
        ("2026-03-03T23:00", "2026-03-03", False),
        ("2026-03-04T00:00", "2026-03-03", True),
        ("2026-03", "2026-03-03", False),
        ("2026-04", "2026-03-03", True),
        ("2026", "2025-12-31", True),
        ("2026-12-31", "2026", False),
        ("2026-03-03T23:30:00-05:00", "2026-03-03", False),
        ("2026-03-03T10:00:00Z", "2026-03-03T11:00:00+02:00", True),
        ("2026-03-03T10:00:00Z", "2026-03-03T13:00:00+02:00", False),
    ],
)
def test_what_certainly_lies_after_the_moment_of_the_case_is_refused(at: str, as_of: str, future: bool) -> None:
    moment, now = read_moment(at, "at", "/at"), read_moment(as_of, "as_of", "/as_of")
    assert check_past(moment, None, "fever", "/at") is moment
    if not future:
        assert check_past(moment, now, "fever", "/at") is moment
        return
    with pytest.raises(MalformedCaseError) as caught:
        check_past(moment, now, "fever", "/at")
    assert str(caught.value) == (
        f"/at: fever is dated {at}, which lies after as_of, {as_of}.\n"
        "  Mend the date, or as_of: what has not happened yet is not recorded."
    )


@pytest.mark.parametrize(
    ("birth", "as_of", "ages"),
    [
        ("1972-05-01", "2026-04-30", (53, 53)),
        ("1972-05-01", "2026-05-01", (54, 54)),
        ("2000-02-29", "2026-02-28", (25, 25)),
        ("2000-02-29", "2026-03-01", (26, 26)),
        ("1972", "2026-05-01", (53, 54)),
        ("1972-05", "2026-05-15", (53, 54)),
        ("1972-05", "2026-06-01", (54, 54)),
        ("1972", "2026", (53, 54)),
        ("1972-05-01", "2026", (53, 54)),
    ],
)
def test_age_in_whole_years(birth: str, as_of: str, ages: tuple[int, int]) -> None:
    assert age_in_years(read_moment(birth, "", ""), read_moment(as_of, "", "")) == ages


def test_an_age_that_does_not_follow_is_refused() -> None:
    now = read_moment("2026-03-03", "as_of", "/as_of")
    assert read_age("1972-05-01", now)[1] == 53
    assert read_age("2026", now)[1] == 0
    refused = {
        ("1972-05-01", None): "/birth_date: birth_date gives no age without as_of.\n"
        '  Add "as_of", the date of the case, or give the age in "measurements": no clock is read.',
        ("1972", now): "/birth_date: birth_date 1972 and as_of 2026-03-03 leave the age open: 53 or 54 years.\n"
        '  Give both to the day, or the age in "measurements".',
        ("2026-03-04", now): "/birth_date: The birth is dated 2026-03-04, which lies after as_of, 2026-03-03.\n"
        "  Mend the date, or as_of: what has not happened yet is not recorded.",
        ("1972-5-1", now): f"/birth_date: birth_date is '1972-5-1', which is no date.\n  {FORMS}",
    }
    for (birth, as_of), message in refused.items():
        with pytest.raises(MalformedCaseError) as caught:
            read_age(birth, as_of)
        assert str(caught.value) == message
