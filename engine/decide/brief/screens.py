"""Which screens are open for a case: what they ask, of whom, and the highest thing that an answer can still change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.criteria.node import FALSE, TRUE, CriterionNode, Explanation
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.decide.dates import is_a_day
from spinegraph.engine.knowledge.dates import dated_by, place_of, screens_with_dates, timed_criteria
from spinegraph.engine.model import VERDICTS, Knowledge, Recommendation, Screen, ScreenItem, Verdict
from spinegraph.engine.model.knowledge import Tier
from spinegraph.engine.program.program import Program

TIERS: tuple[Tier, ...] = ("scope", "safety", "management", "detail")
"""The highest first."""


class OpenScreen(NamedTuple):
    """A screen with the items that are still to be asked, and its tier for this case."""

    screen: Screen
    tier: Tier
    items: tuple[ScreenItem, ...]


class _Prepared(NamedTuple):
    screen: Screen
    gate: CriterionNode | None
    gates: tuple[CriterionNode | None, ...]
    before: tuple[int, ...]
    asks: frozenset[str]


class Screens:
    """The screens of one program."""

    def __init__(self, graph: CriterionGraph) -> None:
        self._program = graph.facts.program
        knowledge = self._program.knowledge
        self._codes = graph.facts.code_of
        self._bits = graph.facts.bit
        self._dates = {item: place_of(item, knowledge) for item in _dates_of(self._program)}
        self._timed = tuple(graph.node(criterion) for criterion in timed_criteria(knowledge))
        self._ordering = _ordering(knowledge)
        screens = screens_with_dates(knowledge).values()
        self._screens = [self._prepare(screen, graph) for screen in screens]
        self._valued = frozenset(knowledge.valued)

    def _prepare(self, screen: Screen, graph: CriterionGraph) -> _Prepared:
        knowledge, program = self._program.knowledge, self._program
        narrower = knowledge.hierarchy.narrower
        interventions = dict.fromkeys(iri for wider in screen.before for iri in narrower.get(wider, (wider,)))
        ordering = [rule for intervention in interventions for rule in self._ordering.get(intervention, ())]
        return _Prepared(
            screen,
            graph.node(screen.gate) if screen.gate else None,
            tuple(graph.node(item.gate) if item.gate else None for item in screen.items),
            tuple(slot for iri in ordering for slot in _slots(program, iri, ("indicated", "provisional"))),
            frozenset(item.asks for item in screen.items),
        )

    def own_tiers(self) -> Mapping[str, Tier]:
        """The tier that the content gives to each thing that is asked."""
        return {item.asks: one.screen.tier for one in self._screens for item in one.screen.items}

    def shut(self, case: Explanation) -> frozenset[str]:
        """What has a value (IRIs) and that nobody can be asked for now, because a gate is shut."""
        return frozenset(
            item.asks
            for one in self._screens
            for item, gate in zip(one.screen.items, one.gates, strict=True)
            if item.asks in self._valued and (_shut(one.gate, case) or _shut(gate, case))
        )

    def open(self, case: Explanation, tiers: Mapping[str, Tier]) -> tuple[OpenScreen, ...]:
        """The screens with something left to ask, by tier, then in their order.

        `tiers`: the highest thing that an answer about each thing (IRI) can change; what is not in it can change nothing.
        """
        tiers = self._open_dates(case, tiers)
        found = [entry for one in self._screens if (entry := self._open(one, case, tiers)) is not None]
        return tuple(sorted(found, key=lambda entry: (TIERS.index(entry.tier), entry.screen.order)))

    def _open(self, one: _Prepared, case: Explanation, tiers: Mapping[str, Tier]) -> OpenScreen | None:
        if one.asks.isdisjoint(tiers) or _shut(one.gate, case):
            return None
        if one.before and not any(case.planes[slot] for slot in one.before):
            return None
        items = [
            item
            for item, gate in zip(one.screen.items, one.gates, strict=True)
            if item.asks in tiers and not _shut(gate, case) and not self._known(item.asks, case)
        ]
        if not items:
            return None
        highest = min((tiers[item.asks] for item in items), key=TIERS.index)
        return OpenScreen(one.screen, "scope" if one.screen.tier == "scope" else highest, tuple(items))

    def _open_dates(self, case: Explanation, tiers: Mapping[str, Tier]) -> Mapping[str, Tier]:
        """The same without the dates that are known to the day, or that no criterion misses now."""
        if not self._dates:
            return tiers
        missing = joined(mask for node in self._timed for mask in node.open_facts(case))
        return {asks: tier for asks, tier in tiers.items() if asks not in self._dates or self._misses(asks, missing, case)}

    def _misses(self, asks: str, missing: int, case: Explanation) -> bool:
        place, iri = self._dates[asks], dated_by(asks)
        if place is None or not missing & self._bits[date_of(self._codes[iri]) if iri else asks]:
            return False
        if not iri:
            return True
        known = self._codes[iri] in case.values if iri in self._valued else case.finding_state(iri) == TRUE
        return known and not is_a_day(case.case.dates.get(place.member, {}).get(place.code, ""))

    def _known(self, iri: str, case: Explanation) -> bool:
        if iri in self._dates:
            return False  # `_open_dates` leaves out those that are
        if iri in self._valued:
            return self._codes[iri] in case.values
        return case.finding_state(iri) in (TRUE, FALSE)  # one that is recorded both ways is asked again


def _ordering(knowledge: Knowledge) -> dict[str, list[str]]:
    """The recommendations (IRIs) for each intervention, looked up once: no screen has to look at all rules."""
    found: dict[str, list[str]] = {}
    for rule in knowledge.rules.values():
        if isinstance(rule, Recommendation) and rule.direction == "for":
            found.setdefault(rule.intervention, []).append(rule.iri)
    return found


def _dates_of(program: Program) -> Iterator[str]:
    """The dates for which the criteria of a program ask, as items of screens have them."""
    yield from (AS_OF for one in program.timed if one.window)
    yield from (date_of(iri) for one in program.timed for iri in one.dated)


def _slots(program: Program, recommendation: str, verdicts: tuple[Verdict, ...]) -> Iterator[int]:
    slots = program.verdicts[recommendation]
    yield from (slots[VERDICTS.index(verdict)] for verdict in verdicts)


def _shut(gate: CriterionNode | None, case: Explanation) -> bool:
    return gate is not None and gate.truth(case) == FALSE
