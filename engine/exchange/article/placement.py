"""Where a recommendation stands in an article: read off the kinds of the passages that state it, never off its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from spinegraph.engine.exchange.article.reading import RED_FLAGS, Reading, asks, passages_of
from spinegraph.engine.model import ArticleSection, Knowledge, Recommendation

ADVICE = ArticleSection(
    iri="", key="advice", label="Advice", patient_label="What to do", order=0, patient_section="advice", by_direction=False
)
"""For knowledge that declares no section that holds recommendations."""


def sections_for_advice(knowledge: Knowledge) -> tuple[ArticleSection, ...]:
    """The sections that hold recommendations, in reading order."""
    found = [section for section in knowledge.article_sections.values() if section.order is not None and section.patient_section]
    return tuple(sorted(found, key=_order)) or (ADVICE,)


def sections_for_patients(knowledge: Knowledge) -> dict[ArticleSection, tuple[str, ...]]:
    """The sections of an article for patients that hold recommendations, in reading order, and the keys of those taken in."""
    taken = [section for section in knowledge.article_sections.values() if section.patient_section] or [ADVICE]
    taken.sort(key=_order)
    known = {ADVICE.key: ADVICE, **knowledge.article_sections}
    parts = sorted({section.patient_section for section in taken}, key=lambda key: _order(known[key]))
    return {known[part]: tuple(section.key for section in taken if section.patient_section == part) for part in parts}


def _order(section: ArticleSection) -> float:
    return -1 if section.order is None else section.order


def section_of(rule: Recommendation, reading: Reading) -> str:
    """The key of the section of a recommendation.

    One that asks for red flags stands with them. Any other goes where most of its passages belong, the first deciding
    between equals; failing that where the passages of its intervention do, or of the nearest broader one; or in the first.
    """
    if asks(rule.criterion) and reading.in_section(RED_FLAGS, passages_of(rule.criterion)):
        return RED_FLAGS
    concepts = reading.knowledge.interventions
    broader = reading.knowledge.hierarchy.broader.get(rule.intervention, (rule.intervention,))
    stated = [concepts[iri].passages for iri in broader if iri in concepts]
    keys = [section.key for section in sections_for_advice(reading.knowledge)]
    return next(filter(None, (_majority(passages, keys, reading) for passages in (rule.passages, *stated))), keys[0])


def _majority(passages: Iterable[str], keys: list[str], reading: Reading) -> str:
    found = [key for passage in passages for key in reading.sections(passage) if key in keys]
    return Counter(found).most_common(1)[0][0] if found else ""
