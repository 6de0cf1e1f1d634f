"""A record that contradicts itself leaves no trace in the answers to others.

What a recommendation rests on was remembered by a part of the record that was computed by hand, and whether the record
contradicts itself was missing in it: after a contradiction was mended, the same case got other questions and other missing
facts than from a fresh engine, under the same `id`; and the other way round.
"""

from __future__ import annotations

import itertools

import pytest
from spinegraph.engine import Case, Engine

FEVER = (
    Case(present=("back_pain", "fever"), absent=("fever",)),
    Case(present=("back_pain", "fever")),
)
WEAKNESS = (
    Case(present=("bilateral_leg_weakness",), absent=("bilateral_leg_weakness", "other_specific_spinal_cause")),
    Case(present=("bilateral_leg_weakness",), absent=("other_specific_spinal_cause",)),
)


@pytest.mark.slow
@pytest.mark.parametrize(("first", "then"), [order for pair in (FEVER, WEAKNESS) for order in itertools.permutations(pair)])
def test_the_answer_is_that_of_a_fresh_engine(engine: Engine, first: Case, then: Case) -> None:
    used, fresh = Engine(engine.knowledge), Engine(engine.knowledge)
    used.decide_json(first, "full")
    assert used.decide_json(then, "full") == fresh.decide_json(then, "full")


def test_only_what_can_reconcile_the_verdict_is_missing_once_mended(engine: Engine) -> None:
    contradictory, mended = WEAKNESS
    used = Engine(engine.knowledge)
    used.decide(contradictory, include_all=True)
    (found,) = (entry for entry in used.decide(mended, include_all=True).assessments if entry.condition == "structural_pathology")
    assert found.missing == ("back_pain", "palpable_knots")
