"""Every resource is accounted for, whatever it is; and nothing that is sent brings the reader down."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spinegraph.engine import CaseError
from spinegraph.engine.decide.case_file import CaseFile
from spinegraph.engine.exchange.fhir.reading.reasons import REASONS
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.model.account import InputAccount

from tests.exchange.fhir.reading.making import (
    ANNA,
    AS_OF,
    IBUPROFEN,
    MRI_LUMBAR,
    OURS,
    Json,
    account,
    bundle,
    concept,
    condition,
    observation,
    patient,
    quantity,
    read,
    resource,
)

EVERYTHING: list[Json] = [
    patient(birthDate="1972-05-01", gender="female"),
    condition(onsetDateTime="2026-02-27"),
    observation(valueQuantity=quantity(38.6, "Cel"), effectiveDateTime="2026-03-01", component=[]),
    resource("Procedure", MRI_LUMBAR, status="completed", performedPeriod={"start": "2026-03-01", "end": "2026-03-01"}),
    resource("ImagingStudy", status="available", procedureCode=[concept(MRI_LUMBAR)], started="2026-03-01"),
    resource("DiagnosticReport", MRI_LUMBAR, status="final", effectiveDateTime="2026-03-01"),
    resource("ServiceRequest", MRI_LUMBAR, status="active", intent="order"),
    resource("MedicationStatement", status="active", medicationCodeableConcept=concept(IBUPROFEN)),
    resource("MedicationRequest", status="active", intent="order", medicationReference={"reference": "Medication/m"}),
    {"resourceType": "Medication", "id": "m", "code": concept(IBUPROFEN)},
    {"resourceType": "AllergyIntolerance", "id": "a", "patient": {"reference": ANNA}, "code": concept((OURS, "fever"))},
    resource("QuestionnaireResponse", status="completed", item=[{"linkId": "back_pain", "answer": [{"valueBoolean": True}]}]),
    {"resourceType": "Encounter", "id": "e"},
    {"resourceType": "Immunization", "id": "i"},
]


def accounted(found: InputAccount, sent: int) -> None:
    """Every resource has a fact or a note, and every note a sentence of its kind."""
    assert found.resources == len(found.entries) == sent
    assert found.used == sum(bool(one.facts) for one in found.entries)
    for one in found.entries:
        assert one.facts or one.notes, one
        for note in one.notes:
            assert note.kind in REASONS
            assert note.text
            assert "{" not in note.text.replace(one.resource, "")


def test_every_type_is_accounted_for(reader: FhirReader) -> None:
    file = read(reader, *EVERYTHING)
    accounted(account(file), len(EVERYTHING))
    assert [one.resource.split("/")[0] for one in account(file).entries if not one.facts] == [
        "ServiceRequest", "Medication", "AllergyIntolerance", "Encounter", "Immunization",
    ]  # fmt: skip
    assert file.case.present == ("back_pain", "fever")
    assert file.case.taking == ("nsaid",)
    assert file.case.performed == ("mri_lumbar",)


def test_an_account_speaks_the_language_of_the_answer(reader: FhirReader) -> None:
    file = read(reader, patient(), condition(verification="unconfirmed"), language="de")
    assert file.case.language == "de"
    assert account(file).attention[0].text == "fever: unconfirmed, also nicht bekannt."


def test_an_account_is_plain_data_that_can_be_read_again(reader: FhirReader) -> None:
    found = account(read(reader, *EVERYTHING))
    assert msgspec.json.decode(msgspec.json.encode(found), type=InputAccount) == found


def test_one_bad_resource_changes_nothing_for_the_others(reader: FhirReader) -> None:
    """A Bundle in which all is right is decoded at once, any other one resource by resource."""
    bad: Json = {"resourceType": "Observation", "id": 7}
    good = account(read(reader, *EVERYTHING, *EVERYTHING[1:3]))
    other = account(read(reader, *EVERYTHING, *EVERYTHING[1:3], bad))
    assert [note.kind for one in other.entries[-1:] for note in one.notes] == ["unreadable"]
    assert other.entries[:-1] == good.entries
    assert [note.kind for one in good.entries[-2:] for note in one.notes] == ["duplicate", "duplicate"]


def test_an_account_in_short_has_all_but_the_resources(reader: FhirReader) -> None:
    resources = [*EVERYTHING, condition(verification="unconfirmed", id="u"), condition(verification="unconfirmed", id="v")]
    whole, short = (account(read(reader, *resources, in_short=wanted)) for wanted in (False, True))
    assert whole.attention
    assert whole.entries
    assert short == msgspec.structs.replace(whole, entries=())


def mutated(seed: int) -> Any:
    """A record with a few things in it replaced, dropped, doubled or swapped."""
    chance = random.Random(seed)  # noqa: S311
    data: Any = json.loads(json.dumps(bundle(*EVERYTHING)))
    odd: tuple[Any, ...] = (
        None,
        7,
        -1.5,
        1e308,
        True,
        "",
        "x",
        "\u0000",
        "2026-13-01",
        [],
        {},
        [[]],
        {"coding": 3},
        "Patient/ben",
        "é" * 500,
    )
    for _ in range(chance.randint(1, 6)):
        parents: list[tuple[Any, Any]] = []
        walk: list[Any] = [data]
        while walk:
            one = walk.pop()
            for key, value in one.items() if isinstance(one, dict) else enumerate(one):
                parents.append((one, key))
                walk += [value] if isinstance(value, dict | list) else []
        if not parents:
            break
        (one, key), (other, its) = chance.choice(parents), chance.choice(parents)
        changes: tuple[Callable[[], Any], ...] = (
            lambda: one.__setitem__(key, chance.choice(odd)),  # noqa: B023
            lambda: one.__delitem__(key),  # noqa: B023
            lambda: one.__setitem__(key, json.loads(json.dumps(other[its]))),  # noqa: B023
        )
        chance.choice(changes)()
    return data


def read_or_refused(reader: FhirReader, body: bytes, options: RecordOptions) -> CaseFile | None:
    """The case, or None where the record is refused, which says how to mend it. Any other error is a fault."""
    try:
        return reader.read(body, options)
    except CaseError as error:
        if not error.mend:
            raise
        return None


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_a_record_with_anything_wrong_in_it_is_read_or_refused(reader: FhirReader, seed: int) -> None:
    data = mutated(seed)
    file = read_or_refused(
        reader, json.dumps(data).encode(), RecordOptions("" if seed % 2 else "anna", AS_OF if seed % 3 else "")
    )
    if file is not None:
        accounted(account(file), len(data.get("entry") or []) if data.get("resourceType") == "Bundle" else 1)


@settings(max_examples=100)
@given(st.binary(max_size=60))
def test_anything_at_all_is_read_or_refused(reader: FhirReader, body: bytes) -> None:
    for lines in (False, True):
        read_or_refused(reader, body, RecordOptions(lines=lines))


@pytest.mark.parametrize("odd", ["\u0000", "x" * 5_000, "\u202e", "a\nb"])
def test_what_a_sender_wrote_is_repeated_short_and_readable(reader: FhirReader, odd: str) -> None:
    who: list[Json] = [
        patient(),
        condition(code=(odd, odd), id=odd),
        observation(status=odd, id="o"),
        condition(verification=odd, id="c"),
    ]
    others = [condition(id="d") | {"subject": {"reference": odd}}, resource("MedicationRequest", status=odd, intent=odd)]
    for one in account(read(reader, *who, *others, subject="anna")).entries:
        for text in (one.resource, *(note.text for note in one.notes)):
            assert len(text) < 300
            assert unshown_character(text) == ""
