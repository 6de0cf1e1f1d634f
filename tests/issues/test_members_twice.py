"""Of a member that stood twice in a resource of FHIR the last counted, and nothing said so; a second `entry` dropped the first.

Now a resource of which something is read is set aside with a note, and a Bundle that would lose resources is refused.
"""

from __future__ import annotations

import json

import pytest
from spinegraph.engine import CaseError, Codebook, Engine
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions

from tests.exchange.fhir.reading.making import AS_OF, Json, bundle, condition, patient

FINAL = '"verificationStatus": {"coding": [{"system": "x", "code": "refuted"}]}, "verificationStatus"'
TWICE = {
    "in a resource": ('"verificationStatus"', FINAL),
    "deep in it": ('"code": "386661006"', '"code": "161891005", "code": "386661006"'),
    "of the same value": ('"code": "386661006"', '"code": "386661006", "code": "386661006"'),
}


@pytest.fixture(scope="module")
def reader(engine: Engine, codebook: Codebook) -> FhirReader:
    return FhirReader(engine.knowledge, codebook)


def written(*resources: Json) -> str:
    return json.dumps(bundle(*resources))


@pytest.mark.parametrize(("once", "twice"), TWICE.values(), ids=TWICE)
def test_a_resource_is_set_aside(reader: FhirReader, once: str, twice: str) -> None:
    body = written(patient(gender="female"), condition()).replace(once, twice, 1)
    for text, lines in ((body, False), (json.dumps(condition()).replace(once, twice, 1), True)):
        file = reader.read(text.encode(), RecordOptions(as_of=AS_OF, lines=lines))
        assert file.case.present == ()
        assert file.account is not None
        assert file.account.kinds["member-twice"] == 1
        assert "stands twice" in file.account.attention[0].text


@pytest.mark.parametrize(
    ("once", "twice"),
    [
        ('"entry"', '"entry": [], "entry"'),
        ('"resource"', '"resource": {"resourceType": "Patient", "id": "ben"}, "resource"'),
        (
            '"resource": {"resourceType": "Condition"',
            '"fullUrl": "urn:a", "fullUrl": "urn:b", "resource": {"resourceType": "Condition"',
        ),
    ],
)
def test_a_bundle_that_would_lose_resources_is_refused(reader: FhirReader, once: str, twice: str) -> None:
    body = written(patient(), condition()).replace(once, twice, 1)
    with pytest.raises(CaseError, match="stands twice in one object"):
        reader.read(body.encode())


def test_members_of_that_name_elsewhere_are_no_matter(reader: FhirReader) -> None:
    lists = {"resourceType": "List", "id": "l", "entry": [{"item": {"display": "entry"}}], "note": [{"text": '"resource"'}]}
    file = reader.read(written(patient(), condition(), lists).encode(), RecordOptions(as_of=AS_OF))
    assert file.case.present == ("fever",)
