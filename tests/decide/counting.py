"""Every record of a small random guideline, decided at once as arrays: what each fact can still change, by counting.

An array has one axis for each finding (unknown, present, absent), one for the measurement and one for the coded property
(unknown, then each value).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from spinegraph.engine import Engine
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.model import Knowledge
from spinegraph.engine.program.strata import dependencies

from tests.validation.interactions.random_guidelines import CODES as RISKS
from tests.validation.interactions.random_guidelines import PARENTS, VALUES, records

CODES = tuple(f"f_{name.lower()}" for name in PARENTS)
AXES = (*CODES, "level", "risk")
SHAPE = (*(3 for _ in CODES), len(VALUES), 1 + len(RISKS))
RECORDS = tuple(records(list(CODES)))
Table = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Counted:
    """The verdicts, truths and suspicions of all records, and which records do not contradict themselves."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.engine = Engine(knowledge)
        encoder = CaseEncoder(self.engine.program)
        self._planes = self.engine.program.run(
            list(np.array([encoder.planes(case) for case in RECORDS], dtype=np.bool_).T),
        )
        self.consistent: Flags = ~self._flags(self.engine.program.clash)

    def _flags(self, slot: int) -> Flags:
        flags: Flags = np.broadcast_to(self._planes[slot], len(RECORDS)).reshape(SHAPE)
        return flags

    @cached_property
    def verdicts(self) -> dict[str, Table]:
        """By rule id: numbers in VERDICTS."""
        rules = self.engine.knowledge.rules
        return {
            rules[iri].id: np.argmax([self._flags(slot) for slot in slots], axis=0)
            for iri, slots in self.engine.program.verdicts.items()
        }

    @cached_property
    def scopes(self) -> dict[str, Table]:
        """By rule IRI, of the scope: holds + 2 * refuted."""
        return {iri: self._truth([slots.scope]) for iri, slots in self.engine.program.rules.items()}

    @cached_property
    def truths(self) -> dict[str, Table]:
        """The same of scope and criterion together."""
        return {iri: self._truth([slots.whole]) for iri, slots in self.engine.program.rules.items()}

    @cached_property
    def rests_on(self) -> dict[str, set[str]]:
        """By rule IRI: the rules whose conclusions it tests, and those that they test in turn."""
        direct = dependencies(self.engine.knowledge)
        found: dict[str, set[str]] = {}
        for iri in sorted(direct, key=lambda iri: self.engine.knowledge.rules[iri].order):
            found[iri] = set(direct[iri]).union(*(found[other] for other in direct[iri]))
        return found

    @cached_property
    def suspicions(self) -> dict[str, Table]:
        """By code of the condition: some assessment of it holds + 2 * all are refuted."""
        program = self.engine.program
        return {
            program.knowledge.conditions[iri].code: self._truth([program.rules[rule.iri].whole for rule in rules])
            for iri in program.knowledge.conditions
            if (rules := program.relations.assessing(iri))
        }

    def _truth(self, pairs: list[tuple[int, int]]) -> Table:
        holds = np.logical_or.reduce([self._flags(holds) for holds, _ in pairs])
        refuted = np.logical_and.reduce([self._flags(refuted) for _, refuted in pairs])
        found: Table = holds + 2 * refuted.astype(np.int64)
        return found

    def decisive(self, table: Table, code: str) -> Flags:
        """For each record, whether a fact is unknown in it and an answer changes the table, now or once others are known.

        No record on the way contradicts itself.
        """
        axis = AXES.index(code)
        moved, possible = np.moveaxis(table, axis, 0), np.moveaxis(self.consistent, axis, 0)
        found = np.logical_or.reduce([possible[0] & possible[told] & (moved[0] != moved[told]) for told in range(1, len(moved))])
        for other in range(found.ndim):
            ahead = np.moveaxis(found, other, 0)
            ahead[0] |= np.logical_or.reduce(ahead)
        flags = np.zeros(moved.shape, dtype=np.bool_)
        flags[0] = found
        return np.moveaxis(flags, 0, axis).ravel()

    def all_decisive(self, table: Table) -> dict[str, Flags]:
        """The same for every fact."""
        return {code: self.decisive(table, code) for code in AXES}
