"""One decided case as the articles need it: which rules speak, which red flags are open, and what conditions are called.

Nothing is decided here; truths and states are the program's (`truths`). Where something stands in an article follows from the
kinds of the passages that state it, which the knowledge declares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spinegraph.engine.criteria import words_of
from spinegraph.engine.criteria.words import names_of
from spinegraph.engine.exchange.truths import State, Truths
from spinegraph.engine.knowledge import units
from spinegraph.engine.knowledge.sources import rules_by_passage
from spinegraph.engine.model import (
    And,
    Assessment,
    AtLeast,
    Concept,
    Criterion,
    DecidedRecommendation,
    Decision,
    Knowledge,
    Measured,
    Measurement,
    Or,
    Present,
    Recommendation,
    Rule,
    Truth,
    Unassessed,
)

RED_FLAGS, LIKELY, CAUSES, PRESENTATION, PITFALLS = "red-flags", "likely", "causes", "presentation", "pitfalls"
"""Keys of the sections to which kinds of passages belong that name a warning sign, the likeliest condition, another cause, say
what a presentation is, or warn of a mistake."""
STATE_OF: dict[Truth, State] = {"true": "present", "false": "absent", "unknown": "unknown", "conflicting": "contradictory"}


class LiveRecommendation(NamedTuple):
    """A recommendation with a verdict for this case."""

    rule: Recommendation
    decided: DecidedRecommendation


class Flag(NamedTuple):
    """A warning sign that rules in scope look for. `finding` is empty where it is more than one finding."""

    criterion: Criterion
    finding: str
    state: State
    passages: tuple[str, ...]
    assessments: tuple[Assessment, ...]
    rules: tuple[str, ...]


class Reading:
    """What a Decision and its Knowledge say of one case.

    `live`: recommendations whose source speaks about this patient; `speaking`: those sources. `pending`: recommendations of
    which that is not known. `presentation`: what of the record their scopes ask for, the narrowest terms only.
    `assessments`: the rules in scope that can make a condition suspected; `assessed`: the same by condition. `flags`: the
    warning signs that they and the live recommendations look for. `stated_by_rules`: passages on which any rule rests;
    `withheld`: those that state a recommendation which is in scope and does not apply, reasons for it included.
    """

    def __init__(self, knowledge: Knowledge, decision: Decision) -> None:
        """Raises OtherKnowledgeError where the decision rests on other knowledge."""
        self.knowledge = knowledge
        self.decision = decision
        self.truths = Truths(knowledge, decision)
        self._names = names_of(knowledge)
        self.patient_names = names_of(knowledge, units.in_words, for_patient=True)
        self.passages = {passage.id: passage for passage in knowledge.passages.values()}
        self.rules = {rule.id: rule for rule in knowledge.rules.values()}
        self._things: dict[str, Concept | Measurement] = {concept.code: concept for concept in knowledge.findings.values()}
        self._things |= {measurement.code: measurement for measurement in knowledge.measurements.values()}
        spoken = [entry for entry in decision.recommendations if entry.verdict not in ("not-indicated", "out-of-scope")]
        found = [LiveRecommendation(rule, entry) for entry in spoken if isinstance(rule := self.rules[entry.id], Recommendation)]
        self.live = tuple(entry for entry in found if not self.is_pending(entry.rule))
        self.speaking = frozenset(entry.rule.source for entry in self.live)
        self.pending = tuple(entry for entry in found if self.is_pending(entry.rule))
        self.presentation = self._presentation()
        self.verdicts = {entry.iri: entry.verdict for entry in decision.assessments if entry.verdict != "out-of-scope"}
        self.stated_by_rules = frozenset(rules_by_passage(knowledge))
        self.withheld = frozenset(passage for rule in self.rules.values() if self._is_refuted(rule) for passage in rule.passages)
        assessing = (rule for rule in knowledge.rules.values() if isinstance(rule, Assessment))
        self.assessments = tuple(rule for rule in assessing if rule.condition in self.verdicts and self._is_in_scope(rule))
        self.assessed: dict[str, tuple[Assessment, ...]] = {}
        for rule in self.assessments:
            self.assessed[rule.condition] = (*self.assessed.get(rule.condition, ()), rule)
        self.flags = tuple(self._flags())

    def _presentation(self) -> tuple[str, ...]:
        broader = self.knowledge.hierarchy.broader
        scopes = (entry.rule.scope for entry in (*self.live, *self.pending))
        asked = {node.subject for scope in scopes for node in nodes_of(scope) if not node.parts}
        present = [iri for iri, finding in self.knowledge.findings.items() if finding.code in self.decision.case.present]
        found = [iri for iri in present if asked & set(broader.get(iri, (iri,)))]
        return tuple(iri for iri in found if not any(iri != other and iri in broader.get(other, ()) for other in found))

    def _is_in_scope(self, rule: Rule) -> bool:
        return self.truths.scope(rule) in ("true", "conflicting")

    def _is_refuted(self, rule: Rule) -> bool:
        return isinstance(rule, Recommendation) and self._is_in_scope(rule) and self.truths.rule(rule) == "false"

    def is_pending(self, rule: Rule) -> bool:
        """Whether it is not known that the rule's source speaks about this patient."""
        return self.truths.scope(rule) == "unknown"

    def holds(self, criterion: Criterion) -> bool:
        """Whether a criterion holds, contradictions included."""
        return self.truths.criterion(criterion) in ("true", "conflicting")

    def thing(self, code: str) -> Concept | Measurement:
        """The finding or measurement of a code."""
        return self._things[code]

    # Words -----------------------------------------------------------------------------------

    def reason(self, id_: str) -> str:
        """What leaves a recommendation open: the label of a rule, or of a contraindication."""
        return self.rules[id_].label if id_ in self.rules else self._things[id_].label

    def labels(self, criterion: Criterion | None) -> tuple[str, ...]:
        """What a criterion is called: its own label, or those of its parts."""
        if criterion is None:
            return ()
        if criterion.label:
            return (criterion.label,)
        if isinstance(criterion, And):
            return tuple(dict.fromkeys(label for child in criterion.children for label in self.labels(child)))
        return (words_of(criterion, self._names),)

    def sections(self, passage: str) -> tuple[str, ...]:
        """The sections that show a passage, by its id: those of its kind."""
        kind = self.knowledge.passage_kinds.get(self.passages[passage].kind)
        return kind.sections if kind else ()

    def in_section(self, section: str, passages: Iterable[str]) -> tuple[str, ...]:
        """Those of the passages whose kind belongs to a section."""
        return tuple(dict.fromkeys(passage for passage in passages if section in self.sections(passage)))

    def testing(self, thing: str) -> tuple[str, ...]:
        """Ids of the rules whose criterion tests a finding or measurement itself."""
        return tuple(
            rule.id
            for rule in self.knowledge.rules.values()
            if any(node.subject == thing and not node.parts for node in nodes_of(rule.criterion))
        )

    # Red flags -------------------------------------------------------------------------------

    def _flags(self) -> Iterator[Flag]:
        """Warning signs, each once: those of assessments before those of other criteria, the wider term of one present last."""
        found: dict[str, Flag] = {}
        for rule in (*self.assessments, *(entry.rule for entry in self.live)):
            parts = tuple(markers(rule.criterion)) if rule.criterion is not None else ()
            for criterion in parts:
                passages = (*passages_of(criterion), *(rule.passages if len(parts) == 1 else ()))
                if self.in_section(RED_FLAGS, passages):
                    key = criterion.finding if isinstance(criterion, Present) else criterion.iri or str(id(criterion))
                    found[key] = self._joined(found.get(key), criterion, rule, passages)
        yield from sorted(found.values(), key=lambda flag: any(self._follows(flag, other) for other in found.values()))

    def _follows(self, flag: Flag, other: Flag) -> bool:
        """Whether a flag is the wider term of another that is present as well: what was recorded is listed before it."""
        broader = self.knowledge.hierarchy.broader.get(other.finding, ())
        return flag.finding != other.finding and flag.finding in broader and other.state == "present"

    def _joined(self, known: Flag | None, criterion: Criterion, rule: Rule, passages: tuple[str, ...]) -> Flag:
        if known is None:
            finding = criterion.finding if isinstance(criterion, Present) else ""
            state = self.truths.finding(finding) if finding else STATE_OF[self.truths.criterion(criterion)]
            known = Flag(criterion, finding, state, (), (), ())
        joined = known._replace(passages=self.in_section(RED_FLAGS, (*known.passages, *passages)))
        if isinstance(rule, Assessment):
            return joined._replace(assessments=(*known.assessments, rule), rules=(*known.rules, rule.id))
        return joined if known.assessments else joined._replace(rules=(*known.rules, rule.id))


def markers(criterion: Criterion) -> Iterator[Criterion]:
    """The alternatives of a criterion that each make it hold by being there; none where it asks for an absence."""
    if isinstance(criterion, Or):
        for child in criterion.children:
            yield from markers(child)
    elif isinstance(criterion, AtLeast):
        yield from criterion.members
    elif _is_positive(criterion):
        yield criterion


def _is_positive(criterion: Criterion) -> bool:
    if isinstance(criterion, And):
        return all(isinstance(child, Present | Measured) for child in criterion.children)
    return isinstance(criterion, Present | Measured)


def nodes_of(criterion: Criterion | None) -> Iterator[Criterion]:
    """A criterion and all that is below it."""
    return iter(()) if criterion is None else criterion.walk()


def passages_of(criterion: Criterion | None) -> tuple[str, ...]:
    """Passages of a criterion and of all that is below it."""
    return tuple(dict.fromkeys(passage for node in nodes_of(criterion) for passage in node.passages))


def asks(criterion: Criterion | None) -> bool:
    """Whether a criterion holds because something has not been assessed."""
    return any(isinstance(node, Unassessed) for node in nodes_of(criterion))
