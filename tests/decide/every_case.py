"""Every case of the small knowledge decided at once, as arrays: the ground truth for what can still change a verdict.

The program runs on arrays of truth values just as it does on words, so all 32,805 cases take a few milliseconds. An array
has one axis for each finding (unknown, present, absent) and one for each measurement (unknown, then each of VALUES).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from spinegraph.engine import Case, Engine
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.model import Criterion, DerivedFinding, Knowledge, Rule

from tests.small import CODES, VALUES, all_cases

Table = NDArray[np.int64]
Flags = NDArray[np.bool_]

AXES = (*CODES, *VALUES)
SHAPE = (*(3 for _ in CODES), *(len(values) for values in VALUES.values()))


class EveryCase:
    """All cases, whether each is free of contradiction, and the truth of every rule and verdict in it."""

    def __init__(self, engine: Engine) -> None:
        program = engine.program
        encoder = CaseEncoder(program)
        self.cases = tuple(all_cases())
        inputs = np.array([encoder.planes(case) for case in self.cases], dtype=np.bool_).T
        self._planes = program.run(list(inputs))
        clashing = [self._flags(program.present[iri]) & self._flags(program.absent[iri]) for iri in engine.knowledge.findings]
        self.consistent: Flags = ~np.logical_or.reduce(clashing)
        self.truth = {iri: self._truth(*slots.whole) for iri, slots in program.rules.items()}
        self.scope_truth = {iri: self._truth(*slots.scope) for iri, slots in program.rules.items()}
        self.verdict: Mapping[str, Table] = {
            engine.knowledge.rules[iri].id: np.argmax([self._flags(slot) for slot in slots], axis=0)
            for iri, slots in program.verdicts.items()
        }

    def _flags(self, slot: int) -> Flags:
        flags: Flags = np.broadcast_to(self._planes[slot], len(self.cases)).reshape(SHAPE)
        return flags

    def _truth(self, holds: int, refuted: int) -> Table:
        return self._flags(holds) + 2 * self._flags(refuted).astype(np.int64)

    def consistent_cases(self) -> Iterator[tuple[int, Case]]:
        """The cases without contradiction, with their positions in a flattened array."""
        for number in np.flatnonzero(self.consistent):
            yield int(number), self.cases[number]

    def decisive(self, values: Table, code: str) -> Flags:
        """Where `code` is unknown and learning it can change `values`, now or once other unknown facts are known.

        Neither the facts that are learned first nor this one may contradict the record.
        """
        axis = AXES.index(code)
        moved, consistent = np.moveaxis(values, axis, 0), np.moveaxis(self.consistent, axis, 0)
        unknown = np.logical_or.reduce(
            [consistent[0] & consistent[told] & (moved[0] != moved[told]) for told in range(1, len(moved))]
        )
        for other in range(unknown.ndim):
            ahead = np.moveaxis(unknown, other, 0)
            ahead[0] |= np.logical_or.reduce(ahead)
        flags = np.zeros(moved.shape, dtype=np.bool_)
        flags[0] = unknown
        return np.moveaxis(flags, 0, axis)


def named_facts(criterion: Criterion | None, knowledge: Knowledge) -> frozenset[str]:
    """Codes of the findings and measurements that a criterion speaks of, itself or through the rules it rests on."""
    if criterion is None:
        return frozenset()
    found: set[str] = set()
    finding = getattr(criterion, "finding", "")
    if finding:
        if not knowledge.findings[finding].derived_only:
            found.add(knowledge.findings[finding].code)
        for rule in knowledge.rules.values():
            if isinstance(rule, DerivedFinding) and rule.finding == finding:
                found |= named_by_rule(rule, knowledge)
    measurement = getattr(criterion, "measurement", "")
    if measurement:
        found.add(knowledge.measurements[measurement].code)
    condition = getattr(criterion, "condition", "")
    for rule in knowledge.rules.values():
        if condition and getattr(rule, "condition", "") in knowledge.hierarchy.narrower[condition]:
            found |= named_by_rule(rule, knowledge)
    for child in criterion.parts:
        found |= named_facts(child, knowledge)
    return frozenset(found)


def named_by_rule(rule: Rule, knowledge: Knowledge) -> frozenset[str]:
    """The same for scope and criterion of a rule."""
    return named_facts(rule.scope, knowledge) | named_facts(rule.criterion, knowledge)
