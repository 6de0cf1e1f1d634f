"""A folder of an export → a case for each patient, as if their resources had been sent alone; every resource is accounted for."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from spinegraph.engine import load_knowledge, make_codebook
from spinegraph.engine.decide.case_file import CaseFile
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.exchange.fhir.bulk import spill
from spinegraph.engine.exchange.fhir.bulk.columns import values_of_patient
from spinegraph.engine.exchange.fhir.bulk.export import Export
from spinegraph.engine.exchange.fhir.bulk.folder import open_folder
from spinegraph.engine.exchange.fhir.reading.bundle import MAX_BYTES
from spinegraph.engine.exchange.fhir.reading.reasons import REASONS
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.model import InputAccount

from tests.exchange.fhir.bulk.making import folder_of, lines, read_folder
from tests.exchange.fhir.reading.making import (
    AS_OF,
    BACK_PAIN,
    FEVER,
    IBUPROFEN,
    MRI_LUMBAR,
    Json,
    account,
    concept,
    condition,
    observation,
    patient,
    quantity,
    read,
    resource,
)
from tests.small import Edit, write_small


def about(id_: str, one: Json, **more: Any) -> Json:
    """A resource, said of a patient."""
    return {**one, "subject": {"reference": f"Patient/{id_}"}, **more}


def placeless(file: CaseFile) -> tuple[Any, InputAccount]:
    """A case, and its account without the places of the resources."""
    given = account(file)
    return file.case, structs.replace(given, entries=tuple(structs.replace(one, where="") for one in given.entries))


def some_patients(count: int, seed: int) -> dict[str, list[Json]]:
    """Resources of made-up patients, by id; the first of each is who they are."""
    chance = random.Random(seed)  # noqa: S311
    found: dict[str, list[Json]] = {}
    for number in range(count):
        id_ = f"p{number}"
        kinds = (
            condition(chance.choice((FEVER, BACK_PAIN)), chance.choice(("active", "resolved")), onsetDateTime="2026-02-01"),
            condition(FEVER, "", "refuted", recordedDate="2026-03-01"),
            observation(valueQuantity=quantity(chance.choice((36.5, 39.0)), "Cel"), effectiveDateTime="2026-03-01"),
            resource("Procedure", MRI_LUMBAR, status="completed", performedDateTime="2026-02-02"),
            resource("MedicationRequest", status="active", intent="order", medicationReference={"reference": "Medication/m"}),
        )
        given = [about(id_, chance.choice(kinds), id=f"r{number}-{place}") for place in range(chance.randrange(6))]
        found[id_] = [patient(id_, birthDate=f"19{chance.randrange(40, 99)}-05-01", gender="female"), *given]
    return found


def shuffled(patients: dict[str, list[Json]], seed: int = 1) -> list[Json]:
    everything = [one for group in patients.values() for one in group]
    random.Random(seed).shuffle(everything)  # noqa: S311
    return everything


MEDICINE: Json = {"resourceType": "Medication", "id": "m", "code": concept(IBUPROFEN)}


def test_each_patient_is_read_as_alone(tmp_path: Path, reader: FhirReader, spilled: Path) -> None:
    patients = some_patients(60, seed=4)
    mixed = shuffled(patients)
    found, accounts = read_folder(folder_of(tmp_path / "f", a=mixed[::2], b=mixed[1::2], c=[MEDICINE]), reader)
    assert set(found) == set(patients)
    order = {id(one): number for number, one in enumerate([*mixed[::2], *mixed[1::2]])}
    for id_, group in patients.items():
        inner = sorted(group, key=lambda one: order[id(one)])
        needs = [MEDICINE] if any("medicationReference" in one for one in group) else []
        assert placeless(found[id_].file) == placeless(read(reader, *inner, *needs))
        assert json.loads(found[id_].patient) == group[0]
    assert accounts.resources.total() == len(mixed) + 1
    assert accounts.used.total() == sum(account(one.file).used for one in found.values())
    assert accounts.notes["Medication", "referred-to"] == 1
    assert not [*spilled.iterdir()]


def test_the_order_of_the_patients_is_that_of_their_ids_alone(tmp_path: Path, reader: FhirReader) -> None:
    patients = some_patients(40, seed=5)
    one, _ = read_folder(folder_of(tmp_path / "f", a=shuffled(patients, 1)), reader)
    two, _ = read_folder(folder_of(tmp_path / "g", a=[], b=shuffled(patients, 2)), reader)
    assert sorted(one) == sorted(two)
    assert {id_: one[id_].file.case for id_ in one} == {id_: two[id_].file.case for id_ in one}


def test_partitions_that_do_not_fit_into_memory_are_split(
    tmp_path: Path, reader: FhirReader, monkeypatch: pytest.MonkeyPatch, spilled: Path
) -> None:
    path = folder_of(tmp_path / "f", a=shuffled(some_patients(200, seed=6)))
    at_once, _ = read_folder(path, reader)
    monkeypatch.setattr(spill, "IN_MEMORY", 3_000)
    in_parts, accounts = read_folder(path, reader)
    assert {id_: placeless(one.file) for id_, one in in_parts.items()} == {
        id_: placeless(one.file) for id_, one in at_once.items()
    }
    assert accounts.resources.total() == sum(map(len, some_patients(200, seed=6).values()))
    assert not [*spilled.iterdir()]


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/anna"},
        {"reference": "Patient/anna/_history/3"},
        {"reference": "https://example.org/fhir/Patient/anna"},
        {"reference": "urn:uuid:anna"},
        {"identifier": {"system": "urn:mrn", "value": "7"}},
    ],
)
def test_a_patient_is_named_in_every_way(subject: Json, tmp_path: Path, reader: FhirReader) -> None:
    who = patient(identifier=[{"system": "urn:mrn", "value": "7"}])
    found, _ = read_folder(folder_of(tmp_path / "f", Condition=[{**condition(), "subject": subject}], Patient=[who]), reader)
    assert found["anna"].file.case.present == ("fever",)


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ({"reference": "Patient/ben"}, "no-patient"),
        ({"reference": "Group/anna"}, "no-patient"),
        ({"reference": "Patient/" + "x" * 70_000}, "no-patient"),
        ({"reference": "urn:oid:"}, "no-patient"),
        ({"identifier": {"system": "urn:mrn", "value": "8"}}, "no-patient"),
        ({"identifier": {"system": "urn:mrn", "value": "9"}}, "no-patient"),
        ({"reference": "#p"}, "no-subject"),
        (None, "no-subject"),
        (7, "unreadable"),
    ],
)
def test_what_belongs_to_nobody_is_counted(subject: Any, kind: str, tmp_path: Path, reader: FhirReader) -> None:
    twins = [patient(name, identifier=[{"system": "urn:mrn", "value": "9"}]) for name in ("anna", "carl")]
    found, accounts = read_folder(folder_of(tmp_path / "f", a=[{**condition(), "subject": subject}, *twins]), reader)
    assert [one.file.case.present for one in found.values()] == [(), ()]
    assert accounts.notes["Condition", kind] == 1
    assert all(name in REASONS for _, name in accounts.notes)


@pytest.mark.parametrize(
    ("first", "second", "present", "kinds"),
    [
        ({"versionId": "1"}, {"versionId": "2"}, (), {"older-version": 1, "resolved": 1}),
        ({"versionId": "10"}, {"versionId": "9"}, ("fever",), {"older-version": 1}),
        ({"lastUpdated": "2026-01-01T00:00:00Z", "versionId": "2"},
         {"lastUpdated": "2026-01-01T03:00:00+02:00", "versionId": "1"}, (), {"older-version": 1, "resolved": 1}),
        ({"lastUpdated": "2026-01-01T00:00:00Z"}, {"versionId": "1"}, (), {"clashing-identity": 2}),
        ({"versionId": "W/x"}, {"versionId": "W/y"}, (), {"clashing-identity": 2}),
        ({"versionId": "1"}, {"versionId": "9" * 5000}, (), {"clashing-identity": 2}),
        ({}, {}, (), {"clashing-identity": 2}),
    ],
)  # fmt: skip
def test_of_states_of_one_resource_the_latest_counts(
    first: Json, second: Json, present: tuple[str, ...], kinds: Json, tmp_path: Path, reader: FhirReader
) -> None:
    states = [condition(meta=first), condition(FEVER, "resolved", meta=second)]
    found, _ = read_folder(folder_of(tmp_path / "f", Condition=states, Patient=[patient()]), reader)
    file = found["anna"].file
    assert file.case.present == present
    assert {kind: count for kind, count in account(file).kinds.items() if kind != "says-nothing"} == kinds


def test_a_patient_who_is_there_twice_is_one(tmp_path: Path, reader: FhirReader) -> None:
    who = [patient(meta={"versionId": "1"}, birthDate="1950-01-01"), patient(meta={"versionId": "2"}, birthDate="1990-01-01")]
    found, accounts = read_folder(folder_of(tmp_path / "f", Patient=who, More=[who[1], condition()]), reader)
    assert found["anna"].file.case.birth_date == "1990-01-01"
    assert found["anna"].file.case.present == ("fever",)
    assert json.loads(found["anna"].patient)["birthDate"] == "1990-01-01"
    assert (accounts.notes["Patient", "older-version"], accounts.notes["Patient", "duplicate"]) == (1, 1)


def test_resources_of_another_version_of_fhir_are_said(tmp_path: Path, reader: FhirReader) -> None:
    r5 = {"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Condition"]}
    given = [condition(meta=r5), {"resourceType": "NutritionIntake", "id": "n", "subject": {"reference": "Patient/anna"}}]
    found, accounts = read_folder(folder_of(tmp_path / "f", a=[patient(), *given]), reader)
    assert found["anna"].file.case.present == ()
    assert (accounts.notes["Condition", "other-version"], accounts.notes["NutritionIntake", "not-read"]) == (1, 1)


def test_a_patient_resource_that_cannot_be_used_costs_only_itself(tmp_path: Path, reader: FhirReader) -> None:
    who = patient(birthDate=7)
    found, accounts = read_folder(folder_of(tmp_path / "f", a=[who, condition(), patient("ben", modifierExtension=[{}])]), reader)
    assert found["anna"].file.case.present == ("fever",)
    assert account(found["anna"].file).patient == "Patient/anna"
    assert (accounts.notes["Patient", "unreadable"], accounts.notes["Patient", "must-understand"]) == (1, 1)


@pytest.mark.parametrize(
    ("resources", "absent"),
    [
        ([], ("penicillin_allergy",)),
        ([{"resourceType": "Encounter", "subject": 7}], ("penicillin_allergy",)),
        ([{"resourceType": "AllergyIntolerance", "id": "a"}], ()),
        ([{"resourceType": "AllergyIntolerance", "patient": 7}], ()),
        ([{"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}], ()),
        (["no json"], ()),
    ],
)
def test_nothing_is_assumed_where_something_was_not_read(
    resources: list[Json | str], absent: tuple[str, ...], tmp_path: Path
) -> None:
    said = 'core:absentWhenUnrecorded "It is asked for."@en'
    edit = Edit("ontology/findings.ttl", 'skos:notation "penicillin_allergy" .', f'skos:notation "penicillin_allergy" ; {said} .')
    knowledge = load_knowledge(write_small(tmp_path, edit))
    closed = FhirReader(knowledge, make_codebook(knowledge))
    found, _ = read_folder(folder_of(tmp_path / "f", Patient=[patient()], x=resources), closed, keep_going=True)
    assert found["anna"].file.case.absent == absent


# One patient ----------------------------------------------------------------------------------


def test_one_patient_alone_is_read_as_among_all(tmp_path: Path, reader: FhirReader, spilled: Path) -> None:
    path = folder_of(tmp_path / "f", a=shuffled(some_patients(20, seed=7)), b=[MEDICINE])
    found, _ = read_folder(path, reader)
    export = Export(open_folder(path), reader, AS_OF)
    for id_ in ("p0", "p7", "p19"):
        assert export.patient(id_) == found[id_]
    with pytest.raises(PopulationError, match="No patient is called 'p20'"):
        export.patient("p20")
    assert not [*spilled.iterdir()]


# What is refused ------------------------------------------------------------------------------


def refused(path: Path, reader: FhirReader, **how: Any) -> PopulationError:
    with pytest.raises(PopulationError) as caught:
        read_folder(path, reader, **how)
    assert caught.value.mend
    return caught.value


@pytest.mark.parametrize("bad", ["no json", '{"resourceType": "Condition"', "[]", "{}", '{"resourceType": 7}', "null", "\x00"])
def test_a_line_that_is_no_resource(bad: str, tmp_path: Path, reader: FhirReader, spilled: Path) -> None:
    path = folder_of(tmp_path / "f", Patient=[patient()], Condition=[condition(), "", bad])
    error = refused(path, reader)
    assert error.what.startswith("This is no resource of FHIR")
    assert error.where == f"{path}/Condition.ndjson.gz, line 3"
    assert not [*spilled.iterdir()]
    found, accounts = read_folder(path, reader, keep_going=True)
    assert found["anna"].file.case.present == ("fever",)
    assert accounts.notes["Resource", "unreadable"] == len(accounts.refused) == 1
    assert account(found["anna"].file).kinds.get("lines-unread", 0) == 0
    assert [note.kind for note in account(found["anna"].file).attention] == ["lines-unread"]


@pytest.mark.parametrize(
    ("id_", "told"), [(None, "no id"), ("", "no id"), (7, "no id"), ("a/b", "'a/b'"), ("x" * 70_000, "70,000 characters")]
)
def test_a_patient_without_an_id(id_: Any, told: str, tmp_path: Path, reader: FhirReader) -> None:
    error = refused(folder_of(tmp_path / "f", a=[{"resourceType": "Patient", "id": id_}]), reader)
    assert "A Patient has" in error.what
    assert told in error.what
    assert len(error.what) < 300


def test_whatever_lines_hold_each_is_accounted_for(tmp_path: Path, reader: FhirReader, spilled: Path) -> None:
    chance = random.Random(12)  # noqa: S311
    given = [json.dumps(one) for one in shuffled(some_patients(60, seed=12))]
    damaged = []
    for text in given:
        place, size = chance.randrange(len(text)), chance.randrange(1, 12)
        instead = chance.choice(("", '"', "{", "[7]", "null", "\\ud800", "\x00", "9" * 30, "ü", "[" * 3000, "x" * 70_000))
        damaged.append(text[:place] + instead + text[place + size :] if chance.random() < 0.7 else text)
    path = folder_of(tmp_path / "f", a=[patient("whole"), *damaged])
    _, accounts = read_folder(path, reader, keep_going=True)
    assert accounts.resources.total() == len(damaged) + 1
    assert accounts.refused
    assert all(name in REASONS for _, name in accounts.notes)
    assert not [*spilled.iterdir()]


def test_folders_that_have_no_export(tmp_path: Path, reader: FhirReader) -> None:
    assert refused(folder_of(tmp_path / "f"), reader).what == "The folder has no .ndjson file."
    assert refused(folder_of(tmp_path / "g", Patient=[]), reader).what == "The folder has no Patient resource."
    assert refused(folder_of(tmp_path / "h", Condition=[condition()]), reader).what == "The folder has no Patient resource."


def test_one_file_packed_and_unpacked(tmp_path: Path, reader: FhirReader) -> None:
    path = folder_of(tmp_path / "f", Patient=[patient()])
    folder_of(path, x=[], Patient=[patient()])
    assert refused(path, reader).what == "It is there twice, packed and as Patient.ndjson."


def test_a_packed_file_that_is_cut_or_is_none(tmp_path: Path, reader: FhirReader, spilled: Path) -> None:
    path = folder_of(tmp_path / "f", Patient=[patient()], Condition=shuffled(some_patients(200, seed=8)))
    packed = path / "Condition.ndjson.gz"
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2])
    error = refused(path, reader, keep_going=True)
    assert error.what.startswith("It cannot be unpacked")
    assert error.where.startswith(f"{packed}, after line ")
    packed.write_bytes(b"plain")
    assert refused(path, reader).where == f"{packed}, after line 0"
    assert not [*spilled.iterdir()]


def test_the_moment_of_the_manifest(tmp_path: Path, reader: FhirReader) -> None:
    path = folder_of(tmp_path / "f", Patient=[patient(birthDate="1972-05-01")])
    assert "transactionTime" in refused(path, reader, as_of="timestamp").what
    (path / "manifest.json").write_text('{"transactionTime": "2026-03-03T10:00:00Z"}')
    (path / "notes.json").write_text("{")
    found, _ = read_folder(path, reader, as_of="timestamp")
    assert found["anna"].file.case.as_of == "2026-03-03T10:00:00Z"
    assert open_folder(path).others == ("notes.json",)
    (path / "manifest2.json").write_text('{"transactionTime": "2026-04-03T10:00:00Z"}')
    assert "are both manifests" in refused(path, reader, as_of="timestamp").what
    (path / "manifest2.json").write_text('{"transactionTime": "soon"}')
    error = refused(path, reader, as_of="timestamp")
    assert (error.where, error.what) == (f"{path / 'manifest2.json'}", "transactionTime is 'soon', which is no date.")


def test_a_file_whose_name_is_no_text(tmp_path: Path, reader: FhirReader) -> None:
    path = folder_of(tmp_path / "f", Patient=[patient()])
    (path / os.fsdecode(b"Condition-\xe4.ndjson")).write_bytes(lines(condition()))
    _, accounts = read_folder(path, reader)
    assert accounts.used["Condition"] == 1


@pytest.mark.parametrize("odd", [b"1e309", b"9" * 5000, b'"M\xfcller"'])
def test_columns_of_a_patient_with_something_else_that_cannot_be_read(odd: bytes) -> None:
    raw = b'{"resourceType": "Patient", "gender": "male", "name": %b, "address": [{"city": %b}]}' % (odd, odd)
    assert values_of_patient(raw, ["gender", "address.city", "birthDate"]) == ["male", None, None]


def test_a_patient_with_more_lines_than_a_record_may_have(tmp_path: Path, reader: FhirReader, spilled: Path) -> None:
    path = folder_of(tmp_path / "f", Patient=[patient(), patient("ben")], x=[], Condition=[about("ben", condition())])
    line = lines(condition(note=[{"text": "x" * 10_000}]))
    (path / "More.ndjson").write_bytes(line * (MAX_BYTES // len(line) + 2))
    error = refused(path, reader)
    assert error.what.startswith("The record has 8,")
    assert error.where == f"{path}, Patient/'anna'"
    found, accounts = read_folder(path, reader, keep_going=True)
    assert [*found] == ["ben"]
    assert len(accounts.refused) == 1
    assert accounts.resources == {"Patient": 1, "Condition": 1, "Resource": MAX_BYTES // len(line) + 3}
    assert accounts.notes["Resource", "record-refused"] == MAX_BYTES // len(line) + 3
    with pytest.raises(PopulationError, match="The record has 8,"):
        Export(open_folder(path), reader, AS_OF).patient("anna")
    assert not [*spilled.iterdir()]


def test_a_line_that_is_longer_than_a_record(tmp_path: Path, reader: FhirReader) -> None:
    path = folder_of(tmp_path / "f", Patient=[patient()])
    (path / "x.ndjson").write_bytes(b'{"resourceType":"Binary","data":"' + b"A" * MAX_BYTES + b'"}\n')
    assert refused(path, reader).where == f"{path / 'x.ndjson'}, line 1"
