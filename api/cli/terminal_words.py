"""Codes, proofs and changes of a decision, in words that a reader understands at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spinegraph.engine import Decision, Knowledge, Proof
from spinegraph.engine.knowledge import units
from spinegraph.engine.model import Change, Concept, DecidedRecommendation, Fact, Measured, Measurement

STATES = {"present": "present", "absent": "absent", "unknown": "not assessed", "contradictory": "recorded both ways"}
CARRYING = {
    "true": ("true", "conflicting"),
    "false": ("false", "conflicting"),
    "conflicting": ("conflicting",),
    "unknown": ("unknown",),
}
"""Truth of a node → truths of the children that make it so."""


class Reason(NamedTuple):
    """Why a rule came out as it did: the criterion and the facts that carry it, with the passages that state it."""

    text: str
    passages: tuple[str, ...]


def few(names: Iterable[str], most: int, separator: str = ", ") -> str:
    """`a, b, c and 4 more`; one more is no reason to leave it out."""
    listed = list(names)
    more = len(listed) - most
    return separator.join(listed) if more <= 1 else f"{separator.join(listed[:most])} and {more} more"


class Words:
    """The words of one decision: names of its knowledge, for its audience, about its case. Lists show `most` items."""

    def __init__(self, decision: Decision, knowledge: Knowledge, most: int) -> None:
        self.most = most
        self.for_patient = decision.case.audience == "patient"
        self.comma = "; " if self.for_patient else ", "  # what a finding is called in plain words has commas of its own
        self._case = decision.case
        self._rules = knowledge.rules
        self._by_id = {rule.id: rule for rule in knowledge.rules.values()}
        self._measurements = {iri: thing.code for iri, thing in knowledge.measurements.items()}
        self._units = {thing.code: units.in_words(thing.unit) for thing in knowledge.measurements.values()}
        named: list[Concept | Measurement] = [*knowledge.findings.values(), *knowledge.measurements.values()]
        named += knowledge.conditions.values()
        self._names = {thing.code: thing.patient_label if self.for_patient else thing.label for thing in named}
        self._everywhere = _common(decision)

    # Names -----------------------------------------------------------------------------------

    def name(self, code: str) -> str:
        """The label of a finding, measurement or condition."""
        return self._names.get(code, code)

    def names(self, codes: Iterable[str]) -> str:
        """As many of them as a list shows."""
        return few(map(self.name, codes), self.most, self.comma)

    def all_names(self, codes: Iterable[str]) -> str:
        """All of them."""
        return self.comma.join(map(self.name, codes))

    def rules(self, ids: Iterable[str]) -> str:
        """The labels of rules, and of contraindications."""
        return few((self._by_id[rule].label if rule in self._by_id else self.name(rule) for rule in ids), self.most, "; ")

    def quantity(self, code: str, value: float) -> str:
        """`age 54 years`."""
        if self.for_patient:
            return f"{self.name(code)}: {value:g}"  # the plain words name the unit
        unit = self._units.get(code, "")
        return f"{self.name(code)} {value:g} {unit.removesuffix('s') if value == 1 else unit}".rstrip()

    # Reasons ---------------------------------------------------------------------------------

    def reason(self, proof: Proof) -> Reason:
        """The facts that carry a rule's truth, led by the name of its criterion where that says more."""
        criteria = self._criteria(proof)
        leaves = list(self._leaves(criteria, CARRYING[proof.truth]))
        passages = dict.fromkeys(passage for node in (*criteria, *leaves) for passage in node.passages)
        named = next((node.label for node in criteria if node.iri and node.children and node.operator != "rule"), "")
        return Reason(self._sentence(named, leaves), tuple(passages))

    def _criteria(self, proof: Proof) -> tuple[Proof, ...]:
        """The children of a rule's proof without its scope, which goes without saying unless it is all or is refuted."""
        rule = self._rules.get(proof.iri)
        if rule is None or rule.scope is None or len(proof.children) < 2:
            return proof.children
        return proof.children[:1] if proof.children[0].truth == "false" else proof.children[1:]

    def _leaves(self, nodes: Iterable[Proof], carrying: tuple[str, ...]) -> Iterator[Proof]:
        for node in nodes:
            if node.truth not in carrying:
                continue
            children = self._criteria(node) if node.operator == "rule" else node.children
            if children:
                yield from self._leaves(children, CARRYING[node.truth])
            else:
                yield node

    def _sentence(self, named: str, leaves: list[Proof]) -> str:
        """`a marker of spinal infection is not assessed: recent infection, intravenous drug use`."""
        phrases = list(dict.fromkeys(self._phrase(leaf) for leaf in leaves))
        if named and all(phrase.name in named for phrase in phrases):
            return named
        facts = []
        for state in dict.fromkeys(phrase.state for phrase in phrases):
            names = few((phrase.name for phrase in phrases if phrase.state == state), self.most, self.comma)
            facts.append(names if state in named else f"{names} {state}".rstrip())
        return f"{named}: {'; '.join(facts)}" if named else "; ".join(facts)

    def _phrase(self, leaf: Proof) -> _Phrase:
        fact = leaf.fact
        if fact is None:
            return _Phrase("", leaf.label)
        if fact.value is not None:
            return _Phrase("", self.quantity(fact.code, fact.value))
        state = STATES.get(fact.state, fact.state)
        origin = self._origin(fact)
        return _Phrase("", f"{self.name(fact.code)} {state} (from {origin})") if origin else _Phrase(state, self.name(fact.code))

    def _origin(self, fact: Fact) -> str:
        """What a fact follows from that was not recorded itself."""
        recorded = fact.basis != "derived" or fact.code in fact.through
        return "" if recorded else few(filter(None, map(self._origin_of, fact.through)), 2)

    def _origin_of(self, through: str) -> str:
        rule = self._by_id.get(through)
        if rule is None:
            return self.name(through)
        code = self._measurements[rule.criterion.measurement] if isinstance(rule.criterion, Measured) else ""
        return self.quantity(code, self._case.measurements[code]) if code in self._case.measurements else ""

    # Changes ---------------------------------------------------------------------------------

    def turning(self, entry: DecidedRecommendation) -> list[str]:
        """The news that would give another verdict, the least first.

        Left out is what would turn every verdict (see `everywhere`), and that to assess what is not assessed settles it.
        """
        news = (flips for flips in entry.flips if flips not in self._everywhere and not any(map(self._takes_back, flips)))
        telling = [flips for flips in news if any(change.to != "assessed" for change in flips)]
        return [self._changes(flips) for flips in sorted(telling, key=len)]

    def corrections(self, entry: DecidedRecommendation) -> list[str]:
        """What would give another verdict if the record were wrong."""
        wrong = [flips for flips in entry.flips if any(map(self._takes_back, flips))]
        return [self._changes(flips) for flips in sorted(wrong, key=len)]

    def everywhere(self) -> list[str]:
        """The changes that would turn every verdict, such as a population that no source covers."""
        return [self._changes(flips) for flips in self._everywhere if not any(map(self._takes_back, flips))]

    def _changes(self, flips: Iterable[Change]) -> str:
        """`fever, night pain absent`, `age > 50 years`."""
        grouped: dict[str, list[str]] = {}
        for change in flips:
            if change.code in self._units:
                grouped.setdefault("", []).append(f"{self.name(change.code)} {change.to} {self._units[change.code]}")
            else:
                grouped.setdefault(change.to, []).append(self.name(change.code))
        return "; ".join(f"{few(names, self.most, self.comma)} {to}".rstrip() for to, names in grouped.items())

    def _takes_back(self, change: Change) -> bool:
        case = self._case
        recorded = {"present": case.absent, "absent": case.present}.get(change.to, ())
        return change.code in recorded or change.code in case.measurements


class _Phrase(NamedTuple):
    state: str
    name: str


def _common(decision: Decision) -> tuple[tuple[Change, ...], ...]:
    """Change sets that turn every verdict that is settled, where there are several."""
    settled = [entry.flips for entry in decision.recommendations if entry.verdict in ("indicated", "provisional")]
    if len(settled) < 2:
        return ()
    return tuple(flips for flips in settled[0] if all(flips in others for others in settled))
