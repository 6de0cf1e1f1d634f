"""The catalogue of a knowledge: every code that a case may use, every rule, and where it comes from."""

from __future__ import annotations

import re

from spinegraph.engine import Knowledge
from spinegraph.engine.model import Concept, Frozen, Measurement, Rule, Source


class RuleSummary(Frozen, frozen=True, kw_only=True):
    """A rule without its criterion. `source` is the document's number, empty where the rule belongs to none."""

    id: str
    iri: str
    label: str
    kind: str
    source: str
    passages: tuple[str, ...]


class Catalogue(Frozen, frozen=True, kw_only=True):
    """The knowledge as far as an application needs it. `digest` names exactly this content; `counts` has a number per kind."""

    version: str
    digest: str
    counts: dict[str, int]
    sources: tuple[Source, ...]
    findings: tuple[Concept, ...]
    measurements: tuple[Measurement, ...]
    conditions: tuple[Concept, ...]
    interventions: tuple[Concept, ...]
    rules: tuple[RuleSummary, ...]


def make_catalogue(knowledge: Knowledge) -> Catalogue:
    """The catalogue of a knowledge, everything in the order of its files."""
    return Catalogue(
        version=knowledge.version,
        digest=knowledge.digest,
        counts=count(knowledge),
        sources=tuple(knowledge.sources.values()),
        findings=tuple(knowledge.findings.values()),
        measurements=tuple(knowledge.measurements.values()),
        conditions=tuple(knowledge.conditions.values()),
        interventions=tuple(knowledge.interventions.values()),
        rules=tuple(_summary(rule, knowledge) for rule in knowledge.rules.values()),
    )


def count(knowledge: Knowledge) -> dict[str, int]:
    """How many there are of each kind of thing; rules also by kind ("rules: tension")."""
    names = ("sources", "passages", "references", "findings", "measurements", "conditions", "interventions", "rules")
    counts = {name: len(getattr(knowledge, name)) for name in names}
    for rule in knowledge.rules.values():
        name = f"rules: {kind_of(rule)}"
        counts[name] = counts.get(name, 0) + 1
    return counts


def kind_of(rule: Rule) -> str:
    """`SourceGap` → "source gap"."""
    return re.sub(r"(?<=.)([A-Z])", r" \1", type(rule).__name__).lower()


def _summary(rule: Rule, knowledge: Knowledge) -> RuleSummary:
    source = knowledge.sources[rule.source].number if rule.source else ""
    return RuleSummary(id=rule.id, iri=rule.iri, label=rule.label, kind=kind_of(rule), source=source, passages=rule.passages)
