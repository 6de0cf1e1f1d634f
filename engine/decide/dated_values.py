"""Readings for a patient of whom it is known which criteria on readings hold: earlier values, and dates for all of them.

As in `dating.py`, the solver knows little of readings: what is decided needs a value. Some values and dates at and around the
bounds, windows and distances of all criteria are tried; a patient for whom none fit is none.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import structs
from spinegraph.engine.criteria.occurrence import Reading
from spinegraph.engine.criteria.reading import read
from spinegraph.engine.decide.made_up import AS_OF, day, days_apart, window_end
from spinegraph.engine.decide.timeline import when_of
from spinegraph.engine.model import Altered, Case, DatedEntry, OfReadings, Repeated
from spinegraph.engine.program.circuit import Circuit
from spinegraph.engine.program.program import Program, structure

MOST_STEPS = 10_000
"""So many combinations of readings are tried for one patient."""
STEPS = (0, 1)
"""So many days beyond the end of a window or a distance dates are tried."""
Told = tuple[tuple[float, str | None], ...]
"""Readings, the last one first: each a value, and its date."""
Outcome = tuple[tuple[int, int], ...]
"""The two bits of each of some criteria."""


class _Read(NamedTuple):
    """A criterion on readings: the code of its measurement, and its literals."""

    criterion: OfReadings
    code: str
    holds: int
    refuted: int

    def bits(self, model: frozenset[int]) -> tuple[int, int]:
        """The two bits of a patient."""
        return int(self.holds in model), int(self.refuted in model)


class DatedValues:
    """The criteria on readings of all programs that are asked about, as literals of one solver."""

    def __init__(self, circuit: Circuit, values: Mapping[str, Sequence[int]]) -> None:
        """`values`: code of a measurement → the literals of its intervals."""
        self._circuit, self._values = circuit, values
        self._read: dict[tuple[Any, ...], _Read] = {}
        self._outcomes: dict[tuple[tuple[int, ...], float], _Outcomes] = {}

    def add(self, program: Program) -> None:
        """Make the literals of the criteria of a program."""
        for criterion in program.timed:
            if isinstance(criterion, OfReadings) and structure(criterion) not in self._read:
                code = program.knowledge.measurements[criterion.measurement].code
                made = _Read(criterion, code, self._circuit.variable(), self._circuit.variable())
                self._circuit.require(-made.holds, -made.refuted)
                for literal in (made.holds, made.refuted):
                    self._circuit.require(-literal, *self._values[code])
                self._read[structure(criterion)] = made

    @property
    def pairs(self) -> dict[tuple[Any, ...], tuple[int, int]]:
        """By structure of a criterion: its literals."""
        return {key: (one.holds, one.refuted) for key, one in self._read.items()}

    def dated(self, case: Case, model: frozenset[int]) -> Case | None:
        """The case with readings of which the criteria come to what a model says; None, and none of the kind is found again,
        where there are none."""
        for code in dict.fromkeys(one.code for one in self._read.values()):
            part = [one for one in self._read.values() if one.code == code]
            if code not in case.measurements:
                continue
            told = self._search(part, case.measurements[code], model)
            if told is None:
                self._exclude(part, case, model)
                return None
            case = _with_readings(case, code, told)
        return case

    def _search(self, part: Sequence[_Read], value: float, model: frozenset[int]) -> Told | None:
        """Readings of which some criteria come to what a model says."""
        key = tuple(one.holds for one in part), value
        if key not in self._outcomes:
            self._outcomes[key] = _Outcomes([one.criterion for one in part], value)
        return self._outcomes[key].first(tuple(one.bits(model) for one in part))

    def _exclude(self, part: Sequence[_Read], case: Case, model: frozenset[int]) -> None:
        few = next(
            some
            for size in range(1, len(part) + 1)
            for some in itertools.combinations(part, size)
            if size == len(part) or self._search(some, case.measurements[part[0].code], model) is None
        )
        literals = [literal for literal in self._values[part[0].code] if literal in model]
        literals += [literal if literal in model else -literal for one in few for literal in (one.holds, one.refuted)]
        self._circuit.require(*(-literal for literal in literals))


class _Outcomes:
    """What readings with one last value come to for some criteria: each combination is tried once, when first one is wanted
    that no earlier one gives."""

    def __init__(self, criteria: Sequence[OfReadings], value: float) -> None:
        self._criteria = criteria
        self._left = itertools.islice(_tried(criteria, value), MOST_STEPS)
        self._first: dict[Outcome, Told] = {}

    def first(self, wanted: Outcome) -> Told | None:
        """The first readings of which the criteria come to these bits."""
        while wanted not in self._first and (told := next(self._left, None)) is not None:
            readings = [Reading(number, when_of(at, AS_OF) if at else None) for number, at in told]
            self._first.setdefault(tuple(read(criterion, readings) for criterion in self._criteria), told)
        return self._first.get(wanted)


def _tried(criteria: Sequence[OfReadings], value: float) -> Iterator[Told]:
    """Readings that are tried for a last value: it alone, then with earlier ones."""
    yield ((value, None),)
    ends = {0, *(window_end(one.window) for one in criteria if one.window)}
    days = sorted({end + step for end in ends for step in STEPS})
    gaps = sorted({1, *(gap + step for gap in map(_gap, criteria) for step in STEPS if gap)} | {end for end in days if end})
    values = list(dict.fromkeys(_values(criteria, value)))
    for count in range(3):
        for latest in days:
            for chosen in itertools.product(itertools.product(values, gaps), repeat=count):
                back, told = latest, [(value, day(latest))]
                for number, gap in chosen:
                    back += gap
                    told.append((number, day(back)))
                yield tuple(told)


def _values(criteria: Sequence[OfReadings], value: float) -> Iterator[float]:
    """Values for earlier readings: at and around bounds, and those from which the last one changed by so much."""
    yield value
    for one in criteria:
        for bound in (one.lower, one.upper):
            if bound is None:
                continue
            if not isinstance(one, Altered):
                middles = [bound.value]
            elif one.ratio:
                middles = [value / bound.value] if bound.value else []
            else:
                middles = [value - bound.value]
            yield from (round(middle + step, 6) for middle in middles for step in (0, -1, 1))


def _gap(criterion: OfReadings) -> int:
    return days_apart(criterion.apart) if isinstance(criterion, Repeated) else 0


def _with_readings(case: Case, code: str, told: Told) -> Case:
    (_, at), *older = told
    if not at:
        return case
    dates = {member: dict(codes) for member, codes in case.dates.items()}
    dates.setdefault("measurements", {})[code] = at
    earlier = {member: dict(codes) for member, codes in case.earlier.items()}
    if older:
        entries = tuple(DatedEntry(at=day_, value=number) for number, day_ in reversed(older) if day_)
        earlier.setdefault("measurements", {})[code] = entries
    sort: Callable[[Mapping[str, Any]], dict[str, Any]] = lambda named: dict(sorted(named.items()))  # noqa: E731
    dated = {member: sort(codes) for member, codes in sort(dates).items()}
    before = {member: sort(codes) for member, codes in sort(earlier).items()}
    return structs.replace(case, as_of=AS_OF, dates=dated, earlier=before)
