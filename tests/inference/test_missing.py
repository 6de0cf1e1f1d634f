"""Missing facts of random small guidelines held against counting: those that some completion of the record makes decisive."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine import Engine
from engine.inference.case import CaseEncoder
from engine.inference.ground import verdict_of
from tests.validation.behaviour.random_guidelines import PARENTS, VALUES, Writer, records

GUIDELINES = 40
CASES = 40
CODES = tuple(f"f_{name.lower()}" for name in PARENTS)
AXES = (*CODES, "level")
SHAPE = (*(3 for _ in CODES), len(VALUES))
OPEN = np.array([verdict_of(*((n >> bit) & 1 for bit in range(6))) == "undetermined" for n in range(64)])
Flags = NDArray[np.bool_]


def decisive(undetermined: Flags, consistent: Flags, code: str) -> Flags:
    """Where a fact is unknown and learning it can settle a verdict, now or once others are known, without a contradiction."""
    axis = AXES.index(code)
    moved, possible = np.moveaxis(undetermined, axis, 0), np.moveaxis(consistent, axis, 0)
    found = np.logical_or.reduce([possible[0] & possible[told] & (moved[0] != moved[told]) for told in range(1, len(moved))])
    for other in range(found.ndim):
        ahead = np.moveaxis(found, other, 0)
        ahead[0] |= np.logical_or.reduce(ahead)
    flags = np.zeros(moved.shape, dtype=np.bool_)
    flags[0] = found
    return np.moveaxis(flags, 0, axis)


@pytest.mark.parametrize("seed", range(GUIDELINES))
def test_what_is_missing_from_an_undetermined_verdict_is_what_can_still_settle_it(seed: int, tmp_path: Path) -> None:
    """What is missing can, or is wider or narrower than what can; nothing that looks open in a part and can is left out."""
    engine = Engine(Writer(seed).write(tmp_path))
    facts, program = engine.book.facts, engine.program
    cases = tuple(records(list(CODES)))
    encoder = CaseEncoder(program)
    planes = program.run(list(np.array([encoder.planes(case) for case in cases], dtype=np.bool_).T))

    def flags(slot: int) -> Flags:
        return np.broadcast_to(planes[slot], len(cases)).reshape(SHAPE)

    consistent = ~flags(program.clash)
    decides = {}
    for iri, slots in program.verdicts.items():
        undetermined = OPEN[sum(flags(slot).astype(np.int64) << bit for bit, slot in enumerate(slots))]
        decides[iri] = {code: decisive(undetermined, consistent, code).ravel() for code in AXES}
    for number in random.Random(seed).sample(list(np.flatnonzero(consistent)), CASES):  # noqa: S311
        explained = engine.explain(cases[number])
        for entry in engine.decide(cases[number]).recommendations:
            if entry.verdict == "undetermined":
                exact = sum(facts.bit[code] for code in AXES if decides[entry.iri][code][number])
                missing = sum(facts.bit[code] for code in entry.missing)
                about = (cases[number], entry.id, entry.missing, facts.decode(exact))
                assert not missing & ~(exact | facts.related(exact)), about
                looks_open = engine.book.rule(engine.knowledge.rules[entry.iri]).prospect(explained).facts
                assert not looks_open & exact & ~missing, about
