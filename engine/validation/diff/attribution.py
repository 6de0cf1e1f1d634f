"""Which change is responsible for another outcome: each is applied alone to the old state, and the patient decided again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import structs
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import Case, Criterion, Hierarchy, Knowledge, Rule
from spinegraph.engine.program.program import structure
from spinegraph.engine.validation.diff.model import Responsible
from spinegraph.engine.validation.diff.statements import State

HIERARCHY = "the hierarchy"
"""Stands for all changes of subclasses together."""
RECORDED = ("code", "derived_only", "minimum", "maximum", "codes")
"""Fields of concepts that say what can be recorded."""
CONCEPTS = ("findings", "conditions", "interventions", "measurements", "coded")


class Attribution:
    """The changes that can alter a decision: one for each rule that differs and each concept that is recorded otherwise, and one
    for the hierarchy."""

    def __init__(self, old: State, new: State) -> None:
        self._old, self._new = old, new
        before, after = old.knowledge.rules, new.knowledge.rules
        self.changed = tuple(iri for iri in dict.fromkeys((*after, *before)) if before.get(iri) != after.get(iri))
        self._concepts = {table: tuple(_recorded_otherwise(old.knowledge, new.knowledge, table)) for table in CONCEPTS}
        self._engines: dict[str, Engine | None] = {}

    def responsible(self, case: Case, outcome: Callable[[Engine, Case], Any]) -> tuple[Responsible, ...]:
        """The changes that alone make `outcome` of the case another than in the old state; if none does, all of them."""
        base = self._with("")
        if base is None:
            return ()
        was = outcome(base, case)
        concepts = (iri for iris in self._concepts.values() for iri in iris)
        changes = (*self.changed, *concepts, *([HIERARCHY] if self._hierarchy_differs else []))
        engines = ((change, self._with(change)) for change in changes)
        alone = [change for change, engine in engines if engine is not None and outcome(engine, case) != was]
        return tuple(self._named(change, bool(alone)) for change in alone or changes)

    def _named(self, change: str, alone: bool) -> Responsible:
        if change == HIERARCHY:
            return Responsible(subject=HIERARCHY, alone=alone)
        if change in self.changed:
            shapes, passages = changed_parts(self._old.knowledge.rules.get(change), self._new.knowledge.rules.get(change))
        else:
            shapes, passages = (), ()
        place = self._new.place(change) or self._old.place(change)
        return Responsible(subject=shorten(change), alone=alone, shapes=shapes, passages=passages, place=place)

    def _with(self, change: str) -> Engine | None:
        """The old state with one change; None where it cannot be compiled with that change alone."""
        if change not in self._engines:
            rules = {iri: rule for iri, rule in self._mixed(change).items() if rule is not None}
            state = self._new if change == HIERARCHY else self._old
            hierarchy = _with_lone_concepts(state.knowledge.hierarchy, self._both)
            mixed = structs.replace(self._both, rules=rules, hierarchy=hierarchy)
            for table, iris in self._concepts.items():
                if change in iris:
                    mixed = structs.replace(mixed, **{table: {**getattr(mixed, table), change: self._concept(table, change)}})
            try:
                self._engines[change] = Engine(mixed)
            except SpinegraphError:  # e.g. it refers to a rule that another change brings: then it is not alone responsible
                self._engines[change] = None
        return self._engines[change]

    def _mixed(self, change: str) -> Mapping[str, Rule | None]:
        rules: dict[str, Rule | None] = dict(self._old.knowledge.rules)
        if change in self.changed:
            rules[change] = self._new.knowledge.rules.get(change)
        return rules

    def _concept(self, table: str, iri: str) -> Any:
        return getattr(self._new.knowledge, table)[iri]

    @property
    def _hierarchy_differs(self) -> bool:
        return self._old.knowledge.hierarchy != self._new.knowledge.hierarchy

    @cached_property
    def _both(self) -> Knowledge:
        """The old state with the concepts that only the new one has, so that a changed rule may speak of them."""
        old, new = self._old.knowledge, self._new.knowledge
        return structs.replace(old, **{table: {**getattr(new, table), **getattr(old, table)} for table in CONCEPTS})


def _recorded_otherwise(old: Knowledge, new: Knowledge, table: str) -> Iterator[str]:
    """Concepts with another code or another possible range, or that can be recorded in one state only."""
    before, after = getattr(old, table), getattr(new, table)
    for iri in before:
        sides = [[getattr(state[iri], name, None) for name in RECORDED] for state in (before, after) if iri in state]
        if len(sides) > 1 and sides[0] != sides[1]:
            yield iri


def _with_lone_concepts(hierarchy: Hierarchy, knowledge: Knowledge) -> Hierarchy:
    """A hierarchy in which concepts that it does not have stand alone: what they are below is a change of its own."""
    alone = {iri: (iri,) for table in CONCEPTS for iri in getattr(knowledge, table)}
    return structs.replace(hierarchy, broader={**alone, **hierarchy.broader}, narrower={**alone, **hierarchy.narrower})


def changed_parts(old: Rule | None, new: Rule | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """CURIEs of the named criteria that changed, and the passages that state what changed.

    The innermost changed nodes count; where the criteria are the same, or a rule is there once only, the rule's passages.
    """
    if old is None or new is None:
        rule = old or new
        return (), rule.passages if rule else ()
    nodes = [*_innermost(new, old), *_innermost(old, new)]
    shapes = tuple(dict.fromkeys(shape for shape, _ in nodes if shape))
    passages = tuple(dict.fromkeys(passage for _, stated in nodes for passage in stated))
    return tuple(map(shorten, shapes)), passages or new.passages


def _innermost(rule: Rule, other: Rule) -> Iterator[tuple[str, tuple[str, ...]]]:
    known = {structure(node) for part in (other.scope, other.criterion) if part for node in part.walk()}
    for part in (rule.scope, rule.criterion):
        if part is not None and structure(part) not in known:
            yield from _changed_nodes(part, known, "", rule.passages)


def _changed_nodes(
    node: Criterion, known: set[tuple[Any, ...]], shape: str, passages: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    shape, passages = node.iri or shape, node.passages or passages
    changed = [child for child in node.parts if structure(child) not in known]
    if not changed:
        yield shape, passages
    for child in changed:
        yield from _changed_nodes(child, known, shape, passages)
