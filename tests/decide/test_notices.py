"""What a decision says besides its verdicts."""

from __future__ import annotations

import pytest
from spinegraph.engine import Case, Engine, Knowledge
from spinegraph.engine.model import Notice

from tests.decide.deciding import STREP, noticed, patient


def test_a_finding_on_both_sides_is_told(small: Engine) -> None:
    assert noticed(small.decide(patient("sore_throat fever drooling", "drooling fever")), "contradictory-input") == [
        Notice(code="contradictory-input", message=f"{code} is recorded both present and absent: reconcile it.", about=(code,))
        for code in ("drooling", "fever")
    ]


@pytest.mark.parametrize(
    ("case", "about"),
    [
        (patient("sore_throat fever", "strep_sign"), ("strep_sign", "fever")),
        (patient("sore_throat", "fever", temperature_c=39), ("fever",)),
    ],
    ids=["through the hierarchy", "through a derived finding"],
)
def test_a_contradiction_by_implication_is_told(case: Case, about: tuple[str, ...], small: Engine) -> None:
    (notice,) = noticed(small.decide(case), "contradictory-input")
    assert notice.about == about
    assert notice.message.startswith(f"The record contradicts itself about {', '.join(about)}:")


def test_a_gap_in_the_sources_is_told_while_its_criterion_holds(small: Engine) -> None:
    case = patient("sore_throat tender_nodes", "fever tonsillar_exudate")
    assert noticed(small.decide(case), "source-gap") == [
        Notice(
            code="source-gap",
            message="What swollen nodes alone mean is left open.",
            about=("nodes-alone", "900-L009a"),
        )
    ]
    assert noticed(small.decide(patient("sore_throat tender_nodes")), "source-gap") == []


def test_only_a_source_that_decides_something_shows_its_review_status_and_citations(small: Engine) -> None:
    decision = small.decide(patient("sore_throat drooling"))
    assert noticed(decision, "review-pending") == [
        Notice(code="review-pending", message="900 (Sore throat): review status is pending. Made up.", about=("900",))
    ]
    assert noticed(decision, "inferred-citation") == [
        Notice(
            code="inferred-citation",
            message="The citation numbers of 900 are as printed; which reference each of them means is inferred.",
            about=("1",),
        )
    ]
    undecided = small.decide(patient("fever"))
    assert noticed(undecided, "review-pending") == noticed(undecided, "inferred-citation") == []


def test_a_passage_that_drifted_is_told_where_a_live_rule_rests_on_it(small_knowledge: Knowledge) -> None:
    engine = Engine(small_knowledge, stale=("900-L005a", "900-L003a", "900-L008a"))
    (notice,) = noticed(engine.decide(patient(f"{STREP} fever", "drooling", temperature_c=39)), "stale-passage")
    assert notice.about == ("900-L005a",)
    assert noticed(engine.decide(patient("", "sore_throat")), "stale-passage") == []


def test_every_decision_carries_the_disclaimer(small: Engine) -> None:
    assert "not a medical device" in small.decide(patient()).disclaimer
