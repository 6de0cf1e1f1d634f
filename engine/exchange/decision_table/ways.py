"""The minimal ways in which a rule comes to hold: sets of facts that make scope and criterion true, and none of them to spare.

A SAT solver over the compiled program finds a patient for whom the rule holds and whom no way found so far covers; the program
itself, run on ever less of what is recorded of him, tells what is needed. Each fact is then made as weak as it can be: a wider
finding instead of a narrower one, all values of a measurement that do. So the ways are the prime implicants of the rule over
facts, but that a narrower finding is told by the wider one that it counts as.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.facts import members
from spinegraph.engine.decide.patients import Patients
from spinegraph.engine.model import Case, CaseValue, Rule, Unassessed
from spinegraph.engine.program.program import Program
from spinegraph.engine.program.strata import dependencies

MOST_WAYS = 200
"""So many ways are looked for; a table says when there may be more."""
SIDES = ("measured", "absent", "present")
"""In this order it is tried to do without facts, so that what is found present stays."""


class FactOf(NamedTuple):
    """A fact of a way: a finding "present" or "absent", or a value "measured" to any of these representative ones."""

    code: str
    state: str
    values: tuple[CaseValue, ...] = ()


Way = tuple[FactOf, ...]


class Ways(NamedTuple):
    """What was found, in the order of the program's facts, and whether that is all there is."""

    ways: tuple[Way, ...]
    complete: bool


def find_ways(program: Program, rule: Rule, most: int = MOST_WAYS) -> Ways:
    """The minimal ways in which scope and criterion of a rule hold, `most` of them at most. Same knowledge, same answer."""
    return _Finder(program, rule).find(most)


class _Finder:
    def __init__(self, program: Program, rule: Rule) -> None:
        knowledge = program.knowledge
        self._program = program
        self._holds = program.rules[rule.iri].whole.holds
        self._encoder = CaseEncoder(program)
        self._patients = Patients(program)
        self._codes = tuple(knowledge.findings[iri].code for iri in program.findings)
        self._place = {code: number for number, code in enumerate((*self._codes, *self._patients.intervals))}
        self._wider = {code: self._near(iri, knowledge.hierarchy.broader) for code, iri in self._inputs()}
        self._narrower = {code: self._near(iri, knowledge.hierarchy.narrower) for code, iri in self._inputs()}
        self._unassessed = tuple(_unassessed(program, rule))

    def _inputs(self) -> Iterator[tuple[str, str]]:
        return zip(self._codes, self._program.findings, strict=True)

    def _near(self, iri: str, hierarchy: object) -> tuple[str, ...]:
        """Codes of the findings that can be recorded and are wider or narrower than one."""
        found = set(hierarchy.get(iri, ())) - {iri}  # type: ignore[attr-defined]
        return tuple(code for code, other in self._inputs() if other in found)

    def find(self, most: int) -> Ways:
        """All ways, or the first `most`."""
        circuit = self._patients.circuit
        literal = self._patients.planes[0][self._holds]
        elsewhere = circuit.variable()  # while it is assumed, no way found so far covers the patient
        found: list[Way] = []
        left_out = 0
        while (model := circuit.model((literal, elsewhere))) is not None:
            if len(found) + left_out == most:
                return Ways(self._sorted(found), False)
            way = self._minimal(self._needed(self._recorded(model)))
            if self._rests_on_relations(way):
                left_out += 1
            else:
                found.append(way)
            circuit.require(-elsewhere, *(-self._covered(fact) for fact in way))
            if not way:
                break
        return Ways(self._sorted(found), not left_out)

    def _rests_on_relations(self, way: Way) -> bool:
        """Whether it depends on how two values are related, or on dates, which no row can say."""
        if not (self._program.related or self._program.timed):
            return False
        measured = {fact.code for fact in way if fact.state == "measured"}
        return not self.holds(way) or any(measured.issuperset(codes) for codes in self._program.codes_of_related)

    def _recorded(self, model: frozenset[int]) -> Way:
        """What is recorded of the patient of a model."""
        facts = [
            FactOf(code, side)
            for code in self._codes
            for side in ("present", "absent")
            if self._patients.recorded(code, side) in model
        ]
        for code, intervals in self._patients.intervals.items():
            facts += [FactOf(code, "measured", (one.value,)) for one in intervals if one.literal in model]
        return tuple(sorted(facts, key=lambda fact: SIDES.index(fact.state)))

    def _needed(self, facts: Way) -> Way:
        """Few facts that do, whatever else is recorded; all of them where something must stay unknown."""
        of = {self._covered_exactly(fact): fact for fact in facts}
        core = self._patients.circuit.core((*of, -self._patients.planes[0][self._holds]))
        few = tuple(fact for literal, fact in of.items() if literal in core)
        return few if self.holds(few) else facts

    def _covered_exactly(self, fact: FactOf) -> int:
        """The literal of a record of this very fact."""
        if fact.state == "measured":
            return next(one.literal for one in self._patients.intervals[fact.code] if one.value in fact.values)
        return self._patients.recorded(fact.code, fact.state)

    def _covered(self, fact: FactOf) -> int:
        """The literal of a record that says at least this."""
        patients = self._patients
        if fact.state == "measured":
            return patients.circuit.any_of(one.literal for one in patients.intervals[fact.code] if one.value in fact.values)
        below = (self._narrower if fact.state == "present" else self._wider)[fact.code]
        return patients.circuit.any_of(patients.recorded(code, fact.state) for code in (fact.code, *below))

    def holds(self, facts: Sequence[FactOf]) -> bool:
        """Whether the rule holds where these facts are recorded and nothing else, whatever the values that they leave open."""
        chosen = itertools.product(*(fact.values for fact in facts if fact.state == "measured"))
        outputs = (self._outputs(facts, values) for values in chosen)
        return all(planes[self._holds] and not planes[self._program.clash] for planes in outputs)

    def _outputs(self, facts: Sequence[FactOf], values: Sequence[CaseValue]) -> tuple[int, ...]:
        """The program's planes for these facts alone, with a value for each that is measured."""
        measured = (fact.code for fact in facts if fact.state == "measured")
        sides = {side: tuple(fact.code for fact in facts if fact.state == side) for side in ("present", "absent")}
        known = dict(zip(measured, values, strict=True))
        case = Case(present=sides["present"], absent=sides["absent"], **members(known))
        return self._program.run(self._encoder.planes(case))

    def _minimal(self, facts: Way) -> Way:
        """As few facts as will do, each as weak as will do."""
        before: Way = ()
        while before != facts:
            before = facts
            facts = self._weakest(self._fewest(facts))
        return tuple(sorted(facts, key=lambda fact: self._place[fact.code]))

    def _fewest(self, facts: Way) -> Way:
        size = max(len(facts) // 2, 1)
        while True:
            start = 0
            before = facts
            while start < len(facts):
                fewer = (*facts[:start], *facts[start + size :])
                if self.holds(fewer):
                    facts = fewer
                else:
                    start += size
            if size == 1 and facts == before:
                return facts
            size = max(size // 2, 1)

    def _weakest(self, facts: Way) -> Way:
        for number in range(len(facts)):
            weaker: FactOf | None = facts[number]
            while weaker is not None:
                facts = (*facts[:number], weaker, *facts[number + 1 :])
                weaker = next((one for one in self._weaker(weaker) if self._replaced(facts, number, one)), None)
        return tuple(dict.fromkeys(facts))

    def _replaced(self, facts: Way, number: int, fact: FactOf) -> bool:
        weaker = (*facts[:number], fact, *facts[number + 1 :])
        return self.holds(weaker) and (fact.state != "measured" or self._none_to_spare(weaker))

    def _none_to_spare(self, facts: Way) -> bool:
        """Whether every fact is needed at each of the values: one at which less would do belongs to another way."""
        measured = [number for number, fact in enumerate(facts) if fact.state == "measured"]
        for values in itertools.product(*(facts[number].values for number in measured)):
            fixed = list(facts)
            for number, value in zip(measured, values, strict=True):
                fixed[number] = facts[number]._replace(values=(value,))
            if any(self.holds((*fixed[:number], *fixed[number + 1 :])) for number in range(len(fixed))):
                return False
        return True

    def _weaker(self, fact: FactOf) -> Iterator[FactOf]:
        """What is said of less: a wider finding present, a narrower one absent, one more value of a measurement."""
        if fact.state == "measured":
            values = [one.value for one in self._patients.intervals[fact.code]]
            more = (value for value in values if value not in fact.values)
            return (fact._replace(values=tuple(sorted((*fact.values, value), key=_ascending))) for value in more)
        near = (self._wider if fact.state == "present" else self._narrower)[fact.code]
        return (fact._replace(code=code) for code in near)

    def _sorted(self, ways: Iterable[Way]) -> tuple[Way, ...]:
        """Those that no weaker one makes superfluous, shortest first, with what has to stay unknown in each."""
        found = list(ways)
        weakest = [way for way in found if not any(other != way and self._says(way, other) for other in found)]
        placed = sorted(weakest, key=lambda way: (len(way), [(self._place[fact.code], fact.state, fact.values) for fact in way]))
        return tuple((*way, *self._open(way)) for way in placed)

    def _says(self, way: Way, other: Way) -> bool:
        """Whether every fact of the other way follows from one of this way."""
        return all(any(self._follows(fact, wanted) for fact in way) for wanted in other)

    def _follows(self, fact: FactOf, wanted: FactOf) -> bool:
        if fact.state != wanted.state:
            return False
        if fact.state == "measured":
            return fact.code == wanted.code and set(fact.values) <= set(wanted.values)
        near = (self._wider if fact.state == "present" else self._narrower)[fact.code]
        return wanted.code in (fact.code, *near)

    def _open(self, way: Way) -> Iterator[FactOf]:
        """What must not be present, must not be absent, or must not have been assessed for a way to do."""
        named = {fact.code for fact in way}
        for code in self._unassessed:
            spoiling = tuple(side for side in ("present", "absent") if self._spoils((*way, FactOf(code, side))))
            if code not in named and spoiling:
                yield FactOf(code, "not-assessed" if len(spoiling) > 1 else f"not-{spoiling[0]}")

    def _spoils(self, facts: Way) -> bool:
        """Whether a record that does not contradict itself does not do, although one fact less does."""
        planes = self._outputs(facts, [fact.values[0] for fact in facts if fact.state == "measured"])
        return not planes[self._program.clash] and not planes[self._holds]


def _ascending(value: CaseValue) -> tuple[float, str]:
    """Numbers by size, codes by the alphabet; nothing has both."""
    return (0.0, value) if isinstance(value, str) else (value, "")


def _unassessed(program: Program, rule: Rule) -> Iterator[str]:
    """Codes of the findings of which a rule, or one that it rests on, asks that they were not assessed."""
    knowledge = program.knowledge
    needed = dependencies(knowledge)
    reached: dict[str, None] = {}
    waiting = [rule.iri]
    while waiting:
        iri = waiting.pop()
        if iri not in reached:
            reached[iri] = None
            waiting += needed.get(iri, ())
    roots = (root for iri in reached for root in (knowledge.rules[iri].scope, knowledge.rules[iri].criterion) if root)
    asked = {node.finding for root in roots for node in root.walk() if isinstance(node, Unassessed)}
    return (knowledge.findings[iri].code for iri in program.findings if iri in asked)
