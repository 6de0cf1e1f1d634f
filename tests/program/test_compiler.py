"""The code of the program: straight lines of and, or, xor; one pair of planes for equal criteria; many patients at once."""

from __future__ import annotations

import ast
import itertools
from typing import Literal

import numpy as np
import pytest
from spinegraph.engine import Engine, Knowledge, load_knowledge
from spinegraph.engine.criteria.planes import join
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import And, Present
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.program import Program

from tests.program.compiling import compiled
from tests.random_cases import random_cases

FEVER = expand("finding:Fever")


def _is_bitwise(node: ast.expr) -> bool:
    match node:
        case ast.Name():
            return True
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr() | ast.BitXor(), right=right):
            return _is_bitwise(left) and _is_bitwise(right)
    return False


@pytest.mark.parametrize("which", ["small", "engine"])
def test_the_code_is_a_straight_line_of_and_or_and_xor(which: str, request: pytest.FixtureRequest) -> None:
    program: Program = request.getfixturevalue(which).program
    (function,) = ast.parse(program.code).body
    assert isinstance(function, ast.FunctionDef)
    unpacking, *lines, returned = function.body
    assert isinstance(unpacking, ast.Assign)
    assert isinstance(unpacking.targets[0], ast.Tuple)
    assert len(unpacking.targets[0].elts) == program.input_size
    assert isinstance(unpacking.value, ast.Name)
    assert isinstance(returned, ast.Return)
    assert isinstance(returned.value, ast.Tuple)
    assert all(isinstance(element, ast.Name) for element in returned.value.elts)
    assigned = [line.targets[0].id for line in lines if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)]
    assert len(assigned) == len(lines) == len(set(assigned))
    assert all(isinstance(line, ast.Assign) and _is_bitwise(line.value) for line in lines)


def test_equal_criteria_share_one_pair_of_planes(small_knowledge: Knowledge) -> None:
    program = compiled(
        small_knowledge,
        And(
            children=(
                Present(finding=FEVER, label="one"),
                Present(finding=FEVER, label="two"),
            )
        ),
    )
    assert program.pair(Present(finding=FEVER)) == program.pair(Present(finding=FEVER, label="three"))


@pytest.mark.parametrize("which", ["small", "engine"])
def test_sixty_four_patients_in_one_word_get_the_bits_they_get_alone(which: str, request: pytest.FixtureRequest) -> None:
    chosen: Engine = request.getfixturevalue(which)
    program = chosen.program
    encoder = CaseEncoder(program)
    inputs = [encoder.planes(case) for case in itertools.islice(random_cases(program, seed=64), 64)]
    ones = np.uint64(2**64 - 1)
    alone = [program.run(planes) for planes in inputs]
    words = [
        np.array([sum(planes[number] << patient for patient, planes in enumerate(inputs))], dtype=np.uint64)
        for number in range(program.input_size)
    ]
    together = program.run(words)
    assert all(plane.dtype == np.uint64 for plane in together)
    unpacked = [tuple(int(plane[0]) >> patient & 1 for plane in together) for patient in range(64)]
    assert unpacked == alone
    assert len(set(alone)) > 32
    for recommendation in program.verdicts:
        planes = program.verdict_planes(recommendation, together)
        assert sum(int(plane[0]).bit_count() for plane in planes.values()) == 64
        assert np.bitwise_or.reduce(list(planes.values())) == ones
        for patient in range(64):
            (verdict,) = (verdict for verdict, plane in planes.items() if int(plane[0]) >> patient & 1)
            assert verdict == program.verdict(recommendation, alone[patient])
            assert verdict == program.all_verdicts(alone[patient])[program.place_of_verdict(recommendation)]


def test_no_knowledge_at_all_compiles() -> None:
    program = compile_program(load_knowledge([]))
    assert program.rules == {}
    assert program.input_size == 1
    planes = program.run([1])
    assert [number for number, plane in enumerate(planes) if plane] == [program.level.undetermined]


@pytest.mark.parametrize("operator", ["&", "|"])
def test_an_expression_of_very_many_terms_compiles(operator: Literal["&", "|"]) -> None:
    names = [f"p{number}" for number in range(20_000)]
    code = compile(join(operator, names), "<terms>", "eval")
    for odd in (0, 10_000, 19_999):
        planes = {name: int((number == odd) == (operator == "|")) for number, name in enumerate(names)}
        assert eval(code, planes) == (operator == "|")  # noqa: S307
