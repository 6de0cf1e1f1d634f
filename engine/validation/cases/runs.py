"""Clinical cases run against an engine: what fails, in words, and which verdicts of which rules the cases exercise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import structs
from spinegraph.engine.criteria import reach_of
from spinegraph.engine.criteria.kind import Reach, Surroundings
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.model import (
    AssessedCondition,
    Case,
    DecidedRecommendation,
    Decision,
    DerivedFinding,
    Exclusion,
    Frozen,
    Question,
    Recommendation,
    Rule,
    SourceGap,
    Tension,
)
from spinegraph.engine.program.program import Pair
from spinegraph.engine.program.relations import Relations
from spinegraph.engine.validation.cases.files import ClinicalCase, Expectation

State = Literal["fires", "refuted", "undetermined", "overridden", "provisional"]
STATES: tuple[State, ...] = ("fires", "refuted", "undetermined", "overridden", "provisional")


class CaseResult(Frozen, frozen=True, kw_only=True):
    """A case holds if nothing failed."""

    name: str
    file: str
    line: int
    failures: tuple[str, ...]


class RuleCoverage(Frozen, frozen=True, kw_only=True):
    """How many cases bring a rule into each state, and how many of them say so.

    `needed` are the states that the rule can have. A rule fires when it is indicated or holds, also provisionally. Where
    its criterion can never be refuted (or never be open), its scope being refuted (or open) counts instead.
    """

    rule: str
    kind: str
    label: str
    needed: tuple[State, ...]
    reached: Mapping[State, int]
    expected: Mapping[State, int]

    @property
    def missing(self) -> tuple[State, ...]:
        """The states that no case reaches."""
        return tuple(state for state in self.needed if not self.reached.get(state))


class CaseRun(Frozen, frozen=True, kw_only=True):
    """The outcome of running cases, in their order, and the coverage of every rule that can hold."""

    results: tuple[CaseResult, ...]
    coverage: tuple[RuleCoverage, ...]


def run_cases(cases: Iterable[ClinicalCase], engine: Engine) -> CaseRun:
    """Decide every case and compare it with what was expected."""
    runner = _Runner(engine)
    results = tuple(runner.run(case) for case in cases)
    return CaseRun(results=results, coverage=tuple(runner.coverage()))


def failing(cases: Iterable[ClinicalCase], engine: Engine) -> Iterator[CaseResult]:
    """The cases that fail, those first that are found at the least cost: for whoever stops at the first.

    Verdicts need the program alone, most of the rest a decision without flips, what is asked a whole one.
    """
    runner = _Runner(engine)
    rest = []
    for case in cases:
        failures = runner.wrong_verdicts(case)
        if failures:
            yield CaseResult(name=case.name, file=case.file, line=case.line, failures=failures)
        else:
            rest.append(case)
    results = map(runner.run, sorted(rest, key=lambda case: bool(case.expect.asks or case.expect.asks_not)))
    yield from (result for result in results if result.failures)


class _Outcome(NamedTuple):
    """What a rule came to: its verdict, and whether its scope is settled."""

    verdict: str
    scope_known: bool


class _Runner:
    """Runs cases one after another and counts the states of the rules."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._encoder = CaseEncoder(engine.program)
        self._rules = {rule.id: rule for rule in engine.knowledge.rules.values() if rule.scope or rule.criterion}
        self._exclusions = [rule for rule in self._rules.values() if isinstance(rule, Exclusion)]
        rules = tuple(self._rules.values())
        around = Relations(engine.knowledge)
        self._reach = {rule.id: _reach(rule, around) for rule in rules}
        self._reached: dict[str, Counter[State]] = {id_: Counter() for id_ in self._rules}
        self._expected: dict[str, Counter[State]] = {id_: Counter() for id_ in self._rules}

    def run(self, case: ClinicalCase) -> CaseResult:
        # what is expected is named by ids, which stand in the words for clinicians alone
        asked = structs.replace(case.case, audience="clinician")
        outcomes = self._outcomes(asked)
        named = set(_named(case.expect, outcomes))
        for id_, outcome in outcomes.items():
            for state in self._states(id_, outcome):
                self._reached[id_][state] += 1
                self._expected[id_][state] += id_ in named
        return CaseResult(name=case.name, file=case.file, line=case.line, failures=self._failures(case.expect, asked, outcomes))

    def wrong_verdicts(self, case: ClinicalCase) -> tuple[str, ...]:
        """The verdicts that are not those expected: they need no answer."""
        return tuple(_wrong_verdicts(case.expect, {}, self._outcomes(case.case)))

    def _failures(self, expect: Expectation, case: Case, outcomes: Mapping[str, _Outcome]) -> tuple[str, ...]:
        """What fails. Only what is asked needs the flips, which take most of the time."""
        decision = self._engine.decide(case, include_all=True, flips=False)
        asked = self._engine.decide(case).questions if expect.asks or expect.asks_not else ()
        return (*_failures(expect, decision, outcomes), *_unasked(expect, asked))

    def coverage(self) -> Iterator[RuleCoverage]:
        for id_, rule in self._rules.items():
            yield RuleCoverage(
                rule=id_,
                kind=type(rule).__name__,
                label=rule.label,
                needed=tuple(self._needed(rule)),
                reached=dict(self._reached[id_]),
                expected=dict(self._expected[id_]),
            )

    def _outcomes(self, case: Case) -> dict[str, _Outcome]:
        verdicts = self._engine.verdicts(case)
        planes, certain = self._encoder.run(case)
        slots = self._engine.program.rules
        excluded = {rule.source for rule in self._exclusions if _truth(planes, slots[rule.iri].whole) == "holds"}
        outcomes = {}
        for id_, rule in self._rules.items():
            whole, scope, _ = slots[rule.iri]
            truth, within = _truth(planes, whole), _truth(planes, scope)
            if truth != _truth(certain, whole):
                truth = "conflicting"
            silenced = excluded & {"", rule.source} and not isinstance(rule, DerivedFinding | Exclusion)
            logical = "out-of-scope" if silenced or within == "refuted" else truth
            outcomes[id_] = _Outcome(verdicts.get(id_, logical), within != "undetermined")
        return outcomes

    def _states(self, id_: str, outcome: _Outcome) -> Iterator[State]:
        reach = self._reach[id_]
        match outcome.verdict:
            case "indicated" | "holds" | "provisional" | "done":
                yield "fires"
                if outcome.verdict == "provisional":
                    yield "provisional"
            case "not-indicated" | "refuted":
                yield "refuted"
            case "out-of-scope" if not reach.refuted:
                yield "refuted"
            case "undetermined" if outcome.scope_known or not reach.open:
                yield "undetermined"
            case "overridden":
                yield "overridden"

    def _needed(self, rule: Rule) -> Iterator[State]:
        yield from ("fires", "refuted", "undetermined")
        rules = self._rules.values()
        strict = [r for r in rules if isinstance(r, Recommendation) and rule.iri in r.overrides]
        known = [r for r in rules if isinstance(r, Recommendation) and rule.iri in r.overrides_if_known]
        leaving = [r for r in rules if isinstance(r, SourceGap | Tension) and rule.iri in r.leaves_open]
        if strict or known:
            yield "overridden"
        if strict or leaving:
            yield "provisional"


_TRUTHS = ("undetermined", "holds", "refuted", "conflicting")


def _truth(planes: Sequence[int], pair: Pair) -> str:
    return _TRUTHS[planes[pair.holds] | planes[pair.refuted] << 1]


def _reach(rule: Rule, around: Surroundings) -> Reach:
    """Whether a rule can be refuted, and whether it can be open, by the structure of its criterion alone."""
    return Reach(refuted=False, open=False) if rule.criterion is None else reach_of(rule.criterion, around)


def _named(expect: Expectation, outcomes: Mapping[str, _Outcome]) -> Iterator[str]:
    """Ids of the rules whose very verdict a case expects."""
    for id_, expected in expect.verdicts.items():
        if expected.verdicts == (outcomes[id_].verdict,):
            yield id_
    for ids, shown in ((expect.tensions + expect.gaps, True), (expect.tensions_not + expect.gaps_not, False)):
        yield from (id_ for id_ in ids if (outcomes[id_].verdict == "holds") == shown)


def _wrong_verdicts(
    expect: Expectation, shown: Mapping[str, DecidedRecommendation], outcomes: Mapping[str, _Outcome]
) -> Iterator[str]:
    for id_, expected in expect.verdicts.items():
        got = outcomes[id_].verdict
        decided = shown.get(id_)
        if got not in expected.verdicts:
            missing = _missing(decided.missing if decided else ())
            yield f"rule {id_}: expected {' or '.join(expected.verdicts)}, got {got}{missing}"
        elif decided and expected.by:
            named = (*decided.overridden_by, *decided.left_open_by)
            unnamed = [name for name in expected.by if name not in named]
            if unnamed:
                yield f"rule {id_}: {got}, but not because of {', '.join(unnamed)} (because of {', '.join(named)})"


def _failures(expect: Expectation, decision: Decision, outcomes: Mapping[str, _Outcome]) -> Iterator[str]:
    if expect.urgency not in ("", decision.brief.level):
        yield f"urgency: expected {expect.urgency}, got {decision.brief.level}"
    yield from _wrong_verdicts(expect, {entry.id: entry for entry in decision.recommendations}, outcomes)
    assessed = {entry.condition: entry for entry in decision.assessments}
    for code, verdict in expect.conditions.items():
        entry = assessed.get(code)
        if entry is None:
            yield f"condition {code}: expected {verdict}, but no rule assesses it"
        elif entry.verdict != verdict:
            open_ = _missing(entry.missing) if isinstance(entry, AssessedCondition) else ""
            yield f"condition {code}: expected {verdict}, got {entry.verdict}{open_}"
    notices = {notice.code for notice in decision.notices}
    gaps = {notice.about[0] for notice in decision.notices if notice.code == "source-gap"}
    tensions = {tension.id for tension in decision.tensions}
    for what, wanted, unwanted, found in (
        ("notice", expect.notices, expect.notices_not, notices),
        ("gap", expect.gaps, expect.gaps_not, gaps),
        ("tension", expect.tensions, expect.tensions_not, tensions),
    ):
        yield from (f"{what} {name}: expected, but not shown" for name in wanted if name not in found)
        yield from (f"{what} {name}: shown, but not expected" for name in unwanted if name in found)


def _unasked(expect: Expectation, asked: Iterable[Question]) -> Iterator[str]:
    questions = {question.finding: question.settles for question in asked}
    yield from (f"asks: {code} is not asked" for code in expect.asks if code not in questions)
    yield from (f"asks_not: {code} is asked, to settle {questions[code][0]}" for code in expect.asks_not if code in questions)


def _missing(codes: tuple[str, ...]) -> str:
    shown = ", ".join(codes[:8]) + (f" and {len(codes) - 8} more" if len(codes) > 8 else "")
    return f" (missing: {shown})" if codes else ""
