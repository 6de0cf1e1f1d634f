"""Alternatives that do not meet at one bound."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import load_knowledge
from engine.validation.behaviour.analysis import Analysis, Behaviour
from engine.validation.behaviour.thresholds import uneven_thresholds
from tests.small import write_small

ADVICE = """
rule:{name} a core:Recommendation , sh:TripleRule ; sh:order 30 ; sh:condition shape:SoreThroat , shape:{name} ;
    core:scope shape:SoreThroat ; sh:subject sh:this ; sh:predicate core:holds ; sh:object rule:{name} ;
    core:direction core:{direction} ; core:modality core:should ; core:urgency core:routine ;
    core:intervention intervention:{intervention} ; core:source source:sore-throat ; prov:wasDerivedFrom passage:900-L005a .
shape:{name} a sh:NodeShape ; sh:property [ sh:path core:temperatureC ; sh:minCount 1 ; {facet} ] .
"""


def _uneven(folder: Path, cool: str, hot: str, hot_action: tuple[str, str] = ("for", "Referral")) -> list[Behaviour]:
    direction, intervention = hot_action
    text = ADVICE.format(name="cool", direction="for", intervention="Gargling", facet=cool)
    text += ADVICE.format(name="hot", direction=direction, intervention=intervention, facet=hot)
    text += "shape:More a sh:NodeShape ; sh:targetClass core:Case ; sh:order 30 ; sh:rule rule:cool , rule:hot ."
    paths = write_small(folder, more={"shapes/rules/more.ttl": text})
    return list(uneven_thresholds(Analysis(load_knowledge(paths))))


def test_a_bound_that_both_leave_out_is_a_gap(tmp_path: Path) -> None:
    (found,) = _uneven(tmp_path, "sh:maxExclusive 39", "sh:minExclusive 39")
    assert (found.name, found.rule.rsplit("/")[-1], found.others[0].rsplit("/")[-1]) == ("threshold-gap", "cool", "hot")
    assert found.what == "rule:cool and rule:hot divide temperature between them, but neither holds at temperature 39 °C."
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


def test_rules_that_differ_in_more_than_the_range_are_no_alternatives(tmp_path: Path) -> None:
    assert _uneven(tmp_path, "sh:maxExclusive 39", "sh:minExclusive 39 ] ; sh:node [ core:present finding:Drooling") == []
