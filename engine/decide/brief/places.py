"""Which recommendations stand in a brief, in which line and in which order. Prepared once; a case only reads its planes."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import NamedTuple

from spinegraph.engine.model import URGENCIES, BriefLine, Knowledge, Recommendation
from spinegraph.engine.model.knowledge import Place
from spinegraph.engine.program.program import Program

MOST: dict[Place, int] = {"do": 3, "avoid": 2, "review": 1}
"""So many lines stand in each place at most."""
MODALITIES = ("must", "should", "may")
_LAST = 10**9


class Candidate(NamedTuple):
    """A recommendation that can stand in a brief: its line, and the position of the plane that says whether it does.

    Those of one `group` stand in one line. `yields`: IRIs of the interventions to which the line yields, with narrower ones.
    """

    rule: Recommendation
    line: BriefLine | None
    plane: int
    group: str
    yields: frozenset[str]


class Line(NamedTuple):
    """The recommendations that stand together for one patient."""

    line: BriefLine | None
    rules: tuple[Recommendation, ...]


class PlaceContent(NamedTuple):
    """What stands in a place for a patient, and the planes on which that rests, each with what it is for the patient.

    While none of these changes, neither do the lines.
    """

    lines: tuple[Line, ...]
    watched: tuple[tuple[int, int], ...]


Bits = Callable[[int], int]
"""Position of a plane → whether it is so for the patient."""


class Places:
    """The candidates of one program, place by place, the most pressing first."""

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        cited = {citation.source for citation in knowledge.citations}
        self._candidates: dict[Place, list[Candidate]] = {place: [] for place in MOST}
        for rule in knowledge.rules.values():
            if isinstance(rule, Recommendation):
                line = knowledge.lines.get(rule.line)
                place = line.place if line else _without_line(rule, knowledge)
                if place in self._candidates:
                    wider = line.yields_to if line else ()
                    yields = frozenset(iri for one in wider for iri in knowledge.hierarchy.narrower.get(one, (one,)))
                    group = line.iri if line else rule.iri
                    self._candidates[place].append(Candidate(rule, line, program.standing[rule.iri], group, yields))
        self.all = frozenset(entry.rule.iri for candidates in self._candidates.values() for entry in candidates)
        """IRIs of the recommendations that can stand in a brief."""
        for candidates in self._candidates.values():
            candidates.sort(key=lambda entry: _pressing(entry, cited))

    def among(self, rules: Container[str]) -> tuple[str, ...]:
        """The ids of those recommendations (IRIs) that can stand in do or avoid, the most pressing first."""
        candidates = (*self._candidates["do"], *self._candidates["avoid"])
        return tuple([entry.rule.id for entry in candidates if entry.rule.iri in rules])

    def standing(self, place: Place, bits: Bits) -> PlaceContent:
        """What stands in a place for a patient."""
        candidates, most = self._candidates[place], MOST[place]
        groups: dict[str, list[Recommendation]] = {}
        line_of: dict[str, BriefLine | None] = {}
        proposed: set[str] = set()
        watched: list[tuple[int, int]] = []
        for rule, line, plane, group, yields in candidates:
            known = group in groups
            if not known and (len(groups) == most or not yields.isdisjoint(proposed)):
                continue  # neither it nor its absence changes what is shown
            bit = bits(plane)
            watched.append((plane, bit))
            if bit:
                groups.setdefault(group, []).append(rule)
                line_of[group] = line
                proposed.add(rule.intervention)
        lines = tuple([Line(line_of[group], tuple(rules)) for group, rules in groups.items()])
        return PlaceContent(lines, tuple(watched))


def _without_line(rule: Recommendation, knowledge: Knowledge) -> Place:
    """Asking stands in `ask`, so that to assess is no line of its own."""
    if knowledge.interventions[rule.intervention].screening:
        return "nowhere"
    return "do" if rule.direction == "for" else "avoid"


def _pressing(entry: Candidate, cited: Container[str]) -> tuple[bool, int, int, int, str]:
    """Lines of cited documents first, then by urgency, modality, and the order of the lines."""
    rule = entry.rule
    urgency = min(URGENCIES.index(rule.urgency), URGENCIES.index("routine"))
    order = entry.line.order if entry.line else _LAST
    return rule.source not in cited, urgency, MODALITIES.index(rule.modality), order, rule.id
