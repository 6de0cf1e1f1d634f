"""Codes, proofs and changes of a decision, in the words of a clinician."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from spinegraph.engine import Decision, Knowledge, Proof
from spinegraph.engine.criteria.facts import AS_OF, date_of
from spinegraph.engine.decide.proofs import reasons
from spinegraph.engine.model import (
    Case,
    CaseValue,
    Change,
    CodedProperty,
    Compared,
    Concept,
    DecidedRecommendation,
    Fact,
    Measurement,
    ShownRecommendation,
    units,
)

STATES = {"present": "present", "absent": "absent", "unknown": "not assessed", "contradictory": "recorded both ways"}

Turned = DecidedRecommendation | ShownRecommendation


class Reason(NamedTuple):
    """Why a rule came out as it did: the criterion and the facts that carry it, with the passages that state it."""

    text: str
    passages: tuple[str, ...]


class Words:
    """The words of one case: names of the knowledge, and what is said of the case."""

    def __init__(self, case: Case, knowledge: Knowledge, everywhere: Iterable[tuple[Change, ...]] = ()) -> None:
        """`everywhere`: the changes that would turn every verdict, which no verdict repeats (see `turning_all`)."""
        self._case = case
        self._rules = knowledge.rules
        self._by_id = {rule.id: rule for rule in knowledge.rules.values()}
        self._valued = {iri: thing.code for iri, thing in knowledge.valued.items()}
        self._coded = {thing.code: thing for thing in knowledge.coded.values()}
        self._units = {thing.code: thing.unit for thing in knowledge.measurements.values()}
        named: list[Concept | Measurement | CodedProperty] = [*knowledge.findings.values(), *knowledge.valued.values()]
        named += knowledge.conditions.values()
        self._names = {thing.code: thing.label for thing in named}
        self._everywhere = tuple(everywhere)

    # Names -----------------------------------------------------------------------------------

    def name(self, code: str) -> str:
        """The label of a finding, measurement, coded property or condition; what a date is called that is missing."""
        if code == AS_OF:
            return "date of the case"
        dated = code.removeprefix(date_of(""))
        return f"date of {self._names.get(dated, dated)}" if dated != code else self._names.get(code, code)

    def names(self, codes: Iterable[str]) -> str:
        """All of them."""
        return ", ".join(map(self.name, codes))

    def rules(self, ids: Iterable[str]) -> str:
        """The labels of rules, and of contraindications."""
        return "; ".join(self._by_id[rule].label if rule in self._by_id else self.name(rule) for rule in ids)

    def quantity(self, code: str, value: CaseValue) -> str:
        """`age 54 years`, `sex female`."""
        if isinstance(value, str):
            return f"{self.name(code)} {self._coded[code].label_of(value) if code in self._coded else value}"
        return f"{self.name(code)} {units.quantity(value, self._units.get(code, ''))}"

    # Reasons ---------------------------------------------------------------------------------

    def reason(self, proof: Proof) -> Reason:
        """The facts that carry a rule's truth, led by the name of its criterion where that says more."""
        criteria = self.criteria(proof)
        leaves = list(self._leaves(criteria, reasons(proof)))
        passages = dict.fromkeys(passage for node in (*criteria, *leaves) for passage in node.passages)
        named = next(
            (node.label for node in criteria if node.iri and node.children and not node.fact and node.operator != "rule"), ""
        )
        return Reason(self._sentence(named, leaves), tuple(passages))

    def criteria(self, proof: Proof) -> tuple[Proof, ...]:
        """The children of a rule's proof without its scope, which goes without saying unless it is all or is refuted."""
        rule = self._rules.get(proof.iri)
        if rule is None or rule.scope is None or len(proof.children) < 2:
            return proof.children
        return proof.children[:1] if proof.children[0].truth == "false" else proof.children[1:]

    def _leaves(self, nodes: Iterable[Proof], carrying: Sequence[str]) -> Iterator[Proof]:
        for node in nodes:
            if node.truth not in carrying:
                continue
            children = self.criteria(node) if node.operator == "rule" else node.children
            if children and not node.fact:
                yield from self._leaves(children, reasons(node))
            else:
                yield node

    def _sentence(self, named: str, leaves: list[Proof]) -> str:
        """`a marker of spinal infection is not assessed: recent infection, intravenous drug use`."""
        phrases = list(dict.fromkeys(self._phrase(leaf) for leaf in leaves))
        if named and all(phrase.name in named for phrase in phrases):
            return named
        facts = []
        for state in dict.fromkeys(phrase.state for phrase in phrases):
            names = ", ".join(phrase.name for phrase in phrases if phrase.state == state)
            facts.append(names if state in named else f"{names} {state}".rstrip())
        return f"{named}: {'; '.join(facts)}" if named else "; ".join(facts)

    def _phrase(self, leaf: Proof) -> _Phrase:
        fact = leaf.fact
        if fact is None:
            return _Phrase("", leaf.label)
        if fact.state == "known":
            return _Phrase("", self.quantity(fact.code, fact.choice if fact.value is None else fact.value))
        state = STATES.get(fact.state, fact.state)
        origin = self._origin(fact)
        return _Phrase("", f"{self.name(fact.code)} {state} (from {origin})") if origin else _Phrase(state, self.name(fact.code))

    def _origin(self, fact: Fact) -> str:
        """What a fact follows from that was not recorded itself."""
        recorded = fact.basis != "derived" or fact.code in fact.through
        return "" if recorded else ", ".join(filter(None, map(self._origin_of, fact.through)))

    def _origin_of(self, through: str) -> str:
        rule = self._by_id.get(through)
        if rule is None:
            return self.name(through)
        code = self._valued[rule.criterion.subject] if isinstance(rule.criterion, Compared) else ""
        return self.quantity(code, self._case.values[code]) if code in self._case.values else ""

    # Changes ---------------------------------------------------------------------------------

    def turning(self, entry: Turned) -> list[str]:
        """The news that would give another verdict, the least first.

        Left out is what would turn every verdict (see `everywhere`), and that to assess what is not assessed settles it.
        """
        news = (flips for flips in entry.flips if flips not in self._everywhere and not any(map(self._takes_back, flips)))
        telling = [flips for flips in news if any(change.to != "assessed" for change in flips)]
        return [self._changes(flips) for flips in sorted(telling, key=len)]

    def corrections(self, entry: Turned) -> list[str]:
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
                grouped.setdefault("", []).append(
                    f"{self.name(change.code)} {change.to} {units.in_words(self._units[change.code])}"
                )
            else:
                grouped.setdefault(change.to, []).append(self.name(change.code))
        return "; ".join(f"{', '.join(names)} {to}".rstrip() for to, names in grouped.items())

    def _takes_back(self, change: Change) -> bool:
        case = self._case
        recorded = {"present": case.absent, "absent": case.present}.get(change.to, ())
        return change.code in recorded or change.code in case.values


class _Phrase(NamedTuple):
    state: str
    name: str


def turning_all(decision: Decision) -> tuple[tuple[Change, ...], ...]:
    """Change sets that turn every verdict that is settled, where there are several."""
    settled = [entry.flips for entry in decision.recommendations if entry.verdict in ("indicated", "provisional")]
    if len(settled) < 2:
        return ()
    return tuple(flips for flips in settled[0] if all(flips in others for others in settled))
