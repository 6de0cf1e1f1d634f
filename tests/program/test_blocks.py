"""Very long code runs in blocks, and comes to what it comes to as one function."""

from __future__ import annotations

import random

import pytest
from spinegraph.engine import Engine
from spinegraph.engine.program import blocks
from spinegraph.engine.program.blocks import StraightLine, compiled


def _made_up(lines: int, seed: int) -> StraightLine:
    """Code whose lines read anything before them, however far, also inputs and constants."""
    chance = random.Random(seed)  # noqa: S311
    inputs = ("gp0", "ga0", "ch0", "ones")
    names = [*inputs, "zero"]
    code = []
    for number in range(lines):
        terms = [chance.choice(names) for _ in range(chance.randrange(1, 4))]
        code.append((f"h{number}", f" {chance.choice('&|^')} ".join(terms)))
        names.append(f"h{number}")
    return StraightLine(inputs, code, [chance.choice(names) for _ in range(lines)])


@pytest.mark.parametrize("most", [1, 2, 7, 39, 40])
def test_blocks_come_to_what_one_function_comes_to(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    code = _made_up(40, seed=most)
    planes = [random.Random(most).getrandbits(64) for _ in code.inputs[:-1]] + [2**64 - 1]  # noqa: S311
    whole = compiled(code, code.text())(planes)
    monkeypatch.setattr(blocks, "MOST_LINES", 39)
    monkeypatch.setattr(blocks, "BLOCK", most)
    assert compiled(code, code.text())(planes) == whole
    assert len(whole) == 40


def test_a_block_of_its_own_is_compiled_for_every_so_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    monkeypatch.setattr(blocks, "MOST_LINES", 24)
    monkeypatch.setattr(blocks, "BLOCK", 10)

    def noted(text: str, name: str, mode: str) -> object:
        texts.append(text)
        return compile(text, name, mode)

    monkeypatch.setattr(blocks, "compile", noted, raising=False)
    code = _made_up(25, seed=3)
    compiled(code, code.text())
    assert [sum(f"    {name} = {expression}\n" in text for name, expression in code.lines) for text in texts] == [10, 10, 5]


@pytest.mark.parametrize("outputs", [["h0"], ["zero", "ones"]])
def test_few_planes_come_as_a_tuple_too(outputs: list[str]) -> None:
    code = StraightLine(("gp0", "ones"), [("h0", "gp0 ^ ones"), ("h1", "h0 & gp0")], outputs)
    assert blocks._in_blocks(code, most=1)([5, 7]) == compiled(code, code.text())([5, 7])


def test_the_shipped_rules_decide_in_blocks_as_in_one_function(engine: Engine) -> None:
    program = engine.program
    inputs, *lines, outputs = (line.strip() for line in program.code.splitlines()[1:])
    assert lines.pop(0) == "zero = ones ^ ones"
    code = StraightLine(
        inputs.removesuffix(", = planes").split(", "),
        [(name, expression) for name, _, expression in (line.partition(" = ") for line in lines)],
        outputs.removeprefix("return (").removesuffix(", )").split(", "),
    )
    assert code.text() == program.code
    chance = random.Random(8)  # noqa: S311
    planes = [chance.getrandbits(256) for _ in range(program.input_size - 1)] + [2**256 - 1]
    assert blocks._in_blocks(code, most=100)(planes) == program.run(planes)
