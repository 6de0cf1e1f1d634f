"""The level of a case (design section 5): what raises it, what would, and when it is routine."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from spinegraph.engine import Case, Engine, load_knowledge, make_case, make_codebook

from tests.decide.deciding import STREP, patient
from tests.small import RULE_FILE, Edit, write_small

SIGNS = (
    "urinary_retention", "fecal_incontinence", "saddle_anesthesia", "bilateral_leg_weakness",
    "multilevel_motor_deficit", "history_of_cancer", "unexplained_weight_loss", "fever", "recent_infection",
    "iv_drug_use", "immunocompromised", "osteoporosis_history", "corticosteroid_use", "night_pain", "constant_pain",
    "saureus_bsi", "indwelling_catheter", "recent_spinal_instrumentation", "progressive_motor_weakness",
    "progressive_sensory_change", "bowel_bladder_dysfunction", "tachycardia", "older_age_clinician_judgement", "trauma",
    "leg_pain_below_knee_dermatomal", "radiculopathy", "palpable_knots",
)  # fmt: skip
PLAIN, LEFT = ("back_pain",), ("back_pain", "back_pain_left_mid_lower", "muscle_spasm")


def decide(engine: Engine, present: tuple[str, ...], absent: tuple[str, ...], age: float, weeks: float) -> tuple[str, Case]:
    measured = {"age_years": age, "duration_weeks": weeks}
    data = {"present": list(present), "absent": sorted({*absent} - {*present}), "measurements": measured}
    case = make_case(data, make_codebook(engine.knowledge))
    return engine.decide(case).brief.level, case


@pytest.mark.slow
@pytest.mark.parametrize("improved", [(), ("pain_improved",)], ids=["course unknown", "not improved"])
@pytest.mark.parametrize("picture", [PLAIN, LEFT], ids=["plain", "left with spasm"])
def test_a_clean_picture_is_never_urgent(picture: tuple[str, ...], improved: tuple[str, ...], engine: Engine) -> None:
    for age, weeks in itertools.product((25, 51, 75), (1, 3, 8, 26)):
        level, case = decide(engine, picture, (*SIGNS, *improved), age, weeks)
        assert level in ("routine", "undetermined"), (age, weeks)
        waiting = engine.brief(case).brief.level_if
        assert {entry.level for entry in waiting} <= {"urgent"}
        assert {entry.left_open_by for entry in waiting} <= {"C01", "C04"}
        assert waiting or age < 50, (age, weeks)


def test_over_fifty_alone_waits_in_level_if(engine: Engine) -> None:
    level, case = decide(engine, LEFT, tuple(SIGNS), 51, 1)
    assert level == "routine"
    assert [(entry.level, entry.recommendation, entry.left_open_by) for entry in engine.brief(case).brief.level_if] == [
        ("urgent", "prompt-imaging-for-age-alone", "C04")
    ]


def test_a_new_foot_drop_is_neither_routine_nor_reassured(engine: Engine) -> None:
    level, case = decide(engine, (*LEFT, "foot_dorsiflexion_weak", "great_toe_dorsiflexion_weak"), tuple(SIGNS), 40, 1.5)
    assert level == "undetermined"
    verdicts = engine.verdicts(case)
    bars = [rule.id for rule in engine.knowledge.rules.values() if getattr(rule, "direction", "") == "against"]
    assert verdicts["reassurance"] != "indicated"
    assert not [bar for bar in bars if "imaging" in bar and verdicts[bar] == "indicated"]


@pytest.mark.parametrize("not_covered", ["pregnancy", "child"])
def test_signs_keep_their_level_where_no_source_covers_the_patient(not_covered: str, engine: Engine) -> None:
    found = ("back_pain", "urinary_retention", "saddle_anesthesia")
    level, case = decide(engine, (*found, not_covered), (), 31 if not_covered == "pregnancy" else 9, 1)
    assert level == "emergency"
    assert set(engine.verdicts(case).values()) == {"out-of-scope"}
    quiet, _ = decide(engine, ("back_pain", not_covered), tuple(SIGNS), 31 if not_covered == "pregnancy" else 9, 1)
    assert quiet == "undetermined"


# On the small knowledge ---------------------------------------------------------------------

URGENT = Edit(
    RULE_FILE,
    "core:urgency core:routine ; core:intervention intervention:Penicillin ;",
    "core:urgency core:urgent ; core:intervention intervention:Penicillin ;",
)


def test_a_tension_alone_does_not_raise_the_level(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_small(tmp_path, URGENT)))
    settled = "drooling penicillin_allergy"
    assert engine.decide(patient(STREP, f"{settled}", temperature_c=38.5)).brief.level == "urgent"
    contested = patient(STREP, settled, temperature_c=37)
    assert engine.verdicts(contested)["give-penicillin"] == "provisional"
    assert engine.decide(contested).brief.level == "undetermined"
    assert [(entry.recommendation, entry.left_open_by) for entry in engine.brief(contested).brief.level_if] == [
        ("give-penicillin", "T01")
    ]


def test_what_is_open_for_another_reason_raises_the_level(tmp_path: Path) -> None:
    """Whether the infection is deep is not known, and that is no disagreement of the sources."""
    engine = Engine(load_knowledge(write_small(tmp_path, URGENT)))
    case = patient(STREP, "penicillin_allergy", temperature_c=38.5)
    assert engine.verdicts(case)["give-penicillin"] == "provisional"
    assert engine.brief(case).brief.level == "urgent"
    assert engine.brief(case).brief.level_if == ()


def test_a_disagreement_keeps_the_level_apart_whatever_else_is_open(tmp_path: Path) -> None:
    """It would stay open by the disagreement, however the other question is answered."""
    engine = Engine(load_knowledge(write_small(tmp_path, URGENT)))
    case = patient(STREP, "fever penicillin_allergy")
    assert engine.verdicts(case)["give-penicillin"] == "provisional"
    brief = engine.brief(case).brief
    assert (brief.level, [other.left_open_by for other in brief.level_if]) == ("undetermined", ["T01"])


def test_a_sign_that_no_passage_grades_keeps_a_case_from_being_routine(small: Engine, tmp_path: Path) -> None:
    gap = Edit(RULE_FILE, "core:leavesOpen rule:no-antibiotic ; ", "core:leavesLevelOpen true ; ")
    routine = Edit(
        RULE_FILE,
        "core:modality core:may ; core:urgency core:routine ; core:intervention intervention:Gargling",
        "core:modality core:should ; core:urgency core:routine ; core:intervention intervention:Gargling",
    )
    case = patient("sore_throat tender_nodes", "tonsillar_exudate fever drooling", temperature_c=37)
    assert Engine(load_knowledge(write_small(tmp_path / "without", routine))).decide(case).brief.level == "routine"
    assert Engine(load_knowledge(write_small(tmp_path / "with", routine, gap))).decide(case).brief.level == "undetermined"
