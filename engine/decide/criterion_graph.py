"""All criteria and rules of one program, prepared once as nodes that share what they have in common."""

from __future__ import annotations

from spinegraph.engine.criteria import prepare, words_of
from spinegraph.engine.criteria.node import CriterionNode, Head
from spinegraph.engine.criteria.rule import RuleNode
from spinegraph.engine.criteria.words import names_of
from spinegraph.engine.decide.facts import Facts
from spinegraph.engine.model import And, Criterion, Present, Rule


class CriterionGraph:
    """The nodes of one program, by criterion and by rule. `size` is how many there are."""

    def __init__(self, facts: Facts) -> None:
        knowledge = facts.program.knowledge
        self.facts = facts
        self.size = 0
        self._names = names_of(knowledge)
        self.say = self._names.say
        self._nodes: dict[int, CriterionNode] = {}
        self._rules: dict[str, RuleNode] = {}
        self._obtained: dict[int, RuleNode] = {}
        self._contraindications: dict[str, RuleNode] = {}
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

    def contraindication(self, present: Present) -> RuleNode:
        """A contraindication as what it does: a gap that leaves recommendations open, by the code of its finding."""
        if present.finding not in self._contraindications:
            node = self.node(present)
            code = self.facts.program.knowledge.findings[present.finding].code
            head = Head(self._take_number(), "rule", present.finding, node.label, node.passages, node.holds, node.refuted)
            self._contraindications[present.finding] = RuleNode(head, code, None, node, self.facts.contradicts)
        return self._contraindications[present.finding]

    def obtained(self, criterion: And) -> RuleNode:
        """That all that an intervention obtains is known: it holds where the program says so, and is never refuted."""
        if id(criterion) not in self._obtained:
            planes = self.facts.program.done(criterion)
            head = Head(self._take_number(), "rule", "", "", (), planes.holds, planes.refuted)
            self._obtained[id(criterion)] = RuleNode(head, "", None, self.node(criterion), self.facts.contradicts)
        return self._obtained[id(criterion)]

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
