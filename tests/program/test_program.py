"""The compiled program: the table of design section 4 row by row, the order of rules, and the three carriers."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from spinegraph.engine import Knowledge
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import (
    TRUTHS,
    Absent,
    And,
    AtLeast,
    AtMost,
    Bound,
    Measured,
    NotSuspected,
    Or,
    Present,
    Suspected,
    Truth,
    Unassessed,
)

from tests.program.compiling import compiled, truth_of

FEVER, SIGN = expand("finding:Fever"), expand("finding:StrepSign")
EXUDATE, NODES = expand("finding:TonsillarExudate"), expand("finding:TenderNodes")
THROAT, STREP = expand("condition:ThroatInfection"), expand("condition:StrepThroat")

State = tuple[bool, bool]
"""Whether a finding is recorded present, and whether absent."""
STATES: dict[Truth, State] = {
    "unknown": (False, False),
    "true": (True, False),
    "false": (False, True),
    "conflicting": (True, True),
}


# One finding ---------------------------------------------------------------------------------

FINDING_ROWS: list[tuple[str, str, Truth]] = [
    # given present, given absent, truth of `present fever`, which is a strep sign
    ("", "", "unknown"),
    ("fever", "", "true"),
    ("", "fever", "false"),
    ("strep_sign", "", "unknown"),
    ("", "strep_sign", "false"),
    ("fever", "fever", "conflicting"),
    ("fever", "strep_sign", "conflicting"),
    ("drooling", "tender_nodes", "unknown"),
]
GROUP_ROWS: list[tuple[str, str, Truth]] = [
    # the same for `present strep_sign`, which has narrower findings
    ("", "", "unknown"),
    ("strep_sign", "", "true"),
    ("fever", "", "true"),
    ("", "strep_sign", "false"),
    ("", "fever", "unknown"),
    ("", "fever tender_nodes tonsillar_exudate", "unknown"),
    ("tender_nodes", "fever", "true"),
    ("tender_nodes", "strep_sign", "conflicting"),
]
ROWS = [(FEVER, *row) for row in FINDING_ROWS] + [(SIGN, *row) for row in GROUP_ROWS]
MIRRORED: dict[Truth, Truth] = {"unknown": "unknown", "true": "false", "false": "true", "conflicting": "conflicting"}


@pytest.mark.parametrize(("finding", "present", "absent", "truth"), ROWS)
def test_presence_climbs_the_hierarchy_and_absence_descends_it(
    finding: str, present: str, absent: str, truth: Truth, small_knowledge: Knowledge
) -> None:
    program = compiled(small_knowledge, Present(finding=finding))
    assert truth_of(program, present.split(), absent.split()) == truth


@pytest.mark.parametrize(("finding", "present", "absent", "truth"), ROWS)
def test_absent_is_the_mirror_image_of_present(
    finding: str, present: str, absent: str, truth: Truth, small_knowledge: Knowledge
) -> None:
    program = compiled(small_knowledge, Absent(finding=finding))
    assert truth_of(program, present.split(), absent.split()) == MIRRORED[truth]


@pytest.mark.parametrize(("finding", "present", "absent", "truth"), ROWS)
def test_an_inconclusive_absence_refutes_nothing(
    finding: str, present: str, absent: str, truth: Truth, small_knowledge: Knowledge
) -> None:
    program = compiled(small_knowledge, Present(finding=finding, absence_inconclusive=True))
    expected = {"false": "unknown", "conflicting": "true"}.get(truth, truth)
    assert truth_of(program, present.split(), absent.split()) == expected


@pytest.mark.parametrize(("finding", "present", "absent", "truth"), ROWS)
def test_unassessed_holds_exactly_while_nothing_is_known(
    finding: str, present: str, absent: str, truth: Truth, small_knowledge: Knowledge
) -> None:
    program = compiled(small_knowledge, Unassessed(finding=finding))
    assert truth_of(program, present.split(), absent.split()) == ("true" if truth == "unknown" else "false")


@pytest.mark.parametrize(
    ("temperature", "absent", "truth"),
    [(38.0, "", "true"), (37.7, "", "unknown"), (37.0, "", "false"), (38.5, "fever", "conflicting"), (37.0, "fever", "false")],
)
def test_a_derived_finding_is_as_true_as_its_rule(
    temperature: float, absent: str, truth: Truth, small_knowledge: Knowledge
) -> None:
    program = compiled(small_knowledge, Present(finding=FEVER))
    assert truth_of(program, absent=absent.split(), temperature_c=temperature) == truth


def test_a_derived_finding_climbs_the_hierarchy(small_knowledge: Knowledge) -> None:
    program = compiled(small_knowledge, Present(finding=SIGN))
    assert truth_of(program, temperature_c=38.5) == "true"
    assert truth_of(program, temperature_c=37.0) == "unknown"


# Suspicion -----------------------------------------------------------------------------------

SUSPICION_ROWS: list[tuple[str, str, Truth, Truth]] = [
    # given present, given absent, truth of `suspected strep_throat`, of `suspected throat_infection` (strep or deep neck)
    ("sore_throat", "", "unknown", "unknown"),
    ("", "sore_throat", "false", "false"),
    ("sore_throat fever tender_nodes", "", "true", "true"),
    ("fever tender_nodes", "", "unknown", "unknown"),
    ("sore_throat", "fever tender_nodes", "false", "unknown"),
    ("sore_throat", "strep_sign", "false", "unknown"),
    ("sore_throat drooling", "strep_sign", "false", "true"),
    ("sore_throat drooling", "", "unknown", "true"),
    ("sore_throat", "strep_sign drooling", "false", "unknown"),
    ("sore_throat fever tender_nodes", "strep_sign", "conflicting", "true"),
    ("sore_throat fever tender_nodes", "sore_throat drooling", "conflicting", "conflicting"),
]


@pytest.mark.parametrize(("present", "absent", "strep", "any_infection"), SUSPICION_ROWS)
def test_a_condition_is_suspected_if_any_assessment_of_it_or_a_narrower_one_holds(
    present: str, absent: str, strep: Truth, any_infection: Truth, small_knowledge: Knowledge
) -> None:
    for condition, truth in ((STREP, strep), (THROAT, any_infection)):
        suspected = compiled(small_knowledge, Suspected(condition=condition))
        not_suspected = compiled(small_knowledge, NotSuspected(condition=condition))
        assert truth_of(suspected, present.split(), absent.split()) == truth
        assert truth_of(not_suspected, present.split(), absent.split()) == MIRRORED[truth]


def test_a_condition_is_not_suspected_only_if_every_assessment_is_refuted(small_knowledge: Knowledge) -> None:
    program = compiled(small_knowledge, NotSuspected(condition=THROAT))
    signs = ("strep_sign", "drooling")
    assert truth_of(program, ["sore_throat"], signs) == "unknown"
    assert truth_of(program, ["sore_throat"], signs, temperature_c=37.0) == "true"
    assert truth_of(program, ["sore_throat"], ["strep_sign"], temperature_c=37.0) == "unknown"


def test_a_condition_that_nothing_assesses_is_neither_suspected_nor_not(small_knowledge: Knowledge) -> None:
    unassessed = {**small_knowledge.conditions, "urn:other": small_knowledge.conditions[STREP]}
    knowledge = msgspec.structs.replace(small_knowledge, conditions=unassessed)
    for criterion in (Suspected(condition="urn:other"), NotSuspected(condition="urn:other")):
        assert truth_of(compiled(knowledge, criterion), ["sore_throat", "drooling"]) == "unknown"


# Measurements --------------------------------------------------------------------------------

RANGE_ROWS: list[tuple[Bound | None, Bound | None, dict[float, Truth]]] = [
    (None, None, {36: "true", 44: "true"}),
    (Bound(value=38, inclusive=True), None, {37.9: "false", 38: "true", 38.1: "true"}),
    (Bound(value=38, inclusive=False), None, {37.9: "false", 38: "false", 38.1: "true"}),
    (None, Bound(value=38, inclusive=True), {37.9: "true", 38: "true", 38.1: "false"}),
    (None, Bound(value=38, inclusive=False), {37.9: "true", 38: "false", 38.1: "false"}),
    (
        Bound(value=38, inclusive=True, other=37),
        None,
        {36.9: "false", 37: "unknown", 37.9: "unknown", 38: "true", 38.1: "true"},
    ),
    (
        Bound(value=38, inclusive=False, other=37),
        None,
        {36.9: "false", 37: "unknown", 37.9: "unknown", 38: "unknown", 38.1: "true"},
    ),
    (
        None,
        Bound(value=38, inclusive=True, other=39),
        {37.9: "true", 38: "true", 38.1: "unknown", 39: "unknown", 39.1: "false"},
    ),
    (
        None,
        Bound(value=38, inclusive=False, other=39),
        {37.9: "true", 38: "unknown", 38.1: "unknown", 39: "unknown", 39.1: "false"},
    ),
    (Bound(value=38, inclusive=True, other=38), None, {37.9: "false", 38: "true"}),
    (Bound(value=38, inclusive=False, other=38), None, {37.9: "false", 38: "unknown", 38.1: "true"}),
    (
        Bound(value=36, inclusive=True),
        Bound(value=38, inclusive=False),
        {35.9: "false", 36: "true", 37.9: "true", 38: "false", 38.1: "false"},
    ),
    (
        Bound(value=36, inclusive=True, other=35),
        Bound(value=38, inclusive=True, other=39),
        {34.9: "false", 35: "unknown", 35.9: "unknown", 36: "true", 38: "true", 38.1: "unknown", 39: "unknown", 39.1: "false"},
    ),
]


@pytest.mark.parametrize(("lower", "upper", "truths"), RANGE_ROWS)
def test_a_range_is_true_inside_false_outside_and_unknown_within_its_band(
    lower: Bound | None, upper: Bound | None, truths: dict[float, Truth], small_knowledge: Knowledge
) -> None:
    program = compiled(small_knowledge, Measured(measurement=expand("core:temperatureC"), lower=lower, upper=upper))
    assert {value: truth_of(program, temperature_c=value) for value in truths} == truths
    assert truth_of(program) == "unknown"


# Connectives ---------------------------------------------------------------------------------

#                 second:  unknown    true          false          conflicting
AND_TABLE = {
    "unknown":     ("unknown", "unknown",     "false", "false"),
    "true":        ("unknown", "true",        "false", "conflicting"),
    "false":       ("false",   "false",       "false", "false"),
    "conflicting": ("false",   "conflicting", "false", "conflicting"),
}  # fmt: skip
OR_TABLE = {
    "unknown":     ("unknown", "true", "unknown",     "true"),
    "true":        ("true",    "true", "true",        "true"),
    "false":       ("unknown", "true", "false",       "conflicting"),
    "conflicting": ("true",    "true", "conflicting", "conflicting"),
}  # fmt: skip


def recorded(**findings: Truth) -> tuple[list[str], list[str]]:
    """The codes on both sides of a record in which each finding has the given state."""
    return (
        [code for code, truth in findings.items() if STATES[truth][0]],
        [code for code, truth in findings.items() if STATES[truth][1]],
    )


@pytest.mark.parametrize(("kind", "table"), [(And, AND_TABLE), (Or, OR_TABLE)], ids=["and", "or"])
def test_connectives_follow_belnaps_tables(
    kind: type[And | Or], table: dict[Truth, tuple[Truth, ...]], small_knowledge: Knowledge
) -> None:
    program = compiled(small_knowledge, kind(children=(Present(finding=EXUDATE), Present(finding=NODES))))
    found = {
        first: tuple(truth_of(program, *recorded(tonsillar_exudate=first, tender_nodes=second)) for second in TRUTHS)
        for first in TRUTHS
    }
    assert found == table


@pytest.mark.parametrize("kind", [And, Or])
def test_a_connective_with_one_child_is_that_child(kind: type[And | Or], small_knowledge: Knowledge) -> None:
    program = compiled(small_knowledge, kind(children=(Present(finding=EXUDATE),)))
    assert [truth_of(program, *recorded(tonsillar_exudate=truth)) for truth in TRUTHS] == list(TRUTHS)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_at_least_holds_with_enough_present_and_is_refuted_with_too_many_absent(count: int, small_knowledge: Knowledge) -> None:
    members = tuple(Present(finding=iri) for iri in (EXUDATE, NODES, FEVER))
    program = compiled(small_knowledge, AtLeast(count=count, group=SIGN, members=members))
    for states in itertools.product(TRUTHS, repeat=3):
        record = recorded(**dict(zip(("tonsillar_exudate", "tender_nodes", "fever"), states, strict=True)))
        present, absent = map(len, record)
        assert truth_of(program, *record) == TRUTHS[(present >= count) + 2 * (absent > 3 - count)], states


@pytest.mark.parametrize("count", [0, 1, 2])
def test_at_most_holds_with_too_many_absent_for_more_and_is_refuted_with_more(count: int, small_knowledge: Knowledge) -> None:
    members = tuple(Present(finding=iri) for iri in (EXUDATE, NODES, FEVER))
    program = compiled(small_knowledge, AtMost(count=count, group=SIGN, members=members))
    for states in itertools.product(TRUTHS, repeat=3):
        record = recorded(**dict(zip(("tonsillar_exudate", "tender_nodes", "fever"), states, strict=True)))
        present, absent = map(len, record)
        assert truth_of(program, *record) == TRUTHS[(3 - absent <= count) + 2 * (present > count)], states


def test_the_absence_of_the_group_refutes_its_count(small_knowledge: Knowledge) -> None:
    members = tuple(Present(finding=iri) for iri in (EXUDATE, NODES, FEVER))
    program = compiled(small_knowledge, AtLeast(count=1, group=SIGN, members=members))
    assert truth_of(program, absent=["strep_sign"]) == "false"
    assert truth_of(program, present=["strep_sign"]) == "unknown"
