"""The criterion profile: what is refused, with which words, at which place."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine.errors import CriterionError
from spinegraph.engine.model import Knowledge

from tests.knowledge.given import read

CONSTRAINTS = (
    "core:present, core:absent, core:suspected, core:notSuspected, core:unassessed, core:atLeast, core:atMost, core:score, "
    "sh:and, sh:or, core:difference, core:ratio, core:performed, core:notPerformed, core:taking, core:notTaking, "
    "core:repeated, core:latest, core:change, core:changeRatio, sh:node, sh:property, sh:path"
)
ALLOWED = (
    f"Allowed: {CONSTRAINTS}, core:absenceInconclusive, core:of, core:moreThan, core:lessThan, sh:minCount, sh:minInclusive, "
    "sh:minExclusive, sh:maxInclusive, sh:maxExclusive, core:indeterminateFrom, core:indeterminateTo, sh:in, core:to, "
    "core:factor, core:minInclusive, core:minExclusive, core:maxInclusive, core:maxExclusive, core:within, core:since, "
    "core:after, core:afterTaking, core:apart, core:times. There is no sh:not: absence has to be recorded."
)
RANGE = "sh:path core:temperatureC ; sh:minCount 1"
EMPTY_RANGE = "The range on core:temperatureC is empty or its band runs backwards.", "Swap the numbers."
ONE_NUMBER = "Write a plain number such as 37.5, of at most 15 digits, without quotation marks, exponent or unit."
ONE_LIST = "Write e.g. sh:or ( [ … ] [ … ] )."


def _one_of(predicate: str, kind: str, shown: str) -> tuple[str, str]:
    return f"{predicate} needs one {kind}, not {shown}.", f"Use the IRI of a {kind} that the ontology declares."


REFUSED = {
    "a misspelt term": (
        "core:presnt finding:Fever",
        "core:presnt is not in the criterion profile; did you mean core:present?",
        ALLOWED,
    ),
    "a term of another vocabulary": (
        'core:present finding:Fever ; dcterms:title "x"',
        "dcterms:title is not in the criterion profile.",
        ALLOWED,
    ),
    "sh:not": (
        "sh:not [ core:present finding:Fever ]",
        "sh:not is not in the criterion profile.",
        ALLOWED,
    ),
    "a range without sh:minCount": (
        "sh:path core:temperatureC ; sh:minInclusive 38",
        "The criterion on core:temperatureC would also hold where nothing was measured.",
        "Add sh:minCount 1: a value that is not known is in no range.",
    ),
    "sh:minCount 0": (
        "sh:path core:temperatureC ; sh:minCount 0",
        "The criterion on core:temperatureC would also hold where nothing was measured.",
        "Add sh:minCount 1: a value that is not known is in no range.",
    ),
    "an empty shape": (
        'rdfs:label "nothing"@en',
        "shape:Given states no criterion.",
        f"Give it one of {CONSTRAINTS}.",
    ),
    "a modifier alone": (
        "core:of finding:StrepSign",
        "core:of stands without core:atLeast or core:atMost.",
        "Add core:atLeast or core:atMost, or drop core:of.",
    ),
    "a shape that is its own part": (
        "sh:or ( [ sh:node shape:Given ] )",
        "shape:Given refers to itself.",
        "Break the circle of sh:node.",
    ),
    "a lower band backwards": (f"{RANGE} ; sh:minInclusive 38 ; core:indeterminateFrom 39", *EMPTY_RANGE),
    "an upper band backwards": (f"{RANGE} ; sh:maxInclusive 38 ; core:indeterminateTo 37", *EMPTY_RANGE),
    "bounds that cross": (f"{RANGE} ; sh:minInclusive 39 ; sh:maxInclusive 38", *EMPTY_RANGE),
    "a band without its bound": (
        f"{RANGE} ; core:indeterminateTo 37",
        "core:indeterminateTo without sh:maxInclusive or sh:maxExclusive.",
        "Give the bound that the band belongs to.",
    ),
    "both kinds of bound": (
        f"{RANGE} ; sh:minInclusive 38 ; sh:minExclusive 39",
        "Both sh:minInclusive and sh:minExclusive are given.",
        "Keep one of them.",
    ),
    "two numbers for one bound": (
        f"{RANGE} ; sh:minInclusive 38 , 39",
        "sh:minInclusive needs one number, not '38' and '39'.",
        ONE_NUMBER,
    ),
    "words for a number": (
        f'{RANGE} ; sh:minInclusive "warm"',
        'sh:minInclusive needs one number, not the text "warm".',
        ONE_NUMBER,
    ),
    "a shape for a number": (f"{RANGE} ; sh:minInclusive shape:X", "sh:minInclusive needs one number, not shape:X.", ONE_NUMBER),
    "a number as text": (f'{RANGE} ; sh:minInclusive "38"', 'sh:minInclusive needs one number, not the text "38".', ONE_NUMBER),
    "a number in a language": (
        f'{RANGE} ; sh:minInclusive "38"@en',
        'sh:minInclusive needs one number, not the text "38".',
        ONE_NUMBER,
    ),
    "an exponent": (f"{RANGE} ; sh:minInclusive 3.8e1", "sh:minInclusive needs one number, not '3.8e1'.", ONE_NUMBER),
    "a decimal comma": (
        f'{RANGE} ; sh:minInclusive "37,5"^^xsd:decimal',
        "sh:minInclusive needs one number, not '37,5'.",
        ONE_NUMBER,
    ),
    "digits of another script": (
        f'{RANGE} ; sh:minInclusive "٣٨"^^xsd:decimal',
        "sh:minInclusive needs one number, not '٣٨'.",
        ONE_NUMBER,
    ),
    "sh:minCount as text": (
        'sh:path core:temperatureC ; sh:minCount "1"',
        'sh:minCount needs one number, not the text "1".',
        ONE_NUMBER,
    ),
    "a finding beside a path": (
        f"{RANGE} ; sh:minInclusive 38 ; core:present finding:Fever",
        "core:present stands beside sh:path, where it would be about the measured value.",
        "Take core:present out of the shape that has sh:path.",
    ),
    "a property inside a property": (
        f"{RANGE} ; sh:minInclusive 38 ; sh:property [ {RANGE} ; sh:maxInclusive 39 ]",
        "sh:property stands beside sh:path, where it would be about the measured value.",
        "Take sh:property out of the shape that has sh:path.",
    ),
    "a property without path": (
        "sh:property [ core:present finding:Fever ]",
        "sh:property needs a shape with sh:path; something without a name has none.",
        "Write sh:node instead.",
    ),
    "a node with a path": (
        f"sh:node [ {RANGE} ; sh:minInclusive 38 ]",
        "sh:node needs a shape without sh:path; something without a name has one.",
        "Write sh:property instead.",
    ),
    "a finding among shapes": (
        "sh:or ( finding:Fever )",
        "sh:or needs a shape, not finding:Fever.",
        "Write [ core:present finding:Fever ].",
    ),
    "a group without core:of": (
        "core:atLeast 2",
        "core:atLeast stands without core:of.",
        "Add core:of and a finding.",
    ),
    "more than the group has": (
        "core:atLeast 4 ; core:of finding:StrepSign",
        "core:atLeast 4 of finding:StrepSign, which has 3 direct subclasses.",
        "Use a whole number from 1 to 3.",
    ),
    "at least none": (
        "core:atLeast 0 ; core:of finding:StrepSign",
        "core:atLeast 0 of finding:StrepSign, which has 3 direct subclasses.",
        "Use a whole number from 1 to 3.",
    ),
    "at most as many as there are": (
        "core:atMost 3 ; core:of finding:StrepSign",
        "core:atMost 3 of finding:StrepSign, which has 3 direct subclasses.",
        "Use a whole number from 0 to 2.",
    ),
    "at most nothing that is counted": (
        "core:atMost 1",
        "core:atMost stands without core:of.",
        "Add core:of and a finding.",
    ),
    "a group without members": (
        "core:atMost 1 ; core:of finding:Fever",
        "core:atMost 1 of finding:Fever, which has 0 direct subclasses.",
        "Name a group that has direct subclasses.",
    ),
    "a score that is not there": (
        "core:score score:Centor ; core:atLeast 3",
        "core:score needs one score, not score:Centor.",
        "Use the IRI of a score that the ontology declares.",
    ),
    "two counts": (
        "core:atLeast 1 , 2 ; core:of finding:StrepSign",
        "core:atLeast needs one number, not '1' and '2'.",
        ONE_NUMBER,
    ),
    "an unknown finding": (
        "core:present finding:Fevr",
        *_one_of("core:present", "finding", "finding:Fevr; nearest: finding:Fever, finding:TenderNodes, finding:Drooling"),
    ),
    "a condition where a finding belongs": (
        "core:present condition:StrepThroat",
        *_one_of("core:present", "finding", "condition:StrepThroat; nearest: finding:SoreThroat"),
    ),
    "two findings": (
        "core:absent finding:Fever , finding:Drooling",
        *_one_of("core:absent", "finding", "finding:Fever and finding:Drooling"),
    ),
    "a finding where a condition belongs": (
        "core:suspected finding:Fever",
        *_one_of("core:suspected", "condition", "finding:Fever"),
    ),
    "an unknown condition": (
        "core:notSuspected condition:StrepTroat",
        *_one_of(
            "core:notSuspected", "condition", "condition:StrepTroat; nearest: condition:StrepThroat, condition:ThroatInfection"
        ),
    ),
    "an unknown measurement": (
        "sh:path core:temperature ; sh:minCount 1",
        *_one_of("sh:path", "measurement or coded property", "core:temperature; nearest: core:temperatureC"),
    ),
    "an empty list": ("sh:and ()", "sh:and needs one list with at least one shape.", ONE_LIST),
    "two lists": (
        "sh:or ( [ core:present finding:Fever ] ) , ( [ core:present finding:Drooling ] )",
        "sh:or needs one list with at least one shape.",
        ONE_LIST,
    ),
}


@pytest.mark.parametrize(("body", "what", "mend"), REFUSED.values(), ids=REFUSED)
def test_what_lies_outside_the_profile_is_refused_with_its_place_and_its_cure(
    body: str, what: str, mend: str, small_knowledge: Knowledge, tmp_path: Path
) -> None:
    with pytest.raises(CriterionError) as caught:
        read(body, small_knowledge, tmp_path)
    assert str(caught.value) == f"given.ttl:2: {what}\n  {mend}"


def test_a_shape_with_a_path_is_no_node_shape(small_knowledge: Knowledge, tmp_path: Path) -> None:
    with pytest.raises(CriterionError, match="shape:Given is a sh:NodeShape, which has no sh:path"):
        read(f'rdfs:label "warm"@en ; {RANGE} ; sh:minInclusive 38', small_knowledge, tmp_path)


def test_an_error_deep_in_a_shape_is_placed_at_its_own_line(small_knowledge: Knowledge, tmp_path: Path) -> None:
    body = (
        "sh:node shape:Inner .\n\nshape:Inner a sh:NodeShape ;\n"
        "    sh:or ( [ core:present finding:Fever ]\n        [ core:present finding:Fevr ] )"
    )
    with pytest.raises(CriterionError) as caught:
        read(body, small_knowledge, tmp_path)
    assert caught.value.where == "given.ttl:6"


@pytest.mark.parametrize(
    ("body", "missing"),
    [("sh:node shape:Nowhere", "shape:Nowhere"), ("sh:or ( [ sh:node shape:Nowhere ] )", "shape:Nowhere")],
)
def test_a_shape_that_does_not_exist_is_named(body: str, missing: str, small_knowledge: Knowledge, tmp_path: Path) -> None:
    with pytest.raises(CriterionError, match=f"There is no shape {missing}"):
        read(body, small_knowledge, tmp_path)


# What would be read wrongly without a check of its own ---------------------------------------------------------

SLIPS = {
    "a missing shape is placed where it is named": "sh:or ( [ sh:node shape:Nowhere ] )",
    "an empty blank node is placed": "sh:and ( [] )",
    "text instead of a list": 'sh:and "x"',
    "text among the members": 'sh:and ( "x" [ core:present finding:Fever ] )',
    "text instead of a shape": 'sh:node "x"',
    "half a finding": "core:atLeast 2.5 ; core:of finding:StrepSign",
    "a facet without path": "core:present finding:Fever ; sh:minInclusive 3",
    "a modifier of another operator": "core:absent finding:Fever ; core:absenceInconclusive true",
    "an open interval of nothing": f"{RANGE} ; sh:minExclusive 38 ; sh:maxExclusive 38",
    "not a number": f'{RANGE} ; sh:minInclusive "nan"',
}


@pytest.mark.parametrize(
    "body",
    [pytest.param(body, id=name) for name, body in SLIPS.items()],
)
def test_what_shacl_would_not_read_so_is_refused_with_its_place(body: str, small_knowledge: Knowledge, tmp_path: Path) -> None:
    with pytest.raises(CriterionError) as caught:
        read(body, small_knowledge, tmp_path)
    assert caught.value.where == "given.ttl:2"
