"""The answers that a case can still get, many at once: each is one bit of a plane, and the program runs once over all.

Every open fact alone, present and absent; everything denied; one present and all else denied; two of one screen present, alone
and with all else denied. Values of a measurement are tried likewise, one of each range that rules tell apart, and
each coded value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.decide.facts import compare, members
from spinegraph.engine.decide.stretches import pieces
from spinegraph.engine.model import Case, CaseValue, Compared
from spinegraph.engine.program.program import Program


class Tried(NamedTuple):
    """The planes of all answers, and which of them mean something: masks of those given alone, and of those with denials."""

    planes: tuple[int, ...]
    alone: int
    with_denials: int
    denied: int

    @property
    def all(self) -> int:
        """Every answer."""
        return self.alone | self.with_denials


class Answers:
    """The answers of one program, laid out once."""

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        self._program = program
        self._number = {iri: number for number, iri in enumerate(program.findings)}
        self._sides = [(program.present[iri], program.absent[iri]) for iri in program.findings]
        self._present = [0] * len(self._number)
        self._absent = [0] * len(self._number)
        self._values: dict[str, list[tuple[CaseValue, int]]] = {iri: [] for iri in knowledge.valued}
        self.about: dict[str, int] = {}
        self._size = 1
        self._with_denials = self.denied = 1
        self._lay_out()

    def _lay_out(self) -> None:
        """Bit 0 is everything denied; each further answer takes the next bit."""
        program = self._program
        with_denials: list[tuple[tuple[str, ...], int]] = []
        for iri, number in self._number.items():
            alone = self._bit(iri)
            self._present[number] |= alone
            self._absent[number] |= self._bit(iri)
            with_denials.append(((iri,), self._bit(iri, with_denials=True)))
        for pair in self._pairs():
            alone = self._bit(*pair)
            for iri in pair:
                self._present[self._number[iri]] |= alone
            with_denials.append((pair, self._bit(*pair, with_denials=True)))
        criteria: dict[str, list[Compared]] = {}
        for comparison in program.comparisons:
            criteria.setdefault(comparison.measurement, []).append(comparison.criterion)
        valued = program.knowledge.valued
        for iri, thing in valued.items():
            for piece in pieces(thing, criteria.get(iri, [])):
                self._values[iri].append((piece.value, self._bit(iri) | self._bit(iri, with_denials=True)))
        self._lay_out_together()
        self._lay_out_in_time(with_denials)
        self._deny(with_denials)
        self._related = {code for codes in program.codes_of_related for code in codes}
        self._compared = [(iri, valued[iri].code, self._ranges(iri)) for iri in criteria]
        self._alike = {code: self._of_each_range(iri, criteria[iri]) for iri, code, _ in self._compared}
        self._ones = (1 << self._size) - 1

    def _lay_out_together(self) -> None:
        """Two values that are related as is asked for, and otherwise: of what is one of them alone nothing is said."""
        self._together: list[tuple[tuple[str, str], tuple[int, int]]] = []
        for criterion in self._program.related:
            bits = [self._bit(*criterion.mentions) | self._bit(*criterion.mentions, with_denials=True) for _ in range(2)]
            self._together.append(((criterion.measurement, criterion.other), (bits[0], bits[1])))

    def _lay_out_in_time(self, with_denials: list[tuple[tuple[str, ...], int]]) -> None:
        """What only dates decide: that it is so, and that it is not; both where the fact is present, alone and among denials."""
        self._dated: list[tuple[int, int]] = []
        for criterion in self._program.timed:
            sides = []
            for _ in range(2):
                about = (*criterion.mentions, *map(date_of, criterion.dated), *([AS_OF] if criterion.window else []))
                alone, denied = self._bit(*about), self._bit(*about, with_denials=True)
                if criterion.subject in self._number:
                    self._present[self._number[criterion.subject]] |= alone
                    with_denials.append(((criterion.subject,), denied))
                sides.append(alone | denied)
            self._dated.append((sides[0], sides[1]))

    def _ranges(self, measurement: str) -> tuple[tuple[int, int], ...]:
        """The position of each input plane of a measurement, with the values that set it."""
        first = 2 * len(self._number)
        return tuple(
            (first + 2 * number + side, sum(bits for value, bits in self._values[iri] if compare(criterion, value)[side]))
            for number, (iri, criterion) in enumerate(self._program.comparisons)
            if iri == measurement
            for side in (0, 1)
        )

    def _of_each_range(self, measurement: str, criteria: Sequence[Compared]) -> dict[tuple[int, ...], CaseValue]:
        """What the criteria see of a value → one value of which they see that."""
        found: dict[tuple[int, ...], CaseValue] = {}
        for value, _ in self._values[measurement]:
            found.setdefault(tuple(side for criterion in criteria for side in compare(criterion, value)), value)
        return found

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Two findings that one screen asks for."""
        for screen in self._program.knowledge.screens.values():
            yield from combinations([item.asks for item in screen.items if item.asks in self._number], 2)

    def _deny(self, with_denials: Sequence[tuple[tuple[str, ...], int]]) -> None:
        """Everything is denied beside what is present, but for what is wider than that, and what rules derive."""
        broader = self._program.knowledge.hierarchy.broader
        denied = dict.fromkeys(self._number, self._with_denials)
        for iris, bit in with_denials:
            for iri in iris:
                self._present[self._number[iri]] |= bit
                for wider in broader.get(iri, (iri,)):
                    if wider in denied:
                        denied[wider] &= ~bit
        for iri, bits in denied.items():
            if iri not in self._program.relations.deriving:
                self._absent[self._number[iri]] |= bits

    def _bit(self, *iris: str, with_denials: bool = False) -> int:
        bit = 1 << self._size
        self._size += 1
        if with_denials:
            self._with_denials |= bit
        for iri in iris:
            self.about[iri] = self.about.get(iri, 0) | bit
        return bit

    def as_seen(self, case: Case, recorded: Sequence[int]) -> Case:
        """A record, whose input planes are given, as the program sees it: one value for all that it does not tell apart."""
        values = dict(sorted(case.values.items()))
        for _, code, answers in self._compared:
            if code in values and code not in self._related:
                seen = tuple([recorded[position] for position, _ in answers])
                values[code] = self._alike[code].get(seen, values[code])
        performed = tuple(sorted(case.performed))
        present, absent = tuple(sorted(case.present)), tuple(sorted(case.absent))
        return Case(present=present, absent=absent, performed=performed, **members(values))

    def _put_in_time(self, inputs: list[int], recorded: Sequence[int], planes: Sequence[int]) -> None:
        """The planes of what only dates decide, where the record leaves it open: it is refuted, too, by what is denied."""
        program, hierarchy = self._program, self._program.knowledge.hierarchy
        for number, (criterion, (holds, refuted)) in enumerate(zip(program.timed, self._dated, strict=True)):
            position = program.first_timed + 2 * number
            if recorded[position] or recorded[position + 1]:
                continue
            for iri in hierarchy.broader.get(criterion.subject, (criterion.subject,)):
                if iri in self._number and not (planes[program.present[iri]] or planes[program.absent[iri]]):
                    refuted |= self._absent[self._number[iri]]
            denied = criterion.subject in program.absent and planes[program.absent[criterion.subject]]
            inputs[position], inputs[position + 1] = 0 if denied else holds & ~refuted, refuted

    def try_all(self, case: Case, recorded: Sequence[int], planes: Sequence[int], closed: frozenset[str]) -> Tried:
        """All answers on top of a consistent record, whose input (`recorded`) and output planes are given.

        `closed`: IRIs of measurements that nobody can be asked for. What contradicts the record is no answer.
        """
        program, ones = self._program, self._ones
        inputs = [ones if bit else 0 for bit in recorded]
        for number, (present, absent) in enumerate(self._sides):
            if not (planes[present] or planes[absent]):
                inputs[2 * number], inputs[2 * number + 1] = self._present[number], self._absent[number]
        for iri, code, answers in self._compared:
            if iri not in closed and code not in case.values:
                for position, bits in answers:
                    inputs[position] = bits
        codes = program.codes_of_related
        for number, (iris, sides) in enumerate(self._together):
            if closed.isdisjoint(iris) and not all(code in case.values for code in codes[number]):
                inputs[program.first_related + 2 * number : program.first_related + 2 * number + 2] = sides
        self._put_in_time(inputs, recorded, planes)
        found = program.run(inputs)
        usable = ones ^ found[program.clash]
        with_denials = self._with_denials & usable if usable & self.denied else 0
        return Tried(found, usable & ~self._with_denials, with_denials, self.denied & usable)
