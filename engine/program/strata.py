"""Which rule rests on the conclusions of which others; and whether they can be run in the order that they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from spinegraph.engine.criteria import kind_of
from spinegraph.engine.errors import CriterionError, KnowledgeError, RuleCycleError
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import (
    Assessment,
    Criterion,
    DerivedFinding,
    Knowledge,
    Score,
)


def order_errors(knowledge: Knowledge) -> Iterator[KnowledgeError]:
    """Every circle of rules, and every rule whose `sh:order` lets another SHACL engine run it too early."""
    needed = dependencies(knowledge)
    position = {iri: number for number, iri in enumerate(knowledge.rules)}
    circular: set[str] = set()
    for circle in _circles(needed):
        start = min(range(len(circle)), key=lambda at: position[circle[at]])
        turned = (*circle[start:], *circle[:start])
        circular.update(turned)
        yield RuleCycleError(
            " → ".join(shorten(iri) for iri in (*turned, turned[0])),
            where=shorten(turned[0]),
            mend="Take one of these rules out of the criteria of the others.",
            kind="circular",
            about=(turned[0], "sh:condition", None),
        )
    for iri, others in needed.items():
        rule = knowledge.rules[iri]
        for other in (knowledge.rules[other] for other in others if iri not in circular):
            if rule.order <= other.order:
                yield CriterionError(
                    f"{shorten(iri)} (sh:order {rule.order}) depends on {shorten(other.iri)} (sh:order {other.order}).",
                    where=shorten(iri),
                    mend="Give the rule that depends a higher sh:order.",
                    kind="wrong-order",
                    about=(iri, "sh:order", None),
                )


def dependencies(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Rule IRI → the rules whose conclusions its scope or criterion tests."""
    concluding = _concluding(knowledge)
    memory: dict[int, dict[str, None]] = {}
    found = {}
    for rule in knowledge.rules.values():
        tested: dict[str, None] = {}
        for criterion in filter(None, (rule.scope, rule.criterion)):
            tested |= _tested(criterion, knowledge, concluding, memory)
        found[rule.iri] = tuple(tested)
    return found


def foundations(knowledge: Knowledge, score: Score) -> tuple[str, ...]:
    """IRIs of the rules whose conclusions the items of a score test."""
    concluding, memory = _concluding(knowledge), dict[int, dict[str, None]]()
    tested: dict[str, None] = {}
    for item in score.items:
        tested |= _tested(item.criterion, knowledge, concluding, memory)
    return tuple(tested)


def _concluding(knowledge: Knowledge) -> dict[str, list[str]]:
    """Finding or condition → the rules that derive or assess it."""
    concluding: dict[str, list[str]] = {}
    for rule in knowledge.rules.values():
        if isinstance(rule, DerivedFinding):
            concluding.setdefault(rule.finding, []).append(rule.iri)
        elif isinstance(rule, Assessment):
            concluding.setdefault(rule.condition, []).append(rule.iri)
    return concluding


def _tested(
    criterion: Criterion,
    knowledge: Knowledge,
    concluding: Mapping[str, list[str]],
    memory: dict[int, dict[str, None]],
) -> dict[str, None]:
    if id(criterion) in memory:
        return memory[id(criterion)]
    tested: dict[str, None] = {}
    for concluded in kind_of(criterion).conclusions(criterion, knowledge.hierarchy):
        tested.update(dict.fromkeys(concluding.get(concluded, ())))
    for part in criterion.parts:
        tested |= _tested(part, knowledge, concluding, memory)
    memory[id(criterion)] = tested
    return tested


def _circles(needed: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Circles until none is left: one of each is cut when it has been reported."""
    edges = {iri: list(others) for iri, others in needed.items()}
    while True:
        try:
            TopologicalSorter(edges).prepare()
        except CycleError as error:
            *circle, _ = reversed(error.args[1])
            yield tuple(circle)
            edges[circle[0]].remove(circle[1 % len(circle)])
        else:
            return
