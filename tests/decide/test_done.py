"""Done is done: what is known is not ordered again, with the guards of design section 5."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Engine, load_knowledge, make_case, make_codebook

from tests.decide.deciding import STREP, decided, patient
from tests.small import write_small

OBTAINED = """
intervention:Macrolide core:obtains finding:Drooling , core:ageMonths .
intervention:Referral core:obtains finding:Drooling .
intervention:Antibiotic core:obtains finding:TonsillarExudate .
"""


@pytest.fixture
def obtaining(tmp_path: Path) -> Engine:
    return Engine(load_knowledge(write_small(tmp_path, more={"ontology/more.ttl": OBTAINED})))


def test_it_is_done_once_all_that_it_obtains_is_known(obtaining: Engine) -> None:
    present = f"{STREP} fever penicillin_allergy"
    some = patient(present, "drooling", temperature_c=39)
    entry = decided(obtaining, some, "give-macrolide")
    assert entry.verdict == "indicated"
    assert [[change.code for change in flip] for flip in entry.flips if "age_months" in str(flip)] != []
    entry = decided(obtaining, patient(present, "drooling", temperature_c=39, age_months=24), "give-macrolide")
    assert entry.verdict == "done"
    assert (entry.missing, entry.left_open_by, entry.overridden_by) == ((), (), ())


def test_what_is_obtained_by_a_wider_intervention_says_nothing_of_a_narrower(obtaining: Engine) -> None:
    case = patient(f"{STREP} fever", "drooling penicillin_allergy", temperature_c=39)
    assert decided(obtaining, case, "give-penicillin").verdict == "indicated"


def test_an_undated_fact_never_makes_an_emergency_done(obtaining: Engine) -> None:
    case = patient("sore_throat drooling")
    assert decided(obtaining, case, "refer-at-once").verdict == "indicated"
    assert obtaining.decide(case).brief.level == "emergency"


def test_done_does_not_lower_the_level(obtaining: Engine) -> None:
    case = patient(f"{STREP} fever penicillin_allergy", "drooling", temperature_c=39, age_months=24)
    assert obtaining.verdicts(case)["give-macrolide"] == "done"
    assert obtaining.decide(case).brief.level == "routine"


def test_a_denied_wider_finding_is_no_examination(tmp_path: Path) -> None:
    obtained = "intervention:Gargling core:obtains finding:TenderNodes ."
    engine = Engine(load_knowledge(write_small(tmp_path, more={"ontology/more.ttl": obtained})))
    denied = patient("sore_throat", "strep_sign drooling", temperature_c=37)
    assert engine.verdicts(denied)["gargle"] == "indicated"
    examined = patient("sore_throat", "strep_sign tender_nodes drooling", temperature_c=37)
    assert engine.verdicts(examined)["gargle"] == "done"


@pytest.mark.parametrize(
    ("present", "measured", "rule"),
    [
        ("osteoporosis_history corticosteroid_use abnormal_plain_radiograph", {}, "radiograph-in-suspected-fracture"),
        (
            "history_of_cancer constant_pain night_pain unexplained_weight_loss",
            {"esr_mm_h": 60, "age_years": 58},
            "esr-with-several-cancer-risk-factors",
        ),
    ],
    ids=["a film taken", "an ESR known"],
)
def test_what_was_found_is_not_ordered_again(present: str, measured: dict[str, float], rule: str, engine: Engine) -> None:
    data = {"present": ["back_pain", *present.split()], "absent": ["fever"], "measurements": {"duration_weeks": 1, **measured}}
    assert decided(engine, make_case(data, make_codebook(engine.knowledge)), rule).verdict == "done"
