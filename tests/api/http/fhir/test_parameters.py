"""The body of an operation: what is declared is read, and nothing else is."""

from __future__ import annotations

import json

import pytest
from spinegraph.api.http.errors import UnreadableBodyError
from spinegraph.api.http.fhir.parameters import Declared, read_operation
from spinegraph.api.problems import ParameterError

DECLARED = {
    "subject": Declared(("valueString", "valueReference"), required=True),
    "data": Declared(("resource",), repeats=True),
    "useServerData": Declared(("valueBoolean",)),
    "encounter": Declared(unsupported="a decision knows no encounters"),
}


def parameters(*given: object) -> bytes:
    return json.dumps({"resourceType": "Parameters", "parameter": given}).encode()


def test_what_is_declared_is_read() -> None:
    body = parameters(
        {"name": "subject", "valueString": "Patient/1"},
        {"name": "data", "resource": {"resourceType": "Bundle"}},
        {"name": "data", "resource": {"resourceType": "Patient"}},
        {"name": "useServerData", "valueBoolean": False},
    )
    given = read_operation(body, DECLARED)
    assert (given["subject"], given["useServerData"]) == (["Patient/1"], [False])
    assert [json.loads(bytes(one))["resourceType"] for one in given["data"]] == ["Bundle", "Patient"]


def test_one_resource_alone_is_the_parameter_that_is_named() -> None:
    optional = {"data": Declared(("resource",))}
    assert json.loads(bytes(read_operation(b'{"resourceType": "Bundle"}', optional, "data")["data"][0])) == {
        "resourceType": "Bundle"
    }


SUBJECT = {"name": "subject", "valueString": "1"}
BAD = {
    "unknown": (parameters(SUBJECT, {"name": "subjekt", "valueString": "1"}), "/parameter/1/name"),
    "nameless": (parameters({"valueString": "1"}), "/parameter/0"),
    "valueless": (parameters({"name": "subject"}), "/parameter/0"),
    "two values": (parameters({"name": "subject", "valueString": "1", "valueCode": "2"}), "/parameter/0"),
    "wrong value": (parameters({"name": "subject", "valueInteger": 1}), "/parameter/0"),
    "wrong type": (parameters({"name": "subject", "valueString": 1}), "/parameter/0/valueString"),
    "twice": (parameters(SUBJECT, SUBJECT), "/parameter/1"),
    "missing": (parameters(), "/parameter"),
    "unsupported": (parameters(SUBJECT, {"name": "encounter", "valueString": "1"}), "/parameter/1"),
    "another resource": (b'{"resourceType": "Patient"}', "/resourceType"),
    "no resource": (b"{}", "/resourceType"),
    "a list": (b"[]", "/"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_declared_is_refused_with_its_place(name: str) -> None:
    body, where = BAD[name]
    with pytest.raises(ParameterError) as caught:
        read_operation(body, DECLARED)
    assert caught.value.where == where
    assert caught.value.mend


def test_what_is_no_json_cannot_be_read() -> None:
    with pytest.raises(UnreadableBodyError):
        read_operation(b"{", DECLARED)
