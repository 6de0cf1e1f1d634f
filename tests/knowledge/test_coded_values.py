"""Coded properties as the loader reads them, and criteria on them: what is refused, with which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from spinegraph.engine import load_knowledge
from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.turtle.terms import expand
from spinegraph.engine.model import OneOf

from tests.coded import write_coded
from tests.small import Edit

FILE = "shapes/rules/coded.ttl"


def test_values_come_in_their_order_and_a_criterion_in_that_of_the_values(tmp_path: Path) -> None:
    knowledge = load_knowledge(write_coded(tmp_path))
    sex, smoking = knowledge.coded.values()
    assert (sex.code, sex.codes, sex.label_of("female", for_patient=True)) == ("sex", ("female", "male", "other"), "a woman")
    assert (smoking.patient_label, smoking.values[0].patient_label) == ("smoking", "never smoked")
    criterion = knowledge.rules[expand("rule:stop-smoking")].criterion
    assert isinstance(criterion, OneOf)
    assert (criterion.codes, criterion.others) == (("former-smoker", "current-smoker"), ("never-smoked",))


ONE = 'sh:in ( "female" )'
REFUSED: dict[str, tuple[str, str, str]] = {
    "no such value": (ONE, 'sh:in ( "femal" )', "sh:in names 'femal', which is no value of core:sex; did you mean 'female'?"),
    "an IRI": (ONE, "sh:in ( core:for )", "sh:in names core:for, which is no value of core:sex."),
    "with a language": (ONE, 'sh:in ( "female"@en )', "sh:in names 'female', which is no value of core:sex"),
    "no value": (ONE, "sh:in ()", "sh:in needs one list with at least one code."),
    "no list": (ONE, 'sh:in "female"', "sh:in needs one list with at least one code."),
    "a range": (ONE, "sh:minInclusive 3", "core:sex is a coded property, and its criterion names no values."),
    "only that it is known": (ONE, "sh:maxCount 1", "sh:maxCount is not in the criterion profile"),
    "nothing": (f" ; {ONE}", "", "core:sex is a coded property, and its criterion names no values."),
    "both": (ONE, f"{ONE} ; sh:minInclusive 3", "sh:in stands beside sh:minInclusive."),
    "a measurement": (f"core:sex ; sh:minCount 1 ; {ONE}", f"core:temperatureC ; sh:minCount 1 ; {ONE}", "which has numbers"),
    "without minCount": (f"sh:minCount 1 ; {ONE}", ONE, "The criterion on core:sex would also hold where nothing is known."),
    "without path": (
        f"sh:property [ sh:path core:sex ; sh:minCount 1 ; {ONE} ]", f"sh:node [ {ONE} ]", "sh:in stands without sh:path.",
    ),
    "a value without code": ('[ skos:notation "other" ; rdfs:label', "[ rdfs:label", "Value 3 of core:sex has no code."),
    "a value twice": ('skos:notation "other"', 'skos:notation "Male"', "core:sex has the value 'Male' twice."),
    "unknown as value": ('skos:notation "other"', 'skos:notation "unknown"', "core:sex has a value 'unknown'."),
    "a foreign property": (
        'skos:notation "other" ;', 'skos:notation "other" ; core:order 3 ;', "core:order, which no value of a coded property has",
    ),
    "a foreign property of it": (
        'skos:notation "smoking" ;', 'skos:notation "smoking" ; core:unit "1" ;',
        "core:tobacco has core:unit, which no coded property has",
    ),
    "the code of a finding": (
        'skos:notation "smoking"', 'skos:notation "fever"', "fever: a finding and a coded property share this",
    ),
    "the code of a measurement": (
        'skos:notation "smoking"', 'skos:notation "temperature_c"', "temperature_c: a measurement and a coded property share",
    ),
    "two types": (
        "core:tobacco a owl:DatatypeProperty ,", "core:tobacco a core:Measurement ,", "core:tobacco is a measurement and a coded",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused(old: str, new: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(write_coded(tmp_path, Edit(FILE, old, new)))
    assert what in str(caught.value)


def test_a_list_of_one_value_is_refused(tmp_path: Path) -> None:
    values = Edit(
        FILE, 'core:valueSet (\n        [ skos:notation "never-smoked" ; rdfs:label "never smoked"@en ]', "core:valueSet ("
    )
    other = Edit(FILE, '        [ skos:notation "former-smoker" ; rdfs:label "former smoker"@en ]\n', "")
    with pytest.raises(KnowledgeError, match="core:tobacco has 1 value"):
        load_knowledge(write_coded(tmp_path, values, other))
