"""The OpenAPI document: complete, whole in itself, and its examples are true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from spinegraph.api.http.openapi import CASES, decision_operation
from spinegraph.engine import Case, Decision, load_knowledge, make_codebook

from tests.small import write_small


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    reply = client.get("/openapi.json")
    assert reply.status_code == 200
    return dict(reply.json())


def test_it_has_every_route(document: dict[str, Any]) -> None:
    assert set(document["paths"]) >= {"/v1/decisions", "/v1/knowledge", "/health/live", "/health/ready"}
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["tags"]
            assert operation["responses"]["200"]["content"]


def test_every_reference_leads_to_a_schema(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    references = set(_references(document))
    assert references
    assert references <= {f"#/components/schemas/{name}" for name in schemas}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_schemas_are_those_of_the_engine(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["Decision"]["properties"]) == set(Decision.__struct_fields__)
    assert set(schemas["Case"]["properties"]) == set(Case.__struct_fields__)
    assert schemas["Case"]["additionalProperties"] is False


def test_request_examples_are_decided(client: httpx.Client, document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/decisions"]["post"]["requestBody"]["content"]
    assert set(content) == {"application/json", "application/yaml", "text/turtle"}
    examples = content["application/json"]["examples"]
    assert set(examples) == set(CASES) == {"red-flag", "nothing-assessed"}
    replies = {name: client.post("/v1/decisions", json=example["value"]).json() for name, example in examples.items()}
    assert replies["red-flag"]["urgency"] == "emergency"
    assert replies["nothing-assessed"]["urgency"] != "emergency"


def test_the_response_example_is_a_decision_cut_short(document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/decisions"]["post"]["responses"]["200"]["content"]["application/json"]
    example = msgspec.convert(content["examples"]["abridged"]["value"], Decision)
    assert example.urgency == "emergency"
    assert example.recommendations
    assert len(msgspec.json.encode(example)) < 20_000


def test_errors_are_documented_as_problems(document: dict[str, Any]) -> None:
    responses = document["paths"]["/v1/decisions"]["post"]["responses"]
    assert set(responses) == {"200", "400", "406", "413", "415", "422", "500"}
    assert all("application/problem+json" in responses[status]["content"] for status in responses if status != "200")


def test_examples_of_another_knowledge_are_left_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    codebook = make_codebook(load_knowledge(write_small(tmp_path_factory.mktemp("other"))))
    operation = decision_operation(codebook, ("application/json",), ("application/json",))
    assert not operation["requestBody"]["content"]["application/json"]["examples"]


def test_the_pages_that_show_it_are_there(client: httpx.Client, app: FastAPI) -> None:
    assert client.get("/docs").status_code == 200
    assert app.openapi() is app.openapi()
