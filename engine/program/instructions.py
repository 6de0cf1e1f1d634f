"""A compiled program as a list of instructions: recorded while its own code runs on planes that note what is done to them.

What reads no text of the code (an emitter with buffers, one for another engine) reads this: three operators on numbered planes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from spinegraph.engine.program.program import Program

Operator = Literal["&", "|", "^"]


class Instruction(NamedTuple):
    """One operation on two planes, each an input or the result of an earlier instruction, by number."""

    operator: Operator
    left: int
    right: int


class Recording:
    """The instructions so far. Planes 0 to `inputs` - 1 are inputs, the last of them full of ones; then comes `zero`, full of
    noughts; then the result of each instruction. Equal instructions are one, and what is known beforehand is none.

    >>> recording = Recording(3)
    >>> first, second, ones = recording.given
    >>> both = (first & second) | (second & first)
    >>> (both ^ ones ^ ones).number == both.number, len(recording.instructions)
    (True, 2)
    """

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.ones, self.zero = inputs - 1, inputs
        self.instructions: list[Instruction] = []
        self._known: dict[Instruction, int] = {}
        self.given = tuple(RecordedPlane(self, number) for number in range(inputs))

    @property
    def nothing(self) -> RecordedPlane:
        """The plane of noughts."""
        return RecordedPlane(self, self.zero)

    def result(self, operator: Operator, left: int, right: int) -> RecordedPlane:
        """The plane that an operation makes."""
        left, right = sorted((left, right), key=lambda number: (number in (self.ones, self.zero), number))
        number = self._simple(operator, left, right)
        return RecordedPlane(self, self._added(Instruction(operator, left, right)) if number is None else number)

    def _simple(self, operator: Operator, left: int, right: int) -> int | None:
        """The plane that an operation comes to without being done; constants stand on the right."""
        if left == right:
            return self.zero if operator == "^" else left
        if right == self.zero:
            return self.zero if operator == "&" else left
        if right != self.ones:
            return None
        if left == self.zero:
            return self.zero if operator == "&" else self.ones
        if operator == "^":
            return self._denied(left)
        return left if operator == "&" else self.ones

    def _denied(self, number: int) -> int | None:
        """What a plane is the opposite of, if it is made so."""
        made = self.instructions[number - self.zero - 1] if number > self.zero else None
        return made.left if made and (made.operator, made.right) == ("^", self.ones) else None

    def _added(self, instruction: Instruction) -> int:
        if instruction not in self._known:
            self.instructions.append(instruction)
            self._known[instruction] = self.zero + len(self.instructions)
        return self._known[instruction]

    def odd(self, planes: Iterable[RecordedPlane]) -> RecordedPlane:
        """Where an odd number of some planes is set. A plane that is made of two in this way stands for these, since what is
        there twice cancels: of planes that are each what is reached without what was reached before, little is left.

        >>> recording = Recording(4)
        >>> first, second, third, ones = recording.given
        >>> recording.odd([first ^ second, second ^ third]).number == (first ^ third).number
        True
        """
        parts: set[int] = set()
        for plane in planes:
            parts ^= set(self._parts(plane.number))
        found = self.nothing
        for number in sorted(parts):
            found = found ^ RecordedPlane(self, number)
        return found

    def added(self, planes: Iterable[RecordedPlane]) -> list[RecordedPlane]:
        """The bits of how many of some planes are set, the least first, from full adders; of none, one that is empty.

        >>> recording = Recording(4)
        >>> first, second, third, ones = recording.given
        >>> len(recording.added([first, second, third])), len(recording.instructions)
        (2, 5)
        """
        columns = [list(planes)]
        found = []
        for column in columns:  # which get one more at the end for what is carried
            carried = []
            while len(column) > 1:
                one, other = column.pop(), column.pop()
                third = column.pop() if column else self.nothing
                differ = one ^ other
                column.append(differ ^ third)
                carried.append((one & other) | (differ & third))
            found.append(column[0] if column else self.nothing)
            columns += [carried] if carried else []
        return found

    def _parts(self, number: int) -> tuple[int, ...]:
        """The two planes of which one has to be set, if a plane is made so, or itself."""
        made = self.instructions[number - self.zero - 1] if number > self.zero else None
        return (made.left, made.right) if made and made.operator == "^" else (number,)

    def needed(self, wanted: Iterable[int], given: Iterable[int] = ()) -> list[tuple[int, Instruction]]:
        """The instructions without which some planes cannot be had, each with the number of its result: what a wanted plane
        needs stands right before it, so that results are used while a cache still has them. `given`: what is there already."""
        done = {*range(self.zero + 1), *given}
        kept = []
        for number in wanted:
            waiting = [number]
            while waiting:
                number = waiting[-1]
                if number in done:
                    waiting.pop()
                    continue
                instruction = self.instructions[number - self.zero - 1]
                missing = [operand for operand in (instruction.left, instruction.right) if operand not in done]
                if missing:
                    waiting.append(missing[0])
                else:
                    done.add(number)
                    kept.append((number, instruction))
        return kept


class RecordedPlane:
    """A plane that stands for what will be in it: the operators that compiled rules use, as instructions."""

    __slots__ = ("_recording", "number")

    def __init__(self, recording: Recording, number: int) -> None:
        self._recording = recording
        self.number = number

    def __and__(self, other: RecordedPlane) -> RecordedPlane:
        return self._recording.result("&", self.number, other.number)

    def __or__(self, other: RecordedPlane) -> RecordedPlane:
        return self._recording.result("|", self.number, other.number)

    def __xor__(self, other: RecordedPlane) -> RecordedPlane:
        return self._recording.result("^", self.number, other.number)

    def __invert__(self) -> RecordedPlane:
        return self._recording.result("^", self.number, self._recording.ones)


def record(program: Program) -> tuple[Recording, Sequence[RecordedPlane]]:
    """The instructions of a program, and its output planes in its order; further ones may be made of these."""
    recording = Recording(program.input_size)
    return recording, program.run(recording.given)
