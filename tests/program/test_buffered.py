"""Instructions are recorded from the program's own code; with buffers they come to the same planes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from spinegraph.engine import Engine, load_knowledge
from spinegraph.engine.program.buffered import BufferedProgram, WholeNumbers
from spinegraph.engine.program.instructions import Instruction, Recording, record

from tests.validation.interactions.random_guidelines import Writer

WORDS = 5


@pytest.mark.parametrize("content", ["shipped", *range(8)])
def test_buffers_change_no_plane_of_any_program(content: str | int, tmp_path: Path) -> None:
    knowledge = load_knowledge() if isinstance(content, str) else Writer(content, acts=True, sums=True).write(tmp_path)
    program = Engine(knowledge).program
    recording, outputs = record(program)
    buffered = BufferedProgram(recording, [plane.number for plane in outputs], WORDS)
    inputs = np.random.default_rng(1).integers(0, 2**64, (program.input_size, WORDS), dtype=np.uint64)
    inputs[-1] = (~np.uint64(0), ~np.uint64(0), ~np.uint64(0), ~np.uint64(0), 0xFF)
    inputs &= inputs[-1]
    for width in (WORDS, 2, WORDS):
        part = inputs[:, -width:]
        for found, expected in zip(buffered.run(part), program.run(list(part)), strict=True):
            assert np.array_equal(found, expected)


def test_fewer_planes_take_fewer_instructions_and_buffers() -> None:
    program = Engine(load_knowledge()).program
    recording, outputs = record(program)
    numbers = [plane.number for plane in outputs]
    all_, one = BufferedProgram(recording, numbers, 1), BufferedProgram(recording, [numbers[program.clash]], 1)
    assert one.size < all_.size
    assert one.buffers < all_.buffers < all_.size


def test_what_is_known_beforehand_is_no_instruction() -> None:
    recording = Recording(3)
    first, second, ones = recording.given
    nothing = recording.nothing
    for made, expected in (
        (first & ones, first), (ones & first, first), (first & nothing, nothing), (first | nothing, first),
        (first | ones, ones), (first ^ nothing, first), (first ^ first, nothing), (first & first, first), (ones ^ nothing, ones),
        (ones ^ ones, nothing), (ones | nothing, ones), (ones & nothing, nothing),
    ):  # fmt: skip
        assert made.number == expected.number
    assert recording.instructions == []
    assert (~(~first)).number == first.number
    assert (second & first).number == (first & second).number
    assert recording.instructions == [Instruction("^", 0, 2), Instruction("&", 0, 1)]
    assert recording.needed([(first & second).number]) == [(5, Instruction("&", 0, 1))]


@pytest.mark.parametrize("count", range(12))
def test_how_many_planes_are_set_by_adders(count: int) -> None:
    recording = Recording(count + 1)
    bits = recording.added(recording.given[:count])
    inputs = [*np.random.default_rng(count).integers(0, 2**63, count).tolist(), 2**64 - 1]
    found = WholeNumbers(recording, [bit.number for bit in bits]).run(inputs)
    for place in range(64):
        number = sum((bit >> place & 1) << weight for weight, bit in enumerate(found))
        assert number == sum(plane >> place & 1 for plane in inputs[:count])


def test_where_an_odd_number_of_planes_is_set() -> None:
    recording = Recording(6)
    first, second, third, fourth, _, ones = recording.given
    reached = [first, first | second, first | second | third, ones]
    steps = [first, *(after ^ before for before, after in pairwise(reached))]
    found = [recording.odd(steps[:2]), recording.odd(steps), recording.odd([first, fourth]), recording.odd([])]
    assert [plane.number for plane in found] == [reached[1].number, ones.number, (first ^ fourth).number, recording.zero]


def test_planes_that_are_inputs_or_empty_are_handed_on() -> None:
    recording = Recording(2)
    buffered = BufferedProgram(recording, [0, recording.zero, 1], 1)
    assert [int(plane[0]) for plane in buffered.run(np.array([[6], [7]], dtype=np.uint64))] == [6, 0, 7]
