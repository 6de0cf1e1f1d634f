"""What definitions are called: by codes and by the names of the content, each name once."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.criteria import words_of
from spinegraph.engine.criteria.words import Names
from spinegraph.engine.knowledge.turtle.terms import local_name
from spinegraph.engine.model import Criterion, Knowledge, Rule
from spinegraph.engine.program.program import structure


class DefinitionNames:
    """The names of rules and criteria in one library; a second thing of one name gets a number.

    `rules`: each with its name. `criteria`: likewise; of one without a shape once, wherever it stands, and of all of one
    structure the passages of the first.
    """

    def __init__(self, knowledge: Knowledge, taken: set[str]) -> None:
        things = {**knowledge.conditions, **knowledge.interventions, **knowledge.findings, **knowledge.valued, **knowledge.scores}
        units = {iri: measurement.unit for iri, measurement in knowledge.measurements.items()}
        self._words = Names(lambda iri: things[iri].code, units.__getitem__, lambda _, code: code, "d")
        self._taken = {*taken}
        self.rules: tuple[tuple[Rule, str], ...] = tuple((rule, self.free(rule.id)) for rule in knowledge.rules.values())
        self.criteria: tuple[tuple[Criterion, str], ...] = tuple(self._all_criteria())

    def free(self, name: str) -> str:
        """The name, or the first one after it that is free."""
        found, number = name, 1
        while found in self._taken:
            number += 1
            found = f"{name} {number}"
        self._taken.add(found)
        return found

    def _all_criteria(self) -> Iterator[tuple[Criterion, str]]:
        seen: set[object] = set()
        for rule, name in self.rules:
            for top in (rule.scope, rule.criterion):
                waiting = [(top, name)] if top is not None else []
                while waiting:
                    criterion, within = waiting.pop()
                    key = criterion.iri or structure(criterion)
                    if key not in seen:
                        seen.add(key)
                        within = self._name(criterion, within)
                        yield criterion, within
                        waiting += [(part, within) for part in reversed(criterion.parts)]

    def _name(self, criterion: Criterion, within: str) -> str:
        """That of its shape; or what it asks, of one that joins others with where it stands."""
        if criterion.iri:
            return self.free(f"criterion {local_name(criterion.iri)}")
        asked = words_of(criterion, self._words)
        return self.free(f"{within}, {asked}" if criterion.parts else asked)
