"""Random dates for the entries of random cases: at, just inside and just outside the ends of windows, some of them vague."""

from __future__ import annotations

import random
from datetime import date, timedelta

from msgspec import structs
from spinegraph.engine.decide.timeline import facts_read, measured_in_time
from spinegraph.engine.model import Case, DatedEntry
from spinegraph.engine.program.program import Program

NOW = date(2026, 3, 31)
AS_OF = ("2026-03-31", "2026-03-31", "2026-03-31T12:00:00Z", "2026-03", "")
BACK = (0, 1, 13, 14, 15, 29, 30, 31, 32, 200, 364, 365, 366, 546, 547, 548, 729, 730, 731, 900)
"""So many days before."""


def with_dates(program: Program, case: Case, chance: random.Random) -> Case:
    """The case with a moment, and dates for what criteria of time ask about; as it is where none does."""
    if not program.timed:
        return case
    dates: dict[str, dict[str, str]] = {}
    earlier: dict[str, dict[str, tuple[DatedEntry, ...]]] = {}
    for code, affirming, denying in facts_read(program.knowledge, program.timed).values():
        for recorded, places in ((case.present, affirming), (case.absent, denying)):
            member, name = chance.choice(places)
            if code in recorded and chance.random() < 0.75:
                dates.setdefault(member, {})[name] = _date(chance)
            if code in recorded and chance.random() < 0.5:
                more = {_date(chance) for _ in range(chance.randint(1, 3))}
                earlier.setdefault(member, {})[name] = tuple(DatedEntry(at=at) for at in sorted(more))
    for code in measured_in_time(program.knowledge, program.timed).values():
        if code in case.measurements and chance.random() < 0.85:
            dates.setdefault("measurements", {})[code] = _date(chance)
            values = (case.measurements[code], 5.0, 9.5, 10.0, 15.0, 20.0, 0.0)
            read = {DatedEntry(at=_date(chance), value=chance.choice(values)) for _ in range(chance.randint(0, 2))}
            earlier.setdefault("measurements", {})[code] = tuple(sorted(read, key=lambda entry: (entry.at, entry.value or 0)))
    return structs.replace(case, as_of=chance.choice(AS_OF), dates=dates, earlier=earlier)


def _date(chance: random.Random) -> str:
    day = NOW - timedelta(days=chance.choice(BACK))
    written = day.isoformat()
    return chance.choice((written, written, written, written[:7], written[:4], f"{written}T08:30:00Z"))
