"""Codes, proofs and changes of a decision, in words a reader understands at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from engine import Case, Decision, Knowledge, Proof, Recommendation
from engine.model import Change, DecidedRecommendation, Fact, Measured, Rule

UNITS = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "Cel": "°C", "/min": "a minute"}
"""UCUM codes that are not read as they are written."""

NEVER_SHORT = 1 << 16
STATES = {"present": "present", "absent": "absent", "unknown": "not assessed", "contradictory": "recorded both ways"}
CARRYING = {
    "true": ("true", "conflicting"),
    "false": ("false", "conflicting"),
    "conflicting": ("conflicting",),
    "unknown": ("unknown",),
}
"""Truth of a node → truths of the children that make it so."""


class Reason(NamedTuple):
    """Why a rule came out as it did: the criterion and the facts that carry it, with the passages that say so."""

    text: str
    passages: tuple[str, ...]


def few(names: Iterable[str], most: int) -> str:
    """`a, b, c and 4 more`."""
    listed = list(names)
    more = len(listed) - most
    return ", ".join(listed) if more <= 1 else f"{', '.join(listed[:most])} and {more} more"


class Words:
    """The words of one decision: names of its knowledge, for its audience, about its case. `most` items stand in a list."""

    def __init__(self, decision: Decision, knowledge: Knowledge, most: int = 5) -> None:
        self.most = most
        self._case: Case = decision.case
        self._rules: Mapping[str, Rule] = knowledge.rules
        self._by_id = {rule.id: rule for rule in knowledge.rules.values()}
        self._codes = {iri: thing.code for iri, thing in knowledge.measurements.items()}
        self._units = {thing.code: UNITS.get(thing.unit, thing.unit) for thing in knowledge.measurements.values()}
        for_patient = decision.case.audience == "patient"
        named = (*knowledge.findings.values(), *knowledge.measurements.values(), *knowledge.conditions.values())
        self._names = {thing.code: thing.patient_label if for_patient else thing.label for thing in named}

    # Names -----------------------------------------------------------------------------------

    def name(self, code: str) -> str:
        """The label of a finding, measurement or condition."""
        return self._names.get(code, code)

    def names(self, codes: Iterable[str]) -> str:
        return few(map(self.name, codes), self.most)

    def rule(self, rule_id: str) -> str:
        """The label of a rule, or the id where the knowledge has no such rule."""
        rule = self._by_id.get(rule_id)
        return rule.label if rule else rule_id

    def quantity(self, code: str, value: float) -> str:
        """`age 54 years`."""
        return f"{self.name(code)} {value:g} {self._units.get(code, '')}".rstrip()

    def quantities(self) -> str:
        """All measurements of the case."""
        return ", ".join(self.quantity(code, value) for code, value in self._case.measurements.items())

    # Reasons ---------------------------------------------------------------------------------

    def reason(self, proof: Proof) -> Reason:
        """The facts that carry a rule's truth, grouped by their state, led by the name of the criterion."""
        criteria = self._criteria(proof)
        leaves = list(self._leaves(criteria, CARRYING[proof.truth]))
        grouped: dict[str, dict[str, None]] = {}
        for leaf in leaves:
            for state, phrase in self._phrases(leaf):
                grouped.setdefault(state, {})[phrase] = None
        facts = "; ".join(f"{few(phrases, self.most)} {state}".rstrip() for state, phrases in grouped.items())
        named = [node.label for node in criteria if node.children and node.operator not in ("rule", "") and _is_named(node)]
        passages = dict.fromkeys(passage for node in (*criteria, *leaves) for passage in node.passages)
        return Reason(f"{named[0]}: {facts}" if named and facts else facts or " ".join(named), tuple(passages))

    def _criteria(self, proof: Proof) -> tuple[Proof, ...]:
        """The children of a rule's proof without its scope, which goes without saying, unless there is nothing else."""
        rule = self._rules.get(proof.iri)
        has_scope = rule is not None and rule.scope is not None
        return proof.children[1:] if has_scope and len(proof.children) > 1 else proof.children

    def _leaves(self, nodes: Iterable[Proof], carrying: tuple[str, ...]) -> Iterator[Proof]:
        for node in nodes:
            if node.truth not in carrying:
                continue
            children = self._criteria(node) if node.operator == "rule" else node.children
            if children:
                yield from self._leaves(children, CARRYING.get(node.truth, carrying))
            else:
                yield node

    def _phrases(self, leaf: Proof) -> Iterator[tuple[str, str]]:
        """(state, phrase) of a leaf; a leaf without a fact stands for itself."""
        fact = leaf.fact
        if fact is None:
            yield "", leaf.label
        elif fact.state == "known" and fact.value is not None:
            yield "", self.quantity(fact.code, fact.value)
        else:
            yield STATES.get(fact.state, fact.state), self.name(fact.code) + self._origin(fact)

    def _origin(self, fact: Fact) -> str:
        """` (from …)` for what follows from other facts."""
        origins = list(filter(None, map(self._origin_of, fact.through)))
        return f" (from {few(origins, 2)})" if fact.basis == "derived" and origins else ""

    def _origin_of(self, through: str) -> str:
        rule = self._by_id.get(through)
        if rule is None:
            return self.name(through)
        if isinstance(rule.criterion, Measured):
            code = self._codes[rule.criterion.measurement]
            if code in self._case.measurements:
                return self.quantity(code, self._case.measurements[code])
        return ""

    # Changes ---------------------------------------------------------------------------------

    def turning(self, entry: DecidedRecommendation) -> tuple[str, ...]:
        """What news would give another verdict, the least first: changes that take back nothing that is recorded."""
        news = [flips for flips in entry.flips if not any(map(self._takes_back, flips))]
        return tuple(map(self.changes, sorted(news, key=len)))

    def corrections(self, entry: DecidedRecommendation) -> tuple[str, ...]:
        """What would give another verdict if the record were wrong."""
        wrong = [flips for flips in entry.flips if any(map(self._takes_back, flips))]
        return tuple(map(self.changes, sorted(wrong, key=len)))

    def changes(self, flips: Iterable[Change]) -> str:
        """`fever, night pain absent`, `age > 50 years`."""
        grouped: dict[str, list[str]] = {}
        for change in flips:
            if change.code in self._units:
                grouped.setdefault("", []).append(f"{self.name(change.code)} {change.to} {self._units[change.code]}")
            else:
                grouped.setdefault(change.to, []).append(self.name(change.code))
        return "; ".join(f"{few(names, self.most)} {to}".rstrip() for to, names in grouped.items())

    def _takes_back(self, change: Change) -> bool:
        case = self._case
        recorded = {"present": case.absent, "absent": case.present}.get(change.to, ())
        return change.code in recorded or change.code in case.measurements


def _is_named(node: Proof) -> bool:
    return bool(node.iri)


__all__ = ["NEVER_SHORT", "Reason", "Recommendation", "Words", "few"]
