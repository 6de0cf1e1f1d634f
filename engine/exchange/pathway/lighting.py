"""Lights a pathway by a case: what holds, what is refuted, what is not known yet, and the verdict of each recommendation."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace
from spinegraph.engine.exchange.pathway.model import Line, Node, Panel, Pathway, Status
from spinegraph.engine.exchange.truths import STATES, Truths
from spinegraph.engine.model import TRUTHS, Criterion, Decision, Knowledge, Recommendation, Truth

STATUS_OF: Mapping[Truth, Status] = {"true": "holds", "false": "refuted", "unknown": "unknown", "conflicting": "conflicting"}
OF_VERDICT: Mapping[str, Status] = {
    "indicated": "holds", "provisional": "holds", "done": "holds", "undetermined": "unknown", "overridden": "overridden",
    "not-indicated": "refuted", "conflicting": "conflicting", "out-of-scope": "refuted",
    "suspected": "holds", "not-suspected": "refuted",
}  # fmt: skip


def light(pathway: Pathway, knowledge: Knowledge, decision: Decision, title: str = "") -> Pathway:
    """The pathway with what each box, line and arrow is in the case of a decision.

    A recommendation that the decision leaves out is shown by whether its criterion holds. Raises OtherKnowledgeError.
    """
    lit = _Lighting(knowledge, decision)
    case = f"Case: {title or 'without a title'}, decision {decision.id[:12]}"
    return replace(pathway, case=case, panels=tuple(map(lit.panel, pathway.panels)))


class _Lighting:
    def __init__(self, knowledge: Knowledge, decision: Decision) -> None:
        self._knowledge = knowledge
        self._truths = Truths(knowledge, decision)
        self._verdicts: dict[str, str] = {entry.iri: entry.verdict for entry in decision.recommendations}
        self._verdicts |= {entry.iri: entry.verdict for entry in decision.assessments}

    def panel(self, panel: Panel) -> Panel:
        nodes = {node.id: self._node(node) for node in panel.nodes}
        edges = tuple(replace(edge, status=_source_status(nodes[edge.source], edge.source_line)) for edge in panel.edges)
        return replace(panel, nodes=tuple(nodes.values()), edges=edges)

    def _node(self, node: Node) -> Node:
        status, verdict = self._status(node.about, node.criterion)
        return replace(node, status=status, verdict=verdict, lines=tuple(map(self._line, node.lines)))

    def _line(self, line: Line) -> Line:
        status, verdict = self._status(line.about, line.criterion)
        return replace(line, status=status, verdict=verdict)

    def _status(self, about: str, criterion: Criterion | None) -> tuple[Status | None, str]:
        """Of a criterion, or else of the rule, condition or finding that an IRI names."""
        if criterion is not None:
            return STATUS_OF[self._truths.criterion(criterion)], ""
        verdict = self._verdicts.get(about, "")
        if verdict:
            return OF_VERDICT[verdict], verdict
        rule = self._knowledge.rules.get(about)
        if rule is not None and (rule.scope or rule.criterion):
            truth = self._truths.rule(rule)
            left_out = isinstance(rule, Recommendation) and truth != "false"  # a verdict that is not shown is none of the others
            return (None if left_out else STATUS_OF[truth]), ""
        if about in self._knowledge.findings:
            return STATUS_OF[TRUTHS[STATES.index(self._truths.finding(about))]], ""
        return None, ""


def _source_status(node: Node, line: int | None) -> Status | None:
    """The status of what an arrow leaves."""
    return node.status if line is None else node.lines[line].status or node.status
