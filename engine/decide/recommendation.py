"""A recommendation and how its ground stands in a case → what a decision shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spinegraph.engine.decide.ground import Ground, Standing
from spinegraph.engine.knowledge.turtle.terms import local_name
from spinegraph.engine.model import TRUTHS, URGENCIES, DecidedRecommendation, Knowledge, Passage, Proof, Recommendation


class Recommender:
    """A recommendation, prepared: its ground, and what never changes about it."""

    def __init__(self, rule: Recommendation, ground: Ground, knowledge: Knowledge, passages: Mapping[str, Passage]) -> None:
        """`passages`: by id."""
        urgency = URGENCIES.index(rule.urgency)
        self.rule = rule
        self.ground = ground
        self.rank = urgency if rule.direction == "for" else len(URGENCIES)
        self._fixed = _fixed_fields(rule, knowledge, passages)

    def show(self, standing: Standing, for_patient: bool) -> DecidedRecommendation:
        """What a decision shows of the recommendation."""
        rule = self.rule
        return DecidedRecommendation(
            **self._fixed,
            text=(rule.patient_text or rule.text) if for_patient else rule.text,
            verdict=standing.verdict,
            overridden_by=standing.displacing,
            left_open_by=standing.opening,
            missing=standing.missing,
            flips=standing.flips,
            flips_complete=standing.complete,
            explanation=Proof(
                iri=rule.iri,
                label=rule.label,
                operator="rule",
                truth=TRUTHS[standing.truth],
                passages=rule.passages,
                children=standing.proofs,
            ),
        )


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
