"""One decided case as the articles need it: which rules speak, what is recorded, and what things are called.

Nothing is decided here; truths and states are the program's (`truths`). Where something stands in an article follows from the
kinds of the passages that state it, which the knowledge declares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from spinegraph.engine.criteria import words_of
from spinegraph.engine.criteria.words import PAGE, names_of
from spinegraph.engine.exchange.truths import State, Truths
from spinegraph.engine.model import (
    And,
    Assessment,
    AtLeast,
    CodedProperty,
    Compared,
    Concept,
    Criterion,
    DecidedRecommendation,
    Decision,
    Knowledge,
    Measurement,
    Or,
    Present,
    Recommendation,
    Rule,
    Scored,
    Suspected,
    Truth,
    Unassessed,
    units,
)

RED_FLAGS = "red-flags"
"""Key of the section to which kinds of passages belong that name a warning sign."""
STATE_OF: dict[Truth, State] = {"true": "present", "false": "absent", "unknown": "unknown", "conflicting": "contradictory"}


class LiveRecommendation(NamedTuple):
    """A recommendation with a verdict for this case."""

    rule: Recommendation
    decided: DecidedRecommendation


class Reading:
    """What a Decision and its Knowledge say of one case.

    `live`: recommendations whose source speaks about this patient; `speaking`: those sources. `pending`: recommendations of
    which that is not known. `presentation`: what of the record their scopes ask for, the narrowest terms only.
    `assessed`: by condition, the rules in scope that can make it suspected.
    """

    def __init__(self, knowledge: Knowledge, decision: Decision) -> None:
        """Raises OtherKnowledgeError where the decision rests on other knowledge."""
        self.knowledge = knowledge
        self.decision = decision
        self.for_patient = decision.case.audience == "patient"
        self.truths = Truths(knowledge, decision)
        self._names = names_of(knowledge, units.in_words, for_patient=self.for_patient)
        self.passages = {passage.id: passage for passage in knowledge.passages.values()}
        self.rules = {rule.id: rule for rule in knowledge.rules.values()}
        self.conditions = {concept.code: iri for iri, concept in knowledge.conditions.items()}
        self._things: dict[str, Concept | Measurement | CodedProperty] = {
            concept.code: concept for concept in knowledge.findings.values()
        }
        self._things |= {thing.code: thing for thing in knowledge.valued.values()}
        self.decided = {entry.id: entry for entry in decision.recommendations}
        spoken = [entry for entry in decision.recommendations if entry.verdict not in ("not-indicated", "out-of-scope")]
        found = [LiveRecommendation(rule, entry) for entry in spoken if isinstance(rule := self.rules[entry.id], Recommendation)]
        self.live = tuple(entry for entry in found if self.truths.scope(entry.rule) != "unknown")
        self.speaking = frozenset(entry.rule.source for entry in self.live)
        self.pending = tuple(entry for entry in found if self.truths.scope(entry.rule) == "unknown")
        self.presentation = self._presentation()
        self.assessed: dict[str, tuple[Assessment, ...]] = {}
        for rule in knowledge.rules.values():
            if isinstance(rule, Assessment) and self.truths.scope(rule) in ("true", "conflicting"):
                self.assessed[rule.condition] = (*self.assessed.get(rule.condition, ()), rule)

    def _presentation(self) -> tuple[str, ...]:
        broader = self.knowledge.hierarchy.broader
        scopes = (entry.rule.scope for entry in (*self.live, *self.pending))
        asked = {node.subject for scope in scopes for node in nodes_of(scope) if not node.parts}
        present = [iri for iri, finding in self.knowledge.findings.items() if finding.code in self.decision.case.present]
        return self._narrowest([iri for iri in present if asked & set(broader.get(iri, (iri,)))])

    def _narrowest(self, iris: Sequence[str]) -> tuple[str, ...]:
        broader = self.knowledge.hierarchy.broader
        return tuple(iri for iri in iris if not any(iri != other and iri in broader.get(other, ()) for other in iris))

    def narrowest(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Those of the findings of which no narrower one is among them."""
        return tuple(self.knowledge.findings[iri].code for iri in self._narrowest([self._things[code].iri for code in codes]))

    def withheld(self) -> frozenset[str]:
        """Passages that state a recommendation which is in scope and does not apply, reasons for it included."""
        refuted = (
            rule
            for rule in self.rules.values()
            if isinstance(rule, Recommendation)
            and self.truths.scope(rule) in ("true", "conflicting")
            and self.truths.rule(rule) == "false"
        )
        return frozenset(passage for rule in refuted for passage in rule.passages)

    def state(self, criterion: Criterion) -> State:
        """Of a criterion that some rule uses: whether it is there."""
        if isinstance(criterion, Present):
            return self.truths.finding(criterion.finding)
        return STATE_OF[self.truths.criterion(criterion)]

    # Words -----------------------------------------------------------------------------------

    def thing(self, code: str) -> Concept | Measurement | CodedProperty | None:
        """The finding, measurement or coded property of a code, if it is one."""
        return self._things.get(code)

    def name(self, code: str) -> str:
        """What the reader calls the finding, measurement, coded property or rule of a code or id."""
        thing = self._things.get(code)
        if thing is None:
            return self.rules[code].label
        return thing.patient_label if self.for_patient else thing.label

    def label(self, iri: str) -> str:
        """What the reader calls a finding or condition."""
        concept = self.knowledge.findings.get(iri) or self.knowledge.conditions[iri]
        return concept.patient_label if self.for_patient else concept.label

    def words(self, criterion: Criterion) -> str:
        """A criterion in a line, in the reader's words."""
        if isinstance(criterion, Present):
            return self.label(criterion.finding)
        if criterion.parts and not isinstance(criterion, Scored) and (self.for_patient or not criterion.label):
            return "; ".join(dict.fromkeys(self.words(part) for part in criterion.parts))
        return criterion.label if criterion.label and not self.for_patient else words_of(criterion, self._names, PAGE)

    def value(self, code: str) -> str:
        """A value of the case in words, a number with its unit."""
        thing, value = self._things[code], self.decision.case.values[code]
        if isinstance(value, str):
            named = thing.label_of(value, for_patient=self.for_patient) if isinstance(thing, CodedProperty) else value
            return f"{self.name(code)}: {named}"
        unit = thing.unit if isinstance(thing, Measurement) and not self.for_patient else ""  # the name has it
        return f"{self.name(code)}: {units.quantity(value, unit)}"

    def sections(self, passage: str) -> tuple[str, ...]:
        """The sections that show a passage, by its id: those of its kind."""
        kind = self.knowledge.passage_kinds.get(self.passages[passage].kind)
        return kind.sections if kind else ()

    def in_section(self, section: str, passages: Iterable[str]) -> tuple[str, ...]:
        """Those of the passages whose kind belongs to a section."""
        return tuple(dict.fromkeys(passage for passage in passages if section in self.sections(passage)))


def markers(criterion: Criterion | None) -> Iterator[Criterion]:
    """The alternatives of a criterion that each make it hold by being there; none where it asks for an absence."""
    if isinstance(criterion, Or):
        for child in criterion.children:
            yield from markers(child)
    elif isinstance(criterion, AtLeast):
        yield from criterion.members
    elif isinstance(criterion, Scored):
        for item in criterion.score.items if criterion.upper is None else ():
            yield from markers(item.criterion) if item.points > 0 else ()
    elif all(
        isinstance(part, Present | Compared) for part in (criterion.children if isinstance(criterion, And) else [criterion])
    ):
        yield criterion  # type: ignore[misc] # None is neither


def triggers(rule: Rule, knowledge: Knowledge) -> Iterator[Criterion]:
    """The markers that make a rule hold, directly or by making a condition suspected."""
    yield from markers(rule.criterion)
    suspected = {node.condition for node in nodes_of(rule.criterion) if isinstance(node, Suspected)}
    for other in knowledge.rules.values() if suspected else ():
        if isinstance(other, Assessment) and suspected & set(knowledge.hierarchy.broader.get(other.condition, ())):
            yield from triggers(other, knowledge)


def nodes_of(criterion: Criterion | None) -> Iterator[Criterion]:
    """A criterion and all that is below it."""
    return iter(()) if criterion is None else criterion.walk()


def passages_of(criterion: Criterion | None) -> tuple[str, ...]:
    """Passages of a criterion and of all that is below it."""
    return tuple(dict.fromkeys(passage for node in nodes_of(criterion) for passage in node.passages))


def asks(criterion: Criterion | None) -> bool:
    """Whether a criterion holds because something has not been assessed."""
    return any(isinstance(node, Unassessed) for node in nodes_of(criterion))
