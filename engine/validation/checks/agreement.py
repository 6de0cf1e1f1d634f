"""A rule says what its passages say: not more strongly, not more urgently, not about something else."""

from __future__ import annotations

from collections.abc import Iterator

from engine.knowledge.reader import shorten
from engine.model import Assessment, Knowledge, Passage, Recommendation
from engine.validation.content import Content
from engine.validation.diagnostics import Diagnostic

BAR = "do-not"
"""The modality of a passage that speaks against something."""
UNGRADED = {"ungraded": "none"}
"""What a passage calls the urgency of a rule without one."""


def check_agreement(content: Content) -> Iterator[Diagnostic]:
    """Direction, modality and urgency are stated by a passage, or a core:rationale says why not; what is advised or suspected
    rests on one of them as well. Needs knowledge."""
    if content.knowledge is None:
        return
    passages = {passage.id: passage for passage in content.knowledge.passages.values()}
    for rule in content.knowledge.rules.values():
        stated = [passages[id_] for id_ in rule.passages if id_ in passages]
        if isinstance(rule, Recommendation) and stated and not rule.rationale:
            yield from _otherwise(content, rule, stated)
        if isinstance(rule, Recommendation | Assessment) and stated:
            yield from _foreign(content, content.knowledge, rule, stated)


def _otherwise(content: Content, rule: Recommendation, stated: list[Passage]) -> Iterator[Diagnostic]:
    modalities = {passage.modality for passage in stated if passage.modality}
    wanted = BAR if rule.direction == "against" else rule.modality
    if modalities and wanted not in modalities:
        what = f"{shorten(rule.iri)} says “{rule.direction}, {rule.modality}”; its passages say {_listed(modalities)}."
        yield content.diagnose("otherwise-than-source", what, rule.iri, "core:modality")
    urgencies = {passage.urgency for passage in stated if passage.urgency}
    urgency = UNGRADED.get(rule.urgency, rule.urgency)
    if urgencies and urgency not in urgencies:
        what = f"{shorten(rule.iri)} is {rule.urgency}; the urgency of its passages is {_listed(urgencies)}."
        yield content.diagnose("otherwise-than-source", what, rule.iri, "core:urgency")


def _foreign(
    content: Content, knowledge: Knowledge, rule: Recommendation | Assessment, stated: list[Passage]
) -> Iterator[Diagnostic]:
    """What is advised or suspected, or a kind of it, is derived from one of the passages, if it is derived from any."""
    concept, concepts, predicate = (
        (rule.intervention, knowledge.interventions, "core:intervention")
        if isinstance(rule, Recommendation)
        else (rule.condition, knowledge.conditions, "core:assesses")
    )
    near = (*knowledge.hierarchy.narrower.get(concept, ()), *knowledge.hierarchy.broader.get(concept, ()))
    known = {id_ for iri in near if iri in concepts for id_ in concepts[iri].passages}
    if known and not known & {passage.id for passage in stated}:
        told = ", ".join(passage.id for passage in stated)
        what = f"{shorten(rule.iri)} rests on {told}; {shorten(concept)} and its kinds rest on none of them."
        yield content.diagnose("foreign-passage", what, rule.iri, predicate)


def _listed(words: set[str]) -> str:
    return ", ".join(f"“{word}”" for word in sorted(words))
