"""Which verdict a recommendation gets, and what is said to displace it or to leave it open."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import Case, Engine, load_knowledge
from spinegraph.engine.model import VERDICTS

from tests.decide.deciding import STREP, decided, patient
from tests.small import RULE_FILE, Edit, write_small

REACHED = {
    "the criterion is unknown": ("give-penicillin", patient("sore_throat"), "undetermined"),
    "the scope is unknown": ("give-penicillin", patient("tonsillar_exudate tender_nodes"), "undetermined"),
    "the criterion holds and no override does": (
        "give-penicillin",
        patient(f"{STREP} fever", "drooling", temperature_c=38.5),
        "indicated",
    ),
    "an exception is unknown": ("give-penicillin", patient(f"{STREP} fever", "drooling", temperature_c=39), "indicated"),
    "an override is unknown": ("give-penicillin", patient(f"{STREP} fever"), "provisional"),
    "a tension leaves it open": ("give-penicillin", patient(STREP, "fever drooling", temperature_c=37), "provisional"),
    "a gap leaves it open": ("no-antibiotic", patient("sore_throat tender_nodes", "fever tonsillar_exudate"), "provisional"),
    "an override holds": ("give-penicillin", patient(f"{STREP} drooling"), "overridden"),
    "an exception holds": (
        "give-penicillin",
        patient(f"{STREP} penicillin_allergy fever", "drooling", temperature_c=39),
        "overridden",
    ),
    "the criterion is refuted": ("give-penicillin", patient("sore_throat", "strep_sign"), "not-indicated"),
    "the criterion is contradictory": ("give-penicillin", patient(STREP, "strep_sign"), "conflicting"),
    "the scope is contradictory": ("give-penicillin", patient(STREP, "sore_throat"), "conflicting"),
    "an override is contradictory": ("give-penicillin", patient(f"{STREP} fever drooling", "drooling"), "conflicting"),
    "an override is contradictory throughout": (
        "give-penicillin",
        patient(f"{STREP} fever drooling", "drooling", temperature_c=38.5),
        "conflicting",
    ),
    "an exclusion is contradictory": ("gargle", patient("sore_throat fever", "fever"), "conflicting"),
    "the scope is refuted": ("give-penicillin", patient(STREP.replace("sore_throat ", ""), "sore_throat"), "out-of-scope"),
    "no source speaks of the patient": ("give-penicillin", patient(STREP, age_months=6), "out-of-scope"),
    "its own source excludes the patient": ("gargle", patient("sore_throat fever"), "out-of-scope"),
    "another source excludes the patient": ("no-antibiotic", patient("sore_throat fever", "tonsillar_exudate tender_nodes"),
                                            "indicated"),
    "there is no criterion but the scope": ("gargle", patient("sore_throat"), "indicated"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "case", "verdict"), REACHED.values(), ids=REACHED)
def test_a_verdict_is_reached_when(rule: str, case: Case, verdict: str, small: Engine) -> None:
    assert decided(small, case, rule).verdict == verdict
    assert small.verdicts(case)[rule] == verdict


def test_the_cases_above_reach_every_verdict() -> None:
    assert {verdict for _, _, verdict in REACHED.values()} == set(VERDICTS) - {"done"}  # see test_done.py


@pytest.mark.parametrize(
    ("rule", "case", "overridden_by", "left_open_by"),
    [
        ("give-penicillin", patient(f"{STREP} drooling"), {"refer-at-once"}, set()),
        ("give-penicillin", patient(f"{STREP} penicillin_allergy", "drooling", temperature_c=39), {"give-macrolide"}, set()),
        (
            "give-penicillin",
            patient(f"{STREP} penicillin_allergy drooling"),
            {"refer-at-once", "give-macrolide"},
            set(),
        ),
        ("give-penicillin", patient(STREP), set(), {"refer-at-once"}),
        ("give-penicillin", patient(STREP, "fever"), set(), {"refer-at-once", "T01"}),
        ("give-penicillin", patient(STREP, "fever drooling", temperature_c=37), set(), {"T01"}),
        ("no-antibiotic", patient("sore_throat tender_nodes", "fever tonsillar_exudate"), set(), {"nodes-alone"}),
        ("give-penicillin", patient("sore_throat drooling"), set(), set()),
    ],
)
def test_a_decision_says_what_displaces_a_recommendation_or_leaves_it_open(
    rule: str, case: Case, overridden_by: set[str], left_open_by: set[str], small: Engine
) -> None:
    found = decided(small, case, rule)
    assert set(found.overridden_by) == overridden_by
    assert set(found.left_open_by) == left_open_by


def test_a_recommendation_says_what_it_overrides(small: Engine) -> None:
    assert set(decided(small, patient(), "refer-at-once").overrides) == {"give-penicillin", "give-macrolide"}
    assert decided(small, patient(), "give-macrolide").overrides == ("give-penicillin",)


def test_a_rule_that_is_out_of_scope_displaces_nothing(tmp_path: Path) -> None:
    edit = Edit(RULE_FILE, 'core:text "Do: gargle."@en', 'core:overrides rule:no-antibiotic ; core:text "Do: gargle."@en')
    engine = Engine(load_knowledge(write_small(tmp_path, edit)))
    case = patient("sore_throat fever", "tonsillar_exudate tender_nodes")
    assert engine.verdicts(case)["gargle"] == "out-of-scope"
    assert engine.verdicts(case)["no-antibiotic"] == "indicated"
