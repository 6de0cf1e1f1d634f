"""One condition and one case → suspected, not suspected, undetermined …, with its proof (design section 5)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.node import FALSE, TRUE, Explanation
from spinegraph.engine.criteria.open_facts import open_facts_of_any, shared_facts
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.decide.assignments import Assignments
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.decide.facts import Facts
from spinegraph.engine.model import TRUTHS, AssessedCondition, Concept, Proof, ShortAssessment

ASSESSED = ("undetermined", "suspected", "not-suspected", "conflicting")
"""By truth."""


MOST_PASSAGES = 3
"""So many passages stand beside an assessment in short; its proof has all."""


class Assessed(NamedTuple):
    """What is decided about a condition, if anything, and the facts (masks) that can still change it, by the id of the rule."""

    condition: AssessedCondition | None
    opens: tuple[tuple[str, int], ...] = ()


class SuspectedCondition(NamedTuple):
    """A condition with the rules that assess it, itself or as a narrower one; assessments add up.

    `excluding`: for each rule, the rules that exclude the patient from its package. Masks: facts that bear on several rules
    (`entangled`), or on any (`bearing`).
    """

    concept: Concept
    facts: Facts
    nodes: tuple[RuleNode, ...]
    own: tuple[RuleNode, ...]
    excluding: tuple[tuple[RuleNode, ...], ...]
    entangled: int
    bearing: int

    def outcome(self, planes: Sequence[int], ones: int) -> tuple[int, int]:
        """The planes of the suspicion's holding and being refuted."""
        holds, refuted = 0, ones
        for node in self.nodes:
            holds |= planes[node.holds]
            refuted &= planes[node.refuted]
        return holds, refuted


def suspected_condition(concept: Concept, graph: CriterionGraph) -> SuspectedCondition:
    """A condition, prepared once."""
    relations = graph.facts.program.relations
    rules = relations.assessing(concept.iri)
    nodes = graph.assessing(concept.iri)
    return SuspectedCondition(
        concept=concept,
        facts=graph.facts,
        nodes=nodes,
        own=tuple(node for node, rule in zip(nodes, rules, strict=True) if rule.condition == concept.iri),
        excluding=tuple(tuple(map(graph.rule, relations.of_package(rule))) for rule in rules),
        entangled=shared_facts(nodes),
        bearing=joined(itertools.chain.from_iterable(node.reaches() for node in nodes)),
    )


def assess(condition: SuspectedCondition, case: Explanation, include_all: bool, assignments: Assignments) -> Assessed:
    """Verdict, explanation and open facts of a case.

    The explanation shows in full what holds and the condition's own rules; rules about narrower conditions are shown in full
    there.
    """
    seen = _seen(condition, case)
    if seen.verdict == "out-of-scope" and not include_all:
        return Assessed(None)
    explanation = _proof(condition, seen.truth, seen.holding, seen.in_scope, case)
    opens = _open_facts(condition, case, assignments)
    missing = joined(facts for _, facts in opens) if seen.verdict in ("undetermined", "conflicting") else 0
    passages = _passages(explanation) if seen.holding else seen.stating
    decided = AssessedCondition(
        **_shown(condition, seen, passages),
        iri=condition.concept.iri,
        missing=condition.facts.decode(missing),
        explanation=explanation,
    )
    return Assessed(decided, opens if seen.covering else ())


def assessed_in_short(conditions: Iterable[SuspectedCondition], case: Explanation) -> tuple[ShortAssessment, ...]:
    """The verdicts of a case without their proofs: of conditions of which something is known, the most specific ones."""
    found = {}
    for condition in conditions:
        if any(node.truth(case) for node in condition.nodes) and (seen := _seen(condition, case)).known:
            found[condition.concept.iri] = condition, seen
    verdicts = {iri: seen.verdict for iri, (_, seen) in found.items()}
    shown = []
    for iri, (condition, seen) in found.items():
        narrower = condition.facts.hierarchy.narrower.get(iri, ())
        if not any(below != iri and verdicts.get(below) == seen.verdict for below in narrower):
            shown.append(_in_short(condition, seen))
    return tuple(shown)


def _in_short(condition: SuspectedCondition, seen: _Seen) -> ShortAssessment:
    passages = dict.fromkeys(itertools.chain.from_iterable(node.passages for node in seen.holding or seen.in_scope))
    return ShortAssessment(**_shown(condition, seen, tuple(passages)[:MOST_PASSAGES]))


class _Seen(NamedTuple):
    """What the rules that assess a condition say: those that speak of the patient, are in scope, and hold."""

    verdict: str
    truth: int
    covering: Sequence[RuleNode]
    in_scope: Sequence[RuleNode]
    holding: Sequence[RuleNode]

    @property
    def known(self) -> bool:
        """Whether anything is known of the condition."""
        return self.verdict not in ("out-of-scope", "undetermined")

    @property
    def stating(self) -> tuple[str, ...]:
        """Ids of the passages that state those in scope."""
        return tuple(dict.fromkeys(itertools.chain.from_iterable(node.passages for node in self.in_scope)))


def _seen(condition: SuspectedCondition, case: Explanation) -> _Seen:
    covering = [
        node
        for node, excluding in zip(condition.nodes, condition.excluding, strict=True)
        if all(other.truth(case) != TRUE for other in excluding)
    ]
    nodes = covering or condition.nodes
    in_scope = [node for node in nodes if node.scope is None or node.scope.truth(case) != FALSE]
    truth = _truth(nodes, case)
    verdict = _verdict(truth, nodes, case) if in_scope and covering else "out-of-scope"
    return _Seen(verdict, truth, covering, in_scope, [node for node in in_scope if node.truth(case) & TRUE])


def _shown(condition: SuspectedCondition, seen: _Seen, passages: tuple[str, ...]) -> dict[str, Any]:
    return {
        "condition": condition.concept.code,
        "label": condition.concept.label,
        "verdict": seen.verdict,
        "passages": passages,
    }


def _truth(nodes: Sequence[RuleNode], case: Explanation) -> int:
    """Index of TRUTHS: one rule that holds is enough, and all have to be refuted."""
    truths = [node.truth(case) for node in nodes]
    return any(truth & TRUE for truth in truths) | all(truth & FALSE for truth in truths) << 1


def _verdict(truth: int, nodes: Sequence[RuleNode], case: Explanation) -> str:
    """Conflicting also where it rests on contradictory facts alone."""
    verdict = ASSESSED[truth]
    if verdict == "suspected" and not any(node.holds_certainly(case) for node in nodes):
        return "conflicting"
    if verdict == "not-suspected" and not all(node.refuted_certainly(case) for node in nodes):
        return "conflicting"
    return verdict


def _proof(
    condition: SuspectedCondition, truth: int, holding: Sequence[RuleNode], in_scope: Sequence[RuleNode], case: Explanation
) -> Proof:
    in_full = (*holding, *condition.own)
    return Proof(
        iri=condition.concept.iri,
        label=f"{condition.concept.label} suspected",
        operator="suspected",
        truth=TRUTHS[truth],
        children=tuple([node.proof(case) if node in in_full else node.mention(case) for node in holding or in_scope]),
    )


def _open_facts(condition: SuspectedCondition, case: Explanation, assignments: Assignments) -> tuple[tuple[str, int], ...]:
    """For each rule, the unknown facts that can make it hold, or refute it if they can all be refuted.

    In a contradictory record all that can change any of the rules.
    """
    if not case.consistent:
        alone = [(node.id, node.open_facts(case).facts) for node in condition.nodes]
        return tuple([(rule, facts) for rule, facts in alone if facts])
    whole = open_facts_of_any(condition.nodes, case)
    if not whole.facts:
        return ()
    decisive = None
    if whole.facts & condition.entangled:
        decisive = assignments.decisive(case, condition.bearing, condition.outcome)
    opens = []
    for node in condition.nodes:
        hold, refute = node.open_facts(case)
        facts = hold | refute if whole.refute else hold
        if decisive is not None:
            facts &= decisive
        if facts:
            opens.append((node.id, facts))
    return tuple(opens)


def _passages(proof: Proof) -> tuple[str, ...]:
    """Passages of the nodes that hold, rules first; not those behind a finding that follows from others."""
    found: dict[str, None] = {}
    waiting = [proof]
    while waiting:
        node = waiting.pop(0)
        if node.truth in ("true", "conflicting"):
            found.update(dict.fromkeys(node.passages))
            waiting += () if node.fact else node.children
    return tuple(found)
