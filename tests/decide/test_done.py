"""Done is done: what is known is not ordered again, with the guards of design section 5."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest
from spinegraph.engine import Case, Engine, Recommendation, load_knowledge, make_case, make_codebook

from tests.decide.deciding import STREP, decided, patient
from tests.decide.test_counterfactuals import SMALL_VALUES, applied
from tests.random_cases import random_cases
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


# What is performed ---------------------------------------------------------------------------


def performing(case: Case, *codes: str) -> Case:
    return msgspec.structs.replace(case, performed=tuple(sorted(codes)))


WITH_STREP = patient(f"{STREP} fever", "drooling penicillin_allergy", temperature_c=39)


def test_what_is_performed_is_done(small: Engine) -> None:
    assert decided(small, WITH_STREP, "give-penicillin").verdict == "indicated"
    entry = decided(small, performing(WITH_STREP, "penicillin"), "give-penicillin")
    assert (entry.verdict, entry.missing, entry.left_open_by, entry.overridden_by) == ("done", (), (), ())
    assert small.decide(performing(WITH_STREP, "penicillin")).brief.level == "routine"


@pytest.mark.parametrize("other", ["antibiotic", "macrolide", "clinical_assessment"])
def test_something_wider_or_else_does_it_not(other: str, small: Engine) -> None:
    assert decided(small, performing(WITH_STREP, other), "give-penicillin").verdict == "indicated"


def test_a_film_is_no_image_and_no_mri(engine: Engine) -> None:
    codes = {rule.id: engine.knowledge.interventions[rule.intervention].code for rule in _orders(engine)}
    case = make_case({"present": ["back_pain", "osteoporosis_history", "corticosteroid_use"]}, make_codebook(engine.knowledge))
    before, after = engine.verdicts(case), engine.verdicts(performing(case, "plain_radiograph"))
    changed = {rule for rule, verdict in before.items() if after[rule] != verdict}
    assert changed
    assert {codes[rule] for rule in changed} == {"plain_radiograph"}


def _orders(engine: Engine) -> list[Recommendation]:
    return [rule for rule in engine.knowledge.rules.values() if isinstance(rule, Recommendation)]


def test_nothing_performed_makes_an_urgent_order_or_a_bar_done_or_lowers_a_level(engine: Engine) -> None:
    every = [concept.code for concept in engine.knowledge.interventions.values()]
    guarded = {rule.id for rule in _orders(engine) if rule.urgency in ("urgent", "emergency") or rule.direction == "against"}
    for case in itertools.islice(random_cases(engine.program, seed=11), 60):
        before, after = engine.verdicts(case), engine.verdicts(performing(case, *every))
        assert {rule for rule, verdict in after.items() if verdict == "done"} & guarded == set()
        moved = {(before[rule], verdict) for rule, verdict in after.items() if verdict != before[rule]}
        if engine.explain(case).consistent:
            assert moved <= {("indicated", "done")}
            assert engine.brief(performing(case, *every)).brief.level == engine.brief(case).brief.level
        assert moved <= {("indicated", "done"), ("conflicting", "done")}  # whether it is known does not matter any more


@pytest.mark.parametrize("codes", [("penicillin",), ("macrolide",), ("gargling", "macrolide"), ("throat_examination",)])
def test_flips_of_what_is_done_change_the_verdict_when_decided_anew(codes: tuple[str, ...], obtaining: Engine) -> None:
    checked = set()
    for case in itertools.islice(random_cases(obtaining.program, seed=5), 150):
        done = performing(case, *codes)
        decision = obtaining.decide(done, include_all=True)
        if any(notice.code == "contradictory-input" for notice in decision.notices):
            continue
        verdicts = obtaining.verdicts(done)
        for entry in decision.recommendations:
            assert entry.verdict == verdicts[entry.id]
            checked.add(entry.verdict)
            for flip in entry.flips:
                found = {obtaining.verdicts(changed)[entry.id] for changed in applied(done, flip, SMALL_VALUES)}
                assert found - {"conflicting"}, flip
                assert entry.verdict not in found, (done, entry.id, flip)
    assert {"done", "indicated", "undetermined"} <= checked


def test_what_an_intervention_brings_is_not_asked_for_once_it_is_performed(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_small(tmp_path, more={"ontology/more.ttl": OBTAINED})))
    case = patient(f"{STREP} fever penicillin_allergy", "drooling", temperature_c=39)

    def asked(case: Case) -> set[str]:
        return {q.finding for q in engine.decide(case).questions if "give-macrolide" in q.settles}

    assert decided(engine, performing(case, "macrolide"), "give-macrolide").verdict == "done"
    assert asked(performing(case, "macrolide")) <= asked(case)


def test_a_case_is_answered_alike_whatever_was_performed_before_it(obtaining: Engine) -> None:
    fresh = Engine(obtaining.knowledge)
    for case in itertools.islice(random_cases(obtaining.program, seed=9), 20):
        obtaining.decide_json(performing(case, "penicillin"))
        assert obtaining.decide_json(case) == fresh.decide_json(case)
        assert obtaining.decide_json(performing(case, "penicillin")) == Engine(obtaining.knowledge).decide_json(
            performing(case, "penicillin")
        )


def test_what_a_package_does_not_know_is_left_out_of_account(small: Engine) -> None:
    case = performing(WITH_STREP, "penicillin")
    (package,) = set(small.knowledge.package_of.values())
    assert small.decide(case, packages=[package]).case == case
    assert small.verdicts(performing(WITH_STREP, "penicillin", "elsewhere"), [package])["give-penicillin"] == "done"
