"""The catalogue of a knowledge: every code that a case may use, every rule, and where it comes from."""

from __future__ import annotations

import re
from typing import Annotated

from spinegraph.engine import Knowledge
from spinegraph.engine.model import CodedProperty, Concept, Frozen, Measurement, Rule, Source, doc


class RuleSummary(Frozen, frozen=True, kw_only=True):
    """A rule without its criterion."""

    id: Annotated[str, doc("The local name of its IRI.")]
    iri: Annotated[str, doc("Its IRI.")]
    label: Annotated[str, doc("Its name.")]
    kind: Annotated[str, doc("What kind of rule it is.")]
    source: Annotated[str, doc("Number of its document; empty where it belongs to none.")]
    passages: Annotated[tuple[str, ...], doc("Ids of the passages that state it.")]


class Catalogue(Frozen, frozen=True, kw_only=True):
    """The knowledge as far as an application needs it."""

    version: Annotated[str, doc("Version of the ontology.")]
    digest: Annotated[str, doc("SHA-256 of exactly this content.")]
    counts: Annotated[dict[str, int], doc("How many there are of each kind.")]
    sources: Annotated[tuple[Source, ...], doc("The documents.")]
    findings: Annotated[tuple[Concept, ...], doc("What a case may record as present or absent.")]
    measurements: Annotated[tuple[Measurement, ...], doc("What a case may record as a number.")]
    coded: Annotated[tuple[CodedProperty, ...], doc("What a case may record as one value of a list.")]
    conditions: Annotated[tuple[Concept, ...], doc("What is assessed.")]
    interventions: Annotated[tuple[Concept, ...], doc("What is recommended or advised against.")]
    rules: Annotated[tuple[RuleSummary, ...], doc("The rules, without their criteria.")]


def make_catalogue(knowledge: Knowledge) -> Catalogue:
    """The catalogue of a knowledge, everything in the order of its files."""
    return Catalogue(
        version=knowledge.version,
        digest=knowledge.digest,
        counts=count(knowledge),
        sources=tuple(knowledge.sources.values()),
        findings=tuple(knowledge.stated_findings.values()),
        measurements=tuple(knowledge.measurements.values()),
        coded=tuple(knowledge.coded.values()),
        conditions=tuple(knowledge.conditions.values()),
        interventions=tuple(knowledge.interventions.values()),
        rules=tuple(_summary(rule, knowledge) for rule in knowledge.rules.values()),
    )


def count(knowledge: Knowledge) -> dict[str, int]:
    """How many there are of each kind of thing; rules also by kind ("rules: tension")."""
    names = ("sources", "passages", "references", "findings", "measurements", "coded", "conditions", "interventions", "rules")
    counts = {name: len(getattr(knowledge, name)) for name in names} | {"findings": len(knowledge.stated_findings)}
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
