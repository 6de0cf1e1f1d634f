"""The numbering of facts: what can be asked and what can be changed, as bits of masks shared by all decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from engine.inference.program import Program
from engine.model import Bound, Change, Measured


def bits_of(mask: int) -> list[int]:
    """The positions of the set bits, lowest first."""
    positions = []
    while mask:
        low = mask & -mask
        positions.append(low.bit_length() - 1)
        mask ^= low
    return positions


class Facts:
    """Bit numbers of one program.

    Askable facts: findings in the program's order, then measurements. Changes: two bits a finding (to present, to
    absent), two a comparison (into the range, out of it), then one a finding (assessed, either way).
    """

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        self.program = program
        self.code_of = {iri: finding.code for iri, finding in knowledge.findings.items()}
        self.codes = tuple(self.code_of[iri] for iri in program.findings) + tuple(
            measurement.code for measurement in knowledge.measurements.values()
        )
        self.bit = {code: 1 << number for number, code in enumerate(self.codes)}
        self.number = {iri: number for number, iri in enumerate(program.findings)}
        self.comparison = {
            (c.criterion.measurement, c.criterion.lower, c.criterion.upper): number
            for number, c in enumerate(program.comparisons)
        }
        paired = 2 * (len(program.findings) + len(program.comparisons))
        self.first_assessed = paired
        self.even = int("01" * (paired // 2), 2)
        self.changes = self._all_changes()
        self.decode = lru_cache(maxsize=1 << 14)(self._decode)
        self._alone = tuple((change,) for change in self.changes)
        self.decode_changes = lru_cache(maxsize=1 << 14)(self._decode_changes)

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

    def contradicts(self, change: int) -> bool:
        """Whether a set of changes makes one fact both present and absent."""
        return bool(change & (change >> 1) & self.even)

    def _all_changes(self) -> tuple[Change, ...]:
        changes = []
        for iri in self.program.findings:
            changes += [Change(code=self.code_of[iri], to="present"), Change(code=self.code_of[iri], to="absent")]
        for comparison in self.program.comparisons:
            code = self.program.knowledge.measurements[comparison.measurement].code
            changes += [Change(code=code, to=to) for to in ranges_in_words(comparison.criterion)]
        return (*changes, *(Change(code=self.code_of[iri], to="assessed") for iri in self.program.findings))

    def _decode(self, mask: int) -> tuple[str, ...]:
        return tuple(self.codes[number] for number in bits_of(mask))

    def _decode_changes(self, singles: int, larger: tuple[int, ...]) -> tuple[tuple[Change, ...], ...]:
        """Sets of changes: each bit of `singles` alone, then each of `larger` as a whole."""
        alone = [self._alone[number] for number in bits_of(singles)]
        return (*alone, *(tuple([self.changes[number] for number in bits_of(change)]) for change in larger))


def ranges_in_words(criterion: Measured) -> tuple[str, str]:
    """The range and its certain opposite: ("> 50", "<= 50")."""
    inside, outside = [], []
    for bound, sign, opposite in ((criterion.lower, ">", "<"), (criterion.upper, "<", ">")):
        if bound:
            inside.append(f"{sign}{'=' * bound.inclusive} {bound.value:g}")
            outside.append(_opposite(bound, opposite))
    return " and ".join(inside) or "known", " or ".join(outside) or "not known"


def _opposite(bound: Bound, sign: str) -> str:
    if bound.other is not None:
        return f"{sign} {bound.other:g}"
    return f"{sign}{'' if bound.inclusive else '='} {bound.value:g}"
