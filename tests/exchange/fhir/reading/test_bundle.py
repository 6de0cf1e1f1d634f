"""Forms in which records come, and what is wrong with them: one bad resource costs only itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spinegraph.engine import CaseTooLargeError, MalformedCaseError
from spinegraph.engine.exchange.fhir.reading.bundle import MAX_BYTES, is_record, parse_record
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions

from tests.exchange.fhir.reading.making import ANNA, Json, account, bundle, condition, kinds, notes_of, patient, read

GOOD = [patient(), condition()]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (json.dumps(bundle(*GOOD)), False),
        (json.dumps(GOOD), False),
        ("\ufeff " + json.dumps(GOOD), False),
        (json.dumps(condition()), False),
        ("\n\n" + "\n".join(map(json.dumps, GOOD)) + "\n", True),
    ],
)
def test_a_record_comes_as_bundle_list_resource_or_lines(reader: FhirReader, body: str, lines: bool) -> None:
    file = reader.read(body.encode(), RecordOptions(lines=lines))
    assert file.case.present == ("fever",)
    assert account(file).patient == ANNA


@pytest.mark.parametrize(
    ("body", "words", "where"),
    [
        ("", "This is empty.", ""),
        ("{", "This is not JSON", ""),
        ('{"resourceType": "Bundle",\n "entry": [}', "This is not JSON", "line 2"),
        ("{}", "no resourceType", "/"),
        ("17", "This is no FHIR", ""),
        ('{"resourceType": 5}', "This is no FHIR", ""),
        ('{"resourceType": "Bundle", "entry": {}}', "This is no FHIR", ""),
        ('{"resourceType": "Bundle", "type": "history", "entry": []}', "several states", "/type"),
        ("[" * 100_000, "This is not JSON", ""),
    ],
)
def test_what_is_no_record_is_refused(reader: FhirReader, body: str, words: str, where: str) -> None:
    with pytest.raises(MalformedCaseError, match=words) as caught:
        reader.read(body.encode())
    assert caught.value.where.startswith(where)
    assert caught.value.mend


def test_what_is_not_utf_8_or_too_large_is_refused(reader: FhirReader) -> None:
    with pytest.raises(MalformedCaseError):
        reader.read(b'{"resourceType": "\xff"}')
    with pytest.raises(CaseTooLargeError, match="the limit is"):
        reader.read(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        ({"resource": {"resourceType": "Condition", "code": 7}}, "unreadable"),
        ({"resource": {"resourceType": "Condition", "onsetDateTime": 2020}}, "unreadable"),
        ({"resource": {"resourceType": 7}}, "unreadable"),
        ({"resource": []}, "unreadable"),
        ({"resource": {}}, "unreadable"),
        (7, "unreadable"),
        ({"resource": {"resourceType": "Immunization", "id": 7}}, "not-read"),
        ({"resource": {"resourceType": "Encounter"}}, "context"),
        ({"resource": {"resourceType": "Bundle"}}, "not-read"),
        ({"resource": {**condition(), "implicitRules": "http://example.org"}}, "must-understand"),
        ({"resource": {**condition(), "modifierExtension": [{"url": "http://example.org"}]}}, "must-understand"),
        ({"fullUrl": "urn:uuid:1"}, "empty-entry"),
        ({"resource": None}, "empty-entry"),
        ({"resource": condition(id="x"), "request": {"method": "DELETE"}}, "not-a-state"),
        ({"request": {"method": "DELETE", "url": "Condition/x"}}, "not-a-state"),
        (
            {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": "no"}]}},
            "server-report",
        ),
        ({"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "information"}]}}, "context"),
        ({"resource": {"resourceType": "Medication", "id": "m"}}, "referred-to"),
    ],
)
def test_a_bad_resource_costs_only_itself(reader: FhirReader, bad: Any, kind: str) -> None:
    body = bundle(*GOOD)
    body["entry"].append(bad)
    file = reader.read(json.dumps(body).encode())
    assert file.case.present == ("fever",)
    assert kinds(file) == [kind]
    assert len(account(file).entries) == account(file).resources == len(body["entry"])


def test_a_bad_line_costs_only_itself(reader: FhirReader) -> None:
    file = reader.read(
        b"\n".join([json.dumps(GOOD[0]).encode(), b"{oops", json.dumps(GOOD[1]).encode()]), RecordOptions(lines=True)
    )
    assert [one.where for one in account(file).entries] == ["line 1", "line 2", "line 3"]
    assert file.case.present == ("fever",)
    assert notes_of(file) == {"unreadable": 1}


@pytest.mark.parametrize(
    ("profile", "read_", "words"),
    [
        ("http://hl7.org/fhir/4.0/StructureDefinition/Condition", True, ""),
        ("http://hl7.org/fhir/StructureDefinition/Condition", True, ""),
        ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition", True, ""),
        ("http://hl7.org/fhir/5.0/StructureDefinition/Condition", False, "It is of FHIR 5.0; R4 (4.0) is read."),
        ("http://hl7.org/fhir/4.3/StructureDefinition/Condition", False, "It is of FHIR 4.3; R4 (4.0) is read."),
        ("http://hl7.org/fhir/3.0/StructureDefinition/Condition", False, "It is of FHIR 3.0; R4 (4.0) is read."),
    ],
)
def test_another_version_of_fhir_is_said(reader: FhirReader, profile: str, read_: bool, words: str) -> None:
    file = read(reader, patient(), condition(meta={"profile": [profile]}))
    assert ("fever" in file.case.present) == read_
    assert "".join(note.text for note in account(file).attention) == words


def entry(given: Json, url: str = "") -> Json:
    return {"resource": given, **({"fullUrl": url} if url else {})}


@pytest.mark.parametrize(
    ("first", "second", "present", "noted"),
    [
        (entry(condition()), entry(condition()), True, {"duplicate": 1}),
        (entry(condition()), entry(condition(clinical="resolved")), False, {"clashing-identity": 2}),
        (entry(condition(), "urn:uuid:1"), entry(condition(id="other"), "urn:uuid:1"), False, {"clashing-identity": 2}),
        (entry(condition(), "urn:uuid:1"), entry(condition(clinical="resolved"), "urn:uuid:2"), False, {"clashing-identity": 2}),
        (
            entry(condition(), "http://a.example/Condition/condition"),
            entry(condition(recordedDate="2020"), "http://b.example/Condition/condition"),
            True,
            {},
        ),
    ],
)
def test_one_identity_is_one_resource(
    reader: FhirReader, first: Json, second: Json, present: bool, noted: dict[str, int]
) -> None:
    body = {**bundle(patient()), "entry": [entry(patient()), first, second]}
    file = reader.read(json.dumps(body).encode())
    assert ("fever" in file.case.present) == present
    assert {kind: count for kind, count in notes_of(file).items() if kind != "older-entry"} == noted


def test_one_page_of_several_is_said(reader: FhirReader) -> None:
    body = bundle(*GOOD, link=[{"relation": "self", "url": "http://a.example"}, {"relation": "next", "url": "http://b.example"}])
    assert [note.kind for note in account(reader.read(json.dumps(body).encode())).attention] == ["incomplete"]


def test_the_moment_of_a_bundle_counts_only_if_that_is_asked_for(reader: FhirReader) -> None:
    body = json.dumps(bundle(*GOOD, timestamp="2026-03-03T10:00:00Z")).encode()
    assert reader.read(body).case.as_of == ""
    assert reader.read(body, RecordOptions(as_of="timestamp")).case.as_of == "2026-03-03T10:00:00Z"
    with pytest.raises(MalformedCaseError, match="no timestamp"):
        reader.read(json.dumps(bundle()).encode(), RecordOptions(as_of="timestamp"))
    with pytest.raises(MalformedCaseError, match="no date"):
        reader.read(body, RecordOptions(as_of="today"))


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        (b'{"resourceType": "Patient"}', True),
        (b"\xef\xbb\xbf [1]", True),
        (b'{"present": []}', False),
        (b"present: []", False),
        (b"{", False),
    ],
)
def test_a_record_is_known_by_its_resource_type(body: bytes, is_one: bool) -> None:
    assert is_record(body) == is_one


def test_a_large_record_is_read(reader: FhirReader) -> None:
    many = [condition(id=str(number), code=("http://snomed.info/sct", "10509002"), note="x" * 300) for number in range(8_000)]
    body = json.dumps(bundle(patient(), *many)).encode()
    assert 5_000_000 < len(body) < MAX_BYTES
    assert notes_of(reader.read(body)) == {"unmapped-code": 8_000}
    assert len(parse_record(body).entries) == 8_001
