"""Where a recommendation stands among the rules: its scope and criterion, and the rules that act on it (design section 5)."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from spinegraph.engine.criteria.bits import joined
from spinegraph.engine.criteria.node import CriterionNode, Explanation
from spinegraph.engine.criteria.open_facts import shared_facts
from spinegraph.engine.criteria.rule import ActingRule, RuleNode
from spinegraph.engine.decide.criterion_graph import CriterionGraph
from spinegraph.engine.model import Recommendation, Recurrence, Rule, Verdict
from spinegraph.engine.program.program import Program


class Position(NamedTuple):
    """A recommendation (by IRI) with the rules that displace it, leave it open or exclude the patient.

    Contraindications are among those that leave it open. `obtaining` holds once all that its intervention obtains is known;
    `performable` is the code of an intervention that does it once that is performed, or ""; what recurs, until it is due.
    `within`: the positions of the recommendations within one of which it is a choice.

    `strict` displace it also while they are unknown, `exceptions` only once they are known to hold. Masks: the changes that
    all these rules name (`named`), the facts that bear on any of them (`bearing`), on several parts of its own criterion
    (`several`), and on several parts of all of them (`entangled`).
    """

    iri: str
    program: Program
    node: RuleNode
    strict: tuple[ActingRule, ...]
    exceptions: tuple[ActingRule, ...]
    leaving: tuple[ActingRule, ...]
    obtaining: tuple[ActingRule, ...]
    excluding: tuple[RuleNode, ...]
    named: int
    bearing: int
    several: int
    entangled: int
    performable: str
    recurrence: Recurrence | None
    within: tuple[Position, ...]

    @property
    def overriding(self) -> tuple[ActingRule, ...]:
        """All rules that can displace it."""
        return self.strict + self.exceptions

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for recommendations whose verdicts, flips and open facts are equal while nothing that does them is performed."""
        parts = (self.strict, self.exceptions, self.leaving, self.obtaining, self.excluding)
        numbers = tuple(tuple(rule.number for rule in part) for part in parts)
        wider = tuple(one.iri for one in self.within)
        return _number(self.node.scope), _number(self.node.criterion), *numbers, self.recurrence, wider

    def verdict(self, planes: tuple[int, ...], certain: tuple[int, ...]) -> Verdict:
        """The verdict of a case, from its planes and from those without contradictory facts."""
        found = self.program.verdict(self.iri, planes)
        return found if planes is certain else settled(found, self.program.verdict(self.iri, certain))

    def doubtful(self, case: Explanation) -> int:
        """The open facts, if one bears on several parts: then looking at the parts alone may name what decides nothing."""
        own = self.node.open_facts(case).facts
        return own if own & self.several and not self.node.pending(case) else 0


def settled(found: Verdict, certain: Verdict) -> Verdict:
    """The verdict of a case, from those with and without its contradictory facts.

    What holds only because of a fact that is recorded both ways is conflicting, whatever else is unknown.
    """
    return found if found in ("conflicting", "out-of-scope") or found == certain else "conflicting"


def position_of(rule: Recommendation, graph: CriterionGraph) -> Position:
    """The position of a recommendation, prepared once."""
    relations = graph.facts.program.relations

    def acting(other: Rule) -> ActingRule:
        return ActingRule(graph.rule(other), tuple(map(graph.rule, relations.of_source(other))))

    node = graph.rule(rule)
    strict, exceptions = tuple(map(acting, relations.strict(rule))), tuple(map(acting, relations.exceptions(rule)))
    contraindications = (ActingRule(graph.contraindication(present), ()) for present in relations.contraindications(rule))
    leaving = (*map(acting, relations.leaving(rule)), *contraindications)
    obtained = relations.obtained(rule)
    obtaining = (ActingRule(graph.obtained(obtained), ()),) if obtained else ()
    excluding = tuple(map(graph.rule, relations.excluding(rule)))
    others: tuple[ActingRule | RuleNode, ...] = (*strict, *exceptions, *leaving, *obtaining, *excluding)
    within = tuple(position_of(wider, graph) for wider in relations.choices(rule))
    bearing = joined(itertools.chain(node.reaches(), *(other.reaches() for other in others), (one.bearing for one in within)))
    parts = (node, *(other.node for other in (*strict, *exceptions, *leaving, *obtaining)), *excluding)
    return Position(
        iri=rule.iri,
        program=graph.facts.program,
        node=node,
        strict=strict,
        exceptions=exceptions,
        leaving=leaving,
        obtaining=obtaining,
        excluding=excluding,
        named=node.named() | joined(other.named() for other in others) | joined(wider.named for wider in within),
        bearing=bearing,
        several=shared_facts([node]),
        entangled=bearing if within else shared_facts(parts),
        performable=graph.facts.program.knowledge.interventions[rule.intervention].code if relations.performable(rule) else "",
        recurrence=rule.recurrence,
        within=within,
    )


def _number(node: CriterionNode | None) -> int:
    return -1 if node is None else node.number
