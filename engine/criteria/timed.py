"""present, absent, performed, taking and their denials, within a window, since or after something else: what dates decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.changes import NEVER, ChangeSets
from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.criteria.in_time import (
    AFTER,
    AFTER_TAKING,
    APART,
    SINCE,
    TIMES,
    WITHIN,
    following_in_words,
    read_following,
    refuse_several,
    window_in_words,
    written_following,
    written_window,
)
from spinegraph.engine.criteria.kind import Annotations, Emitter, Kind, Planes, Preparation, Reach, Shape, Surroundings
from spinegraph.engine.criteria.node import (
    CLOSED,
    CONFLICTING,
    STATES,
    UNKNOWN,
    CriterionNode,
    Explanation,
    Head,
    OpenFacts,
    Part,
)
from spinegraph.engine.criteria.occurrence import meeting
from spinegraph.engine.criteria.open_facts import constant_or
from spinegraph.engine.criteria.shapes import CoreForm, Iri, ShapeData, Value
from spinegraph.engine.criteria.words import Clause, Names
from spinegraph.engine.messages import noted
from spinegraph.engine.model import (
    Criterion,
    DatedAbsent,
    DatedNotPerformed,
    DatedNotTaking,
    DatedPerformed,
    DatedPresent,
    DatedTaking,
    Fact,
    Hierarchy,
    Occurring,
    Proof,
)

TERMS = {
    "dated-present": "core:present",
    "dated-absent": "core:absent",
    "dated-performed": "core:performed",
    "dated-not-performed": "core:notPerformed",
    "dated-taking": "core:taking",
    "dated-not-taking": "core:notTaking",
}
"""Operator → the predicate of cases and of criteria."""
OPPOSITE = {
    "dated-present": "dated-absent", "dated-absent": "dated-present", "dated-performed": "dated-not-performed",
    "dated-not-performed": "dated-performed", "dated-taking": "dated-not-taking", "dated-not-taking": "dated-taking",
}  # fmt: skip
IN_WORDS = {
    "dated-present": noted("present"), "dated-absent": noted("not present"), "dated-performed": noted("done"),
    "dated-not-performed": noted("not done"), "dated-taking": noted("taken"), "dated-not-taking": noted("not taken"),
}  # fmt: skip

# Turtle ------------------------------------------------------------------------------------------


def _reader(criterion: type[Occurring]) -> Callable[[Shape, Annotations], Occurring]:
    constraint = TERMS[criterion.operator]

    def read(shape: Shape, annotations: Annotations) -> Occurring:
        thing = shape.act(constraint, criterion.kind) if criterion.kind else shape.dated_finding(constraint)
        refuse_several(shape, WITHIN, SINCE, AFTER, AFTER_TAKING)
        _refuse_modifiers(shape)
        if shape.states(SINCE):
            since, kind = shape.event(SINCE)
            return criterion(thing=thing, since=since, since_kind=kind, **annotations)
        if after := read_following(shape):
            return criterion(thing=thing, after=after, **annotations)
        return criterion(thing=thing, window=shape.window(WITHIN), times=_times(shape), **annotations)

    return read


def _refuse_modifiers(shape: Shape) -> None:
    """Raises CriterionError where a modifier lacks, or stands beside, another one."""
    events = [event for event in (SINCE, AFTER, AFTER_TAKING) if shape.states(event)]
    if shape.states(TIMES):
        if events:
            raise shape.error(f"{TIMES} stands beside {events[0]}", f"Count in a window: {WITHIN}.", TIMES)
        if not shape.states(WITHIN):
            raise shape.error(f"{TIMES} stands without {WITHIN}", f"Say within what window it is counted: {WITHIN}.", TIMES)
    if shape.states(APART) and not (shape.states(AFTER) or shape.states(AFTER_TAKING)):
        mend = f"Say what it lies so far after: {AFTER}, or {AFTER_TAKING}."
        raise shape.error(f"{APART} stands without {AFTER}", mend, APART)


def _times(shape: Shape) -> int:
    times = shape.number(TIMES)
    if times is None:
        return 1
    if times < 2 or times != int(times):
        raise shape.error(f"{TIMES} is {times:g}", "Write a whole number from 2; without it, once is enough.", TIMES)
    return int(times)


# Program -----------------------------------------------------------------------------------------


def _emit(criterion: Occurring, to: Emitter) -> Planes:
    holds, refuted = to.timed(criterion.affirmed)
    return (refuted, holds) if criterion.denied else (holds, refuted)


def _conclusions(_: Occurring, __: Hierarchy) -> tuple[str, ...]:
    return ()


def _reach(_: Occurring, __: Surroundings, ___: Callable[[Criterion], Reach]) -> Reach:
    return Reach(refuted=True, open=True)


# Case --------------------------------------------------------------------------------------------


class OccurringNode(CriterionNode):
    """A fact in time: what is missing is the fact, its date, or that of the case; changes of them are not worked out."""

    __slots__ = ("_codes", "_criterion", "_facts", "_findings", "_reached")

    def __init__(self, head: Head, criterion: Occurring, graph: Preparation) -> None:
        super().__init__(head)
        self._criterion, self._facts = criterion, graph.facts
        facts = self._facts
        self._findings = tuple(iri for iri in (criterion.finding, criterion.reference) if iri)
        self._codes = {iri: facts.code_of[iri] for iri in self._findings}
        near = (facts.narrower(iri) | facts.broader(iri) for iri in self._findings)
        dated = (facts.bit[date_of(code)] for code in self._codes.values())
        self._reached = joined((*near, *dated, facts.bit[AS_OF] if criterion.window else 0))

    def mention(self, case: Explanation) -> Proof:
        return self.proof(case)

    def named(self) -> int:
        return 0

    def reaches(self) -> Iterator[int]:
        yield self._reached

    def _prove(self, case: Explanation, truth: int) -> Proof:
        return self._node(truth, self._fact(case), ())

    def _fact(self, case: Explanation) -> Fact:
        """The fact with the date that makes the criterion true, or with its last date; denied, if that refutes it."""
        criterion, hierarchy = self._criterion, self._facts.hierarchy
        timeline = self._facts.timeline(case.case)
        own = criterion.finding
        code = self._codes[own]
        below = hierarchy.narrower.get(own, (own,))
        met = meeting(criterion, timeline, hierarchy)
        dated = met or [when for when in timeline.of(below) if when is not None]
        if dated:
            last = max(dated, key=lambda when: (when.day.most, when.second.most))
            named = [iri for iri in below if last in timeline.entries.get(iri, ())]
            through = (self._facts.code_of[named[0]],)
            if through == (code,):
                return Fact(code=code, state="present", basis="given", at=last.text)
            return Fact(code=code, state="present", basis="derived", through=through, at=last.text)
        state = case.finding_state(own)
        if state == UNKNOWN:
            return Fact(code=code, state="unknown", basis="not-assessed")
        given = (case.present | case.absent) & self._facts.bit[code]
        return Fact(code=code, state=STATES[state], basis="given" if given else "derived")

    def restrict(self, full: frozenset[int]) -> Part:
        return constant_or(self, full)

    def _open_facts(self, case: Explanation) -> OpenFacts:
        truth = self.truth(case)
        if truth == CONFLICTING:
            own = self._facts.bit[self._codes[self._criterion.finding]] & case.present & case.absent
            return OpenFacts(own, own)
        if truth != UNKNOWN:
            return CLOSED
        missing = joined(self._missing(iri, case) for iri in self._findings)
        if self._criterion.window and not case.case.as_of:
            missing |= self._facts.bit[AS_OF]
        return OpenFacts(missing, missing)

    def _missing(self, finding: str, case: Explanation) -> int:
        """What is missing of a fact: the fact itself, or its date, unless that is known to the day and other things are not."""
        code, event = self._codes[finding], self._criterion.reference
        if case.finding_state(finding) == UNKNOWN:
            return self._facts.bit[code]
        open_event = bool(event) and not self._is_told(event, case)
        waiting = finding == event or open_event or (self._criterion.window is not None and not case.case.as_of)
        return 0 if waiting and self._is_told(finding, case) else self._facts.bit[date_of(code)]

    def _is_told(self, finding: str, case: Explanation) -> bool:
        """Whether the dates of a fact and of narrower ones are all known to the day."""
        below = self._facts.hierarchy.narrower.get(finding, (finding,))
        entries = list(self._facts.timeline(case.case).of(below))
        return bool(entries) and all(when is not None and when.day.least == when.day.most for when in entries)

    def _change(self, case: Explanation, goal: int) -> ChangeSets:  # noqa: ARG002 (none is worked out)
        return NEVER


# Words -------------------------------------------------------------------------------------------


def _clause(criterion: Occurring, names: Names) -> Clause:
    when = _when(criterion, names)
    often = names.say("{times} times", times=criterion.times) + " " if criterion.times > 1 else ""
    affirmed = criterion.affirmed.operator
    positive = f"{names.say(IN_WORDS[affirmed])} {often}{when}"
    negative = f"{names.say(IN_WORDS[OPPOSITE[affirmed]])} {when}"
    state, opposite = (negative, positive) if criterion.denied else (positive, negative)
    return Clause(criterion.operator, names.name(criterion.thing), state, opposite=opposite)


def _when(criterion: Occurring, names: Names) -> str:
    if criterion.window:
        return window_in_words(criterion.window, names)
    if criterion.after:
        return following_in_words(criterion.after, names)
    return names.say("since {event}", event=names.name(criterion.since))


# SHACL -------------------------------------------------------------------------------------------


def _written(criterion: Occurring, operator: str, times: int) -> ShapeData:
    since: dict[str, Value] = {SINCE: Iri(criterion.since)} if criterion.since else {}
    when = {**written_window(criterion.window), **since, **written_following(criterion.after)}
    shape: dict[str, Value] = {TERMS[operator]: Iri(criterion.thing), **when}
    return {**shape, TIMES: times} if times > 1 else shape


def _dual(criterion: Occurring, _: Callable[[Criterion], ShapeData]) -> ShapeData:
    return _written(criterion, OPPOSITE[criterion.operator], criterion.times if criterion.denied else 1)


def _core(_: Occurring, __: Surroundings, ___: Callable[[Criterion], CoreForm | None]) -> None:
    """SHACL Core does not compare dates."""


def _kind(criterion: type[Occurring]) -> Kind[Occurring]:
    return Kind(
        criterion=criterion,
        constraint=TERMS[criterion.operator],
        modifiers=(WITHIN, SINCE, AFTER, AFTER_TAKING, APART, *(() if criterion.denied else (TIMES,))),
        read=_reader(criterion),
        emit=_emit,
        conclusions=_conclusions,
        prepare=OccurringNode,
        reach=_reach,
        clause=_clause,
        dual=_dual,
        core=_core,
    )


KINDS = tuple(map(_kind, (DatedPresent, DatedAbsent, DatedPerformed, DatedNotPerformed, DatedTaking, DatedNotTaking)))
