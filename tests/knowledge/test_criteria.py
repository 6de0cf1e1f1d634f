"""The criterion profile: what each operator is read as."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.knowledge.build.criteria import is_monotone
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import (
    Absent,
    And,
    AtLeast,
    AtMost,
    Bound,
    Criterion,
    Knowledge,
    Measured,
    NotSuspected,
    Or,
    Present,
    Suspected,
    Unassessed,
)

from tests.knowledge.given import IRI, read

FEVER, DROOLING = expand("finding:Fever"), expand("finding:Drooling")
STREP = expand("condition:StrepThroat")
TEMPERATURE = expand("core:temperatureC")
SIGNS = tuple(Present(finding=expand(f"finding:{name}")) for name in ("TonsillarExudate", "TenderNodes", "Fever"))


@pytest.mark.parametrize(
    ("body", "criterion"),
    [
        ("core:present finding:Fever", Present(iri=IRI, finding=FEVER)),
        (
            "core:present finding:Fever ; core:absenceInconclusive true",
            Present(iri=IRI, finding=FEVER, absence_inconclusive=True),
        ),
        ("core:absent finding:Fever", Absent(iri=IRI, finding=FEVER)),
        ("core:unassessed finding:Fever", Unassessed(iri=IRI, finding=FEVER)),
        ("core:suspected condition:StrepThroat", Suspected(iri=IRI, condition=STREP)),
        ("core:notSuspected condition:StrepThroat", NotSuspected(iri=IRI, condition=STREP)),
        (
            "core:atLeast 2 ; core:of finding:StrepSign",
            AtLeast(iri=IRI, count=2, group=expand("finding:StrepSign"), members=SIGNS),
        ),
        (
            "core:atMost 0 ; core:of finding:StrepSign",
            AtMost(iri=IRI, count=0, group=expand("finding:StrepSign"), members=SIGNS),
        ),
        (
            "core:atLeast 1 ; core:atMost 2 ; core:of finding:StrepSign",
            And(
                iri=IRI,
                children=(
                    AtLeast(count=1, group=expand("finding:StrepSign"), members=SIGNS),
                    AtMost(count=2, group=expand("finding:StrepSign"), members=SIGNS),
                ),
            ),
        ),
        (
            "sh:and ( [ core:present finding:Fever ] [ core:absent finding:Drooling ] )",
            And(iri=IRI, children=(Present(finding=FEVER), Absent(finding=DROOLING))),
        ),
        (
            "sh:or ( [ core:present finding:Fever ] [ core:absent finding:Drooling ] )",
            Or(iri=IRI, children=(Present(finding=FEVER), Absent(finding=DROOLING))),
        ),
        (
            "core:present finding:Fever ; core:suspected condition:StrepThroat",
            And(iri=IRI, children=(Present(finding=FEVER), Suspected(condition=STREP))),
        ),
        ("sh:node [ core:present finding:Fever ]", Present(iri=IRI, finding=FEVER)),
        (
            "sh:node [ core:present finding:Fever ] , [ core:absent finding:Drooling ]",
            And(iri=IRI, children=(Present(finding=FEVER), Absent(finding=DROOLING))),
        ),
        (
            "sh:node shape:Inner . shape:Inner core:present finding:Fever",
            And(iri=IRI, children=(Present(iri=expand("shape:Inner"), finding=FEVER),)),
        ),
        (
            "sh:property [ sh:path core:temperatureC ; sh:minCount 1 ]",
            Measured(iri=IRI, measurement=TEMPERATURE),
        ),
    ],
    ids=[
        "present", "absence inconclusive", "absent", "unassessed", "suspected", "not suspected", "at least", "at most", "between",
        "and", "or", "two constraints", "node in place", "two nodes", "named node", "property",
    ],
)  # fmt: skip
def test_each_operator_is_read_as_its_criterion(
    body: str, criterion: Criterion, small_knowledge: Knowledge, tmp_path: Path
) -> None:
    assert read(body, small_knowledge, tmp_path) == criterion


@pytest.mark.parametrize(
    ("facets", "lower", "upper"),
    [
        ("", None, None),
        ("sh:minInclusive 38", Bound(value=38, inclusive=True), None),
        ("sh:minExclusive 38", Bound(value=38, inclusive=False), None),
        ("sh:maxInclusive 38", None, Bound(value=38, inclusive=True)),
        ("sh:maxExclusive 38", None, Bound(value=38, inclusive=False)),
        ("sh:minInclusive 38 ; core:indeterminateFrom 37.5", Bound(value=38, inclusive=True, other=37.5), None),
        ("sh:maxExclusive 38 ; core:indeterminateTo 39", None, Bound(value=38, inclusive=False, other=39)),
        ("sh:minInclusive 38 ; core:indeterminateFrom 38", Bound(value=38, inclusive=True, other=38), None),
        ("sh:minInclusive 36 ; sh:maxExclusive 38", Bound(value=36, inclusive=True), Bound(value=38, inclusive=False)),
        ("sh:minInclusive 38 ; sh:maxInclusive 38", Bound(value=38, inclusive=True), Bound(value=38, inclusive=True)),
    ],
)
def test_each_facet_is_read_as_a_bound(
    facets: str, lower: Bound | None, upper: Bound | None, small_knowledge: Knowledge, tmp_path: Path
) -> None:
    body = f"sh:path core:temperatureC ; sh:minCount 1 ; {facets}"
    assert read(body, small_knowledge, tmp_path) == Measured(iri=IRI, measurement=TEMPERATURE, lower=lower, upper=upper)


def test_label_and_passages_stay_on_the_node_that_has_them(small_knowledge: Knowledge, tmp_path: Path) -> None:
    body = (
        'rdfs:label "either"@en ; prov:wasDerivedFrom passage:900-L001a ; sh:or ( '
        '[ core:present finding:Fever ; rdfs:label "hot"@en ; prov:wasDerivedFrom passage:900-L002a , passage:900-L002b ] )'
    )
    hot = Present(finding=FEVER, label="hot", passages=("900-L002a", "900-L002b"))
    assert read(body, small_knowledge, tmp_path) == Or(iri=IRI, label="either", passages=("900-L001a",), children=(hot,))


def test_a_blank_node_around_a_named_shape_keeps_its_passage(small_knowledge: Knowledge, tmp_path: Path) -> None:
    body = "sh:or ( [ sh:node shape:Inner ; prov:wasDerivedFrom passage:900-L001a ] ) . shape:Inner core:present finding:Fever"
    (child,) = read(body, small_knowledge, tmp_path).parts
    assert child.passages == ("900-L001a",)


def test_a_shape_that_is_used_twice_is_one_criterion(small_knowledge: Knowledge, tmp_path: Path) -> None:
    body = "sh:or ( [ sh:node shape:Inner ] [ sh:node shape:Inner ] ) . shape:Inner core:present finding:Fever"
    first, second = read(body, small_knowledge, tmp_path).parts
    assert first is second


@pytest.mark.parametrize(
    ("body", "monotone"),
    [
        ("core:present finding:Fever", True),
        ("core:unassessed finding:Fever", False),
        ("sh:or ( [ core:present finding:Fever ] [ sh:and ( [ core:unassessed finding:Drooling ] ) ] )", False),
        ("sh:or ( [ core:absent finding:Fever ] [ sh:and ( [ core:notSuspected condition:StrepThroat ] ) ] )", True),
    ],
)
def test_only_unassessed_can_be_taken_back(body: str, monotone: bool, small_knowledge: Knowledge, tmp_path: Path) -> None:
    assert is_monotone(read(body, small_knowledge, tmp_path)) is monotone
