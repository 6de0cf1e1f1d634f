"""All criteria and rules of one program, prepared as nodes."""

from __future__ import annotations

from spinegraph.engine.criteria import words_of
from spinegraph.engine.criteria.words import names_of
from spinegraph.engine.decide.explanation import Node
from spinegraph.engine.decide.facts import Facts
from spinegraph.engine.decide.junctions import JunctionNode, SuspicionNode
from spinegraph.engine.decide.leaves import FindingNode, MeasuredNode
from spinegraph.engine.decide.rule_nodes import RuleNode
from spinegraph.engine.model import (
    Absent,
    And,
    AtLeast,
    Criterion,
    Measured,
    NotSuspected,
    Or,
    Present,
    Rule,
    Suspected,
    Unassessed,
)


class ProofBook:
    """All nodes of one program, prepared once; each criterion and each rule has one."""

    def __init__(self, facts: Facts) -> None:
        knowledge = facts.program.knowledge
        self.facts = facts
        self._names = names_of(knowledge)
        self.size = 0
        self._nodes: dict[int, Node] = {}
        self._rules: dict[str, RuleNode] = {}
        rules = knowledge.rules.values()
        relations = facts.program.relations
        self.assessing = {iri: relations.assessing(iri) for iri in knowledge.conditions}
        self.deriving: dict[str, RuleNode] = {}
        for finding, derivation in sorted(relations.deriving.items(), key=lambda entry: entry[1].order):
            self.deriving[finding] = self.rule(derivation)
        for rule in sorted(rules, key=lambda rule: rule.order):
            self.rule(rule)

    def take_number(self) -> int:
        """The next number for a node."""
        self.size += 1
        return self.size - 1

    def rule(self, rule: Rule) -> RuleNode:
        """The node of a rule."""
        if rule.iri not in self._rules:
            self._rules[rule.iri] = RuleNode(self, rule)
        return self._rules[rule.iri]

    def node(self, criterion: Criterion) -> Node:
        """The node of a criterion. Criteria live as long as the knowledge, so their identity is their key."""
        if id(criterion) not in self._nodes:
            self._nodes[id(criterion)] = self._prepare(criterion)
        return self._nodes[id(criterion)]

    def derived_within_reach(self, finding: str) -> tuple[RuleNode, ...]:
        """Rules whose conclusion makes the finding present or absent."""
        hierarchy = self.facts.program.knowledge.hierarchy
        reach = (*hierarchy.narrower.get(finding, (finding,)), *hierarchy.broader.get(finding, (finding,)))
        return tuple(self.deriving[iri] for iri in dict.fromkeys(reach) if iri in self.deriving)

    def _prepare(self, criterion: Criterion) -> Node:
        holds, refuted = self.facts.program.pair(criterion)
        label = words_of(criterion, self._names)
        match criterion:
            case Present() | Absent() | Unassessed():
                return FindingNode(self, criterion, holds, refuted, label)
            case Suspected() | NotSuspected():
                return SuspicionNode(self, criterion, holds, refuted, label)
            case Measured():
                return MeasuredNode(self, criterion, holds, refuted, label)
            case And() | Or() | AtLeast():
                return JunctionNode(self, criterion, holds, refuted, label)
        raise TypeError(f"no criterion: {criterion!r}")
