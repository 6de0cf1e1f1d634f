"""Notices of what a request says and no rule reads: nothing is ignored in silence."""

from __future__ import annotations

from typing import Any

import pytest
from spinegraph.engine import Codebook, Engine, make_case
from spinegraph.engine.decide.ignored_input import MAX_NAMED

from tests.decide.deciding import noticed

DATA: dict[str, Any] = {
    "present": ["back_pain", {"code": "fever", "at": "2026-03-01"}, "foo", "icd10cm:R50.9"],
    "measurements": {"esr_mm_h": [{"value": 42, "at": "2026-03-02"}, {"value": 22, "at": "2025"}]},
    "performed": ["massage", "lumbar_imaging", {"code": "plain_radiograph", "at": "2026-02-01"}],
    "taking": ["nsaid"],
    "coded": {"shoe_size": "large"},
    "as_of": "2026-03-03",
    "unknown_codes": "report",
}


def test_every_entry_that_decides_nothing_is_named(engine: Engine, codebook: Codebook) -> None:
    found = noticed(engine.decide(make_case(DATA, codebook)), "ignored-input")
    assert {notice.message: notice.about for notice in found} == {
        "Not known here, and not used: 'shoe_size' (coded); 'foo' (present); 'icd10cm:R50.9' (present; nearest: fever).": (
            "shoe_size",
            "foo",
            "icd10cm:R50.9",
        ),
        "A later entry counts; these are not used yet: erythrocyte sedimentation rate 22 (2025).": ("esr_mm_h",),
        "Done before a sign that is there now, and so not taken as done for it: plain radiograph (2026-02-01).": (
            "plain_radiograph",
        ),
        "Recorded, and not used yet: taking nonsteroidal anti-inflammatory drug; the date of fever (2026-03-01); "
        "the date of erythrocyte sedimentation rate (2026-03-02).": ("nsaid", "fever", "esr_mm_h"),
        "Recorded as done, and not used: no recommendation is done by it: imaging of the lumbar spine.": ("lumbar_imaging",),
    }


def test_patients_read_their_own_words(engine: Engine, codebook: Codebook) -> None:
    decision = engine.decide(make_case({**DATA, "audience": "patient"}, codebook))
    text = " ".join(notice.message for notice in noticed(decision, "ignored-input"))
    assert "your ESR blood test result 22 (2025)" in text
    assert "erythrocyte" not in text
    assert "nonsteroidal" not in text


def test_a_case_of_which_everything_counts_has_no_such_notice(engine: Engine, codebook: Codebook) -> None:
    data = {"present": ["back_pain"], "performed": ["massage"], "birth_date": "1972-05-01", "as_of": "2026-03-03"}
    assert noticed(engine.decide(make_case(data, codebook)), "ignored-input") == []


def test_an_urgent_order_stays_and_the_answer_asks_what_it_was_done_for(engine: Engine, codebook: Codebook) -> None:
    data = {
        "present": ["back_pain", "urinary_retention", "saddle_anesthesia"],
        "performed": [{"code": "mri_lumbar_without_contrast", "at": "2026-03-01"}],
    }
    decision = engine.decide(make_case(data, codebook))
    assert decision.brief.level == "emergency"
    order = next(entry for entry in decision.recommendations if entry.id == "lumbar-mri-in-suspected-cauda-equina")
    assert order.verdict == "indicated"
    (notice,) = noticed(decision, "ignored-input")
    assert notice.about == ("mri_lumbar_without_contrast",)
    assert notice.message.endswith("Was it done for these signs: MRI of the lumbar spine without contrast?")


@pytest.mark.parametrize("count", [MAX_NAMED, MAX_NAMED + 5])
def test_very_many_entries_are_one_notice(count: int, engine: Engine, codebook: Codebook) -> None:
    codes = [f"xyz{number:02}" for number in range(count)]
    (notice,) = noticed(engine.decide(make_case({"absent": codes, "unknown_codes": "report"}, codebook)), "ignored-input")
    assert notice.about == tuple(codes)
    assert notice.message.endswith("; and 5 more." if count > MAX_NAMED else "'xyz19' (absent).")
