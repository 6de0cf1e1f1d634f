"""Recorded instructions → code on NumPy arrays that writes each result into a buffer, which is used again as soon as it can be.

Without buffers each operation on a population makes an array of its own, and what leaves the processor's cache costs three times
as much as the program itself. Needs the extra `population`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spinegraph.engine.program.instructions import Instruction, Recording

Words = NDArray[np.uint64]
"""A plane of a population: bit n of word m is patient 64 m + n."""
CALLS = {"&": "both", "|": "either", "^": "differ"}
UFUNCS = {"both": np.bitwise_and, "either": np.bitwise_or, "differ": np.bitwise_xor}


class BufferedProgram:
    """Some planes of a recording, to be computed for at most `words` x 64 patients at a time. Not for two threads at once.

    >>> recording = Recording(3)
    >>> first, second, ones = recording.given
    >>> program = BufferedProgram(recording, [(first & second).number, (first ^ ones).number, recording.zero], words=1)
    >>> [int(plane[0]) for plane in program.run(np.array([[0b0011], [0b0101], [0b1111]], dtype=np.uint64))]
    [1, 12, 0]
    """

    def __init__(self, recording: Recording, wanted: Sequence[int], words: int) -> None:
        needed = recording.needed(wanted)
        body, places, count = _allocated(recording, needed, wanted)
        self.size, self.buffers = len(needed), count
        self._inputs = sorted(
            {one for _, instruction in needed for one in instruction[1:] if one < recording.inputs}
            | {number for number in wanted if number < recording.inputs}
        )
        taken = [f"i{number}" for number in self._inputs]
        lines = ["def run(inputs, buffers, nothing):"]
        lines += [f"    ({', '.join(taken)},) = inputs"] if taken else []
        lines += [f"    ({', '.join(f'b{number}' for number in range(count))},) = buffers"] if count else []
        lines += [f"    {line}" for line in body]
        lines.append(f"    return ({''.join(f'{place}, ' for place in places)})")
        space: dict[str, Any] = dict(UFUNCS)
        exec(compile("\n".join(lines), "<rules with buffers>", "exec"), space)
        self._run: Callable[..., tuple[Words, ...]] = space["run"]
        self._buffers = np.zeros((count, words), dtype=np.uint64)
        self._zero = np.zeros(words, dtype=np.uint64)

    def run(self, inputs: Words) -> tuple[Words, ...]:
        """The wanted planes, for input planes as rows. They are parts of the inputs and of buffers: read them before the next
        run, and write into none."""
        width = inputs.shape[1]
        given = [inputs[number] for number in self._inputs]
        return self._run(given, self._buffers[:, :width], self._zero[:width])


def _allocated(
    recording: Recording, needed: Sequence[tuple[int, Instruction]], wanted: Sequence[int]
) -> tuple[list[str], list[str], int]:
    """The lines, the names of the wanted planes, and how many buffers there are."""
    waiting = Counter(number for _, instruction in needed for number in instruction[1:])
    waiting.update(wanted)  # which no line uses up
    held: dict[int, int] = {}
    free: list[int] = []
    count = 0

    def name(number: int) -> str:
        if number == recording.zero:
            return "nothing"
        return f"i{number}" if number < recording.inputs else f"b{held[number]}"

    lines = []
    for number, (operator, left, right) in needed:
        operands = f"{name(left)}, {name(right)}"
        for operand in (left, right):
            waiting[operand] -= 1
            if not waiting[operand] and operand in held:
                free.append(held.pop(operand))
        if not free:
            free.append(count)
            count += 1
        held[number] = free.pop()
        lines.append(f"{CALLS[operator]}({operands}, {name(number)})")
    return lines, [name(number) for number in wanted], count
