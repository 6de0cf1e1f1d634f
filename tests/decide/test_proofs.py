"""Which parts of a proof are shown as what carries it, in the tree of a terminal and in one line."""

from __future__ import annotations

import pytest
from spinegraph.engine.decide.proofs import carrying, reasons
from spinegraph.engine.model import TRUTHS, Proof, Tally, Truth

TALLY = Tally(code="score", least=1, greatest=2, lowest=0, highest=5)


@pytest.mark.parametrize(
    ("truth", "shown"),
    [
        ("true", ("true", "conflicting")),
        ("false", ("false", "conflicting")),
        ("unknown", ("unknown",)),
        ("conflicting", ("conflicting",)),
    ],
)
def test_parts_of_the_same_truth_carry_it(truth: Truth, shown: tuple[Truth, ...]) -> None:
    assert carrying(Proof(operator="and", truth=truth)) == reasons(Proof(operator="and", truth=truth)) == shown


def test_at_most_is_carried_by_what_is_not_there() -> None:
    assert carrying(Proof(operator="at-most", truth="true")) == ("false", "conflicting")
    assert reasons(Proof(operator="at-most", truth="false")) == ("true", "conflicting")


def test_a_score_shows_every_item_and_names_those_that_give_points() -> None:
    low = Proof(operator="score", truth="false", tally=TALLY)
    assert carrying(low) == TRUTHS
    assert reasons(low) == ("true", "conflicting")
    assert reasons(Proof(operator="score", truth="unknown", tally=TALLY)) == ("unknown",)
