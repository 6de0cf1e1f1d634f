"""A recommendation and what it comes to in a case → what a decision shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from spinegraph.engine.decide.applicability import Applicability, ApplicabilityResult
from spinegraph.engine.decide.statements import ORDERED, Statements, prepare_statements
from spinegraph.engine.knowledge.turtle.terms import local_name
from spinegraph.engine.model import (
    TRUTHS,
    URGENCIES,
    Case,
    DecidedRecommendation,
    Knowledge,
    Passage,
    Proof,
    Recommendation,
    ShownRecommendation,
)

MOST_MISSING = 3
"""So many missing facts are named in short; the screens ask for all of them."""


STATIC = ("iri", "overrides", "citations", "intervention")
"""What the short view leaves to the page of a rule, and to its passages."""


DETAILS = ("text", "modality", "urgency", "timing", "source", "passages")
"""What the short view leaves out of what does not apply now."""
STATED = ("strength", "certainty", "dose", "preference")
"""Likewise, and neither is it left out of what stands in the brief; when it is due again tells why something is done."""


class PreparedRecommendation(NamedTuple):
    """A recommendation, what of it is evaluated, and what of an answer never changes (`fixed`).

    `rank`: how dangerous it is to leave it open, lowest first. `statements`: what else is stated of it, or None.
    """

    rule: Recommendation
    applicability: Applicability
    rank: int
    fixed: Mapping[str, Any]
    statements: Statements | None


def prepare_recommendation(
    rule: Recommendation, applicability: Applicability, knowledge: Knowledge, passages: Mapping[str, Passage]
) -> PreparedRecommendation:
    """A recommendation, prepared once. `passages`: by id."""
    rank = URGENCIES.index(rule.urgency) if rule.direction == "for" else len(URGENCIES)
    statements = prepare_statements(rule, knowledge, applicability.position.program.relations.grading)
    return PreparedRecommendation(rule, applicability, rank, _fixed_fields(rule, knowledge, passages), statements)


def decided_recommendation(prepared: PreparedRecommendation, result: ApplicabilityResult, case: Case) -> DecidedRecommendation:
    """What a decision shows of a recommendation, with its proof and its flips."""
    rule = prepared.rule
    return DecidedRecommendation(
        **_shown(prepared, result, case),
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


def shown_recommendation(
    prepared: PreparedRecommendation, result: ApplicabilityResult, case: Case, in_brief: bool
) -> ShownRecommendation:
    """The same in short; of one that is undetermined, what would settle it and no more.

    `in_brief`: it stands in a line of the brief, which has its text and passages.
    """
    named, more = result.missing[:MOST_MISSING], max(0, len(result.missing) - MOST_MISSING)
    if result.verdict == "undetermined":
        return ShownRecommendation(id=prepared.rule.id, label=prepared.fixed["label"], missing=named, more_missing=more)
    shown = _shown(prepared, result, case)
    aside = (*DETAILS, *STATED) if result.verdict not in ORDERED else ("text", "passages") if in_brief else ()
    short = {member: value for member, value in shown.items() if member not in (*STATIC, *aside)}
    return ShownRecommendation(**short | {"missing": named}, more_missing=more)


def explained_recommendation(prepared: PreparedRecommendation, result: ApplicabilityResult, case: Case) -> ShownRecommendation:
    """The same as `decided_recommendation`, among others that are shown in short."""
    whole = decided_recommendation(prepared, result, case)
    return ShownRecommendation(**{member: getattr(whole, member) for member in whole.__struct_fields__})


def _shown(prepared: PreparedRecommendation, result: ApplicabilityResult, case: Case) -> dict[str, Any]:
    rule, for_patient = prepared.rule, case.audience == "patient"
    return {
        **prepared.fixed,
        "text": (rule.patient_text or rule.text) if for_patient else rule.text,
        "verdict": result.verdict,
        "overridden_by": result.overridden_by,
        "left_open_by": result.left_open_by,
        "missing": result.missing,
        **(prepared.statements.shown(case, result.verdict) if prepared.statements else {}),
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
        **({"if_chosen": tuple(map(local_name, rule.if_chosen))} if rule.if_chosen else {}),
        "overrides": tuple(map(local_name, (*rule.overrides, *rule.overrides_if_known))),
    }
