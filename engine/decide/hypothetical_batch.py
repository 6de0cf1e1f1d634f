"""Hypothetical patients, all decided in one run: a plane is an int, and each of them is one bit of it.

Which bit is which patient, `batch_layout.py` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.criteria.bits import bits_of
from spinegraph.engine.model import Verdict
from spinegraph.engine.program.program import Program


class Block(NamedTuple):
    """Where a set of changes is tried: per witness, one bit for each change left out, then one for the whole set.

    Two changes with two witnesses, from bit 4 on: bits 4 to 6 are the first witness, 7 to 9 the second.

    >>> bin(Block(offset=4, members=(0, 3), witnesses=2).bits)
    '0b1111110000'

    `doubtful`: mask of the members whose leaving out is tried in some of its ways only.
    """

    offset: int
    members: Sequence[int]
    witnesses: int = 1
    doubtful: int = 0

    @property
    def bits(self) -> int:
        """Mask of all its patients."""
        return ((1 << self.witnesses * (len(self.members) + 1)) - 1) << self.offset

    def undecided_parts(self, change: int) -> list[int]:
        """The set without each of its doubtful members: whether these alter the verdict has to be tried apart."""
        return [change ^ 1 << self.members[number] for number in bits_of(self.doubtful)]


class Effect(NamedTuple):
    """Masks of the patients for whom a verdict is another one, and for whom it stays; for the rest it is conflicting.

    If it is conflicting now, then it stays in all of those.
    """

    altered: int
    kept: int


class HypotheticalBatch:
    """Planes of the hypothetical patients of one case, and what a verdict becomes for them."""

    def __init__(
        self, program: Program, sides: Sequence[tuple[int, int]], inputs: list[int], blocks: Mapping[int, Block]
    ) -> None:
        """`sides`: for each finding that can be recorded, the planes of its being present and absent."""
        self._program = program
        self._sides = sides
        self._inputs = inputs
        self.ones: int = inputs[-1]
        self.blocks = blocks
        self._planes = program.run(inputs)
        self.clash: int = self._planes[program.clash]
        self._certain: tuple[int, ...] | None = None

    def effect(self, recommendation: str, verdict: Verdict, concerned: Callable[[], int]) -> Effect:
        """What the changes do to the present verdict of a recommendation (by IRI).

        `concerned`: the patients of whom that is asked, called where it matters; of others the answer means nothing.
        """
        found = self._program.verdict_planes(recommendation, self._planes)
        ones = self.ones
        kept, conflicting = found[verdict], found["conflicting"]
        if self.clash and (ones ^ conflicting) & self.clash & concerned():
            certain = self._program.verdict_planes(recommendation, self._without_contradiction())
            for other, plane in found.items():
                conflicting |= plane ^ certain[other]
            conflicting &= ones ^ found["out-of-scope"]
        if verdict == "conflicting":
            return Effect(ones ^ conflicting, conflicting)
        return Effect(ones ^ (kept | conflicting), kept & (ones ^ conflicting))

    def alters(self, change: int, effect: Effect) -> tuple[bool, Sequence[int]]:
        """Whether a set of changes that was tried alters the verdict, and the parts, lacking one change, that do so too."""
        block = self.blocks.get(change)
        if block is None:
            return False, ()
        offset, members, witnesses, doubtful = block
        width = len(members) + 1
        altered, kept = effect.altered >> offset, effect.kept >> offset
        for number in range(1, witnesses):
            altered |= effect.altered >> offset + number * width
            kept |= effect.kept >> offset + number * width
        found = altered & ~kept & (1 << width) - 1
        whole = bool(found >> width - 1)
        found &= (1 << width - 1) - 1 & ~doubtful
        return whole, [change ^ 1 << members[number] for number in bits_of(found)] if found else ()

    def decisive(self, change: int, effect: Effect) -> int:
        """Of a set that was tried, the changes (a mask) without which one of its witnesses would not alter the verdict."""
        block = self.blocks.get(change)
        if block is None:
            return 0
        width = len(block.members) + 1
        deciding = 0
        for number in range(block.witnesses):
            offset = block.offset + number * width
            if effect.altered >> offset + width - 1 & 1:
                deciding |= effect.kept >> offset
        return sum(1 << member for number, member in enumerate(block.members) if deciding >> number & 1)

    def _without_contradiction(self) -> tuple[int, ...]:
        """The planes of the patients, each without their contradictory facts."""
        if self._certain is None:
            inputs, ones = self._inputs.copy(), self.ones
            for number, (present, absent) in enumerate(self._sides):
                both = self._planes[present] & self._planes[absent]
                if both:
                    inputs[2 * number] &= ones ^ both
                    inputs[2 * number + 1] &= ones ^ both
            self._certain = self._program.run(inputs)
        return self._certain
