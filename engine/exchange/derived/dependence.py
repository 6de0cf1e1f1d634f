"""On what the truth of each rule, and each verdict, depends: read off the compiled code, run on sets of inputs.

The code of a program is `&`, `|` and `^` alone. Run on planes that only remember from which inputs they are made, it tells of
every output which facts and values can reach it, however many rules and classes lie between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from spinegraph.engine.exchange.derived.reads import plain
from spinegraph.engine.model import Assessment, DerivedFinding, Knowledge, Recommendation, Timed
from spinegraph.engine.program.program import Program
from spinegraph.engine.program.strata import dependencies


@dataclass(frozen=True)
class Made:
    """A plane as the set of inputs that it is made of, one bit each.

    >>> Made(0b01) & Made(0b10) | Made(0b100)
    Made(of=7)
    """

    of: int

    def __or__(self, other: Made) -> Made:
        return Made(self.of | other.of)

    __and__ = __xor__ = __or__


class Dependence(NamedTuple):
    """IRIs of concepts, by IRI of a rule.

    `rules`: what can change whether it holds. `verdicts`, of recommendations alone: what can change the verdict besides.
    """

    rules: Mapping[str, tuple[str, ...]]
    verdicts: Mapping[str, tuple[str, ...]]


def dependence_of(program: Program) -> Dependence:
    """What every rule and every verdict of a program depends on: facts and values, and the conclusions in between."""
    knowledge = program.knowledge
    inputs = list(_inputs(program))
    made: tuple[Any, ...] = program.run([*(Made(1 << number) for number in range(len(inputs))), Made(0)])

    def things(slots: Iterable[int]) -> tuple[str, ...]:
        bits = 0
        for slot in slots:
            bits |= made[slot].of
        return tuple(dict.fromkeys(thing for number, named in enumerate(inputs) if bits >> number & 1 for thing in named))

    between = _concluded_between(knowledge)
    rules = {iri: _joined(things(slots.whole), between[iri]) for iri, slots in program.rules.items()}
    verdicts = {}
    for iri, slots in program.verdicts.items():
        every = _joined(things(slots), *(rules[other] for other in _acting(program, iri)))
        verdicts[iri] = tuple(thing for thing in every if thing not in set(rules[iri]))
    return Dependence(rules, verdicts)


def _inputs(program: Program) -> Iterator[tuple[str, ...]]:
    """What each input plane of a program is about, in their order, but for the last, which is full of ones."""
    knowledge = program.knowledge
    for finding in program.findings:
        yield from [(plain(finding, knowledge),)] * 2
    for comparison in program.comparisons:
        yield from [(comparison.measurement,)] * 2
    for performable in program.performable:
        yield (performable.intervention,)
    for related in program.related:
        yield from [related.mentions] * 2
    for timed in program.timed:
        yield from [tuple(_dated(timed, knowledge))] * 2


def _dated(timed: Timed, knowledge: Knowledge) -> Iterator[str]:
    """What the dates of a criterion are dates of: what it names, and the narrower and wider ones that count as it."""
    broader, narrower = knowledge.hierarchy.broader, knowledge.hierarchy.narrower
    known = knowledge.findings.keys() | knowledge.interventions.keys() | knowledge.valued.keys()
    for iri in timed.mentions:
        for near in dict.fromkeys((iri, *narrower.get(iri, ()), *broader.get(iri, ()))):
            if near in known:
                yield plain(near, knowledge)


def _concluded_between(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Rule → the conditions and findings that the rules on which it rests conclude, step by step."""
    needed = dependencies(knowledge)
    found: dict[str, dict[str, None]] = {}

    def walk(iri: str) -> dict[str, None]:
        if iri not in found:
            found[iri] = {}
            for other in needed[iri]:
                found[iri] |= {**dict.fromkeys(_concluded(knowledge, other)), **walk(other)}
        return found[iri]

    return {iri: tuple(walk(iri)) for iri in needed}


def _concluded(knowledge: Knowledge, iri: str) -> tuple[str, ...]:
    rule = knowledge.rules[iri]
    if isinstance(rule, Assessment):
        return (rule.condition,)
    return (rule.finding,) if isinstance(rule, DerivedFinding) else ()


def _acting(program: Program, iri: str) -> Iterator[str]:
    """The rules that act on a recommendation, whose conclusions in between count for its verdict, too."""
    relations, waiting, seen = program.relations, [iri], {iri}
    while waiting:
        rule = program.knowledge.rules[waiting.pop()]
        others: list[str] = [other.iri for other in relations.excluding(rule)]
        if isinstance(rule, Recommendation):
            acting = (*relations.overriding(rule), *relations.leaving(rule))
            others += [one.iri for other in acting for one in (other, *relations.of_source(other))]
            waiting += [other.iri for other in relations.choices(rule) if other.iri not in seen]
            others += [other.iri for other in relations.choices(rule)]
        seen.update(others)
        yield from others


def _joined(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(thing for group in groups for thing in group))
