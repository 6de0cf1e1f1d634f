"""The answers that a case can still get, many at once: each is one bit of a plane, and the program runs once over all.

Every open fact alone, present and absent; everything denied; one present and all else denied; two of one screen present, alone
and with all else denied. Values of a measurement are tried likewise, one of each range that rules tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from spinegraph.engine.decide.facts import compare
from spinegraph.engine.decide.patients import pieces
from spinegraph.engine.model import Case, Measured
from spinegraph.engine.program.program import Program


class Tried(NamedTuple):
    """The planes of all answers, and which of them mean something: masks of those given alone, and of those beside denials."""

    planes: tuple[int, ...]
    alone: int
    beside: int
    denied: int

    @property
    def all(self) -> int:
        """Every answer."""
        return self.alone | self.beside


class Answers:
    """The answers of one program, laid out once."""

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        self._program = program
        self._number = {iri: number for number, iri in enumerate(program.findings)}
        self._codes = {knowledge.findings[iri].code: number for iri, number in self._number.items()}
        self._present = [0] * len(self._number)
        self._absent = [0] * len(self._number)
        self._values: dict[str, list[tuple[float, int]]] = {iri: [] for iri in knowledge.measurements}
        self.about: dict[str, int] = {}
        self._size = 1
        self._beside = self.denied = 1
        self._lay_out()

    def _lay_out(self) -> None:
        """Bit 0 is everything denied; each further answer takes the next bit."""
        program = self._program
        beside: list[tuple[tuple[str, ...], int]] = []
        for iri, number in self._number.items():
            alone = self._bit(iri)
            self._present[number] |= alone
            self._absent[number] |= self._bit(iri)
            beside.append(((iri,), self._bit(iri, beside=True)))
        for pair in self._pairs():
            alone = self._bit(*pair)
            for iri in pair:
                self._present[self._number[iri]] |= alone
            beside.append((pair, self._bit(*pair, beside=True)))
        criteria: dict[str, list[Measured]] = {}
        for comparison in program.comparisons:
            criteria.setdefault(comparison.measurement, []).append(comparison.criterion)
        for iri, measurement in program.knowledge.measurements.items():
            for piece in pieces(measurement, criteria.get(iri, [])):
                self._values[iri].append((piece.value, self._bit(iri) | self._bit(iri, beside=True)))
        self._deny(beside)
        self._compared = [
            tuple(sum(bits for value, bits in self._values[iri] if compare(criterion, value)[side]) for side in (0, 1))
            for iri, criterion in program.comparisons
        ]
        self._ones = (1 << self._size) - 1

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Two findings that one screen asks for."""
        for screen in self._program.knowledge.screens.values():
            yield from combinations([item.asks for item in screen.items if item.asks in self._number], 2)

    def _deny(self, beside: Sequence[tuple[tuple[str, ...], int]]) -> None:
        """Everything is denied beside what is present, but for what is wider than that, and what rules derive."""
        broader = self._program.knowledge.hierarchy.broader
        denied = dict.fromkeys(self._number, self._beside)
        for iris, bit in beside:
            for iri in iris:
                self._present[self._number[iri]] |= bit
                for wider in broader.get(iri, (iri,)):
                    if wider in denied:
                        denied[wider] &= ~bit
        for iri, bits in denied.items():
            if iri not in self._program.relations.deriving:
                self._absent[self._number[iri]] |= bits

    def _bit(self, *iris: str, beside: bool = False) -> int:
        bit = 1 << self._size
        self._size += 1
        if beside:
            self._beside |= bit
        for iri in iris:
            self.about[iri] = self.about.get(iri, 0) | bit
        return bit

    def try_all(self, case: Case, planes: Sequence[int], closed: frozenset[str], performed: Sequence[int]) -> Tried:
        """All answers on top of a consistent record, whose output planes are given.

        `closed`: IRIs of measurements that nobody can be asked for; `performed`: the planes of what was done. What contradicts
        the record is no answer.
        """
        program, ones = self._program, self._ones
        inputs = [0] * (program.input_size - 1)
        for iri, number in self._number.items():
            if not (planes[program.present[iri]] or planes[program.absent[iri]]):
                inputs[2 * number], inputs[2 * number + 1] = self._present[number], self._absent[number]
        for code in case.present:
            inputs[2 * self._codes[code]] = ones
        for code in case.absent:
            inputs[2 * self._codes[code] + 1] = ones
        for position in performed:
            inputs[position] = ones
        first = 2 * len(self._number)
        for number, (iri, criterion) in enumerate(program.comparisons):
            code = program.knowledge.measurements[iri].code
            position = first + 2 * number
            if code in case.measurements:
                holds, refuted = compare(criterion, case.measurements[code])
                inputs[position], inputs[position + 1] = ones if holds else 0, ones if refuted else 0
            elif iri not in closed:
                inputs[position], inputs[position + 1] = self._compared[number]
        found = program.run([*inputs, ones])
        usable = ones ^ found[program.clash]
        beside = self._beside & usable if usable & self.denied else 0
        return Tried(found, usable & ~self._beside, beside, self.denied & usable)
