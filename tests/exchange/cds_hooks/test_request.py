"""What is no hook is refused, and the refusal names the place; what a hook says beside the specification is left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spinegraph.engine.exchange.cds_hooks.errors import MalformedHookError
from spinegraph.engine.exchange.cds_hooks.request import PATIENT_VIEW, parse_hook

from tests.exchange.cds_hooks.calling import INSTANCE, Json, order, ordering, parsed, request


def changed(change: Json, hook: str = "patient-view") -> Json:
    """A request with some members replaced; those that are None are left out. A member of the context begins with a dot."""
    context = ordering(order(), select=("ServiceRequest/mri",)) if hook == "order-select" else {}
    made: dict[str, Any] = request(hook, context=context)
    for name, value in change.items():
        place = made["context"] if name.startswith(".") else made
        place[name.lstrip(".")] = value
        if value is None:
            del place[name.lstrip(".")]
    return made


@pytest.mark.parametrize(
    ("change", "hook", "where", "what"),
    [
        ({"hookInstance": None}, "patient-view", "/", "hookInstance"),
        ({"hookInstance": "1"}, "patient-view", "/hookInstance", "no UUID"),
        ({"hookInstance": 7}, "patient-view", "/hookInstance", "Expected `str`"),
        ({"context": None}, "patient-view", "/", "context"),
        ({"context": "anna"}, "patient-view", "/context", "Expected `object`"),
        ({".userId": None}, "patient-view", "/context", "userId"),
        ({".patientId": None}, "patient-view", "/context", "patientId"),
        ({".patientId": "anna&x=1"}, "patient-view", "/context/patientId", "no id of FHIR"),
        ({"prefetch": []}, "patient-view", "/prefetch", "Expected `object"),
        ({"prefetch": {"k" * 65: None}}, "patient-view", "/prefetch", "too long"),
        ({"fhirAuthorization": {"access_token": "a\r\nb"}}, "patient-view", "/fhirAuthorization/access_token", "regex"),
        ({"extension": {"org.w3id.spinegraph": {"asOf": "2026"}}}, "patient-view", "/extension/org.w3id.spinegraph", "asOf"),
        ({".selections": None}, "order-select", "/context", "selections"),
        ({".selections": [1]}, "order-select", "/context/selections/0", "Expected `str`"),
        ({".draftOrders": None}, "order-select", "/context", "draftOrders"),
        ({".draftOrders": {"resourceType": 1}}, "order-select", "/context/draftOrders", "no FHIR"),
    ],
)
def test_what_is_no_hook_is_refused(change: Json, hook: str, where: str, what: str) -> None:
    with pytest.raises(MalformedHookError) as refused:
        parsed(changed(change, hook))
    assert refused.value.where == where
    assert what in refused.value.what
    assert refused.value.mend


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b"[" * 100_000])
def test_what_is_no_object_of_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedHookError):
        parse_hook(body, PATIENT_VIEW)


def test_a_service_answers_its_own_hook_alone() -> None:
    with pytest.raises(MalformedHookError, match="this service answers order-sign") as refused:
        parse_hook(json.dumps(request("patient-view")).encode(), "order-sign")
    assert refused.value.where == "/hook"


def test_what_is_not_known_is_left_alone() -> None:
    hook = parsed({**request(), "hookVersion": "1.0", "extension": {"com.example.more": [1]}})
    assert (hook.name, hook.instance, hook.patient, hook.as_of, hook.token) == ("patient-view", INSTANCE, "anna", "", "")


def test_all_of_a_hook_is_read() -> None:
    more: Json = {
        "fhirServer": "https://fhir.example/r4",
        "fhirAuthorization": {"access_token": "some.opaque-token", "token_type": "Bearer", "scope": "patient/*.read"},
        "extension": {"org.w3id.spinegraph": {"as_of": "2026-03-03"}},
    }
    context = {**ordering(order(), select=("ServiceRequest/mri",)), "patientId": "Patient/anna"}
    hook = parsed(request("order-select", context=context, **more))
    assert (hook.patient, hook.as_of, hook.fhir_server, hook.token) == (
        "anna", "2026-03-03", "https://fhir.example/r4", "some.opaque-token",
    )  # fmt: skip
    assert (hook.selections, [entry.name for entry in hook.drafts.entries]) == (("ServiceRequest/mri",), ["ServiceRequest/mri"])
