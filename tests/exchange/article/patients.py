"""Patients whose articles are looked at: typical ones, and awkward ones."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from spinegraph.engine.model import Audience, Case

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
GENERAL = {"000": "general-left-back-pain.yaml", "001": "general-back-pain.yaml", "002": "general-knots.yaml"}
"""Document → the case of its title question: the presentation and nothing else."""
AUDIENCES: tuple[Audience, ...] = ("clinician", "patient")


def case_of(present: str = "", absent: str = "", audience: Audience = "clinician", **measurements: float) -> Case:
    return Case(
        audience=audience, present=tuple(sorted(present.split())), absent=tuple(sorted(absent.split())), measurements=measurements
    )


NO_RED_FLAGS = (
    "urinary_retention fecal_incontinence saddle_anesthesia bilateral_leg_weakness multilevel_motor_deficit history_of_cancer "
    "unexplained_weight_loss fever recent_infection iv_drug_use immunocompromised older_age_clinician_judgement "
    "osteoporosis_history corticosteroid_use"
)
CASES = {
    "left": case_of("back_pain_left_mid_lower muscle_spasm"),
    "back pain": case_of("back_pain"),
    "knots": case_of("palpable_knots"),
    "cauda equina": case_of("back_pain_left_mid_lower muscle_spasm urinary_retention", "palpable_knots"),
    "reassured": case_of(
        "back_pain_left_mid_lower muscle_spasm pain_improved",
        f"{NO_RED_FLAGS} palpable_knots leg_pain_below_knee_dermatomal nerve_symptom other_specific_spinal_cause",
        age_years=35.0, duration_weeks=1.0,
    ),
    "overridden": case_of(
        "back_pain_left_mid_lower muscle_spasm conservative_therapy_failed potential_surgical_candidate",
        f"{NO_RED_FLAGS} palpable_knots pain_improved radiculopathy", age_years=44.0, duration_weeks=7.0,
    ),
    "knots with fever": case_of("palpable_knots back_pain fever mri_contraindication"),
    "contradiction": case_of("back_pain fever foot_weakness", "fever foot_weakness"),
    "child": case_of("back_pain palpable_knots", age_years=9.0),
    "nothing": case_of(),
    "no presentation": case_of("fever", "back_pain palpable_knots"),
}  # fmt: skip
TYPICAL = ("left", "cauda equina", "child")
FOR_EACH = [
    pytest.param((name, audience), id=f"{name} for {audience}", marks=() if name in TYPICAL else pytest.mark.slow)
    for name in CASES
    for audience in AUDIENCES
]
"""All cases for both, of which `make quick` tries the typical ones."""


def for_audience(name: str, audience: Audience) -> Case:
    """One of the cases, decided for an audience."""
    return msgspec.structs.replace(CASES[name], audience=audience)
