"""Which patients are decided otherwise: proven by the solver for every rule, and shown by the authors' cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from msgspec import structs
from spinegraph.engine.decide.case import known_part
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.decide.facts import members
from spinegraph.engine.decide.patients import Patients
from spinegraph.engine.errors import ReplayError
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import VERDICTS, Case, Knowledge
from spinegraph.engine.program.circuit import TRUE
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.program.program import Program, RuleSlots
from spinegraph.engine.validation.cases.files import ClinicalCase
from spinegraph.engine.validation.diagnostics import Place, Witness
from spinegraph.engine.validation.diff.attribution import Attribution
from spinegraph.engine.validation.diff.model import CaseChange, Outcome, PatientChange
from spinegraph.engine.validation.interactions.replay import TRUTHS, words

Literals = Mapping[str, int]
"""Outcome of a rule → the literal of its being this."""
QUIET = frozenset(("", "out-of-scope", "not-indicated", "open", "refuted"))
"""Outcomes that say nothing to a reader: a rule that is new or gone differs only where it says something."""


class Comparison:
    """Two engines over the same patients."""

    def __init__(self, old: Engine, new: Engine, attribution: Attribution) -> None:
        self._engines = (old, new)
        self._attribution = attribution
        programs = tuple(compile_program(engine.knowledge) for engine in self._engines)
        self._patients = Patients(*programs)
        self._outcomes = tuple(
            {iri: self._of_rule(program, planes, iri) for iri in program.rules}
            for program, planes in zip(programs, self._patients.planes, strict=True)
        )

    @property
    def compared(self) -> tuple[str, ...]:
        """IRIs of the rules that both states have."""
        return tuple(iri for iri in self._outcomes[1] if iri in self._outcomes[0])

    def differs(self, iri: str) -> bool:
        """Whether any consistent patient gets another outcome of a rule that both states have."""
        old, new = (outcomes[iri] for outcomes in self._outcomes)
        circuit = self._patients.circuit
        same = circuit.any_of(circuit.both(old[outcome], new[outcome]) for outcome in old if outcome in new)
        return self._patients.exists(-same)

    def changes(self) -> Iterator[PatientChange]:
        """Patients who show together every way in which an outcome can change, each the smallest for the first that he shows."""
        shown: set[Outcome] = set()
        for iri in dict.fromkeys((*self._outcomes[1], *self._outcomes[0])):
            if iri in self.compared and not self.differs(iri):
                continue
            old, new = (outcomes.get(iri, {"": TRUE}) for outcomes in self._outcomes)
            for was, now in product(old, new):
                if (iri, was, now) in shown or not _matters(was, now):
                    continue
                patient = self._patients.smallest(old[was], new[now])
                if patient is not None:
                    found = self._replayed(patient, (iri, was, now))
                    shown.update(found)
                    yield self._witnessed(patient, found)

    def _replayed(self, patient: Case, claimed: Outcome) -> tuple[Outcome, ...]:
        """All outcomes that the engines give differently, the claimed one first. Raises ReplayError if it is not one of them."""
        old, new = (outcomes_of(engine, patient) for engine in self._engines)
        found = [(iri, old.get(iri, ""), new.get(iri, "")) for iri in dict.fromkeys((*new, *old))]
        if claimed not in found:
            raise ReplayError(
                f"The analysis says that {shorten(claimed[0])} changes from {claimed[1]} to {claimed[2]}; the engines say "
                f"{old.get(claimed[0])} and {new.get(claimed[0])}.",
                where=f"present {list(patient.present)}, absent {list(patient.absent)}, measured {dict(patient.values)}",
                mend="Report this with both states of the knowledge: one of the two is wrong.",
            )
        return (claimed, *(outcome for outcome in found if outcome != claimed and _matters(outcome[1], outcome[2])))

    def _witnessed(self, patient: Case, found: tuple[Outcome, ...]) -> PatientChange:
        responsible = self._attribution.responsible(patient, lambda engine, case: outcomes_of(engine, case).get(found[0][0], ""))
        outcomes = tuple((shorten(iri), old, new) for iri, old, new in found)
        words = _words(patient, [engine.knowledge for engine in self._engines])
        return PatientChange(witness=Witness(case=patient, words=words), outcomes=outcomes, responsible=responsible)

    def _of_rule(self, program: Program, planes: tuple[int, ...], iri: str) -> Literals:
        if iri in program.verdicts:
            found = program.verdict_planes(iri, planes)
            return {
                verdict: found[verdict] for verdict in reversed(VERDICTS)
            }  # what is indicated comes last, as the most to show
        slots: RuleSlots = program.rules[iri]
        holds, refuted = planes[slots.whole.holds], planes[slots.whole.refuted]
        both = self._patients.circuit.both
        literals = (both(-holds, -refuted), both(holds, -refuted), both(-holds, refuted), both(holds, refuted))
        return dict(zip(TRUTHS, literals, strict=True))


def _matters(old: str, new: str) -> bool:
    """Whether a change of an outcome is one. Where one state lacks the rule, a quiet outcome of the other does not count."""
    return old != new and not ("" in (old, new) and {old, new} <= QUIET)


def changed_cases(cases: Iterable[ClinicalCase], old: Engine, new: Engine, attribution: Attribution) -> Iterator[CaseChange]:
    """The authors' cases that are decided otherwise, with what differs."""
    for case in cases:
        before, after = (_decided(engine, case.case) for engine in (old, new))
        if before == after:
            continue
        keys = sorted({*before, *after} - {URGENCY})
        sides = ((key, before.get(key, _silent(old, key)), after.get(key, _silent(new, key))) for key in keys)
        outcomes = tuple((key, was, now) for key, was, now in sides if was != now)
        notable = tuple(outcome for outcome in outcomes if _matters(outcome[1], outcome[2]))
        urgency = (before[URGENCY], after[URGENCY])
        if notable or urgency[0] != urgency[1]:
            yield CaseChange(
                name=case.name,
                place=Place(file=case.file, line=case.line),
                urgency=urgency if urgency[0] != urgency[1] else None,
                outcomes=notable,
                responsible=attribution.responsible(case.case, _decided),
            )


URGENCY = "urgency"


def _decided(engine: Engine, case: Case) -> dict[str, str]:
    """Rule ids and condition codes with their verdicts, and the urgency."""
    decision = engine.decide(possible_part(engine.known_part(case), engine.knowledge), include_all=True, flips=False)
    found: dict[str, str] = {f"rule:{shown.id}": shown.verdict for shown in decision.recommendations}
    found.update((shown.condition, shown.verdict) for shown in decision.assessments)
    return {**found, URGENCY: decision.brief.level}


def _silent(engine: Engine, key: str) -> str:
    """What a state says under a key that its decisions do not have: "" where it has no such rule."""
    _, colon, id_ = key.partition(":")
    if not colon:
        return "not-assessed"
    return "no-recommendation" if any(rule.id == id_ for rule in engine.knowledge.rules.values()) else ""


def possible_part(case: Case, knowledge: Knowledge) -> Case:
    """A record without the values that a state of the knowledge would refuse."""
    ranges = {measurement.code: (measurement.minimum, measurement.maximum) for measurement in knowledge.measurements.values()}
    kept = {code: value for code, value in case.measurements.items() if ranges[code][0] <= value <= ranges[code][1]}
    codes = {thing.code: thing.codes for thing in knowledge.coded.values()}
    coded = {name: code for name, code in case.coded.items() if code in codes[name]}
    return structs.replace(case, measurements=kept, coded=coded)


def outcomes_of(engine: Engine, case: Case) -> dict[str, str]:
    """IRI of every rule → the verdict of a recommendation, the truth of another rule, for what the engine knows of a case."""
    known = engine.known_part(case)
    verdicts = engine.verdicts(known)
    planes: Sequence[int] = engine.explain(known).planes
    found = {}
    for iri, slots in engine.program.rules.items():
        truth = TRUTHS[planes[slots.whole.holds] + 2 * planes[slots.whole.refuted]]
        found[iri] = verdicts.get(engine.knowledge.rules[iri].id, truth)
    return found


def _words(case: Case, states: Sequence[Knowledge]) -> tuple[str, ...]:
    """The patient in the words of the newest state that knows each fact."""
    new, old = (known_part(case, knowledge) for knowledge in reversed(states))
    older = Case(
        present=tuple(code for code in old.present if code not in new.present),
        absent=tuple(code for code in old.absent if code not in new.absent),
        **members({code: value for code, value in old.values.items() if code not in new.values}),
    )
    lines = [*words(new, states[1])] if new != Case() or older == Case() else []
    return (*lines, *(words(older, states[0]) if older != Case() else ()))
