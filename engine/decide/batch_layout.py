"""Which hypothetical patient is which bit of every plane.

All single changes of a case come first: one bit for each finding made present or absent, and for each interval between its
thresholds in which a measurement can lie. After them come blocks, one for each set of changes, with the set itself and every
set that lacks one change of it::

    bit      0  1  2  3  …         first_interval …            offset            offset + 3
    patient  F1 F1 F2 F2 …         one per interval            {B}    {A}  {A,B}  next block
             +  -  +  -                                        A left B left whole
                                                               out    out
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec import structs
from spinegraph.engine.criteria.bits import bits_of, joined
from spinegraph.engine.criteria.node import Explanation
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.facts import Facts, compare, members, possible_values
from spinegraph.engine.decide.hypothetical_batch import Block, HypotheticalBatch
from spinegraph.engine.model import CaseValue

MAX_WITNESSES = 64
"""A set of changes that leaves more ways than this in which measurements can lie is not tried, and so not offered."""

PAGE = 1 << 11
"""Patients that are laid out before they are put into the planes: a plane is copied whole whenever bits are added to it."""


class Interval(NamedTuple):
    """Where a value can lie between its thresholds, or what code it can be: a value in it, and the input planes that it fills."""

    code: str
    value: CaseValue
    planes: tuple[int, ...]


class SetLayout(NamedTuple):
    """How a set with ranges or assessments is tried, from bit 0 on: what goes into which input plane, what is measured anew."""

    members: Sequence[int]
    witnesses: int
    blocks: tuple[tuple[int, int], ...]
    moved: tuple[tuple[str, int], ...]
    doubtful: int


class Page(NamedTuple):
    """Sets of changes laid out side by side, from bit 0 on: what goes into which input plane, what is measured anew."""

    inputs: Mapping[int, int]
    moved: Mapping[str, int]
    width: int


class BatchLayout:
    """What the batches of one program have in common. Prepared once."""

    def __init__(self, facts: Facts) -> None:
        program = facts.program
        self.facts = facts
        self.encoder = CaseEncoder(program)
        self.sides = [(program.present[iri], program.absent[iri]) for iri in program.findings]
        self._first_range = 2 * len(program.findings)
        self._planes: dict[str, list[int]] = {}
        self._code: dict[int, str] = {}
        self.intervals = tuple(self._all_intervals())
        self.first_interval = self._first_range
        self._width = self.first_interval + len(self.intervals)
        self.fitting = self._intervals_of_ranges()
        self.implied = self._implied_changes()
        self._template = self._singles()
        iris = facts.program.findings
        self._against_absent = [
            sum(1 << 2 * n for n in bits_of(facts.narrower(iri) & ~(1 << own))) for own, iri in enumerate(iris)
        ]
        self._against_present = [
            sum(2 << 2 * n for n in bits_of(facts.broader(iri) & ~(1 << own))) for own, iri in enumerate(iris)
        ]
        self._bringing = self._brought_along()
        self._layouts = lru_cache(maxsize=1 << 13)(self._lay_out)
        self._carrying = sum(1 << member for member, brought in self._bringing.items() if brought)
        self._within = {
            code: sum(
                1 << self.first_interval + number for number, interval in enumerate(self.intervals) if interval.code == code
            )
            for code in self._planes
        }

    def try_changes(self, case: Explanation, sets: Iterable[int], singles: bool = True) -> HypotheticalBatch:
        """Decide the case with each set of changes made, and with all single changes (unless not `singles`)."""
        inputs = self._template.copy() if singles else [0] * len(self._template)
        moved = dict(self._within) if singles else dict.fromkeys(self._within, 0)
        offset = self._width if singles else 0
        blocks: dict[int, Block] = {}
        remaining = iter(sets)
        while page := self._page(remaining, offset, blocks):
            for plane, bits in page.inputs.items():
                inputs[plane] |= bits << offset
            for code, bits in page.moved.items():
                moved[code] |= bits << offset
            offset += page.width
        self._upon(case, inputs, moved, (1 << offset) - 1)
        return HypotheticalBatch(self.facts.program, self.sides, inputs, blocks)

    def _page(self, sets: Iterator[int], start: int, blocks: dict[int, Block]) -> Page | None:
        """The next sets, laid out from bit 0 on, as many as fit; None if there are no more. `blocks` is added to."""
        inputs: defaultdict[int, int] = defaultdict(int)
        moved: defaultdict[str, int] = defaultdict(int)
        offset = 0
        first_special = 1 << self._first_range
        for change in sets:
            if change in blocks:
                continue
            if change < first_special:
                members = bits_of(change)
                blocks[change] = Block(start + offset, members)
                whole = (2 << len(members)) - 1 << offset
                lacking = 1 << offset
                for member in members:
                    inputs[member] |= whole ^ lacking
                    lacking <<= 1
                offset += len(members) + 1
            elif layout := self._layouts(change):
                blocks[change] = Block(start + offset, layout.members, layout.witnesses, layout.doubtful)
                for plane, block in layout.blocks:
                    inputs[plane] |= block << offset
                for code, block in layout.moved:
                    moved[code] |= block << offset
                offset += layout.witnesses * (len(layout.members) + 1)
            if offset >= PAGE:
                break
        return Page(inputs, moved, offset) if offset else None

    def contradicting(self, case: Explanation) -> int:
        """The changes that contradict what is recorded of a wider or a narrower finding, and so do nothing by themselves."""
        found = 0
        for reversal in case.reversals:
            found |= (self._against_present if reversal & 1 else self._against_absent)[reversal >> 1]
        return found

    def reduced(self, change: int, reversing: int) -> int:
        """The set without what others of its changes bring along, unless it reverses what is recorded."""
        idle = 0
        for member in bits_of(change & self._carrying):
            if not idle >> member & 1:
                idle |= self._bringing[member] & change
        return change & (~idle | reversing) if idle else change

    def with_changes(self, case: Explanation, change: int) -> Iterator[Explanation]:
        """The case with a set of changes made, once for each witness."""
        known = case.changed.setdefault(change, [])
        yield from known
        for resolved, intervals in itertools.islice(self._witnesses(tuple(bits_of(change))), len(known), None):
            present, absent = set(case.case.present), set(case.case.absent)
            for member in resolved:
                if member >= 0:
                    code = self.facts.codes[member >> 1]
                    (absent if member & 1 else present).add(code)
                    (present if member & 1 else absent).discard(code)
            values = {**case.values, **{interval.code: interval.value for interval in intervals}}
            changed = structs.replace(case.case, present=tuple(present), absent=tuple(absent), **members(values))
            known.append(Explanation(case.facts, case.size, changed, *self.encoder.run(changed)))
            yield known[-1]

    def _lay_out(self, change: int) -> SetLayout | None:
        """One block per witness. In a block each bit leaves one change out, and the last one makes all of them.

        A measurement is measured anew in the whole block if two of its ranges are asked for: without one range the value
        still has to lie in the other, so that leaving out one of them is tried for some values only (`doubtful`).
        """
        members = tuple(bits_of(change))
        width = len(members) + 1
        whole = (1 << width) - 1
        codes = [self._code.get(member, "") for member in members]
        ranges = {code: sum(1 << number for number, other in enumerate(codes) if other == code) for code in codes if code}
        blocks: list[tuple[int, int]] = []
        moved: list[tuple[str, int]] = []
        offset = 0
        for resolved, intervals in self._witnesses(members):
            made = [(member, made_in(width - 1, number)) for number, member in enumerate(resolved) if member >= 0]
            blocks += [(member, bits << offset) for member, bits in made]
            for interval in intervals:
                own = ranges[interval.code]
                block = (whole if own & (own - 1) else whole ^ own) << offset
                moved.append((interval.code, block))
                blocks += [(plane, block) for plane in interval.planes]
            offset += width
        if not offset:
            return None
        doubtful = sum(own for own in ranges.values() if own & (own - 1))
        return SetLayout(members, offset // width, tuple(blocks), tuple(moved), doubtful)

    def _witnesses(self, members: tuple[int, ...]) -> Iterable[tuple[list[int], tuple[Interval, ...]]]:
        """The ways to make a set of changes: findings as bits (-1 for a range), intervals of the measurements.

        What is to be assessed, either way, is tried all absent and all present.
        """
        fitting: dict[str, int] = {}
        for member in members:
            if member in self._code:
                code = self._code[member]
                fitting[code] = fitting.get(code, -1) & self.fitting[member]
        choices = [[self.intervals[number - self.first_interval] for number in bits_of(mask)] for mask in fitting.values()]
        first = self.facts.first_assessed
        sides = (1, 0) if members[-1] >= first else (1,)
        if not all(choices) or len(sides) * _size(choices) > MAX_WITNESSES:
            return
        for side in sides:
            resolved = [
                2 * (member - first) + side if member >= first else (-1 if member in self._code else member) for member in members
            ]
            for intervals in itertools.product(*choices):
                yield resolved, intervals

    def _upon(self, case: Explanation, inputs: list[int], moved: dict[str, int], ones: int) -> None:
        """Put what is recorded beneath what is changed."""
        anew = [self._told_anew(read.recorded, inputs, moved) for read in self.facts.timed]
        unless_changed = [(plane ^ 1, ones ^ inputs[plane]) for plane in case.reversals]
        for plane, kept in unless_changed:
            inputs[plane] = kept
        comparisons = self.facts.program.comparisons
        for code, value in case.values.items():
            for plane in self._planes.get(code, ()):
                holds, refuted = compare(comparisons[(plane - self._first_range) // 2].criterion, value)
                if holds:
                    inputs[plane] |= ones ^ moved[code]
                if refuted:
                    inputs[plane + 1] |= ones ^ moved[code]
        for plane in self.encoder.performed(case.case):
            inputs[plane] = ones
        self._relate(case, inputs, moved, ones)
        for (plane, pair), changed in zip(self.encoder.timed(case.case), anew, strict=True):
            for side, holds in enumerate(pair):
                inputs[plane + side] = ones ^ changed if holds else 0
        inputs[-1] = ones

    def _told_anew(self, recorded: int, inputs: Sequence[int], moved: Mapping[str, int]) -> int:
        """The patients of whom one of some facts is changed: what dates say of it is not known then."""
        findings = len(self.sides)
        return joined(
            inputs[2 * number] | inputs[2 * number + 1] if number < findings else moved.get(self.facts.codes[number], 0)
            for number in bits_of(recorded)
        )

    def _relate(self, case: Explanation, inputs: list[int], moved: dict[str, int], ones: int) -> None:
        """Two values in relation are as recorded where neither is measured anew; where one is, the relation is not known."""
        program = self.facts.program
        codes = program.codes_of_related
        for plane, pair in self.encoder.related(case.case):
            anew = joined(moved.get(code, 0) for code in codes[(plane - program.first_related) // 2])
            for side, holds in enumerate(pair):
                inputs[plane + side] = ones ^ anew if holds else 0

    def _all_intervals(self) -> Iterable[Interval]:
        program = self.facts.program
        for number, comparison in enumerate(program.comparisons):
            code = self.facts.code_of[comparison.measurement]
            plane = self._first_range + 2 * number
            self._planes.setdefault(code, []).append(plane)
            self._code[plane] = self._code[plane + 1] = code
        for thing in self.facts.valued.values():
            planes = self._planes.get(thing.code, [])
            criteria = [program.comparisons[(plane - self._first_range) // 2].criterion for plane in planes]
            found: dict[tuple[int, ...], Interval] = {}
            for value in possible_values(thing, criteria) if criteria else ():
                pairs = zip(planes, (compare(criterion, value) for criterion in criteria), strict=True)
                filled = tuple(plane + side for plane, pair in pairs for side in (0, 1) if pair[side])
                found.setdefault(filled, Interval(thing.code, value, filled))
            yield from found.values()

    def _intervals_of_ranges(self) -> dict[int, int]:
        """For each change of a measurement to a range, the patients of the intervals in it (a mask)."""
        return {
            plane: sum(
                1 << self.first_interval + number for number, interval in enumerate(self.intervals) if plane in interval.planes
            )
            for plane in self._code
        }

    def _implied_changes(self) -> dict[int, int]:
        """For each range or assessment, the changes that do no more than it asks for: narrower ranges, either side."""
        implied = {
            plane: sum(1 << other for other, within in self.fitting.items() if within & fitting == within)
            for plane, fitting in self.fitting.items()
        }
        first = self.facts.first_assessed
        return implied | {first + number: 1 << first + number | 3 << 2 * number for number in range(len(self.sides))}

    def _brought_along(self) -> dict[int, int]:
        """For each change, the others that it makes too: broader findings present, narrower ones absent, wider ranges."""
        facts = self.facts
        found = {}
        for number, iri in enumerate(facts.program.findings):
            own = 1 << number
            found[2 * number] = sum(1 << 2 * other for other in bits_of(facts.broader(iri) & ~own))
            found[2 * number + 1] = sum(2 << 2 * other for other in bits_of(facts.narrower(iri) & ~own))
        for plane, fitting in self.fitting.items():
            found[plane] = sum(
                1 << other for other, within in self.fitting.items() if other != plane and within & fitting == fitting
            )
        return found

    def _singles(self) -> list[int]:
        """Input planes of all single changes of a blank record."""
        inputs = [1 << number for number in range(self._first_range)]
        inputs += [self.fitting[plane] for plane in range(self._first_range, self._first_range + len(self._code))]
        return [*inputs, *[0] * (self.facts.program.input_size - len(inputs))]


def made_in(size: int, number: int) -> int:
    """The bits of the block of a set of `size` changes in which the change `number` is made: all but the one that lacks it.

    >>> [bin(made_in(size=2, number=number)) for number in (0, 1)]
    ['0b110', '0b101']
    """
    return (2 << size) - 1 ^ 1 << number


def _size(choices: Iterable[Sequence[Interval]]) -> int:
    size = 1
    for choice in choices:
        size *= len(choice)
    return size
