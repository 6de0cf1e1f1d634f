"""Dates for a patient of whom it is known which criteria of time hold: when what is recorded of him was so.

The solver knows little of time: that what holds is present, and that a wider window holds what a narrower one does. Whether a
patient can have such dates, some of them at and around the ends of all windows, is tried; one for whom none fit is none. Such
patients have a moment that stands for any other: no clock is read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import structs
from spinegraph.engine.criteria.occurrence import Timeline, occurring
from spinegraph.engine.decide.dated_values import DatedValues
from spinegraph.engine.decide.made_up import AS_OF, day, days_apart, window_end
from spinegraph.engine.decide.timeline import Places, facts_read, when_of
from spinegraph.engine.model import Case, DatedEntry, Hierarchy, Occurring, Window
from spinegraph.engine.program.circuit import Circuit
from spinegraph.engine.program.program import Program, structure

MOST_STEPS = 5_000
"""So many combinations of dates are tried for one patient."""
STEPS = (-1, 0, 1, 2)
"""So many days from the end of a window dates are tried."""
Dates = tuple[str | None, ...]
"""The dates of a fact; None of an entry without one."""
UNDATED: Dates = (None,)


class _Dated(NamedTuple):
    """A criterion of time: its literals, and by IRI the facts that it reads: code, places that say so, and that deny it."""

    criterion: Occurring
    hierarchy: Hierarchy
    facts: Mapping[str, tuple[str, Places, Places]]
    holds: int
    refuted: int

    @property
    def literals(self) -> tuple[int, int]:
        """Both."""
        return self.holds, self.refuted

    def bits(self, model: frozenset[int]) -> tuple[int, int]:
        """The two bits of a patient."""
        return int(self.holds in model), int(self.refuted in model)


class DatedPatients:
    """The criteria of time of all programs that are asked about, as literals of one solver."""

    def __init__(self, circuit: Circuit, recorded: Mapping[tuple[str, str], int], values: Mapping[str, Sequence[int]]) -> None:
        """`recorded`: code and side → its literal; `values`: code of a measurement → the literals of its intervals."""
        self._circuit, self._recorded = circuit, recorded
        self._values = DatedValues(circuit, values)
        self._dated: dict[tuple[Any, ...], _Dated] = {}

    def add(self, program: Program) -> None:
        """Make the literals of the criteria of a program."""
        hierarchy = program.knowledge.hierarchy
        self._values.add(program)
        for criterion in program.timed:
            if isinstance(criterion, Occurring) and structure(criterion) not in self._dated:
                facts = facts_read(program.knowledge, (criterion,))
                made = _Dated(criterion, hierarchy, facts, self._circuit.variable(), self._circuit.variable())
                self._restrict(made)
                for other in self._dated.values():
                    self._order(made, other)
                    self._order(other, made)
                self._dated[structure(criterion)] = made

    def of(self, program: Program) -> list[int]:
        """The literals of the input planes of a program, two for each of its criteria."""
        pairs = self._pairs
        return [literal for one in program.timed for literal in pairs[structure(one)]]

    def seen(self, program: Program, pairs: Sequence[tuple[int, int]]) -> Iterator[int]:
        """The literals of a record, of whose criteria the planes are given: of what is not decided nothing is said."""
        known = self._pairs
        for one, pair in zip(program.timed, pairs, strict=True):
            if any(pair):
                literals = known[structure(one)]
                yield from (literal if bit else -literal for literal, bit in zip(literals, pair, strict=True))

    @property
    def _pairs(self) -> dict[tuple[Any, ...], tuple[int, int]]:
        return {key: one.literals for key, one in self._dated.items()} | self._values.pairs

    def _restrict(self, one: _Dated) -> None:
        """What holds is present; what is refuted is denied, or told of with other dates.

        An act that was done before a sign has a date, and does not count as done: so of what is performed neither is certain.
        """
        criterion, broader = one.criterion, one.hierarchy.broader
        own, event = criterion.finding, criterion.reference
        self._circuit.require(-one.holds, -one.refuted)
        if criterion.kind == "performed":
            return
        self._circuit.require(-one.holds, *self._sides(one, one.hierarchy.narrower.get(own, (own,)), "present"))
        wider = broader.get(own, (own,))
        denying = [*self._sides(one, wider, "absent"), *self._sides(one, wider, "present")]
        if event:
            denying += self._sides(one, broader.get(event, (event,)), "absent")
        self._circuit.require(-one.refuted, *denying)

    def _sides(self, one: _Dated, facts: Sequence[str], side: str) -> list[int]:
        return [self._recorded[one.facts[iri][0], side] for iri in facts if iri in one.facts]

    def _order(self, less: _Dated, more: _Dated) -> None:
        """What holds in a narrower window, or of a narrower fact, holds in the wider one; and the other way round."""
        if less.criterion.finding not in more.hierarchy.narrower.get(more.criterion.finding, (more.criterion.finding,)):
            return
        if less.criterion.reference != more.criterion.reference or not _is_stricter(less.criterion, more.criterion):
            return
        self._circuit.require(-more.refuted, less.refuted)
        if less.criterion.times >= more.criterion.times:
            self._circuit.require(-less.holds, more.holds)

    @property
    def literals(self) -> list[int]:
        """All of them, in the order of their structures."""
        return [literal for pair in self._pairs.values() for literal in pair]

    def dated(self, case: Case, model: frozenset[int]) -> Case | None:
        """The case with dates and earlier values of which all criteria come to what a model says, as below."""
        found = self._facts_dated(case, model)
        return found and self._values.dated(found, model)

    def _facts_dated(self, case: Case, model: frozenset[int]) -> Case | None:
        """The case with dates of which the criteria come to what a model says; None, and none of the kind is found again, where
        there are none."""
        if not any(set(one.literals) & model for one in self._dated.values()):
            settled = [one for one in self._dated.values() if self._denied(one, case)]
            if not settled:
                return case
        found: dict[str, Dates] = {}
        for part in _parts(list(self._dated.values())):
            dates = _search(part, case, model)
            if dates is None:
                self._exclude(part, case, model)
                return None
            found |= dates
        facts = {iri: fact for one in self._dated.values() for iri, fact in one.facts.items()}
        if not counted(found, facts, case):
            self._exclude(list(self._dated.values()), case, model)
            return None
        return _with_dates(case, found, facts)

    @staticmethod
    def _denied(one: _Dated, case: Case) -> bool:
        return any(code in case.absent for code, _, _ in one.facts.values())

    def _exclude(self, part: Sequence[_Dated], case: Case, model: frozenset[int]) -> None:
        """Nobody has these facts with this outcome: as few criteria as do not go together are named."""
        few = next(
            some
            for size in range(1, len(part) + 1)
            for some in itertools.combinations(part, size)
            if size == len(part) or _search(some, case, model) is None
        )
        codes = dict.fromkeys(code for one in few for code, _, _ in one.facts.values())
        literals = [self._recorded[code, side] for code in codes for side in ("present", "absent")]
        literals += [literal for one in few for literal in one.literals]
        self._circuit.require(*(-literal if literal in model else literal for literal in dict.fromkeys(literals)))


def _is_stricter(less: Occurring, more: Occurring) -> bool:
    """Whether an entry that meets one criterion in time meets another one, which names the same event."""
    if less.after and more.after:
        return less.after.apart.unit == more.after.apart.unit and less.after.apart.amount >= more.after.apart.amount
    return less.after is more.after and _lies_in(less.window, more.window)


def _lies_in(less: Window | None, more: Window | None) -> bool:
    """Whether one window lies in another whatever the moment of the case."""
    if less is None or more is None:
        return less is more
    if less.unit == more.unit:
        return less.amount <= more.amount
    return less.amount <= 28 * more.amount if less.unit == "d" else 31 * less.amount <= more.amount


def _parts(dated: Sequence[_Dated]) -> Iterator[list[_Dated]]:
    """The criteria in groups that read no facts in common."""
    left = list(dated)
    while left:
        part = [left.pop(0)]
        facts = set(part[0].facts)
        while near := [one for one in left if facts & set(one.facts)]:
            part += near
            facts.update(iri for one in near for iri in one.facts)
            left = [one for one in left if one not in near]
        yield part


def _search(part: Sequence[_Dated], case: Case, model: frozenset[int]) -> dict[str, Dates] | None:
    """By IRI of a fact, dates of which the criteria come to what a model says."""
    facts = {iri: fact for one in part for iri, fact in one.facts.items()}
    present = [iri for iri, fact in facts.items() if fact[0] in case.present]
    absent = [iri for iri, fact in facts.items() if fact[0] in case.absent]
    past = [iri for iri, fact in facts.items() if _is_done(fact) and iri not in {*present, *absent}]
    tried = _days_tried([one.criterion for one in part])
    times = sorted({1, *(one.criterion.times for one in part)})
    affirmed = [UNDATED, *(tuple(day(back + more) for more in range(count)) for count in times for back in tried)]
    dated = [[(), *affirmed[1:]]] * len(past) + [affirmed] * len(present) + [[UNDATED, (AS_OF,)]] * len(absent)
    for chosen in itertools.islice(itertools.product(*dated), MOST_STEPS):
        dates = dict(zip((*past, *present, *absent), chosen, strict=True))
        if _comes_to(part, dates, frozenset(absent), model) and counted(dates, facts, case):
            return dates
    return None


def _comes_to(part: Sequence[_Dated], dates: Mapping[str, Dates], absent: frozenset[str], model: frozenset[int]) -> bool:
    told = {iri: tuple(when_of(at, AS_OF) if at else None for at in given) for iri, given in dates.items()}
    timeline = Timeline(
        {iri: given for iri, given in told.items() if given and iri not in absent},
        frozenset(iri for iri in absent if dates[iri] == UNDATED),
    )
    return all(occurring(one.criterion, timeline, one.hierarchy) == one.bits(model) for one in part)


Facts = Mapping[str, tuple[str, Places, Places]]


def counted(dates: Mapping[str, Dates], facts: Facts, case: Case) -> bool:
    """Whether of what is done exactly that counts as done which is dated after all signs, as a case has it."""
    signs = [at for iri, told in dates.items() if len(facts[iri][1]) == 1 and facts[iri][0] in case.present for at in told if at]
    last = max(signs, default="")
    return all(
        (at >= last) == (facts[iri][0] in case.present)
        for iri, told in dates.items()
        if _is_done(facts[iri]) and facts[iri][0] not in case.absent
        for at in told
        if at
    )


def _is_done(fact: tuple[str, Places, Places]) -> bool:
    return any(member == "performed" for member, _ in fact[1])


def _days_tried(criteria: Sequence[Occurring]) -> list[int]:
    """How many days back dates are tried: at and around the ends of windows."""
    ends = {0, *(window_end(one.window) for one in criteria if one.window)}
    gaps = {days_apart(one.after.apart) for one in criteria if one.after}
    ends |= {end + gap for end in ends for gap in gaps}
    return sorted({end + step for end in ends for step in STEPS if end + step >= 0})


def _with_dates(case: Case, found: Mapping[str, Dates], facts: Mapping[str, tuple[str, Places, Places]]) -> Case:
    dates: dict[str, dict[str, str]] = {}
    earlier: dict[str, dict[str, tuple[DatedEntry, ...]]] = {}
    for iri, told in found.items():
        code, affirming, denying = facts[iri]
        member, name = (denying if code in case.absent else affirming)[0 if code in {*case.present, *case.absent} else -1]
        known = sorted(at for at in told if at)
        older = known[:-1] if code in {*case.present, *case.absent} else known
        if known != older:
            dates.setdefault(member, {})[name] = known[-1]
        if older:
            earlier.setdefault(member, {})[name] = tuple(DatedEntry(at=at) for at in older)
    moment = AS_OF if dates or earlier else ""
    return structs.replace(
        case,
        as_of=moment,
        dates={member: dict(sorted(codes.items())) for member, codes in sorted(dates.items())},
        earlier={member: dict(sorted(codes.items())) for member, codes in sorted(earlier.items())},
    )
