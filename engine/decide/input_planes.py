"""Which input planes of a program each entry of a case fills: the one table for a single case and for a population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spinegraph.engine.model import Compared, Recurrence, Related
from spinegraph.engine.program.program import Program


class InputPlanes(NamedTuple):
    """Positions of input planes, by code.

    `findings`: present; one further on is absent. `compared`: of values, so and one further on certainly not so. `performed`:
    of what is done, with when that is due again. `related`: the codes of two values, the first of their planes, what is asked.
    """

    findings: Mapping[str, int]
    compared: Mapping[str, tuple[tuple[int, Compared], ...]]
    performed: Mapping[str, tuple[tuple[int, Recurrence | None], ...]]
    related: tuple[tuple[tuple[str, str], int, Related], ...]


def input_planes(program: Program) -> InputPlanes:
    """The table of one program."""
    knowledge = program.knowledge
    compared: dict[str, list[tuple[int, Compared]]] = {}
    for number, comparison in enumerate(program.comparisons):
        position = 2 * len(program.findings) + 2 * number
        compared.setdefault(knowledge.valued[comparison.measurement].code, []).append((position, comparison.criterion))
    performed: dict[str, list[tuple[int, Recurrence | None]]] = {}
    for position, act in enumerate(program.performable, program.first_performed):
        performed.setdefault(knowledge.interventions[act.intervention].code, []).append((position, act.recurrence))
    related = enumerate(zip(program.codes_of_related, program.related, strict=True))
    return InputPlanes(
        findings={knowledge.findings[iri].code: 2 * number for number, iri in enumerate(program.findings)},
        compared={code: tuple(asked) for code, asked in compared.items()},
        performed={code: tuple(acts) for code, acts in performed.items()},
        related=tuple((codes, program.first_related + 2 * number, asked) for number, (codes, asked) in related),
    )
