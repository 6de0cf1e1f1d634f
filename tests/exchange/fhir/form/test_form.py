"""What a form asks: every screen, each question once; and what readers of answers know of it."""

from __future__ import annotations

import pytest
from spinegraph.engine import Engine
from spinegraph.engine.exchange.fhir.form.form import form_rules, make_form
from spinegraph.engine.exchange.fhir.form.link_ids import NO
from spinegraph.engine.knowledge.dates import screens_with_dates
from spinegraph.engine.knowledge.showing import show_screens


def test_all_that_screens_ask_is_asked_once(engine: Engine) -> None:
    asked = [item.shown.code for group in make_form(engine.knowledge) for item in group.items]
    assert len(set(asked)) == len(asked)
    assert set(asked) == {item.code for screen in show_screens(engine.knowledge, "clinician") for item in screen.items}
    assert [group.shown.id for group in make_form(engine.knowledge)] == [
        one.id for one in screens_with_dates(engine.knowledge).values()
    ]


def test_some_items_of_some_screens(engine: Engine) -> None:
    (group,) = make_form(engine.knowledge, only={"infection": frozenset({"fever", "iv_drug_use"})})
    assert [item.shown.code for item in group.items] == ["fever", "iv_drug_use"]
    assert group.none == "none:infection/fever,iv_drug_use"
    rules = form_rules(engine.knowledge)
    assert rules.denied(group.none) == ("fever", "iv_drug_use")
    assert set(rules.denied("none:infection")) > {"fever", "iv_drug_use"}
    assert rules.denied("none:elsewhere") == rules.denied("none:infection/cough") == ()


@pytest.mark.parametrize(
    ("given", "hidden"),
    [
        ({}, []),
        ({"results_so_far": NO}, ["esr_mm_h", "none:results"]),
        ({"results_so_far": "unknown"}, []),
        ({"duration_weeks": 2.0}, ["earlier_treatment_tried", "pain_improved", "no_improvement_after_1_month"]),
        ({"duration_weeks": 5.0}, ["no_improvement_after_1_month"]),
        ({"weakness": NO, "leg_feels_weak": NO}, []),
    ],
)
def test_gates_hide_what_stands_behind_them(engine: Engine, given: dict[str, float | str], hidden: list[str]) -> None:
    found = form_rules(engine.knowledge).hidden(given)
    assert found.issuperset(hidden)
    assert bool(found) == bool(hidden)
