"""Instructions → columns for engines that know expressions: what is used more than once is a column, the rest stands within.

An expression of such an engine is a tree: written out whole, a program that shares as much as ours would have no end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from spinegraph.engine.program.instructions import Instruction, Recording

Expression = TypeVar("Expression")
LARGEST = 20
"""So many operations stand within one expression, at most: deep ones take engines very long to plan."""


@dataclass(frozen=True)
class Algebra(Generic[Expression]):
    """How an engine writes an expression: a column, and the operators."""

    column: Callable[[int], Expression]
    conjunction: Callable[[Expression, Expression], Expression]
    disjunction: Callable[[Expression, Expression], Expression]
    difference: Callable[[Expression, Expression], Expression]
    negation: Callable[[Expression], Expression]


@dataclass(frozen=True)
class Layers(Generic[Expression]):
    """Columns in the order in which they can be computed: each layer rests on the ones before it alone. `wanted`: what is asked
    for, by number, in terms of all of them."""

    layers: tuple[Mapping[int, Expression], ...]
    wanted: Mapping[int, Expression]


def layered(recording: Recording, wanted: Sequence[int], algebra: Algebra[Expression]) -> Layers[Expression]:
    """The columns of some planes. The input planes are columns already, the one of ones among them."""
    needed = recording.needed(wanted)
    uses = Counter(operand for _, instruction in needed for operand in instruction[1:])
    uses.update(wanted)
    sizes: dict[int, int] = {}
    heights: dict[int, int] = {}
    written: dict[int, Expression] = {}
    layers: list[dict[int, Expression]] = []

    def term(number: int) -> Expression:
        if number == recording.zero:
            return algebra.negation(algebra.column(recording.ones))
        return written[number] if number in written else algebra.column(number)

    for number, instruction in needed:
        expression = _operation(recording, instruction, term, algebra)
        size = 1 + sum(sizes.get(operand, 0) for operand in instruction[1:])
        height = max(heights.get(operand, 0) for operand in instruction[1:])
        if uses[number] > 1 or size >= LARGEST:
            if height == len(layers):
                layers.append({})
            layers[height][number] = expression
            heights[number] = height + 1
        else:
            written[number], sizes[number], heights[number] = expression, size, height
    return Layers(tuple(layers), {number: term(number) for number in wanted})


def _operation(
    recording: Recording, instruction: Instruction, term: Callable[[int], Expression], algebra: Algebra[Expression]
) -> Expression:
    operator, left, right = instruction
    if operator == "^":
        return algebra.negation(term(left)) if right == recording.ones else algebra.difference(term(left), term(right))
    return (algebra.conjunction if operator == "&" else algebra.disjunction)(term(left), term(right))
