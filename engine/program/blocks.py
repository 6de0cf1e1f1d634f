"""Straight-line code → a function that runs it: one function of Python, or for very long code many, one after the other.

Python compiles a function as a whole: a line takes 3.5 kB meanwhile, and in a function of a hundred thousand lines twice the
time that it takes in a short one. Code of more than `MOST_LINES` is cut into blocks. What a block makes for later ones stands in
a list that is handed from block to block; to run it takes half as much time again, so that shorter code is not cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

MOST_LINES = 1 << 15
"""So many lines are compiled as one function: those of some 4,000 rules."""
BLOCK = 1 << 12
"""So many lines of longer code make a block."""

Run = Callable[[Sequence[Any]], tuple[Any, ...]]
_NAME = re.compile(r"\w+")


class StraightLine(NamedTuple):
    """Assignments in order, each of an expression of `&`, `|` and `^` to a name of its own, from input to output planes.

    The last input is `ones`; `zero` is made of it before the first line.
    """

    inputs: Sequence[str]
    lines: Sequence[tuple[str, str]]
    outputs: Sequence[str]

    def text(self) -> str:
        """All of it as one function of Python.

        >>> print(StraightLine(["gp0", "ga0", "ones"], [("h0", "gp0 | ga0")], ["h0", "zero"]).text(), end="")
        def run(planes):
            gp0, ga0, ones, = planes
            zero = ones ^ ones
            h0 = gp0 | ga0
            return (h0, zero, )
        """
        body = ["def run(planes):", f"    {', '.join(self.inputs)}, = planes", "    zero = ones ^ ones"]
        body += [f"    {name} = {expression}" for name, expression in self.lines]
        body.append(f"    return ({''.join(f'{name}, ' for name in self.outputs)})")
        return "\n".join(body) + "\n"


def compiled(code: StraightLine, text: str) -> Run:
    """The function that runs some code, whose text is given."""
    return _function(text, "run") if len(code.lines) <= MOST_LINES else _in_blocks(code, BLOCK)


def _in_blocks(code: StraightLine, most: int) -> Run:
    """The same as functions of at most so many lines each."""
    blocks = list(_blocks(code.lines, most))
    handed_on = {name for block in blocks for name in block.read}.union(code.outputs)
    place = {name: number for number, name in enumerate((*code.inputs, "zero"))}
    functions = []
    for block in blocks:
        made = [name for name, _ in block.lines if name in handed_on]
        functions.append(_function(_text_of(block, place, made), "block"))
        place |= {name: number for number, name in enumerate(made, len(place))}
    planes_of = itemgetter(*(place[name] for name in code.outputs))
    several = len(code.outputs) > 1  # `itemgetter` gives one plane alone, without a tuple around it

    def run(planes: Sequence[Any]) -> tuple[Any, ...]:
        held = [*planes, planes[-1] ^ planes[-1]]
        for function in functions:
            held += function(held)
        found = planes_of(held)
        return found if several else (found,)

    return run


class _Block(NamedTuple):
    """Some lines, and the names that they read and do not make themselves."""

    lines: Sequence[tuple[str, str]]
    read: Sequence[str]


def _blocks(lines: Sequence[tuple[str, str]], most: int) -> Iterator[_Block]:
    remaining = iter(lines)
    while some := list(islice(remaining, most)):
        made = {name for name, _ in some}
        read = dict.fromkeys(_NAME.findall(" ".join([expression for _, expression in some])))
        yield _Block(some, [name for name in read if name not in made])


def _text_of(block: _Block, place: dict[str, int], made: Sequence[str]) -> str:
    body = ["def block(held):", *(f"    {name} = held[{place[name]}]" for name in block.read)]
    body += [f"    {name} = {expression}" for name, expression in block.lines]
    body.append(f"    return ({''.join(f'{name}, ' for name in made)})")
    return "\n".join(body) + "\n"


def _function(text: str, name: str) -> Run:
    space: dict[str, Any] = {}
    exec(compile(text, "<rules>", "exec"), space)
    function: Run = space[name]
    return function
