"""Scores held against plain arithmetic: every record of the items of three published scores, each band, both bits."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from spinegraph.engine import Case, Engine
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.reference import Oracle
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import Proof

from tests.oracle import differences
from tests.random_cases import random_cases
from tests.scored import IN_BAND, MCISAAC, TOLD, VASC, WELLS, Example


@pytest.fixture(scope="module", params=TOLD, ids=lambda told: told.name)
def told(request: pytest.FixtureRequest) -> Example:
    found: Example = request.param
    return found


@pytest.fixture(scope="module")
def engine(told: Example, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(told.load(tmp_path_factory.mktemp(told.name)))


def test_every_record_has_the_truth_of_its_interval(told: Example, engine: Engine) -> None:
    program = engine.program
    encoder, cases = CaseEncoder(program), list(told.cases())
    planes = program.run(list(np.array([encoder.planes(case) for case in cases], dtype=np.bool_).T))
    least, greatest = np.array([told.interval(case) for case in cases]).T
    seen = set()
    for band, bounds in told.bands.items():
        first, last = IN_BAND[bounds]
        holds, refuted = (np.broadcast_to(planes[slot], len(cases)) for slot in program.rules[expand(f"rule:{band}")].whole)
        assert (holds == ((first <= least) & (greatest <= last))).all(), band
        assert (refuted == ((greatest < first) | (least > last))).all(), band
        seen |= set(zip(holds.tolist(), refuted.tolist(), strict=True))
    assert seen == {(True, False), (False, True), (False, False)}
    assert len(cases) == 3 ** len(told.findings) * len(told.values)


def test_one_band_holds_for_everybody_of_whom_all_is_known(told: Example, engine: Engine) -> None:
    for case in told.cases():
        if len(case.present) + len(case.absent) == len(told.findings) and case.measurements:
            standing = [entry for entry, verdict in engine.verdicts(case).items() if verdict == "indicated"]
            assert len(standing) == 1, (case, standing)


@pytest.mark.slow
def test_the_program_agrees_with_pyshacl(told: Example, engine: Engine, tmp_path: Path) -> None:
    """The authored shapes, the rules that conclude the items, and those that sum them; contradictory records among them."""
    cases = list(itertools.islice(random_cases(engine.program, seed=5), 40))
    assert list(differences(engine, Oracle(engine.knowledge, told.write(tmp_path)), cases)) == []


# Proof -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mcisaac(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(MCISAAC.load(tmp_path_factory.mktemp("mcisaac")))


def proof_of(engine: Engine, case: Case, rule: str) -> Proof:
    entry = next(entry for entry in engine.decide(case, include_all=True).recommendations if entry.id == rule)
    (score,) = entry.explanation.children
    return score


FEVERISH = Case(present=("feverish", "no_cough", "tender_nodes"), absent=("swollen_tonsils",))


def test_the_proof_tells_the_sum_and_the_points_of_every_item(mcisaac: Engine) -> None:
    case = Case(present=FEVERISH.present, absent=FEVERISH.absent, measurements={"age": 50.0})
    score = proof_of(mcisaac, case, "test")
    assert (score.operator, score.truth, score.label) == (
        "score",
        "true",
        "band of test: mcisaac score 2 of 5, at least 2 and at most 3",
    )
    assert [(child.label, child.points, child.truth) for child in score.children] == [
        ("feverish present (1 point)", 1, "true"),
        ("no cough present (1 point)", 1, "true"),
        ("tender nodes present (1 point)", 1, "true"),
        ("swollen tonsils present (1 point)", 1, "false"),
        ("age < 15 1 (1 point)", 1, "false"),
        ("age >= 45 1 (-1 point)", -1, "true"),
    ]


def test_what_is_unknown_leaves_an_interval(mcisaac: Engine) -> None:
    score = proof_of(mcisaac, FEVERISH, "treat-at-once")
    assert (score.truth, score.label) == ("unknown", "band of treat-at-once: mcisaac score 2 to 4 of 5, at least 4")
    assert score.tally is not None
    assert (score.tally.code, score.tally.least, score.tally.greatest) == ("mcisaac_score", 2, 4)
    assert (score.tally.lowest, score.tally.highest) == (-1, 5)


def test_a_contradiction_that_decides_makes_the_range_conflicting(mcisaac: Engine) -> None:
    case = Case(
        present=("feverish", "no_cough", "swollen_tonsils", "tender_nodes"), absent=("feverish",), measurements={"age": 30.0}
    )
    assert proof_of(mcisaac, case, "treat-at-once").truth == "conflicting"
    assert proof_of(mcisaac, case, "no-test").truth == "false"


def test_only_what_can_still_turn_the_range_is_missing(mcisaac: Engine) -> None:
    """With the age of 50 known, three points at most are left, and whether it is two takes one of two answers."""
    case = Case(present=("feverish",), absent=("swollen_tonsils",), measurements={"age": 50.0})
    entries = {entry.id: entry for entry in mcisaac.decide(case, include_all=True).recommendations}
    assert (entries["treat-at-once"].verdict, entries["treat-at-once"].missing) == ("not-indicated", ())
    assert (entries["test"].verdict, entries["test"].missing) == ("undetermined", ("no_cough", "tender_nodes"))


def test_the_patient_reads_the_sum_in_their_words(mcisaac: Engine) -> None:
    case = Case(present=FEVERISH.present, absent=FEVERISH.absent, measurements={"age": 30.0}, audience="patient")
    score = proof_of(mcisaac, case, "test")
    assert score.label == "your mcisaac score 3 of 5"
    assert [child.label for child in score.children[:2]] == ["feverish (1 point)", "no cough (1 point)"]


def test_points_are_exact_decimals(tmp_path: Path) -> None:
    engine = Engine(WELLS.load(tmp_path))
    case = Case(present=("immobile", "clot_before", "leg_swollen"), absent=("cancer",), measurements={"heart_rate": 80.0})
    assert (
        proof_of(engine, case, "moderate-risk").label
        == "band of moderate-risk: wells score 6 to 10 of 12.5, at least 2 and at most 6"
    )


def test_ages_that_exclude_each_other_do_not_add_up_in_the_greatest_sum(tmp_path: Path) -> None:
    """Nobody is between 65 and 74 years of age and 75 or more."""
    engine = Engine(VASC.load(tmp_path))
    case = Case(present=("female",), measurements={"age": 75.0})
    assert proof_of(engine, case, "treat").label == "band of treat: vasc score 3 to 9 of 9, at least 2"


def test_a_lighter_answer_that_cannot_turn_it_is_not_asked(tmp_path: Path) -> None:
    """Whatever else is answered, a point more or less leaves a sum of two or more where it is."""
    engine = Engine(VASC.load(tmp_path))
    case = Case(present=("stroke",))
    assert engine.verdicts(case)["treat"] == "indicated"
    assert [entry.missing for entry in engine.decide(case).recommendations if entry.verdict == "undetermined"] == []
