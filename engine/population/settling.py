"""The planes of those who contradict themselves, decided again: all of a batch at once, or, where they are few, they alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from spinegraph.engine.population.encoding import unpacked
from spinegraph.engine.program.buffered import BufferedProgram, WholeNumbers, Words
from spinegraph.engine.program.instructions import RecordedPlane, Recording

FEW = 0.05
"""Up to this share of a batch, patients are taken out of their planes and put back; of more it would take longer."""


class Settling:
    """Planes as they are found, and as they are for those who contradict themselves. Not for two threads at once."""

    def __init__(
        self, recording: Recording, found: Sequence[RecordedPlane], settled: Sequence[RecordedPlane], words: int
    ) -> None:
        """`settled`: what each of `found` becomes, which for all others is what it was. `words`: of the longest batch."""
        self._recording, self._words = recording, words
        self._given = [*range(recording.inputs), *(plane.number for plane in found)]
        self._wanted = [plane.number for plane in settled]
        self._all: BufferedProgram | None = None
        self._some: WholeNumbers | None = None

    def settled(self, inputs: Words, found: Words, clash: Words) -> Words:
        """The planes of a batch. `clash`: who contradicts himself. `found` may be changed."""
        rows = np.flatnonzero(unpacked(clash, 64 * len(clash)))
        if len(rows) > FEW * 64 * len(clash):
            self._all = self._all or BufferedProgram(self._recording, self._wanted, self._words, self._given)
            return self._all.run([*inputs, *found])
        self._some = self._some or WholeNumbers(self._recording, self._wanted, self._given)
        before = _taken(found, rows)
        after = self._some.run([*_taken(inputs, rows), *before])
        _toggle(found, [one ^ other for one, other in zip(before, after, strict=True)], rows)
        return found


def _taken(planes: Words, rows: NDArray[np.intp]) -> list[int]:
    """Some patients of each plane, as a whole number: bit n is row `rows[n]`.

    >>> _taken(np.array([[0b1010], [0b0100]], dtype=np.uint64), np.array([1, 2]))
    [1, 2]
    """
    size = -(-len(rows) // 8)
    place, mask = np.zeros((2, 8 * size), dtype=np.intp)
    place[: len(rows)], mask[: len(rows)] = rows >> 3, 1 << (rows & 7)
    flags = np.take(planes.view(np.uint8), place, axis=1)
    flags &= mask.astype(np.uint8)
    found = np.packbits(flags.reshape(-1), bitorder="little").tobytes()
    return [int.from_bytes(found[start : start + size], "little") for start in range(0, len(found), size)]


def _toggle(planes: Words, changed: Sequence[int], rows: NDArray[np.intp]) -> None:
    """Turn over the bits of some patients, which stand in `changed` as in `_taken`.

    >>> planes = np.array([[0b1010], [0b0100]], dtype=np.uint64)
    >>> _toggle(planes, [0b11, 0b00], np.array([1, 2]))
    >>> planes.tolist()
    [[12], [4]]
    """
    size = -(-len(rows) // 8)
    lines = np.frombuffer(b"".join(one.to_bytes(size, "little") for one in changed), dtype=np.uint8)
    other = np.flatnonzero(lines)  # few bytes are
    within = np.flatnonzero(np.unpackbits(lines[other], bitorder="little"))
    plane, which = np.divmod(8 * other[within >> 3] + (within & 7), 8 * size)
    place, bit = rows[which] >> 3, np.left_shift(1, rows[which] & 7).astype(np.uint8)
    starts = np.flatnonzero(np.diff(plane, prepend=-1) | np.diff(place, prepend=-1))  # of several in one byte, the first
    if len(starts):
        planes.view(np.uint8)[plane[starts], place[starts]] ^= np.bitwise_or.reduceat(bit, starts)
