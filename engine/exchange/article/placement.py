"""Where a recommendation stands in an article: read off the kinds of the passages that state it, never off its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from spinegraph.engine.exchange.article.reading import RED_FLAG, Reading, asks, passages_of
from spinegraph.engine.model import Recommendation

SECTION_OF_KIND = {
    "assessment": "evaluation",
    "exam-maneuver": "evaluation",
    "test-indication": "evaluation",
    "escalation": "evaluation",
    "imaging-for": "imaging",
    "imaging-against": "imaging",
    "treatment-for": "management",
    "treatment-against": "management",
    "procedure-indication": "management",
    "patient-education": "management",
    "follow-up": "follow-up",
    "pitfall": "pitfalls",
    "referral": "referral",
}
"""Kinds of passages that state what to do, and the section where a reader looks for it. Other kinds give reasons only."""

DEFAULT = "evaluation"
"""For a recommendation that no passage of such a kind states, nor any about its intervention."""


def section_of(rule: Recommendation, reading: Reading) -> str:
    """The section of a recommendation.

    One that asks for red flags stands with them. Any other goes where most of its passages belong, the first deciding
    between equals; failing that where the passages of its intervention do, or of the nearest broader one.
    """
    if asks(rule.criterion) and reading.of_kind(passages_of(rule.criterion), RED_FLAG):
        return "red-flags"
    concepts = reading.knowledge.interventions
    broader = reading.knowledge.hierarchy.broader.get(rule.intervention, (rule.intervention,))
    stated = [concepts[iri].passages for iri in broader if iri in concepts]
    return next(filter(None, (_majority(passages, reading) for passages in (rule.passages, *stated))), DEFAULT)


def _majority(passages: Iterable[str], reading: Reading) -> str:
    sections = [SECTION_OF_KIND[kind] for kind in map(reading.kind, passages) if kind in SECTION_OF_KIND]
    return Counter(sections).most_common(1)[0][0] if sections else ""
