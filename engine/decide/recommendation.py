"""A recommendation and what it comes to in a case → what a decision shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from spinegraph.engine.decide.applicability import Applicability, ApplicabilityResult
from spinegraph.engine.knowledge.turtle.terms import local_name
from spinegraph.engine.model import (
    TRUTHS,
    URGENCIES,
    DecidedRecommendation,
    Knowledge,
    OpenRecommendation,
    Passage,
    Proof,
    Recommendation,
    ShortRecommendation,
)


class PreparedRecommendation(NamedTuple):
    """A recommendation, what of it is evaluated, and what of an answer never changes (`fixed`).

    `rank`: how dangerous it is to leave it open, lowest first.
    """

    rule: Recommendation
    applicability: Applicability
    rank: int
    fixed: Mapping[str, Any]


def prepare_recommendation(
    rule: Recommendation, applicability: Applicability, knowledge: Knowledge, passages: Mapping[str, Passage]
) -> PreparedRecommendation:
    """A recommendation, prepared once. `passages`: by id."""
    rank = URGENCIES.index(rule.urgency) if rule.direction == "for" else len(URGENCIES)
    return PreparedRecommendation(rule, applicability, rank, _fixed_fields(rule, knowledge, passages))


def decided_recommendation(
    prepared: PreparedRecommendation, result: ApplicabilityResult, for_patient: bool
) -> DecidedRecommendation:
    """What a decision shows of a recommendation, with its proof and its flips."""
    rule = prepared.rule
    return DecidedRecommendation(
        **_shown(prepared, result, for_patient),
        flips=result.flips,
        flips_complete=result.flips_complete,
        explanation=Proof(
            iri=rule.iri,
            label=rule.label,
            operator="rule",
            truth=TRUTHS[result.truth],
            passages=rule.passages,
            children=result.proofs,
        ),
    )


def short_recommendation(prepared: PreparedRecommendation, result: ApplicabilityResult, for_patient: bool) -> OpenRecommendation:
    """The same without them; of one that is undetermined, what would settle it and no more."""
    if result.verdict == "undetermined":
        label = prepared.fixed["label"]
        return OpenRecommendation(id=prepared.rule.id, label=label, verdict=result.verdict, missing=result.missing)
    return ShortRecommendation(**_shown(prepared, result, for_patient))


def _shown(prepared: PreparedRecommendation, result: ApplicabilityResult, for_patient: bool) -> dict[str, Any]:
    rule = prepared.rule
    return {
        **prepared.fixed,
        "text": (rule.patient_text or rule.text) if for_patient else rule.text,
        "verdict": result.verdict,
        "overridden_by": result.overridden_by,
        "left_open_by": result.left_open_by,
        "missing": result.missing,
    }


def _fixed_fields(rule: Recommendation, knowledge: Knowledge, passages: Mapping[str, Passage]) -> Mapping[str, Any]:
    return {
        "id": rule.id,
        "iri": rule.iri,
        "label": rule.label,
        "direction": rule.direction,
        "intervention": knowledge.interventions[rule.intervention].code,
        "modality": rule.modality,
        "urgency": rule.urgency,
        "timing": rule.timing,
        "source": knowledge.sources[rule.source].number if rule.source else "",
        "passages": rule.passages,
        "citations": tuple(sorted({number for passage in rule.passages for number in passages[passage].citations})),
        "overrides": tuple(map(local_name, (*rule.overrides, *rule.overrides_if_known))),
    }
