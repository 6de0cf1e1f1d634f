"""Words that a new guideline is begun with, and that its author replaces: as long as they stand, something is still to do."""

from __future__ import annotations

from spinegraph.engine.model import Exclusion, Knowledge, Recommendation, SourceGap

TO_BE_WRITTEN = "To be written:"
TO_PARAPHRASE = "to be told in our own words"
NOT_YET = "not yet modelled"
PLACEHOLDERS = (TO_BE_WRITTEN, TO_PARAPHRASE, NOT_YET)


def is_placeholder(text: str) -> bool:
    """Whether a text still stands for one that somebody has to write.

    >>> is_placeholder("To be written: what to do."), is_placeholder("Not yet modelled"), is_placeholder("Rest in bed.")
    (True, True, False)
    """
    plain = text.casefold()
    return any(words.casefold() in plain for words in PLACEHOLDERS)


def texts_to_write(knowledge: Knowledge) -> int:
    """How many texts that readers of answers are shown are still to be written."""
    rules = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation | Exclusion | SourceGap)]
    concepts = (*knowledge.findings.values(), *knowledge.conditions.values(), *knowledge.interventions.values())
    texts = [text for rule in rules for text in (rule.text, rule.patient_text)]
    texts += [concept.definition for concept in concepts]
    texts += [text for passage in knowledge.passages.values() for text in (passage.paraphrase, passage.not_modelled)]
    return sum(map(is_placeholder, texts))
