"""What the prefetch brings is one record; what it does not bring is named; without the patient there is no answer."""

from __future__ import annotations

import pytest
from spinegraph.engine.exchange.cds_hooks.errors import MissingHookDataError
from spinegraph.engine.exchange.cds_hooks.gathering import gather
from spinegraph.engine.exchange.cds_hooks.services import SEARCHES

from tests.exchange.cds_hooks.calling import RECORD, gathered, parsed, request
from tests.exchange.fhir.reading.making import FEVER, condition, patient


def test_everything_that_is_sent_is_one_record_and_says_where_it_stood() -> None:
    found = gathered(parsed(request()))
    assert [entry.where for entry in found.record.entries] == ["/prefetch/patient/", "/prefetch/conditions/entry/0/resource"]
    assert (found.missing, found.record.whole) == ({}, True)


def test_what_is_null_was_looked_for_and_what_is_left_out_was_not() -> None:
    given = request()
    del given["prefetch"]["allergies"]
    found = gathered(parsed(given))
    assert (found.missing, found.record.whole) == ({"allergies": "not sent"}, False)


def test_a_part_that_is_no_fhir_costs_only_itself() -> None:
    given = request()
    given["prefetch"]["reports"] = "none"
    found = gathered(parsed(given))
    assert list(found.missing) == ["reports"]
    assert len(found.record.entries) == 2


def test_what_was_fetched_counts_beside_what_was_sent() -> None:
    given = request()
    del given["prefetch"]["patient"], given["prefetch"]["reports"]
    found = gather(parsed(given), SEARCHES, {"patient": b'{"resourceType": "Patient", "id": "anna"}'}, {"reports": "gone"})
    assert [entry.name for entry in found.record.entries] == ["Patient/anna", "Condition/condition"]
    assert found.missing == {"reports": "gone"}


def test_one_resource_under_two_keys_counts_once_and_two_states_of_it_do_not_count() -> None:
    twice = request()
    twice["prefetch"]["more"] = RECORD[1]
    other = request()
    other["prefetch"]["more"] = condition(FEVER)
    kinds = [[entry.note and entry.note.kind for entry in gathered(parsed(one)).record.entries] for one in (twice, other)]
    assert kinds == [[None, None, "duplicate"], [None, "clashing-identity", "clashing-identity"]]


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (None, "no Patient that can be read"),
        (patient("bert"), "Patient/bert"),
        ({"resourceType": "Patient"}, "'Patient'"),
        ({"resourceType": "Patient", "id": "anna", "birthDate": 1980}, "no Patient that can be read"),
        ({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden"}]}, "no Patient"),
    ],
)
def test_without_the_patient_there_is_no_answer(sent: object, why: str) -> None:
    given = request()
    given["prefetch"]["patient"] = sent
    with pytest.raises(MissingHookDataError) as refused:
        gathered(parsed(given))
    assert why in refused.value.what
    assert "Patient/{{context.patientId}}" in refused.value.mend
