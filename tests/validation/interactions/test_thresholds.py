"""Alternatives that do not meet at one bound."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import load_knowledge
from spinegraph.engine.model import units
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour
from spinegraph.engine.validation.interactions.thresholds import uneven_thresholds

from tests.small import write_small

ADVICE = """
rule:{name} a core:Recommendation , sh:TripleRule ; sh:order 30 ; sh:condition shape:SoreThroat , shape:{name} ;
    core:scope shape:SoreThroat ; sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:{name} ;
    core:direction core:{direction} ; core:modality core:should ; core:urgency core:routine ;
    core:intervention intervention:{intervention} ; core:source source:sore-throat ; prov:wasDerivedFrom passage:900-L005a .
shape:{name} a sh:NodeShape ; sh:property [ sh:path core:temperatureC ; sh:minCount 1 ; {facet} ] .
"""


MIDDLE = """
rule:warm a core:Recommendation , sh:TripleRule ; sh:order 30 ; sh:condition shape:SoreThroat , shape:warm ;
    core:scope shape:SoreThroat ; sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:warm ;
    core:direction core:for ; core:modality core:should ; core:urgency core:routine ;
    core:intervention intervention:{intervention} ; core:source source:sore-throat ; prov:wasDerivedFrom passage:900-L005a .
shape:warm a sh:NodeShape ; sh:property [ sh:path core:temperatureC ; sh:minCount 1 ; {facet} ] .
shape:More sh:rule rule:warm .
"""


def _uneven(
    folder: Path, cool: str, hot: str, hot_action: tuple[str, str] = ("for", "Referral"), more: str = ""
) -> list[Behaviour]:
    direction, intervention = hot_action
    text = ADVICE.format(name="cool", direction="for", intervention="Gargling", facet=cool)
    text += ADVICE.format(name="hot", direction=direction, intervention=intervention, facet=hot)
    text += "shape:More a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ; sh:rule rule:cool , rule:hot ." + more
    paths = write_small(folder, more={"shapes/rules/more.ttl": text})
    return list(uneven_thresholds(Analysis(load_knowledge(paths))))


def test_a_bound_that_both_leave_out_is_a_gap(tmp_path: Path) -> None:
    (found,) = _uneven(tmp_path, "sh:maxExclusive 39", "sh:minExclusive 39")
    assert (found.name, found.rule.rsplit("/")[-1], found.others[0].rsplit("/")[-1]) == ("threshold-gap", "cool", "hot")
    assert found.terms["where"] == "temperature 39 °C"
    assert found.witness is not None
    assert found.witness.words == ("temperature: 39 °C", "has sore throat")
    assert found.witness.shows == ("cool is refuted", "hot is refuted")


def test_a_bound_that_both_take_is_an_overlap(tmp_path: Path) -> None:
    (found,) = _uneven(tmp_path, "sh:maxInclusive 39", "sh:minInclusive 39")
    assert found.name == "threshold-overlap"
    assert found.witness is not None
    assert found.witness.shows == ("cool holds", "hot holds")


@pytest.mark.parametrize(
    ("cool", "hot"),
    [
        ("sh:maxExclusive 39", "sh:minInclusive 39"),
        ("sh:maxInclusive 39", "sh:minExclusive 39"),
        ("sh:maxExclusive 37", "sh:minInclusive 39"),
        ("sh:maxExclusive 39", "sh:minInclusive 39 ; core:indeterminateFrom 39"),
    ],
)
def test_ranges_that_meet_or_lie_far_apart_are_no_finding(cool: str, hot: str, tmp_path: Path) -> None:
    assert _uneven(tmp_path, cool, hot) == []


def test_far_apart_ranges_for_and_against_one_intervention_leave_a_gap(tmp_path: Path) -> None:
    found = _uneven(tmp_path, "sh:maxExclusive 35", "sh:minExclusive 42", ("against", "Gargling"))
    assert {behaviour.name for behaviour in found} == {"threshold-gap"}
    values = [witness.case.measurements["temperature_c"] for behaviour in found if (witness := behaviour.witness)]
    assert values == sorted(values)
    assert all(35 <= value <= 42 for value in values)


def test_one_week_is_one_week() -> None:
    assert [units.quantity(value, unit) for value, unit in ((1, "wk"), (2, "wk"), (1, "Cel"), (1, "s"), (7, "1"))] == [
        "1 week", "2 weeks", "1 °C", "1 s", "7 1",
    ]  # fmt: skip


def test_a_stretch_of_which_a_third_rule_speaks_is_no_gap(tmp_path: Path) -> None:
    facet = "sh:minInclusive 35 ; sh:maxInclusive 42"
    more = MIDDLE.format(intervention="Gargling", facet=facet)
    assert _uneven(tmp_path, "sh:maxExclusive 35", "sh:minExclusive 42", ("against", "Gargling"), more) == []


def test_a_stretch_of_which_a_third_rule_leaves_a_part_out_is_a_gap_there(tmp_path: Path) -> None:
    more = MIDDLE.format(intervention="Gargling", facet="sh:minExclusive 35 ; sh:maxInclusive 42")
    found = _uneven(tmp_path, "sh:maxExclusive 35", "sh:minExclusive 42", ("against", "Gargling"), more)
    assert {b.witness.words[0] for b in found if b.witness} == {"temperature: 35 °C"}


def test_a_rule_about_something_else_fills_no_gap(tmp_path: Path) -> None:
    more = MIDDLE.format(intervention="Referral", facet="sh:minInclusive 35 ; sh:maxInclusive 42")
    found = _uneven(tmp_path, "sh:maxExclusive 35", "sh:minExclusive 42", ("against", "Gargling"), more)
    assert "threshold-gap" in {behaviour.name for behaviour in found}


@pytest.mark.parametrize(
    ("cool", "hot"), [("sh:maxExclusive 37", "sh:minExclusive 39"), ("sh:maxInclusive 39", "sh:minInclusive 37")]
)
def test_bounds_that_lie_apart_are_no_slip_of_the_pen(cool: str, hot: str, tmp_path: Path) -> None:
    assert _uneven(tmp_path, cool, hot) == []


def test_rules_that_differ_in_more_than_the_range_are_no_alternatives(tmp_path: Path) -> None:
    assert _uneven(tmp_path, "sh:maxExclusive 39", "sh:minExclusive 39 ] ; sh:node [ core:present finding:Drooling") == []
