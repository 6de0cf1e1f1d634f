"""`Criterion.parts`, `subject` and `walk`: the only way through a tree of criteria."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from spinegraph.engine.model import And, AtLeast, Criterion, Measured, NotSuspected, Or, Present, Unassessed

ROOT = Path(__file__).parent.parent.parent
FEVER, AGE = Present(finding="fever"), Measured(measurement="age")
SIGNS = AtLeast(count=1, group="sign", members=(FEVER, Present(finding="chills")))


def test_a_walk_goes_from_the_top_in_the_order_written() -> None:
    inner = Or(children=(AGE, SIGNS))
    tree = And(children=(inner, NotSuspected(condition="sepsis")))
    assert list(tree.walk()) == [tree, inner, AGE, SIGNS, *SIGNS.members, tree.children[1]]


def test_a_shape_that_is_used_twice_comes_once() -> None:
    """Shapes that double each other fifty times over have 2 ** 50 paths, and fifty-one nodes."""
    tree: Criterion = FEVER
    for _ in range(50):
        tree = And(children=(tree, tree))
    assert len(list(tree.walk())) == 51


@pytest.mark.parametrize(
    ("criterion", "subject"),
    [(FEVER, "fever"), (AGE, "age"), (SIGNS, "sign"), (NotSuspected(condition="sepsis"), "sepsis"), (And(children=()), "")],
    ids=lambda value: getattr(value, "operator", None),
)
def test_the_subject_is_what_a_criterion_asks_about(criterion: Criterion, subject: str) -> None:
    assert criterion.subject == subject


def test_only_unassessed_can_be_taken_back() -> None:
    assert [criterion.monotone for criterion in (FEVER, AGE, SIGNS, Unassessed(finding="fever"))] == [True, True, True, False]


def test_nobody_walks_by_guessing_attributes() -> None:
    """A walker that asks for "children" skips, in silence, the parts of every kind that calls them otherwise."""
    guessing = re.compile(r"getattr\([\w.]+, \"(children|members|finding|condition|measurement)\"")
    modules = [path for folder in ("engine", "api") for path in (ROOT / folder).rglob("*.py")]
    allowed = {ROOT / "engine/exchange/description/resource.py"}  # asks rules what they conclude
    assert [path for path in modules if path not in allowed and guessing.search(path.read_text(encoding="utf-8"))] == []
