"""Bands of a score that share a sum or leave one out, and facts that are counted twice, each with a patient."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest
from spinegraph.engine import Case, load_knowledge
from spinegraph.engine.validation.interactions.analysis import Analysis, Behaviour
from spinegraph.engine.validation.interactions.scores import counted_twice, uneven_bands

from tests.scored import MCISAAC, TOLD, WELLS, Example, Item
from tests.small import Edit, write_small


def analysed(folder: Path, told: Example, bands: Mapping[str, str] | None = None) -> Analysis:
    return Analysis((told._replace(bands=bands) if bands else told).load(folder))


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.name)
def test_bands_that_part_the_sums_between_them_are_even(told: Example, tmp_path: Path) -> None:
    analysis = analysed(tmp_path, told)
    assert list(uneven_bands(analysis)) == []
    assert list(counted_twice(analysis)) == []


def test_a_sum_that_no_band_takes_is_shown_with_its_patient(tmp_path: Path) -> None:
    """Six is left out, which only the points of one half and the threes make."""
    bands = {"low": "core:lessThan 2", "middle": "core:atLeast 2 ; core:lessThan 6", "high": "core:moreThan 6"}
    (found,) = uneven_bands(analysed(tmp_path, WELLS, bands))
    assert (found.message, found.terms["total"], found.rule.rsplit("/")[-1]) == ("hole", "6", "middle")
    assert found.witness is not None
    case = found.witness.case
    assert WELLS.interval(case) == (6, 6)
    assert found.witness.shows == ("middle is refuted", "high is refuted")


def test_a_sum_that_two_bands_take_is_shown_with_its_patient(tmp_path: Path) -> None:
    bands = {"low": "core:atMost 2", "middle": "core:atLeast 2 ; core:atMost 6", "high": "core:moreThan 6"}
    (found,) = uneven_bands(analysed(tmp_path, WELLS, bands))
    assert (found.message, found.terms["total"]) == ("overlap", "2")
    assert found.witness is not None
    assert WELLS.interval(found.witness.case) == (2, 2)
    assert found.witness.shows == ("low holds", "middle holds")


def test_a_band_within_another_is_meant(tmp_path: Path) -> None:
    assert list(uneven_bands(analysed(tmp_path, MCISAAC, {"test": "core:atLeast 2", "treat": "core:atLeast 4"}))) == []


def test_a_gap_that_no_sum_of_these_points_can_have_is_none(tmp_path: Path) -> None:
    threes = Example("threes", (Item(3, "a"), Item(3, "b"), Item(3, first=5)), {}, "level", (None, 1.0, 6.0))
    assert list(uneven_bands(analysed(tmp_path, threes, {"few": "core:atMost 3", "many": "core:atLeast 6"}))) == []


def _twice(folder: Path, *edits: Edit, more: str = "") -> list[Behaviour]:
    paths = write_small(folder, *edits, more={"shapes/rules/more.ttl": more} if more else None)
    return list(counted_twice(Analysis(load_knowledge(paths))))


def test_an_item_that_gives_the_points_of_another_as_well(tmp_path: Path) -> None:
    items = "[ core:points 1 ; core:criterion [ core:present finding:Fever ] ] " * 2
    wider = "[ core:points 1 ; core:criterion [ core:present finding:StrepSign ] ]"
    more = (
        f'score:signs a core:Score ; skos:notation "signs" ; core:item ( {items} {wider} ) .\n'
        "shape:Signs a sh:NodeShape ; core:score score:signs ; core:atLeast 2 .\n"
        "rule:by-signs a core:Assessment , sh:TripleRule ; sh:order 20 ; sh:condition shape:Signs ; sh:subject sh:this ; "
        "sh:predicate core:holds ; sh:object rule:by-signs ; core:assesses condition:StrepThroat ; "
        "core:source source:sore-throat ; prov:wasDerivedFrom passage:900-L002a .\n"
        "shape:RulesOfOrder20 sh:rule rule:by-signs ."
    )
    found = _twice(tmp_path, more=more)
    assert [(one.message, one.terms["part"], one.terms["counterpart"]) for one in found] == [
        ("item", "“present finding:Fever”", "“present finding:Fever”"),
        ("item", "“present finding:Fever”", "“present finding:StrepSign”"),
    ]
    assert found[1].witness is not None
    assert found[1].witness.case.present == ("fever",)


def test_a_member_that_counts_as_another_as_well(tmp_path: Path) -> None:
    edit = Edit(
        "ontology/findings.ttl",
        "finding:TenderNodes a owl:Class ; rdfs:subClassOf finding:StrepSign",
        "finding:TenderNodes a owl:Class ; rdfs:subClassOf finding:StrepSign , finding:TonsillarExudate",
    )
    (found,) = _twice(tmp_path, edit)
    assert (found.message, found.terms["part"]) == ("member", "“present finding:TenderNodes”")


def test_steps_of_one_measurement_are_meant(tmp_path: Path) -> None:
    steps = Example("steps", (Item(1, "a"), Item(1, first=65), Item(1, first=75)), {}, "age", (None, 60.0, 70.0, 80.0))
    assert list(counted_twice(analysed(tmp_path, steps, {"many": "core:atLeast 2"}))) == []


# Random scores, held against counting -------------------------------------------------------------

RANDOM = 200
FINDINGS = ("a", "b", "c", "d")


def random_score(seed: int) -> tuple[Example, dict[str, tuple[float, float]]]:
    """Four findings with points, and three bands [first, last] that may lie anyhow."""
    chance = random.Random(seed)  # noqa: S311 (reproducible, not secret)
    items = tuple(Item(chance.choice((-1, 1, 2, 3)), finding) for finding in FINDINGS)
    low, high = (sum(end(0, item.points) for item in items) for end in (min, max))
    bands: dict[str, tuple[float, float]] = {}
    while len(bands) < 3:
        first, last = sorted(chance.choices(range(int(low), int(high) + 1), k=2))
        if (first, last) != (low, high):
            bands[f"band-{len(bands)}"] = (float(first), float(last))
    bounds = {
        name: " ; ".join([f"core:atLeast {first:g}"] * (first > low) + [f"core:atMost {last:g}"] * (last < high))
        for name, (first, last) in bands.items()
    }
    return Example("random", (*items,), bounds, "level", (None,)), bands


@pytest.mark.parametrize("seed", range(RANDOM))
def test_bands_of_random_scores_are_even_where_counting_finds_them_so(seed: int, tmp_path: Path) -> None:
    told, bands = random_score(seed)
    every = [Case(present=present) for size in range(5) for present in combinations(FINDINGS, size)]
    sums = {sum(item.points for item in told.items if item.finding in case.present) for case in every}
    in_order = sorted(bands.items(), key=lambda band: (*band[1], band[0]))
    overlaps, holes, reaching = set(), set(), in_order[0]
    for (one, (first, last)), (other, (later, end)) in combinations(in_order, 2):
        if first < later <= last < end and any(later <= total <= last for total in sums):
            overlaps.add((one, other))
    for upper in in_order[1:]:
        if any(reaching[1][1] < total < upper[1][0] for total in sums):
            holes.add((reaching[0], upper[0]))
        reaching = max(reaching, upper, key=lambda band: band[1][1])
    found = list(uneven_bands(analysed(tmp_path, told)))
    named = {(one.message, one.rule.rsplit("/")[-1], one.others[0].rsplit("/")[-1]) for one in found}
    assert named == {("overlap", *pair) for pair in overlaps} | {("hole", *pair) for pair in holes}


def test_the_random_scores_show_both_kinds(tmp_path: Path) -> None:
    seen = set()
    for seed in range(RANDOM // 5):
        folder = tmp_path / str(seed)
        seen |= {one.message for one in uneven_bands(analysed(folder, random_score(seed)[0]))}
    assert seen == {"overlap", "hole"}
