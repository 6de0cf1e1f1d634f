"""For which facts a case has its level, and what it has to rule out or may be likely to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from spinegraph.engine.criteria.node import FALSE, TRUE, Explanation
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.decide.condition import SuspectedCondition
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.messages import messages_of
from spinegraph.engine.model import URGENCIES, Concept, Knowledge, Likely, Marker, Proof, RuleOut, Screen, Suspicion
from spinegraph.engine.model.units import quantity

MOST_MARKERS, MOST_RULED_OUT = 4, 3


class Names:
    """The names of things in the words of an audience."""

    def __init__(self, knowledge: Knowledge, *, for_patient: bool) -> None:
        things = (*knowledge.findings.values(), *knowledge.conditions.values(), *knowledge.valued.values())
        self.for_patient = for_patient
        self.say = messages_of(knowledge.language)
        self._labels = {thing.code: thing.patient_label if for_patient else thing.label for thing in things}
        self._findings = {finding.code: iri for iri, finding in knowledge.findings.items()}
        self._units = {entry.code: entry.unit for entry in knowledge.measurements.values()}
        self._coded = {thing.code: thing for thing in knowledge.coded.values()}

    def of(self, concept: Concept) -> str:
        """The name of a concept."""
        return concept.patient_label if self.for_patient else concept.label

    def title(self, screen: Screen) -> str:
        """How a screen is named in a sentence."""
        return self.say.in_a_sentence(screen.label)

    def fact(self, code: str, case: Explanation) -> str:
        """The name of a recorded fact; a measurement and a coded value come with what they are, what is denied with that."""
        value = case.values.get(code)
        if isinstance(value, str):
            thing = self._coded[code]
            return f"{self._labels[code]}: {thing.label_of(value, for_patient=self.for_patient)}"
        if value is not None:
            return f"{self._labels[code]}: {quantity(value, self._units[code], self.say)}"
        if code in self._findings and case.finding_state(self._findings[code]) == FALSE:
            return self.say("{name}: no", name=self._labels[code])
        return self._labels[code]


class Reasons:
    """Reads the facts of one program's rules and conditions off a case."""

    def __init__(self, graph: CriterionGraph, conditions: Iterable[SuspectedCondition]) -> None:
        knowledge = graph.facts.program.knowledge
        self._narrower = knowledge.hierarchy.narrower
        self._urgency = {passage.id: passage.urgency for passage in knowledge.passages.values()}
        self._serious = [entry for entry in conditions if entry.concept.serious]
        self._explaining = [entry for entry in conditions if entry.concept.explains]
        derivations = graph.facts.program.relations.deriving
        deriving = ((rule, graph.deriving(finding)) for finding, rule in derivations.items())
        self._deriving = {rule.id: node for rule, node in deriving if node is not None}

    def markers(self, rules: Iterable[RuleNode], case: Explanation, names: Names, *, unfolded: bool = True) -> tuple[Marker, ...]:
        """The facts by which rules hold, each once: those that are recorded, or not `unfolded` those that rules speak of."""
        codes = dict.fromkeys(code for rule in rules for code in self.facts(rule, case, unfolded=unfolded))
        return tuple([Marker(code=code, label=names.fact(code, case)) for code in codes])

    def facts(self, rule: RuleNode, case: Explanation, *, unfolded: bool = True) -> Iterator[str]:
        """The codes of the facts by which the criterion of a rule holds."""
        if rule.criterion is not None:
            yield from self._holding(rule.criterion.proof(case), case, unfolded)

    def _holding(self, proof: Proof, case: Explanation, unfolded: bool) -> Iterator[str]:
        if proof.truth not in ("true", "conflicting"):
            return
        fact = proof.fact
        if fact is not None:
            for code in (unfolded and fact.through) or (fact.code,):
                if code in self._deriving:
                    yield from self.facts(self._deriving[code], case)
                else:
                    yield code
            return
        for child in proof.children:
            if child.points is None or child.points > 0:  # what takes points away is no reason
                yield from self._holding(child, case, unfolded)

    def to_rule_out(
        self, case: Explanation, excluded: frozenset[str], set_apart: frozenset[str], names: Names
    ) -> tuple[RuleOut, ...]:
        """The serious conditions that are suspected, the most specific alone, by the grade that passages give to their signs.

        `excluded`: packages that do not speak of the patient. `set_apart`: codes of the facts whose weight the sources leave
        open; what is suspected by them alone is not named.
        """
        found: dict[str, tuple[Concept, Suspicion]] = {}
        pressing: dict[str, int] = {}
        for condition in self._serious:
            verdict = self._suspicion(condition, case, excluded)
            if verdict and not (set_apart and set_apart.issuperset(self._facts_of(condition, case))):
                found[condition.concept.iri] = condition.concept, verdict
                pressing[condition.concept.iri] = self._grade(condition, case)
        specific = [iri for iri in found if not any(below in found for below in self._narrower[iri] if below != iri)]
        specific.sort(key=pressing.__getitem__)
        shown = [found[iri] for iri in specific[:MOST_RULED_OUT]]
        return tuple([RuleOut(condition=concept.code, label=names.of(concept), verdict=verdict) for concept, verdict in shown])

    def _grade(self, condition: SuspectedCondition, case: Explanation) -> int:
        """How pressing the passages are by which it is suspected, the most pressing lowest."""
        passages = [passage for node in condition.nodes if node.truth(case) & TRUE for passage in node.passages]
        grades = [URGENCIES.index(self._urgency[passage]) for passage in passages if self._urgency.get(passage) in URGENCIES]
        return min(grades, default=len(URGENCIES))

    def likely(self, case: Explanation, excluded: frozenset[str], names: Names) -> Likely | None:
        """The first condition that a brief may name and that nothing contradicts."""
        for condition in self._explaining:
            if self._suspicion(condition, case, excluded) == "suspected":
                return Likely(condition=condition.concept.code, label=names.of(condition.concept))
        return None

    def _facts_of(self, condition: SuspectedCondition, case: Explanation) -> Iterator[str]:
        for node in condition.nodes:
            if node.truth(case) & TRUE:
                yield from self.facts(node, case)

    def _suspicion(self, condition: SuspectedCondition, case: Explanation, excluded: frozenset[str]) -> Suspicion | None:
        covering = _covering(condition, case) if excluded else condition.nodes
        holding = [node for node in covering if node.truth(case) & TRUE]
        if not holding:
            return None
        return "suspected" if any(node.holds_certainly(case) for node in holding) else "undetermined"


def _covering(condition: SuspectedCondition, case: Explanation) -> Sequence[RuleNode]:
    pairs = zip(condition.nodes, condition.excluding, strict=True)
    return [node for node, excluding in pairs if all(other.truth(case) != TRUE for other in excluding)]
