"""The brief of the shipped content: its limits, and what it says at the edges (issue F)."""

from __future__ import annotations

import msgspec
import pytest
from spinegraph.engine import Case, Engine, make_case, make_codebook
from spinegraph.engine.decide.brief.headline import LONGEST
from spinegraph.engine.model import Brief

from tests.decide.brief.answering import written_cases
from tests.decide.deciding import STREP, patient
from tests.decide.test_level import SIGNS

BRIEF_BYTES, STANDARD_BYTES = 4096, 24_576
IMAGING = ("imaging", "mri", "radiograph")


def brief_of(engine: Engine, present: str, absent: str = "", **measurements: float) -> Brief:
    codes = set(present.split())
    denied = sorted({*absent.split(), *(SIGNS if "SIGNS" in absent else ())} - codes - {"SIGNS"})
    data = {"present": sorted(codes), "absent": denied, "measurements": measurements}
    return engine.brief(make_case(data, make_codebook(engine.knowledge))).brief


def rules(lines: object) -> set[str]:
    return {rule for line in lines for rule in line.recommendations}  # type: ignore[attr-defined]


@pytest.mark.parametrize("audience", ["clinician", "patient"])
def test_every_brief_is_short(audience: str, engine: Engine) -> None:
    for case in written_cases(engine):
        answer = engine.brief(msgspec.structs.replace(case, audience=audience))
        brief = answer.brief
        assert len(msgspec.json.encode(answer)) <= BRIEF_BYTES, case
        assert 0 < len(brief.headline) <= LONGEST, brief.headline
        assert (len(brief.do) <= 3, len(brief.avoid) <= 2, len(brief.rule_out) <= 3, len(brief.ask) <= 3) == (True,) * 4
        assert all(line.passages and line.text for line in (*brief.do, *brief.avoid)), case
        assert brief.not_covered
        assert [source.review for source in brief.sources] == ["pending", "unknown", "pending"]


@pytest.mark.slow
def test_every_short_view_is_short(engine: Engine) -> None:
    for case in written_cases(engine):
        answer = engine.answer(case)
        assert len(msgspec.json.encode(answer)) <= STANDARD_BYTES, case
        assert all(1 <= len(screen.items) <= 8 for screen in answer.screens if screen.id in answer.brief.ask), case
        known = set(case.present) ^ set(case.absent) | set(case.measurements)
        assert not engine.explain(case).consistent or not known & {
            item.code for screen in answer.screens for item in screen.items
        }, case


def test_the_order_stays_in_cauda_equina_with_a_pacemaker(engine: Engine) -> None:
    brief = brief_of(engine, "back_pain urinary_retention saddle_anesthesia pacemaker", age_years=70)
    assert brief.level == "emergency"
    first = brief.do[0]
    assert first.recommendations == ("lumbar-mri-in-suspected-cauda-equina",)
    assert "pacemaker" in first.caution
    assert "senior help" in brief.headline
    assert brief.readings


def test_an_old_picture_settles_no_emergency(engine: Engine) -> None:
    signs = "back_pain urinary_retention saddle_anesthesia"
    fresh, imaged = brief_of(engine, signs), brief_of(engine, f"{signs} results_so_far herniated_disc_on_imaging")
    assert imaged.level == "emergency"
    assert imaged.do[0].recommendations == fresh.do[0].recommendations


def test_a_new_foot_drop_is_neither_routine_nor_barred_from_imaging(engine: Engine) -> None:
    weak = "back_pain low_back_pain foot_dorsiflexion_weak great_toe_dorsiflexion_weak"
    brief = brief_of(engine, weak, "SIGNS", age_years=40, duration_weeks=1.5)
    assert brief.level == "undetermined"
    assert {marker.code for marker in brief.because} == {"foot_dorsiflexion_weak", "great_toe_dorsiflexion_weak"}
    assert not [rule for rule in rules(brief.avoid) if any(word in rule for word in IMAGING)]
    assert "reassurance" not in rules(brief.do)
    assert brief.headline.startswith("Not routine")


def test_pain_between_the_shoulder_blades_is_not_calmed(engine: Engine) -> None:
    brief = brief_of(engine, "back_pain thoracic_pain", "SIGNS", age_years=35, duration_weeks=1)
    assert brief.level == "undetermined"
    assert not rules(brief.do) & {"stay-active", "reassurance", "nsaid-for-nonspecific-pain"}
    assert not [rule for rule in rules(brief.avoid) if any(word in rule for word in IMAGING)]


def test_imaging_that_is_due_takes_its_bar_out(engine: Engine) -> None:
    brief = brief_of(
        engine, "back_pain low_back_pain earlier_treatment_tried conservative_therapy_failed potential_surgical_candidate",
        "SIGNS", age_years=40, duration_weeks=8,
    )  # fmt: skip
    assert "imaging-in-surgical-candidate" in rules(brief.do)
    assert not [rule for rule in rules(brief.avoid) if "routine-imaging" in rule or "mri" in rule]


def test_age_alone_stands_apart(engine: Engine) -> None:
    brief = brief_of(engine, "back_pain low_back_pain muscle_spasm", "SIGNS", age_years=55, duration_weeks=2)
    assert (brief.level, brief.rule_out) == ("routine", ())
    assert [(other.level, other.left_open_by) for other in brief.level_if] == [("urgent", "C04")]
    barred = [line for line in brief.avoid if "no-routine-imaging" in line.recommendations]
    assert barred[0].caution.startswith("Left open")


@pytest.mark.parametrize(("sign", "level"), [("urinary_retention", "emergency"), ("iv_drug_use", "urgent"), ("", "undetermined")])
def test_whoever_is_not_covered_gets_the_level_of_the_sign_and_no_order(sign: str, level: str, engine: Engine) -> None:
    brief = brief_of(engine, f"back_pain pregnancy {sign}", age_years=31)
    assert (brief.level, brief.do, brief.avoid, brief.likely, brief.rule_out) == (level, (), (), None, ())
    assert "pregnancy" in brief.headline
    assert {marker.code for marker in brief.because} >= {"pregnancy", *filter(None, [sign])}
    assert brief.settled == (level == "emergency")  # a sign that nobody has asked for could still raise the others


def test_nothing_recorded_asks_for_scope_first(engine: Engine) -> None:
    brief = engine.brief(Case()).brief
    assert (brief.level, brief.do, brief.ask[:1]) == ("undetermined", (), ("who-and-where",))
    assert brief.open.scope == 1


def test_a_guideline_without_lines_has_briefs_too(small: Engine) -> None:
    case = patient(STREP, "drooling penicillin_allergy", temperature_c=38.5)
    brief = small.brief(case).brief
    assert [line.recommendations for line in brief.do] == [("give-penicillin",)]
    assert brief.do[0].text == next(rule.text for rule in small.knowledge.rules.values() if rule.id == "give-penicillin")  # type: ignore[attr-defined]
    assert brief.headline
