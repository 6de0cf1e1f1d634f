"""What speaks against an intervention reaches every recommendation for it, and leaves it open or to its alternative."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from spinegraph.engine import Case, Engine, Recommendation, load_knowledge, make_case, make_codebook
from spinegraph.engine.knowledge.turtle.terms import expand

from tests.decide.deciding import STREP, decided, patient
from tests.random_cases import random_cases
from tests.small import write_small

AGAINST_REFERRAL = "intervention:Referral core:contraindication finding:PenicillinAllergy ."
AGAINST_ANTIBIOTICS = "intervention:Antibiotic core:contraindication finding:PenicillinAllergy ."


@pytest.fixture
def against_antibiotics(tmp_path: Path) -> Engine:
    return Engine(load_knowledge(write_small(tmp_path, more={"ontology/more.ttl": AGAINST_ANTIBIOTICS})))


def test_what_has_an_alternative_is_overridden_and_what_has_none_is_provisional(against_antibiotics: Engine) -> None:
    case = patient(f"{STREP} fever penicillin_allergy", "drooling", temperature_c=39)
    assert decided(against_antibiotics, case, "give-penicillin").overridden_by == ("give-macrolide",)
    macrolide = decided(against_antibiotics, case, "give-macrolide")
    assert (macrolide.verdict, macrolide.left_open_by) == ("provisional", ("penicillin_allergy",))
    assert [change.to for flip in macrolide.flips for change in flip if change.code == "penicillin_allergy"] == ["absent"]


def test_a_bar_is_not_touched(against_antibiotics: Engine) -> None:
    case = patient("sore_throat penicillin_allergy", "strep_sign drooling", temperature_c=37)
    assert decided(against_antibiotics, case, "no-antibiotic").verdict == "indicated"


def test_an_emergency_stays_in_place_and_the_level_stays(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_small(tmp_path, more={"ontology/more.ttl": AGAINST_REFERRAL})))
    case = patient("sore_throat drooling penicillin_allergy")
    assert decided(engine, case, "refer-at-once").verdict == "provisional"
    assert engine.decide(case).brief.level == "emergency"


# The shipped content ------------------------------------------------------------------------


def _for_mri(engine: Engine) -> list[str]:
    below = engine.knowledge.hierarchy.narrower[expand("intervention:Mri")]
    rules = engine.knowledge.rules.values()
    return [r.id for r in rules if isinstance(r, Recommendation) and r.direction == "for" and r.intervention in below]


@pytest.mark.slow
def test_no_mri_is_indicated_with_a_pacemaker(engine: Engine) -> None:
    """In cases of every kind, each with a pacemaker; and each order has such a case in which it would be indicated without."""
    orders = _for_mri(engine)
    assert len(orders) > 5
    without: set[str] = set()
    for case in itertools.islice(random_cases(engine.program, seed=11), 3000):
        verdicts = engine.verdicts(case)
        without |= {order for order in orders if verdicts[order] == "indicated"}
        absent = tuple(code for code in case.absent if code not in ("pacemaker", "mri_contraindication"))
        present = tuple(sorted({*case.present, "pacemaker"}))
        fitted = Case(present=present, absent=absent, measurements=case.measurements)
        verdicts = engine.verdicts(fitted)
        assert not [order for order in orders if verdicts[order] == "indicated"]
    assert len(without) > 3


def test_cauda_equina_with_a_pacemaker_stays_an_emergency(engine: Engine) -> None:
    data = {"present": ["back_pain", "urinary_retention", "saddle_anesthesia", "pacemaker"], "measurements": {"age_years": 50}}
    case = make_case(data, make_codebook(engine.knowledge))
    order = decided(engine, case, "lumbar-mri-in-suspected-cauda-equina")
    assert order.verdict == "provisional"
    assert "mri_contraindication" in order.left_open_by
    assert engine.decide(case).brief.level == "emergency"
