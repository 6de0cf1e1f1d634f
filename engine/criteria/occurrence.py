"""When something was recorded, in whole numbers, and what follows of it for a question about time.

Dates can be vague (a year, a month): each number is a least and a greatest one, and only what is certain of both counts. So
does another SHACL engine compare: the case that it gets has these numbers (`decide/timeline_graph.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.model import Apart, Following, Hierarchy, Occurring, Window


class Span(NamedTuple):
    """A whole number that is known to lie between two others, both included."""

    least: int
    most: int


class When(NamedTuple):
    """A date: as it is written, its day and its second counted from a fixed one, and how many days and calendar months it lies
    back, if that is known: months as the least number by which the moment of the case has to be put back to reach the date or
    one before it."""

    text: str
    day: Span
    second: Span
    days_back: Span | None = None
    months_back: Span | None = None

    def back(self, window: Window) -> Span | None:
        """How far it lies back, in the unit of a window."""
        return self.days_back if window.unit == "d" else self.months_back

    def follows(self, other: When, apart: Apart) -> bool:
        """Whether it certainly lies so far after another date."""
        return self.span(apart).least - other.span(apart).most >= apart.least

    def may_follow(self, other: When, apart: Apart) -> bool:
        """Whether it can lie so far after another date."""
        return self.span(apart).most - other.span(apart).least >= apart.least

    def span(self, apart: Apart) -> Span:
        """It, in the unit of a distance: days, or seconds where that is given in hours."""
        return self.day if apart.unit == "d" else self.second

    def within(self, window: Window) -> bool:
        """Whether it certainly lies in a window."""
        back = self.back(window)
        return back is not None and back.most <= window.amount

    def beyond(self, window: Window) -> bool:
        """Whether it certainly lies before a window."""
        back = self.back(window)
        return back is not None and back.least > window.amount


class Reading(NamedTuple):
    """A value of a measurement, with its date, if it has one."""

    value: float
    when: When | None


class Timeline(NamedTuple):
    """What a case says of time, by IRI of a fact: the dates at which it is recorded to have been so, None of an entry without
    one; the facts that are denied without a date, which is to say for good; and the values of measurements."""

    entries: Mapping[str, tuple[When | None, ...]]
    denied: frozenset[str]
    readings: Mapping[str, tuple[Reading, ...]] = {}

    def of(self, facts: Iterable[str]) -> Iterator[When | None]:
        """The entries of several facts."""
        for fact in facts:
            yield from self.entries.get(fact, ())


def occurring(criterion: Occurring, timeline: Timeline, hierarchy: Hierarchy) -> tuple[int, int]:
    """(holds, refuted) of a criterion that is not denied.

    It holds where enough entries of the fact, or of narrower ones, certainly meet it. It is refuted where the fact or a wider
    one is denied without a date, or has entries of its own that, with those of all narrower ones, certainly miss it.
    """
    own = criterion.finding
    holds = distinct(meeting(criterion, timeline, hierarchy)) >= criterion.times
    wider = hierarchy.broader.get(own, (own,))
    refuted = any(fact in timeline.denied for fact in wider) or any(
        timeline.entries.get(fact)
        and all(_misses(criterion, when, timeline, hierarchy) for when in timeline.of(_narrower(fact, hierarchy)))
        for fact in wider
    )
    if criterion.reference:
        above = hierarchy.broader.get(criterion.reference, (criterion.reference,))
        refuted = refuted or any(fact in timeline.denied for fact in above)
    return int(holds), int(refuted)


def meeting(criterion: Occurring, timeline: Timeline, hierarchy: Hierarchy) -> list[When]:
    """The dates of the fact, or of narrower ones, that certainly meet a criterion."""
    dated = (when for when in timeline.of(_narrower(criterion.finding, hierarchy)) if when is not None)
    return [when for when in dated if _meets(criterion, when, timeline, hierarchy)]


def distinct(dates: Iterable[When]) -> int:
    """How many of some dates are certainly different days: a vague date that can be one of the others counts for nothing.

    >>> one, other = Span(10, 10), Span(1, 31)
    >>> distinct([When("", one, one), When("", other, other), When("", Span(40, 40), one)])
    2
    """
    days = {when.day for when in dates}
    return len({day.most for day in days if not any(other.most < day.most and other.most >= day.least for other in days)})


def _meets(criterion: Occurring, when: When, timeline: Timeline, hierarchy: Hierarchy) -> bool:
    if criterion.window:
        return when.within(criterion.window)
    events = list(timeline.of(_narrower(criterion.reference, hierarchy)))
    if criterion.after:
        return any(event is not None and when.follows(event, criterion.after.apart) for event in events)
    return bool(events) and all(event is not None and event.day.most < when.day.least for event in events)


def _misses(criterion: Occurring, when: When | None, timeline: Timeline, hierarchy: Hierarchy) -> bool:
    if when is None:
        return False
    if criterion.window:
        return when.beyond(criterion.window)
    if criterion.after:
        return _precedes_all(when, criterion.after, timeline, hierarchy)
    events = timeline.of(_narrower(criterion.reference, hierarchy))
    return any(event is not None and when.day.most < event.day.least for event in events)


def _precedes_all(when: When, after: Following, timeline: Timeline, hierarchy: Hierarchy) -> bool:
    """Whether a date certainly lies before, or not far enough after, all times of an event: it or a wider one has to be dated
    itself, since a narrower one says nothing of when others were."""
    return any(
        timeline.entries.get(event)
        and all(
            other is not None and not when.may_follow(other, after.apart) for other in timeline.of(_narrower(event, hierarchy))
        )
        for event in hierarchy.broader.get(after.reference, (after.reference,))
    )


def _narrower(fact: str, hierarchy: Hierarchy) -> tuple[str, ...]:
    return hierarchy.narrower.get(fact, (fact,))
