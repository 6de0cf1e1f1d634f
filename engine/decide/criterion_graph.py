"""All criteria and rules of one program, prepared once as nodes that share what they have in common."""

from __future__ import annotations

from spinegraph.engine.criteria import prepare, words_of
from spinegraph.engine.criteria.node import CriterionNode, Head
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.criteria.words import names_of
from spinegraph.engine.decide.facts import Facts
from spinegraph.engine.model import Criterion, Rule


class CriterionGraph:
    """The nodes of one program, by criterion and by rule. `size` is how many there are."""

    def __init__(self, facts: Facts) -> None:
        knowledge = facts.program.knowledge
        self.facts = facts
        self.size = 0
        self._names = names_of(knowledge)
        self._nodes: dict[int, CriterionNode] = {}
        self._rules: dict[str, RuleNode] = {}
        self._deriving: dict[str, RuleNode] = {}
        self._relations = facts.program.relations
        # rules come after those whose conclusions they test
        for finding, derivation in sorted(self._relations.deriving.items(), key=lambda entry: entry[1].order):
            self._deriving[finding] = self.rule(derivation)
        for rule in sorted(knowledge.rules.values(), key=lambda rule: rule.order):
            self.rule(rule)

    def rule(self, rule: Rule) -> RuleNode:
        """The node of a rule."""
        if rule.iri not in self._rules:
            whole = self.facts.program.rules[rule.iri].whole
            head = Head(self._take_number(), "rule", rule.iri, rule.label, rule.passages, whole.holds, whole.refuted)
            scope = self.node(rule.scope) if rule.scope is not None else None
            criterion = self.node(rule.criterion) if rule.criterion is not None else None
            self._rules[rule.iri] = RuleNode(head, rule.id, scope, criterion, self.facts.contradicts)
        return self._rules[rule.iri]

    def node(self, criterion: Criterion) -> CriterionNode:
        """The node of a criterion. Criteria live as long as the knowledge, so their identity is their key."""
        if id(criterion) not in self._nodes:
            holds, refuted = self.facts.program.pair(criterion)
            label = criterion.label or words_of(criterion, self._names)
            number = self._take_number()
            head = Head(number, criterion.operator, criterion.iri, label, criterion.passages, holds, refuted)
            self._nodes[id(criterion)] = prepare(criterion, head, self)
        return self._nodes[id(criterion)]

    def assessing(self, condition: str) -> tuple[RuleNode, ...]:
        """The rules that assess a condition or a narrower one."""
        return tuple(map(self.rule, self._relations.assessing(condition)))

    def deriving(self, finding: str) -> RuleNode | None:
        """The rule that derives a finding."""
        return self._deriving.get(finding)

    def _take_number(self) -> int:
        self.size += 1
        return self.size - 1
