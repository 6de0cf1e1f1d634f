"""What is not recorded is unknown, but for findings of which the content says otherwise, with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spinegraph.engine import load_knowledge, make_codebook
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions

from tests.exchange.fhir.reading.making import OURS, Json, account, bundle, condition, patient, read
from tests.small import Edit, write_small

WHY = "Allergies are asked for at every visit; a list without one says that there is none."


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> FhirReader:
    """The small knowledge, with two findings that are absent where nothing is recorded, one of them wider than fever."""
    said = f'core:absentWhenUnrecorded "{WHY}"@en'
    paths = write_small(
        tmp_path_factory.mktemp("closed"),
        Edit("ontology/findings.ttl", 'skos:notation "penicillin_allergy" .', f'skos:notation "penicillin_allergy" ; {said} .'),
        Edit("ontology/findings.ttl", 'skos:notation "strep_sign" ;', f'skos:notation "strep_sign" ; {said} ;'),
    )
    knowledge = load_knowledge(paths)
    return FhirReader(knowledge, make_codebook(knowledge))


def ours(code: str, clinical: str = "active", verification: str = "confirmed") -> Json:
    return condition((OURS, code), clinical, verification)


def test_what_has_to_do_with_nothing_recorded_is_absent_and_says_why(closed: FhirReader) -> None:
    file = read(closed, patient())
    assert file.case.absent == ("penicillin_allergy", "strep_sign")
    assert {one.code: one.why for one in account(file).assumed_absent} == dict.fromkeys(file.case.absent, WHY)


@pytest.mark.parametrize(
    ("given", "absent"),
    [
        (ours("sore_throat"), ("penicillin_allergy", "strep_sign")),
        (ours("fever"), ("penicillin_allergy",)),
        (ours("fever", "resolved"), ("penicillin_allergy",)),
        (ours("strep_sign", "active", "unconfirmed"), ("penicillin_allergy",)),
        (ours("penicillin_allergy", "active", "differential"), ("strep_sign",)),
        ({"resourceType": "Condition", "code": 7}, ()),
        ({"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}, ()),
    ],
)
def test_it_stays_unknown_where_the_record_has_to_do_with_it_or_hides_something(
    closed: FhirReader, given: Json, absent: tuple[str, ...]
) -> None:
    file = read(closed, patient(), given)
    assert tuple(one.code for one in account(file).assumed_absent) == absent
    assert file.case.absent == absent


def test_one_resource_or_one_page_is_no_whole_record(closed: FhirReader) -> None:
    assert closed.read(json.dumps(ours("sore_throat")).encode()).case.absent == ()
    page = bundle(patient(), link=[{"relation": "next", "url": "http://a.example"}])
    assert closed.read(json.dumps(page).encode(), RecordOptions()).case.absent == ()


def test_without_such_a_declaration_nothing_is_assumed(reader: FhirReader) -> None:
    assert read(reader, patient()).case.absent == ()


def test_it_belongs_to_the_content_of_files(tmp_path: Path) -> None:
    knowledge = load_knowledge(write_small(tmp_path))
    assert not make_codebook(knowledge).unrecorded
