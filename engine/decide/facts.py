"""The numbering of facts: what can be asked and what can be changed, as bits of masks shared by all decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from spinegraph.engine.criteria.bits import bits_of, joined
from spinegraph.engine.criteria.coded import in_words
from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.criteria.measurement import ranges, ranges_in_words
from spinegraph.engine.decide.timeline import Timelines
from spinegraph.engine.messages import messages_of
from spinegraph.engine.model import (
    Bound,
    CaseValue,
    Change,
    CodedProperty,
    Compared,
    Concept,
    Measured,
    Measurement,
    OneOf,
    Timed,
)
from spinegraph.engine.model.units import comparable
from spinegraph.engine.program.program import Program, structure


class ReadInTime(NamedTuple):
    """What a criterion of time reads, as masks of facts: those that are recorded, and the dates that are asked for."""

    recorded: int
    dates: int

    @property
    def all(self) -> int:
        """Everything."""
        return self.recorded | self.dates


class Facts:
    """Bit numbers of one program.

    Askable facts: findings in the program's order, then measurements, then coded properties, then the dates that criteria ask
    about (`dates`). Changes: two bits a finding (to
    present, to absent), two a comparison (into the range, out of it), then one a finding (assessed, either way).
    """

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        self.program = program
        self.hierarchy = knowledge.hierarchy
        self.present, self.absent = program.present, program.absent
        self.valued = knowledge.valued
        things: dict[str, Concept | Measurement | CodedProperty] = {**knowledge.findings, **self.valued}
        self.code_of = {iri: thing.code for iri, thing in things.items()}
        named = (*(self.code_of[iri] for iri in program.findings), *(thing.code for thing in self.valued.values()))
        self.dates = tuple(_dates(program, self.code_of))
        self.codes = (*named, *self.dates)
        self.timeline = Timelines(program).of
        self.bit = {code: 1 << number for number, code in enumerate(self.codes)}
        self.number = {iri: number for number, iri in enumerate(program.findings)}
        self._comparison = {structure(c.criterion): number for number, c in enumerate(program.comparisons)}
        paired = 2 * (len(program.findings) + len(program.comparisons))
        self.first_assessed = paired
        self.even = int("0" + "01" * (paired // 2), 2)
        self._narrower = tuple(self.narrower(iri) for iri in program.findings)
        self.changes = self._all_changes()
        self._ranges = (1 << paired) - (1 << 2 * len(program.findings))
        self._excluded = self._exclusive_ranges()
        self._about = tuple(self.bit[change.code] for change in self.changes)
        self.timed = tuple(self._read_by(criterion) for criterion in program.timed)
        self.decode = lru_cache(maxsize=1 << 14)(self._decode)
        self._alone = tuple((change,) for change in self.changes)
        self.decode_changes = lru_cache(maxsize=1 << 14)(self._decode_changes)

    def _read_by(self, criterion: Timed) -> ReadInTime:
        """The facts (masks) of which a criterion of time reads the dates."""
        asked = criterion.dated
        recorded = joined(
            self.narrower(iri) | self.broader(iri) if iri in self.present else self.bit[self.code_of[iri]] for iri in asked
        )
        moment = self.bit[AS_OF] if criterion.window else 0
        dates = joined(self.bit[date_of(self.code_of[iri])] for iri in asked) | moment
        return ReadInTime(recorded, dates)

    def comparison_of(self, criterion: Compared) -> int:
        """The number of a comparison."""
        return self._comparison[structure(criterion)]

    def mask(self, iris: Iterable[str]) -> int:
        """Askable facts of findings; what only follows from others has no bit."""
        return sum(1 << self.number[iri] for iri in iris if iri in self.number)

    def narrower(self, finding: str) -> int:
        """Mask of the findings whose presence makes this one present."""
        hierarchy: Mapping[str, tuple[str, ...]] = self.program.knowledge.hierarchy.narrower
        return self.mask(hierarchy.get(finding, (finding,)))

    def broader(self, finding: str) -> int:
        """Mask of the findings whose absence makes this one absent."""
        hierarchy: Mapping[str, tuple[str, ...]] = self.program.knowledge.hierarchy.broader
        return self.mask(hierarchy.get(finding, (finding,)))

    def clashes(self, present: int, absent: int) -> list[tuple[int, int]]:
        """Records that contradict each other: (a finding recorded absent, what is recorded present of it), as masks."""
        found = ((number, present & self._narrower[number]) for number in bits_of(absent))
        return [(1 << number, below) for number, below in found if below]

    def contradicts(self, change: int) -> bool:
        """Whether a set of changes makes one fact both present and absent, or asks for two values of one measurement."""
        if change & (change >> 1) & self.even:
            return True
        ranges = change & self._ranges
        return bool(ranges & (ranges - 1)) and any(ranges & self._excluded.get(number, 0) for number in bits_of(ranges))

    def leaving(self, comparison: int, out: int) -> tuple[int, tuple[int, ...]]:
        """Changes of a measurement after which it is not in a range (or, with `out`, not certainly out of it).

        Widest ranges alone, and pairs of others, as masks: with a printed band, more than the opposite does it.
        """
        left = self.program.comparisons[comparison]
        others = [(number, c.criterion) for number, c in enumerate(self.program.comparisons) if c.measurement == left.measurement]
        values = set(possible_values(self.valued[left.measurement], [criterion for _, criterion in others]))
        kept = {value for value in values if compare(left.criterion, value)[out]}
        first = 2 * len(self.number)
        within = {
            first + 2 * number + side: frozenset(value for value in values if compare(criterion, value)[side])
            for number, criterion in others
            for side in (0, 1)
        }
        alone = {change: found for change, found in within.items() if found and not found & kept}
        widest = [change for change, found in alone.items() if not any(found < other for other in alone.values())]
        pairs = [
            1 << one | 1 << other
            for (one, left_values), (other, right_values) in combinations(within.items(), 2)
            if one not in alone and other not in alone and left_values & right_values and not left_values & right_values & kept
        ]
        return joined(1 << change for change in widest), tuple(pairs)

    def _exclusive_ranges(self) -> dict[int, int]:
        """For each change of a measurement, the changes that no value can make together with it."""
        first = 2 * len(self.number)
        wanted = [(2 * number + first + out, c, out) for number, c in enumerate(self.program.comparisons) for out in (0, 1)]
        excluded: dict[int, int] = {}
        for one, left, left_out in wanted:
            for other, right, right_out in wanted:
                if left.measurement == right.measurement and not any(
                    compare(left.criterion, value)[left_out] and compare(right.criterion, value)[right_out]
                    for value in probes(left.criterion, right.criterion)
                ):
                    excluded[one] = excluded.get(one, 0) | 1 << other
        return excluded

    def _all_changes(self) -> tuple[Change, ...]:
        changes = []
        for iri in self.program.findings:
            changes += [Change(code=self.code_of[iri], to="present"), Change(code=self.code_of[iri], to="absent")]
        for comparison in self.program.comparisons:
            changes += self._into_and_out_of(comparison.criterion)
        return (*changes, *(Change(code=self.code_of[iri], to="assessed") for iri in self.program.findings))

    def _into_and_out_of(self, criterion: Compared) -> list[Change]:
        code, knowledge = self.code_of[criterion.subject], self.program.knowledge
        say = messages_of(knowledge.language)
        if isinstance(criterion, OneOf):
            words = in_words(criterion, lambda iri, value: knowledge.coded[iri].label_of(value), say)
            sides = zip(words, (criterion.codes, criterion.others), strict=True)
            return [Change(code=code, to=to, choices=codes) for to, codes in sides]
        both = zip(ranges_in_words(criterion, say), ranges(criterion), strict=True)
        return [Change(code=code, to=to, ranges=values) for to, values in both]

    def related(self, mask: int) -> int:
        """The findings that are wider or narrower than one of a mask."""
        iris = self.program.findings
        found = 0
        for number in bits_of(mask & (1 << len(iris)) - 1):
            found |= self._narrower[number] | self.broader(iris[number])
        return found

    def about(self, change: int) -> int:
        """The facts (a mask) that a set of changes is about."""
        return joined(map(self.about_one, bits_of(change)))

    def about_one(self, number: int) -> int:
        """The fact (a mask) that the change of a number is about."""
        return self._about[number]

    def _decode(self, mask: int) -> tuple[str, ...]:
        return tuple(self.codes[number] for number in bits_of(mask))

    def _decode_changes(self, singles: int, larger: tuple[int, ...]) -> tuple[tuple[Change, ...], ...]:
        """Sets of changes: each bit of `singles` alone, then each of `larger` as a whole.

        Two comparisons can ask for one range ("below 30 days", and not "30 days or more"): what reads alike comes once.
        """
        alone = [self._alone[number] for number in bits_of(singles)]
        sets = (*alone, *(tuple([self.changes[number] for number in bits_of(change)]) for change in larger))
        found: dict[frozenset[Change], tuple[Change, ...]] = {}
        for changes in sets:
            found.setdefault(frozenset(changes), changes)
        return tuple(found.values())


def _dates(program: Program, code_of: Mapping[str, str]) -> Iterator[str]:
    """The codes of the dates that criteria ask about: that of the case, and those of facts."""
    if program.timed:
        yield AS_OF
    facts = (iri for one in program.timed for iri in one.dated)
    yield from (date_of(code_of[iri]) for iri in dict.fromkeys(facts))


def compare(criterion: Compared, value: CaseValue) -> tuple[int, int]:
    """(as asked for, certainly not) of a known value; neither inside a printed band. Durations are compared in days."""
    if isinstance(criterion, OneOf):
        return int(value in criterion.codes), int(value in criterion.others)
    if isinstance(value, str):
        raise TypeError(f"{criterion.measurement} is {value!r}, which is no number.")  # `make_case` lets none through
    unit, low, high = criterion.unit, criterion.lower, criterion.upper
    seen = comparable(value, unit)
    above = low is None or _reaches(seen, low, unit, 1)
    below = high is None or _reaches(seen, high, unit, -1)
    refuted = (low is not None and _certainly_not(seen, low, unit, 1)) or (
        high is not None and _certainly_not(seen, high, unit, -1)
    )
    return int(above and below), int(refuted)


def _reaches(value: float, bound: Bound, unit: str, direction: int) -> bool:
    """Whether a comparable value is on the inner side of a lower (1) or upper (-1) bound."""
    beyond = direction * (value - comparable(bound.value, unit))
    return beyond >= 0 if bound.inclusive else beyond > 0


def _certainly_not(value: float, bound: Bound, unit: str, direction: int) -> bool:
    if bound.other is None:
        return not _reaches(value, bound, unit, direction)
    return direction * (value - comparable(bound.other, unit)) < 0


def members(values: Mapping[str, CaseValue]) -> dict[str, Any]:
    """Values as the members of a case that hold them."""
    return {
        "measurements": {code: value for code, value in values.items() if not isinstance(value, str)},
        "coded": {code: value for code, value in values.items() if isinstance(value, str)},
    }


def possible_values(thing: Measurement | CodedProperty, criteria: Sequence[Compared]) -> list[CaseValue]:
    """Values that a thing can have, one at least of each way in which criteria can see it: numbers ascending, codes in order."""
    if isinstance(thing, CodedProperty):
        return list(thing.codes)
    values = {*probes(*criteria), thing.minimum, thing.maximum}
    return sorted(value for value in values if not isinstance(value, str) and thing.minimum <= value <= thing.maximum)


def probes(*criteria: Compared) -> list[CaseValue]:
    """Values at, between and beyond all bounds: if none satisfies two ranges, no value does; of coded values, every one."""
    codes = dict.fromkeys(code for one in criteria if isinstance(one, OneOf) for code in (*one.codes, *one.others))
    if codes:
        return list(codes)
    ranged = (criterion for criterion in criteria if isinstance(criterion, Measured))
    bounds = (bound for criterion in ranged for bound in (criterion.lower, criterion.upper) if bound)
    marks = sorted({mark for bound in bounds for mark in (bound.value, bound.other) if mark is not None})
    between = [(left + right) / 2 for left, right in pairwise(marks)]
    return [*marks, *between, marks[0] - 1, marks[-1] + 1] if marks else [0.0]
