"""One criterion compiled beside a knowledge, and its truth for a patient."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from spinegraph.engine import Case, Knowledge
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import (
    TRUTHS,
    Criterion,
    Tension,
    Truth,
)
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.program import Program

TESTED = expand("rule:tested")


def compiled(knowledge: Knowledge, criterion: Criterion) -> Program:
    """The program of the knowledge and one more rule, which tests the criterion."""
    rule = Tension(
        iri=TESTED, id="tested", label="", source="", scope=None, criterion=criterion, order=99,
        definition="", handling="", resolution="exposed", positions=(),
    )  # fmt: skip
    return compile_program(msgspec.structs.replace(knowledge, rules={**knowledge.rules, TESTED: rule}))


def truth_of(program: Program, present: Iterable[str] = (), absent: Iterable[str] = (), **measurements: float) -> Truth:
    """The truth of the tested criterion for a patient."""
    case = Case(present=tuple(present), absent=tuple(absent), measurements=measurements)
    planes = program.run(CaseEncoder(program).planes(case))
    holds, refuted = program.rules[TESTED].whole
    return TRUTHS[int(planes[holds]) + 2 * int(planes[refuted])]
