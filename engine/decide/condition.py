"""One condition and one case → suspected, not suspected, undetermined …, with its proof (design section 5)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.node import FALSE, TRUE, Explanation
from spinegraph.engine.criteria.open_facts import open_facts_of_any, shared_facts
from spinegraph.engine.decide.completions import Completions
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.model import TRUTHS, AssessedCondition, Concept, Proof

ASSESSED = ("undetermined", "suspected", "not-suspected", "conflicting")
"""By truth."""


class Assessed(NamedTuple):
    """What is said of a condition, if anything, and the facts (masks) that can still change it, by the id of the rule."""

    shown: AssessedCondition | None
    opens: tuple[tuple[str, int], ...] = ()


class Assessor:
    """A condition that some rule assesses, itself or as a narrower one; assessments add up.

    Its explanation shows in full what holds and its own rules; rules about narrower conditions are shown in full there.
    """

    def __init__(self, graph: CriterionGraph, concept: Concept, completions: Completions) -> None:
        self.concept = concept
        relations = graph.facts.program.relations
        assessing = relations.assessing(concept.iri)
        self.nodes = graph.assessing(concept.iri)
        self._own = tuple(node for node, rule in zip(self.nodes, assessing, strict=True) if rule.condition == concept.iri)
        self._facts = graph.facts
        self._excluding = tuple(tuple(map(graph.rule, relations.of_package(rule))) for rule in assessing)
        self._completions = completions
        self._entangled = shared_facts(self.nodes)
        self._reach = joined(itertools.chain.from_iterable(node.reaches() for node in self.nodes))

    def settle(self, case: Explanation, include_all: bool) -> Assessed:
        """Verdict, explanation and open facts of a case."""
        covering = [
            node
            for node, excluding in zip(self.nodes, self._excluding, strict=True)
            if all(other.truth(case) != TRUE for other in excluding)
        ]
        nodes, excluded = covering or self.nodes, not covering
        truths = [node.truth(case) for node in nodes]
        truth = any(found & TRUE for found in truths) | all(found & FALSE for found in truths) << 1
        speaking = [node for node in nodes if node.scope is None or node.scope.truth(case) != FALSE]
        verdict = ASSESSED[truth] if speaking and not excluded else "out-of-scope"
        if verdict == "suspected" and not any(node.holds_certainly(case) for node in nodes):
            verdict = "conflicting"
        if verdict == "not-suspected" and not all(node.refuted_certainly(case) for node in nodes):
            verdict = "conflicting"
        if verdict == "out-of-scope" and not include_all:
            return Assessed(None)
        holding = [node for node in speaking if node.truth(case) & TRUE]
        carrying = holding or speaking
        in_full = (*holding, *self._own)
        explanation = Proof(
            iri=self.concept.iri,
            label=f"{self.concept.label} suspected",
            operator="suspected",
            truth=TRUTHS[truth],
            children=tuple([node.proof(case) if node in in_full else node.mention(case) for node in carrying]),
        )
        opens = self._opens(case)
        missing = 0
        if verdict in ("undetermined", "conflicting"):
            for _, facts in opens:
                missing |= facts
        shown = AssessedCondition(
            condition=self.concept.code,
            iri=self.concept.iri,
            label=self.concept.label,
            verdict=verdict,  # type: ignore[arg-type]
            missing=self._facts.decode(missing),
            passages=_passages(explanation) if holding else tuple(dict.fromkeys(p for node in carrying for p in node.passages)),
            explanation=explanation,
        )
        return Assessed(shown, () if excluded else opens)

    def _opens(self, case: Explanation) -> tuple[tuple[str, int], ...]:
        """For each rule, the unknown facts that can make it hold, or refute it if they can all be refuted.

        In a contradictory record all that can change any of the rules.
        """
        if not case.consistent:
            alone = [(node.id, node.open_facts(case).facts) for node in self.nodes]
            return tuple([(rule, facts) for rule, facts in alone if facts])
        whole = open_facts_of_any(self.nodes, case)
        if not whole.facts:
            return ()
        decisive = -1
        if whole.facts & self._entangled:
            found = self._completions.decisive(case, self._reach, self._truth)
            decisive = -1 if found is None else found
        opens = []
        for node in self.nodes:
            hold, refute = node.open_facts(case)
            if facts := (hold | refute if whole.refute else hold) & decisive:
                opens.append((node.id, facts))
        return tuple(opens)

    def _truth(self, planes: Sequence[int], ones: int) -> tuple[int, int]:
        """The planes of the suspicion's holding and being refuted."""
        holds, refuted = 0, ones
        for node in self.nodes:
            holds |= planes[node.holds]
            refuted &= planes[node.refuted]
        return holds, refuted


def _passages(proof: Proof) -> tuple[str, ...]:
    """Passages of the nodes that hold, rules first."""
    found: dict[str, None] = {}
    waiting = [proof]
    while waiting:
        node = waiting.pop(0)
        if node.truth in ("true", "conflicting"):
            found.update(dict.fromkeys(node.passages))
            waiting += node.children
    return tuple(found)
