"""Recorded instructions → code on NumPy arrays that writes each result into a buffer, which is used again as soon as it can be.

Without buffers each operation on a population makes an array of its own, and what leaves the processor's cache costs three times
as much as the program itself. Needs the extra `population`. For a few patients the same code is written for whole numbers, of
which an operation costs a tenth of what a call of NumPy costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spinegraph.engine.program.instructions import Instruction, Recording

Words = NDArray[np.uint64]
"""A plane of a population: bit n of word m is patient 64 m + n. With two axes, a row for each of several planes."""
CALLS = {"&": "both", "|": "either", "^": "differ"}
UFUNCS = {"both": np.bitwise_and, "either": np.bitwise_or, "differ": np.bitwise_xor, "copy": np.copyto}


class BufferedProgram:
    """Some planes of a recording, to be computed for at most `words` x 64 patients at a time. Not for two threads at once.

    >>> recording = Recording(3)
    >>> first, second, ones = recording.given
    >>> program = BufferedProgram(recording, [(first & second).number, (first ^ ones).number, recording.zero], words=1)
    >>> [int(plane[0]) for plane in program.run(np.array([[0b0011], [0b0101], [0b1111]], dtype=np.uint64))]
    [1, 12, 0]
    """

    def __init__(self, recording: Recording, wanted: Sequence[int], words: int, given: Sequence[int] = ()) -> None:
        """`given`: the numbers of the planes that it is run on, by default of all inputs."""
        steps = _Steps(recording, given or range(recording.inputs), wanted)
        self.size, self.buffers = steps.size, steps.buffers
        body = [f"{CALLS[one.operator]}({one.left}, {one.right}, {one.into})" for one in steps.body]
        body += [f"copy({into}, {source})" for into, source in steps.copies]
        self._run = _compiled(["given", "buffers", "wanted", "nothing"], [*steps.taken("buffers", "wanted"), *body])
        self._buffers = np.zeros((self.buffers, words), dtype=np.uint64)
        self._wanted = np.zeros((len(wanted), words), dtype=np.uint64)
        self._zero = np.zeros(words, dtype=np.uint64)

    def run(self, given: Words | Sequence[Words]) -> Words:
        """The wanted planes, a row each, for the given ones. They are overwritten by the next run."""
        width = len(given[0])
        wanted = self._wanted[:, :width]
        self._run(given, self._buffers[:, :width], wanted, self._zero[:width])
        return wanted


class WholeNumbers:
    """The same for planes that are whole numbers of any length, as those of a single case are.

    >>> recording = Recording(3)
    >>> first, second, ones = recording.given
    >>> WholeNumbers(recording, [(first & second).number, (first ^ ones).number, recording.zero]).run([0b0011, 0b0101, 0b1111])
    (1, 12, 0)
    """

    def __init__(self, recording: Recording, wanted: Sequence[int], given: Sequence[int] = ()) -> None:
        """`given`: the numbers of the planes that it is run on, by default of all inputs."""
        steps = _Steps(recording, given or range(recording.inputs), wanted)
        body = [f"{one.into} = {one.left} {one.operator} {one.right}" for one in steps.body]
        body += [f"{into} = {source}" for into, source in steps.copies]
        results = "".join(f"o{row}, " for row in range(len(wanted)))
        self._run = _compiled(["given"], ["nothing = 0", *steps.taken(), *body, f"return ({results})"])

    def run(self, given: Sequence[int]) -> tuple[int, ...]:
        """The wanted planes, for the given ones."""
        found: tuple[int, ...] = self._run(given)
        return found


class _Step(NamedTuple):
    """An instruction with the names of its operands, and of what it is written into."""

    operator: str
    left: str
    right: str
    into: str


class _Steps:
    """The instructions that some planes need, with names: `i` and a number for a given plane, `o` for a wanted one, `b` for a
    buffer, `nothing`. `copies`: what wanted planes are that no step writes, by their names."""

    def __init__(self, recording: Recording, given: Sequence[int], wanted: Sequence[int]) -> None:
        needed = recording.needed(wanted, given)
        self.size, self.buffers = len(needed), 0
        self._places: dict[int, str] = {number: f"i{place}" for place, number in enumerate(given)} | {recording.zero: "nothing"}
        self._given, self._wanted = len(given), len(wanted)
        own: dict[int, str] = {}
        for row, number in enumerate(wanted):
            if number not in self._places:
                own.setdefault(number, f"o{row}")
        self.body = list(self._named(needed, own))
        self.copies = [
            (f"o{row}", self._places[number]) for row, number in enumerate(wanted) if self._places[number] != f"o{row}"
        ]

    def _named(self, needed: Sequence[tuple[int, Instruction]], own: Mapping[int, str]) -> Iterator[_Step]:
        waiting = Counter(number for _, instruction in needed for number in instruction[1:])
        free: list[str] = []
        places = self._places
        for number, (operator, left, right) in needed:
            operands = places[left], places[right]
            for operand in (left, right):
                waiting[operand] -= 1
                if not waiting[operand] and places[operand].startswith("b"):
                    free.append(places.pop(operand))
            if number in own:
                places[number] = own[number]
            else:
                if not free:
                    free.append(f"b{self.buffers}")
                    self.buffers += 1
                places[number] = free.pop()
            yield _Step(operator, *operands, places[number])

    def taken(self, buffers: str = "", wanted: str = "") -> Iterator[str]:
        """The lines that give planes their names: the given ones, and those of some arrays."""
        for prefix, count, array in (("i", self._given, "given"), ("b", self.buffers, buffers), ("o", self._wanted, wanted)):
            if array and count:
                yield f"({''.join(f'{prefix}{number}, ' for number in range(count))}) = {array}"


def _compiled(parameters: Sequence[str], lines: Sequence[str]) -> Callable[..., Any]:
    """A function of some lines."""
    space: dict[str, Any] = dict(UFUNCS)
    body = "\n".join(f"    {line}" for line in lines)
    exec(compile(f"def run({', '.join(parameters)}):\n{body}\n", "<rules with buffers>", "exec"), space)
    found: Callable[..., Any] = space["run"]
    return found
