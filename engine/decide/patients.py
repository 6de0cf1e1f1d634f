"""Every consistent patient there can be, as one satisfiability problem; a patient found in it is made minimal.

A patient is a record: each finding present, absent or not assessed, each measurement unknown or in one of the intervals into
which the bounds of all criteria cut its possible values, each coded property unknown or one of its values. Records that
contradict themselves are left out: what the engine does with those is the business of `conflicting`, and proves nothing about
the rules.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import structs
from spinegraph.engine.criteria.related import relate
from spinegraph.engine.decide.dating import DatedPatients
from spinegraph.engine.decide.facts import compare, members
from spinegraph.engine.decide.realising import Wanted, realised
from spinegraph.engine.decide.stretches import View, numbers_of, readable_values, roundness, view_of
from spinegraph.engine.model import Altered, Case, CaseValue, CodedProperty, Compared, Measured, Measurement, OfReadings, Related
from spinegraph.engine.program.circuit import KEPT, TRUE, Circuit, Solution
from spinegraph.engine.program.program import Program, structure
from spinegraph.engine.program.solver import ITotalizer


class Interval(NamedTuple):
    """Values of a thing that no criterion tells apart: one of them, and the literal of being among them."""

    value: CaseValue
    literal: int


class Relation(NamedTuple):
    """What is asked of two values, by code: the literals of its being in range, and out of it."""

    codes: tuple[str, str]
    criterion: Related
    literals: tuple[int, int]

    def bits(self, model: frozenset[int]) -> tuple[int, int]:
        """The two bits of a patient."""
        inside, outside = (int(literal in model) for literal in self.literals)
        return inside, outside


class Patients:
    """The records that one or several programs can be asked about, and what the programs make of them.

    Codes that only one of the programs knows can be recorded; the others do not see them.
    """

    def __init__(self, *programs: Program, performed: Iterable[int] = ()) -> None:
        """`performed`: the input planes of what is done for all of them."""
        self._performed = frozenset(performed)
        self.circuit = Circuit()
        self._given: dict[tuple[str, str], int] = {}
        self.intervals: dict[str, tuple[Interval, ...]] = {}
        for program in programs:
            for iri in program.findings:
                self._give(program.knowledge.findings[iri].code)
        self._criteria = dict(_criteria(programs))
        for code, criteria in self._criteria.items():
            self.intervals[code] = tuple(self._intervals(_valued(programs, code), criteria))
        self._related: dict[tuple[Any, ...], Relation] = {}
        self._measurements = {one.code: one for program in programs for one in program.knowledge.measurements.values()}
        for program in programs:
            self._relate(program)
        self.in_time = DatedPatients(
            self.circuit, self._given, {code: [one.literal for one in ends] for code, ends in self.intervals.items()}
        )
        for program in programs:
            self.in_time.add(program)
        self._views = {
            code: tuple((view_of(self._criteria[code], entry.value), entry.literal) for entry in intervals)
            for code, intervals in self.intervals.items()
        }
        self.planes = tuple(tuple(self._run(program, {})) for program in programs)
        for program, planes in zip(programs, self.planes, strict=True):
            self.circuit.require(-planes[program.clash])
        values = [interval.literal for code in sorted(self.intervals) for interval in self.intervals[code]]
        values += self.in_time.literals
        sides = {side: [self._given[key] for key in sorted(self._given) if key[1] == side] for side in ("present", "absent")}
        self._least_preferred = tuple(reversed((*sides["present"], *sides["absent"], *values)))
        self._counter: ITotalizer | None = None
        self._met: deque[Solution] = deque(maxlen=KEPT)

    def recorded(self, code: str, state: str) -> int:
        """The literal of a finding's being recorded "present" or "absent"."""
        return self._given[code, state]

    def unmeasured(self, code: str) -> int:
        """The literal of a measurement's not being known."""
        return -self.circuit.any_of(interval.literal for interval in self.intervals.get(code, ()))

    def record(self, case: Case) -> tuple[int, ...]:
        """The literals of a consistent record: what is in it, and nothing about the rest."""
        literals = [self._given[code, "present"] for code in case.present]
        literals += [self._given[code, "absent"] for code in case.absent]
        for code, value in case.values.items():
            seen = view_of(self._criteria.get(code, ()), value)
            literals += [literal for view, literal in self._views.get(code, ()) if view == seen]
        for one in self._related.values():
            if one.codes[0] in case.measurements and one.codes[1] in case.measurements:
                seen_together = relate(one.criterion, *(case.measurements[code] for code in one.codes))
                literals += [literal if bit else -literal for bit, literal in zip(seen_together, one.literals, strict=True)]
        return tuple(literals)

    def one_of(self, literals: Iterable[int]) -> int:
        """A literal under which one of these holds; give it back with `forget` once it was asked about."""
        asked = self.circuit.variable()
        self.circuit.require(-asked, *literals)
        return asked

    def forget(self, asked: int) -> None:
        """Ask no more about a literal that `one_of` gave."""
        self.circuit.require(-asked)

    def exists(self, *wanted: int) -> bool:
        """Whether some patient meets all of these literals.

        Where patients have to be tried, small ones are, whose dates and values are soon found; which of them is of no matter.
        """
        if not self.is_tried:
            return self.circuit.possible(wanted)
        if any(patient.meets(wanted) for patient in self._met):
            return True
        while (model := self._small_model(wanted)) is not None:
            if self._case(model) is not None:
                self._met.appendleft(Solution(model, self.circuit.size))
                return True
        return False

    @property
    def is_tried(self) -> bool:
        """Whether what the solver finds need not be a patient: values have to be related, or dates to lie, as it says."""
        return bool(self._related or self.in_time.literals)

    def with_value(self, program: Program, code: str, value: CaseValue) -> tuple[int, ...]:
        """The program's output planes over all patients who have this value of one thing, whatever else is recorded."""
        return tuple(self._run(program, {code: value}))

    def smallest_with(self, values: Mapping[str, CaseValue], *wanted: int) -> Case | None:
        """The smallest patient who meets literals of planes made by `with_value`, with those values."""
        case = self.smallest(*wanted, *map(self.unmeasured, values))
        return case and structs.replace(case, **members(dict(sorted({**case.values, **values}.items()))))

    def smallest(self, *wanted: int) -> Case | None:
        """A patient who meets all of these literals with as few recorded facts as can be, or None where nobody does.

        Of several it is always the same one, whatever was asked before: what is found present is preferred to what is found
        absent, that to a measurement, and what comes first in the alphabet.
        """
        while (model := self._smallest_model(wanted)) is not None:
            case = self._case(model)
            if case is not None:
                return case
        return None

    def _small_model(self, wanted: tuple[int, ...]) -> frozenset[int] | None:
        """One of those with the fewest recorded facts."""
        model = self.circuit.model(wanted)
        if model is None:
            return None
        counter = self._counting()
        size = self._size(model)
        while size and (smaller := self.circuit.model((*wanted, -counter.rhs[size - 1]))) is not None:
            model, size = smaller, self._size(smaller)
        return model

    def _smallest_model(self, wanted: tuple[int, ...]) -> frozenset[int] | None:
        """Of those the one that is preferred."""
        model = self._small_model(wanted)
        if model is None:
            return None
        counter, size = self._counting(), self._size(model)
        bound = (*wanted, *((-counter.rhs[size],) if size < len(counter.rhs) else ()))
        settled: list[int] = []
        for literal in self._least_preferred:
            if literal in model and (other := self.circuit.model((*bound, *settled, -literal))) is not None:
                model = other
            settled.append(literal if literal in model else -literal)
        return model

    def _size(self, model: frozenset[int]) -> int:
        return sum(literal in model for literal in self._least_preferred)

    def _counting(self) -> ITotalizer:
        """A unary count of the recorded facts: `rhs[n]` holds if there are more than n."""
        if self._counter is None:
            self._counter = ITotalizer(lits=self._least_preferred, ubound=len(self._least_preferred), top_id=self.circuit.size)
            self.circuit.size = max(self.circuit.size, self._counter.top_id)
            for clause in self._counter.cnf.clauses:
                self.circuit.require(*clause)
        return self._counter

    def _case(self, model: frozenset[int]) -> Case | None:
        """The patient of a model; None, and none of the kind is found again, where no values are related as it says."""
        sides = {
            state: tuple(sorted(code for (code, side), literal in self._given.items() if side == state and literal in model))
            for state in ("present", "absent")
        }
        values = {
            code: interval.value
            for code, intervals in sorted(self.intervals.items())
            for interval in intervals
            if interval.literal in model
        }
        numbers = {code: value for code, value in values.items() if not isinstance(value, str)}
        together = [one for one in self._related.values() if one.codes[0] in numbers and one.codes[1] in numbers]
        found = self._realised(together, model, numbers) if together else {}
        if found is None:
            self._exclude(together, model, numbers)
            return None
        case = Case(present=sides["present"], absent=sides["absent"], **members({**values, **found}))
        return self.in_time.dated(case, model)

    def _realised(
        self, together: Sequence[Relation], model: frozenset[int], numbers: Mapping[str, float]
    ) -> dict[str, float] | None:
        """Numbers that are related as a model says, each in the interval of the given ones."""

        def fits(code: str, value: float) -> bool:
            thing = self._measurements[code]
            alike = view_of(self._criteria[code], value) == view_of(self._criteria[code], numbers[code])
            return thing.minimum <= value <= thing.maximum and alike

        def pool(code: str) -> list[float]:
            ahead = numbers_of(self._measurements[code], self._criteria[code])
            return [numbers[code], *sorted((value for value in ahead if fits(code, value)), key=roundness)]

        return realised([Wanted(*one.codes, one.criterion, one.bits(model)) for one in together], pool, fits)

    def _exclude(self, together: Sequence[Relation], model: frozenset[int], numbers: Mapping[str, float]) -> None:
        """No patient has so few of these relations with values of these intervals: none of the kind is found again."""
        few = next(
            part
            for size in range(1, len(together) + 1)
            for part in itertools.combinations(together, size)
            if size == len(together) or self._realised(part, model, numbers) is None
        )
        literals = [interval.literal for one in few for code in one.codes for interval in self.intervals[code]]
        literals = [literal for literal in literals if literal in model]
        literals += [literal if literal in model else -literal for one in few for literal in one.literals]
        self.circuit.require(*(-literal for literal in dict.fromkeys(literals)))

    def _relate(self, program: Program) -> None:
        """The literals of what a program asks of two values: neither bit without both, and never both bits."""
        for codes, criterion in zip(program.codes_of_related, program.related, strict=True):
            key = structure(criterion)
            if key in self._related:
                continue
            for code in codes:
                if code not in self.intervals:
                    self._criteria.setdefault(code, [])
                    self.intervals[code] = tuple(self._intervals(self._measurements[code], ()))
            inside, outside = self.circuit.variable(), self.circuit.variable()
            known = [self.circuit.any_of(interval.literal for interval in self.intervals[code]) for code in codes]
            self.circuit.require(-inside, -outside)
            for literal, one in itertools.product((inside, outside), known):
                self.circuit.require(-literal, one)
            if not criterion.ratio:  # a ratio to nothing is none
                self.circuit.require(inside, outside, *(-one for one in known))
            self._related[key] = Relation(codes, criterion, (inside, outside))

    def _give(self, code: str) -> None:
        if (code, "present") not in self._given:
            present, absent = self.circuit.variable(), self.circuit.variable()
            self._given[code, "present"], self._given[code, "absent"] = present, absent
            self.circuit.require(-present, -absent)

    def _intervals(self, thing: Measurement | CodedProperty, criteria: Sequence[Compared]) -> Iterator[Interval]:
        """One interval for each way in which the criteria can see a possible value; no two at once."""
        seen: dict[View, CaseValue] = {}
        for value in readable_values(thing, criteria):
            seen.setdefault(view_of(criteria, value), value)
        literals: list[int] = []
        for value in seen.values():
            literal = self.circuit.variable()
            for other in literals:
                self.circuit.require(-literal, -other)
            literals.append(literal)
            yield Interval(value, literal)

    def _run(self, program: Program, fixed: Mapping[str, CaseValue]) -> Iterator[int]:
        """The literals of a program's output planes over all patients, some measurements having a fixed value."""
        inputs = []
        for iri in program.findings:
            code = program.knowledge.findings[iri].code
            inputs += [self._given[code, "present"], self._given[code, "absent"]]
        valued = program.knowledge.valued
        for thing, criterion in program.comparisons:
            code = valued[thing].code
            if code in fixed:
                inputs += [TRUE if seen else -TRUE for seen in compare(criterion, fixed[code])]
                continue
            intervals = self.intervals[code]
            for side in (0, 1):
                inputs.append(
                    self.circuit.any_of(interval.literal for interval in intervals if compare(criterion, interval.value)[side])
                )
        positions = range(program.first_performed, program.first_performed + len(program.performable))
        inputs += [TRUE if position in self._performed else -TRUE for position in positions]
        inputs += [literal for criterion in program.related for literal in self._related[structure(criterion)].literals]
        inputs += self.in_time.of(program)
        for plane in program.run([self.circuit.wire(literal) for literal in (*inputs, TRUE)]):
            yield plane.literal


def _criteria(programs: Iterable[Program]) -> Mapping[str, list[Compared]]:
    """Code of a measurement or coded property → what any of the programs asks of its value."""
    found: dict[str, list[Compared]] = {}
    for program in programs:
        valued = program.knowledge.valued
        for thing, criterion in program.comparisons:
            found.setdefault(valued[thing].code, []).append(criterion)
        for one in program.timed:
            if isinstance(one, OfReadings):
                lower, upper = (None, None) if isinstance(one, Altered) else (one.lower, one.upper)
                range_ = Measured(measurement=one.measurement, lower=lower, upper=upper)
                found.setdefault(valued[one.measurement].code, []).append(range_)
    return found


def _valued(programs: Iterable[Program], code: str) -> Measurement | CodedProperty:
    known = (thing for program in programs for thing in program.knowledge.valued.values())
    return next(thing for thing in known if thing.code == code)
