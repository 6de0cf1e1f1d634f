"""When a recommendation that recurs is due again: calendar days from the last time, never by a clock."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.messages import IN_ENGLISH, Messages, noted
from spinegraph.engine.model import Case, Due, Recurrence
from spinegraph.engine.model.statements import DueState

STATES = {
    "not-yet": noted("not due again before {first}"),
    "due": noted("due again since {first}"),
    "overdue": noted("overdue since {last}"),
}


class _Window(NamedTuple):
    """The first and the last day on which something is due in time; None where the calendar ends before."""

    first: date | None
    last: date | None


def recurrence_in_words(recurrence: Recurrence, say: Messages = IN_ENGLISH) -> str:
    """`every 6 months`, `every 3 months to 1 year`."""
    every = recurrence.every.said(say)
    if recurrence.at_most is None:
        return say("every {time}", time=every)
    return say("every {least} to {most}", least=every, most=recurrence.at_most.said(say))


def due_again(recurrence: Recurrence, intervention: str, case: Case, say: Messages = IN_ENGLISH) -> Due:
    """How a recurrence stands in a case. `intervention`: the code of what is done."""
    every, at_most = recurrence.every, recurrence.at_most
    members: dict[str, Any] = {"every": every.text, "every_at_most": at_most.text if at_most else ""}
    performed = case.dates.get("performed", {}).get(intervention, "") if intervention in case.performed else ""
    if not performed:
        return Due(text=recurrence_in_words(recurrence, say), **members)
    window = _window(recurrence, performed)
    days = {name: day.isoformat() if day else "" for name, day in window._asdict().items()}
    state: DueState = _state(window, case.as_of) if case.as_of else ""
    parts = [recurrence_in_words(recurrence, say), say("last done {performed}", performed=performed)]
    if state:
        parts.append(say(STATES[state], **days))
    return Due(text=", ".join(parts), performed=performed, state=state, **members, **days)


def is_due(recurrence: Recurrence, intervention: str, case: Case) -> bool:
    """Whether what was done may be due again; never where one of the two dates is not known."""
    return due_again(recurrence, intervention, case).state in ("due", "overdue")


def _window(recurrence: Recurrence, performed: str) -> _Window:
    """A date that is not known to the day opens the window with its first day, and closes it with its last."""
    moment = read_moment(performed, "performed", "")
    latest = recurrence.at_most or recurrence.every
    return _Window(recurrence.every.after(moment.first.date()), latest.after(moment.last.date()))


def _state(window: _Window, as_of: str) -> DueState:
    """Not yet only where it is certain; overdue likewise."""
    now = read_moment(as_of, "as_of", "")
    if window.first is None or now.last.date() < window.first:
        return "not-yet"
    if window.last is not None and now.first.date() > window.last:
        return "overdue"
    return "due"
