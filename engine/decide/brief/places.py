"""Which recommendations stand in a brief, in which line and in which order. Prepared once; a case only reads its planes."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import NamedTuple

from spinegraph.engine.model import URGENCIES, BriefLine, Knowledge, Recommendation
from spinegraph.engine.model.knowledge import Place
from spinegraph.engine.program.program import Program

MOST: dict[Place, int] = {"do": 3, "avoid": 2, "review": 1}
"""So many lines stand in each place at most."""
MODALITIES = ("must", "should", "may")
_LAST = 10**9


class Candidate(NamedTuple):
    """A recommendation that can stand in a brief: its line, and the position of the plane that says whether it does."""

    rule: Recommendation
    line: BriefLine | None
    plane: int

    @property
    def group(self) -> str:
        """Those of one group stand in one line."""
        return self.line.iri if self.line else self.rule.iri


class Line(NamedTuple):
    """The recommendations that stand together for one patient."""

    line: BriefLine | None
    rules: tuple[Recommendation, ...]


class _Shown(NamedTuple):
    """The groups that are shown, how many candidates can push one of them out, and which yield to one (by number)."""

    groups: Mapping[str, list[Candidate]]
    cut: int
    yielding: Container[int]


Bits = Callable[[int], int]
"""Position of a plane → whether it is so for the patient."""


class Places:
    """The candidates of one program, place by place, the most pressing first."""

    def __init__(self, program: Program) -> None:
        knowledge = program.knowledge
        self._narrower = knowledge.hierarchy.narrower
        cited = {citation.source for citation in knowledge.citations}
        self._candidates: dict[Place, list[Candidate]] = {place: [] for place in MOST}
        for rule in knowledge.rules.values():
            if isinstance(rule, Recommendation):
                line = knowledge.lines.get(rule.line)
                place = line.place if line else _without_line(rule, knowledge)
                if place in self._candidates:
                    self._candidates[place].append(Candidate(rule, line, program.standing[rule.iri]))
        self.all = frozenset(entry.rule.iri for candidates in self._candidates.values() for entry in candidates)
        """IRIs of the recommendations that can stand in a brief."""
        for candidates in self._candidates.values():
            candidates.sort(key=lambda entry: _pressing(entry, cited))

    def among(self, rules: Container[str]) -> tuple[str, ...]:
        """The ids of those recommendations (IRIs) that can stand in do or avoid, the most pressing first."""
        candidates = (*self._candidates["do"], *self._candidates["avoid"])
        return tuple([entry.rule.id for entry in candidates if entry.rule.iri in rules])

    def lines(self, place: Place, bits: Bits) -> list[Line]:
        """What stands in a place for a patient."""
        groups = self._shown(place, bits).groups.values()
        return [Line(members[0].line, tuple(dict.fromkeys(member.rule for member in members))) for members in groups]

    def watched(self, place: Place, bits: Bits) -> tuple[tuple[int, int], ...]:
        """The planes that the lines of a place rest on, each with what it is for the patient.

        While none of them changes, neither do the lines.
        """
        shown = self._shown(place, bits)
        deciding = [
            entry
            for number, entry in enumerate(self._candidates[place])
            if entry.group in shown.groups or (number < shown.cut and number not in shown.yielding)
        ]
        return tuple((entry.plane, bits(entry.plane)) for entry in deciding)

    def _shown(self, place: Place, bits: Bits) -> _Shown:
        candidates, most = self._candidates[place], MOST[place]
        groups: dict[str, list[Candidate]] = {}
        yielding: set[int] = set()
        cut = len(candidates)
        for number, entry in enumerate(candidates):
            if entry.group not in groups and self._yields(entry, groups):
                yielding.add(number)
            elif bits(entry.plane) and entry.group in groups:
                groups[entry.group].append(entry)
            elif bits(entry.plane) and len(groups) < most:
                groups[entry.group] = [entry]
                cut = number if len(groups) == most else cut
        return _Shown(groups, cut, yielding)

    def _yields(self, entry: Candidate, shown: Mapping[str, list[Candidate]]) -> bool:
        """Whether a more pressing line of the same place speaks of something to which the line of a candidate yields."""
        wider = entry.line.yields_to if entry.line else ()
        to = {iri for intervention in wider for iri in self._narrower.get(intervention, (intervention,))}
        return any(member.rule.intervention in to for members in shown.values() for member in members)


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


def bits_of_one(planes: Sequence[int]) -> Bits:
    """The bits of a single patient."""
    return planes.__getitem__
