"""One recommendation and one case → verdict, proof, missing facts, flips, open facts (design section 5).

What is said of a recommendation depends on few of a case's facts: its support. So it is worked out once per record of
the support and then shared between cases; answering one question changes only what depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from engine.inference.explanation import FALSE, TRUE, UNKNOWN, Explanation, ProofBook, RuleNode, Support
from engine.inference.flips import NEVER, Options, all_of, any_of
from engine.inference.program import VERDICT_PLANES
from engine.model import URGENCIES, DecidedRecommendation, Frozen, Knowledge, Recommendation, Rule, SourceGap, Tension

VERDICTS = ("indicated", "conflicting", "provisional", "overridden", "undetermined", "not-indicated", "out-of-scope")
"""In the order in which a decision lists them."""
QUIET = frozenset(("not-indicated", "out-of-scope"))
"""Verdicts that a decision leaves out unless asked for all."""
MAX_REMEMBERED = 64
"""How many records of its support a recommendation or condition remembers."""


def verdict_of(outside: int, conflict: int, holds: int, refuted: int, displaced: int, left_open: int) -> str:
    """The verdict that one bit of each of the program's VERDICT_PLANES makes (the table of design section 5)."""
    if outside:
        return "out-of-scope"
    if conflict:
        return "conflicting"
    if refuted:
        return "not-indicated"
    if not holds:
        return "undetermined"
    if displaced:
        return "overridden"
    return "provisional" if left_open else "indicated"


_TABLE = tuple(verdict_of(*((number >> bit) & 1 for bit in range(6))) for number in range(1 << len(VERDICT_PLANES)))


class Settled:
    """What is said of a recommendation or condition for one record of its support, in memory and as JSON."""

    __slots__ = ("_json", "beside", "own", "shown", "verdict")

    def __init__(self, verdict: str, shown: Frozen | None, own: int, beside: int) -> None:
        """`own` and `beside` are the open facts of the rule itself and of what may displace it or leave it open."""
        self.verdict = verdict
        self.shown = shown
        self.own = own
        self.beside = beside
        self._json: msgspec.Raw | None = None

    @property
    def json(self) -> msgspec.Raw:
        """The shown part, encoded once."""
        if self._json is None:
            self._json = msgspec.Raw(msgspec.json.encode(self.shown))
        return self._json


class Memory:
    """Settled answers by the record of a support: bounded, oldest out first."""

    def __init__(self, support: Support) -> None:
        self._present, self._absent, measured = support
        self._measured = tuple(sorted(measured))
        self._settled: dict[Any, Settled] = {}

    def key(self, case: Explanation, variant: int) -> Any:
        """What of the case matters."""
        values = tuple([case.values.get(code) for code in self._measured]) if self._measured else ()
        return case.present & self._present, case.absent & self._absent, values, variant

    def get(self, key: Any) -> Settled | None:
        return self._settled.get(key)

    def put(self, key: Any, settled: Settled) -> Settled:
        if len(self._settled) >= MAX_REMEMBERED:
            self._settled.pop(next(iter(self._settled), None), None)
        self._settled[key] = settled
        return settled


class Recommender:
    """A recommendation, prepared: what never changes about it, and its memory."""

    def __init__(self, book: ProofBook, rule: Recommendation, knowledge: Knowledge, exclusions: Iterable[Rule]) -> None:
        others = knowledge.rules.values()
        recommendations = [other for other in others if isinstance(other, Recommendation)]
        self.rule = rule
        self.node: RuleNode = book.rule(rule)
        self.strict = tuple(book.rule(other) for other in recommendations if rule.iri in other.overrides)
        self.exceptions = tuple(book.rule(other) for other in recommendations if rule.iri in other.overrides_if_known)
        self.leaving = tuple(
            book.rule(other) for other in others if isinstance(other, SourceGap | Tension) and rule.iri in other.leaves_open
        )
        self._facts = book.facts
        self._excluding = tuple(book.rule(other) for other in exclusions if other.source in ("", rule.source))
        self.beside = (*self.strict, *self.exceptions, *self.leaving, *self._excluding)
        self.slots = book.facts.program.verdicts[rule.iri]
        urgency = URGENCIES.index(rule.urgency)
        self.rank = urgency if rule.direction == "for" else len(URGENCIES)
        self._fixed = _fixed_fields(rule, knowledge)
        self._memory = Memory(self.node.support().joined(node.support() for node in self.beside))

    def verdict(self, planes: tuple[Any, ...]) -> str:
        """The verdict of a case whose planes are given."""
        x, c, h, r, d, u = self.slots
        return _TABLE[planes[x] | planes[c] << 1 | planes[h] << 2 | planes[r] << 3 | planes[d] << 4 | planes[u] << 5]

    def settle(self, case: Explanation, include_all: bool, for_patient: bool) -> Settled:
        """Verdict, explanation and open facts of a case."""
        key = self._memory.key(case, include_all << 1 | for_patient)
        return self._memory.get(key) or self._memory.put(key, self._settle(case, include_all, for_patient))

    def _settle(self, case: Explanation, include_all: bool, for_patient: bool) -> Settled:
        verdict = self.verdict(case.planes)
        if verdict in QUIET and not include_all:
            return Settled(verdict, None, 0, 0)
        shown = self._show(case, verdict, for_patient)
        if verdict in QUIET:
            return Settled(verdict, shown, 0, 0)
        beside = 0
        if not self.node.pending(case):
            for node in self.beside:
                beside |= node.open(case)
        return Settled(verdict, shown, self.node.open(case), beside)

    def _show(self, case: Explanation, verdict: str, for_patient: bool) -> DecidedRecommendation:
        displacing: tuple[str, ...] = ()
        opening: tuple[str, ...] = ()
        if verdict in ("overridden", "provisional", "conflicting"):
            displacing = tuple(node.id for node in (*self.strict, *self.exceptions) if node.truth(case) & TRUE)
            opening = tuple(node.id for node in self.leaving if node.truth(case) & TRUE) + tuple(
                node.id for node in self.strict if node.truth(case) == UNKNOWN
            )
        return DecidedRecommendation(
            **self._fixed,
            text=(self.rule.patient_text or self.rule.text) if for_patient else self.rule.text,
            verdict=verdict,  # type: ignore[arg-type]
            overridden_by=displacing,
            left_open_by=opening,
            missing=self._facts.decode(self._missing(case, verdict)),
            flips=self._facts.decode_changes(*self._flips(case, verdict)),
            explanation=self.node.proof(case),
        )

    def _missing(self, case: Explanation, verdict: str) -> int:
        """The unknown facts that would settle the verdict."""
        if verdict in ("undetermined", "conflicting"):
            return self.node.open(case)
        missing = 0
        if verdict == "provisional":
            for node in self.strict:
                if node.truth(case) == UNKNOWN:
                    missing |= node.open(case)
        return missing

    def _flips(self, case: Explanation, verdict: str) -> Options:
        """Minimal changes that give another verdict."""
        scope, criterion = self.node.scope, self.node.criterion
        if verdict == "out-of-scope":
            excluded = [node.change(case, FALSE) for node in self._excluding if node.truth(case) & TRUE]
            return all_of([*excluded, *([scope.change(case, TRUE)] if scope else [])], self._facts)
        if scope is not None and self.node.pending(case):
            return scope.change(case, FALSE)
        to_true = criterion.change(case, TRUE) if criterion else NEVER
        to_false = any_of(part.change(case, FALSE) for part in (scope, criterion) if part)
        if verdict == "not-indicated":
            return to_true
        if verdict in ("undetermined", "conflicting"):
            return any_of((to_true, to_false))
        return any_of((to_false, *self._flips_beside(case, verdict)))

    def _flips_beside(self, case: Explanation, verdict: str) -> Iterable[Options]:
        """Changes of what displaces the recommendation or leaves it open."""
        overriding = (*self.strict, *self.exceptions)
        if verdict == "overridden":
            holding = [node.change(case, FALSE) for node in overriding if node.truth(case) & TRUE]
            yield all_of(holding, self._facts)
            return
        for node in overriding:
            yield node.change(case, TRUE)
        for node in self._excluding:
            yield node.change(case, TRUE)
        if verdict == "indicated":
            for node in self.leaving:
                yield node.change(case, TRUE)
            return
        blocking = [node for node in self.leaving if node.truth(case) & TRUE]
        blocking += [node for node in self.strict if node.truth(case) == UNKNOWN]
        yield all_of([node.change(case, FALSE) for node in blocking], self._facts)


def _fixed_fields(rule: Recommendation, knowledge: Knowledge) -> Mapping[str, Any]:
    citations = {passage.id: passage.citations for passage in knowledge.passages.values()}
    return {
        "id": rule.id,
        "iri": rule.iri,
        "label": rule.label,
        "direction": rule.direction,
        "intervention": knowledge.interventions[rule.intervention].code,
        "modality": rule.modality,
        "urgency": rule.urgency,
        "timing": rule.timing,
        "source": knowledge.sources[rule.source].number if rule.source else "",
        "passages": rule.passages,
        "citations": tuple(sorted({number for passage in rule.passages for number in citations[passage]})),
        "overrides": tuple(knowledge.rules[iri].id for iri in (*rule.overrides, *rule.overrides_if_known)),
    }
