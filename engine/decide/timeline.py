"""The dates of a case → the whole numbers that criteria of time compare, and the planes that follow.

A day is the one that the clock of the record showed. No date can lie after the moment of the case, so that a vague one ends
there.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from spinegraph.engine.criteria.occurrence import Reading, Span, Timeline, When, occurring
from spinegraph.engine.criteria.reading import read
from spinegraph.engine.decide.dates import Moment, read_moment
from spinegraph.engine.knowledge.dates import timed_criteria
from spinegraph.engine.model import Case, Hierarchy, Knowledge, Occurring, OfReadings, Timed
from spinegraph.engine.program.program import Program


class Timelines:
    """What the criteria of time of one program can see of a case."""

    def __init__(self, program: Program) -> None:
        self._hierarchy = program.knowledge.hierarchy
        self._timed = program.timed
        self._facts = facts_read(program.knowledge, program.timed)
        self._measured = measured_in_time(program.knowledge, program.timed)

    def of(self, case: Case) -> Timeline:
        """The dates of a case."""
        entries = {}
        denied = []
        for iri, (code, affirming, denying) in self._facts.items():
            if dates := tuple(_dates(case, code, case.present, affirming)):
                entries[iri] = dates
            if None in _dates(case, code, case.absent, denying):
                denied.append(iri)
        readings = {iri: tuple(_readings(case, code)) for iri, code in self._measured.items()}
        return Timeline(entries, frozenset(denied), readings)

    def pairs(self, case: Case) -> list[tuple[int, int]]:
        """The two input planes of each of the program's criteria of time."""
        if not self._timed:
            return []
        timeline = self.of(case)
        return [bits_in_time(one, timeline, self._hierarchy) for one in self._timed]


def bits_in_time(criterion: Timed, timeline: Timeline, hierarchy: Hierarchy) -> tuple[int, int]:
    """(holds, refuted) of a criterion of time that is not denied."""
    if isinstance(criterion, Occurring):
        return occurring(criterion, timeline, hierarchy)
    if isinstance(criterion, OfReadings):
        return read(criterion, timeline.readings.get(criterion.measurement, ()))
    raise TypeError(f"{criterion.operator} is no criterion of time.")


Places = tuple[tuple[str, str], ...]
"""Members of a case, and the codes under which a fact stands in them."""


def asked_about(knowledge: Knowledge) -> frozenset[tuple[str, str]]:
    """The entries of a request, each a member and a code, whose dates some criterion asks for."""
    timed = timed_criteria(knowledge)
    facts = facts_read(knowledge, timed).values()
    readings = (("measurements", code) for code in measured_in_time(knowledge, timed).values())
    return frozenset((*(place for _, affirming, denying in facts for place in (*affirming, *denying)), *readings))


def measured_in_time(knowledge: Knowledge, timed: tuple[Timed, ...]) -> dict[str, str]:
    """The measurements of which some criteria read all dated values: IRI → code."""
    read_by = dict.fromkeys(one.measurement for one in timed if isinstance(one, OfReadings))
    return {iri: knowledge.measurements[iri].code for iri in read_by if iri in knowledge.measurements}


def facts_read(knowledge: Knowledge, timed: tuple[Timed, ...]) -> dict[str, tuple[str, Places, Places]]:
    """The facts (IRIs) whose dates some criteria ask for: the code of each, and the places that say so, and that deny it."""
    hierarchy = knowledge.hierarchy
    asked = [iri for one in timed if isinstance(one, Occurring) for iri in (one.finding, one.reference) if iri]
    near = dict.fromkeys(
        iri for fact in asked for relation in (hierarchy.narrower, hierarchy.broader) for iri in relation.get(fact, (fact,))
    )
    found = {}
    for iri in near:
        if iri in knowledge.findings:
            code, act = knowledge.findings[iri].code, knowledge.acts.get(iri)
            done = ((act.kind, knowledge.interventions[act.intervention].code),) if act else ()
            undone = tuple((f"not_{kind}", name) for kind, name in done)
            found[iri] = code, (("present", code), *done), (("absent", code), *undone)
    return found


def _readings(case: Case, code: str) -> Iterator[Reading]:
    """The values of a measurement, the one that counts first."""
    if code not in case.measurements:
        return
    at = case.dates.get("measurements", {}).get(code)
    yield Reading(case.measurements[code], when_of(at, case.as_of) if at else None)
    for entry in case.earlier.get("measurements", {}).get(code, ()):
        if entry.value is not None:
            yield Reading(entry.value, when_of(entry.at, case.as_of))


def _dates(case: Case, code: str, recorded: tuple[str, ...], places: Places) -> Iterator[When | None]:
    """The dates of the entries of a fact on one side; None for one without a date."""
    if code in recorded:
        current = [at for member, name in places if (at := case.dates.get(member, {}).get(name))]
        yield from (when_of(at, case.as_of) for at in dict.fromkeys(current))
        if not current:
            yield None
    for member, name in places:
        for entry in case.earlier.get(member, {}).get(name, ()):
            yield when_of(entry.at, case.as_of)


@lru_cache(maxsize=1 << 12)
def when_of(text: str, as_of: str) -> When:
    """A date as whole numbers, at the moment of a case ("" where that is not known).

    >>> when_of("2025-02-28", "2026-03-31").months_back, when_of("2025-03", "2026-03-31").days_back
    (Span(least=13, most=13), Span(least=365, most=395))
    """
    moment = read_moment(text, "at", "")
    first, last = moment.first.date(), moment.last.date()
    now = read_moment(as_of, "as_of", "/as_of") if as_of else None
    if now is None:
        return When(text, _days(first, last), _seconds(moment))
    earliest, latest = now.first.date(), now.last.date()
    last = max(first, min(last, latest))
    days = Span(max(0, (earliest - last).days), (latest - first).days)
    months = Span(max(0, _months(last, earliest)), _months(first, latest))
    return When(text, _days(first, last), _seconds(moment), days, months)


def _days(first: date, last: date) -> Span:
    return Span(first.toordinal(), last.toordinal())


def _seconds(moment: Moment) -> Span:
    first, last = moment.order
    return Span(int(first.timestamp()), int(last.timestamp()))


def _months(day: date, now: date) -> int:
    """The least number of calendar months by which `now` is put back to reach a day or one before it; a month that is too
    short for its day of the month is put to its end."""
    months = (now.year - day.year) * 12 + now.month - day.month
    reached = min(now.day, monthrange(day.year, day.month)[1])
    return months + (day.day < reached)
