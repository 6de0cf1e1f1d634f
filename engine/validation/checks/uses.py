"""Concepts that nothing uses, scores that nothing reads, and lines of briefs in which nothing stands."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.model import Recommendation, Rule, Scored
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic


def _named_by(rule: Rule) -> Iterator[str]:
    """What a rule concludes, or multiplies a dose by."""
    yield from (getattr(rule, kind, "") for kind in ("finding", "condition", "intervention"))
    if isinstance(rule, Recommendation):
        yield from (iri for dose in rule.doses for iri in (dose.per, dose.medicine))


def check_uses(content: Content) -> Iterator[Diagnostic]:
    """Concepts, measurements and coded properties that no criterion tests, no rule concludes, no dose needs, and no passage is
    named for; lines of briefs that no recommendation names; scores that none reads. Needs knowledge.

    What a passage speaks of may stand without a rule: coverage accounts for it.
    """
    knowledge = content.knowledge
    if knowledge is None:
        return
    used: set[str] = set()
    read: set[str] = set()
    for criterion in knowledge.criteria:
        used.update(iri for node in criterion.walk() for iri in node.mentions)
        read.update(node.score.iri for node in criterion.walk() if isinstance(node, Scored))
    for rule in knowledge.rules.values():
        used.update(_named_by(rule))
    broader, narrower = knowledge.hierarchy.broader, knowledge.hierarchy.narrower
    for group in (knowledge.findings, knowledge.conditions, knowledge.interventions, knowledge.valued):
        for iri, thing in group.items():
            if not thing.passages and used.isdisjoint((iri, *broader.get(iri, ()), *narrower.get(iri, ()))):
                yield content.diagnose("unused-declaration", "no-use", iri)
    for iri in sorted(knowledge.scores.keys() - read):
        yield content.diagnose("unused-declaration", "unread-score", iri)
    filled = {rule.line for rule in knowledge.rules.values() if isinstance(rule, Recommendation)}
    for iri in knowledge.lines:
        if iri not in filled:
            yield content.diagnose("unused-declaration", "empty-line", iri)
