"""`"narrative": null` was taken for no narrative, which the OpenAPI document does not allow.

Now every member of every JSON body that the document describes is sent as null: refused, unless it says that null may stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from spinegraph.api.http.app import create_app
from spinegraph.api.settings import Settings
from spinegraph.engine import Engine

Schema = dict[str, Any]
JSON = "application/json"
LEFT_OUT = {"/mcp", "/fhir/PlanDefinition/{name}/$apply", "/v1/preview"}
"""Bodies of JSON-RPC and FHIR, which say themselves what null is; and what is of others: the files and the case of a preview."""
SOUND = {
    "hook": "patient-view",
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
}
"""Members that are judged before others → what is sound there."""
NAMES = {
    "/v1/pathways/{name}.svg": "all",
    "/cds-services/{name}": "patient-view",
    "/cds-services/{name}/feedback": "patient-view",
}


@pytest.fixture(scope="module")
def service(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPINEGRAPH_HOOKS_FEEDBACK", str(tmp_path_factory.mktemp("hooks") / "feedback.sqlite"))
        return create_app(Settings(), engine)


class Bodies:
    """Least bodies that a schema allows, and the same with null in the place of one member."""

    def __init__(self, document: Schema) -> None:
        self._parts: Schema = document.get("components", {}).get("schemas", {})

    def _of(self, schema: Schema) -> Schema:
        return self._parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema

    def nullable(self, schema: Schema) -> bool:
        schema = self._of(schema)
        kinds = schema.get("type", [])
        open_ = not {"type", "anyOf", "enum", "const"} & schema.keys()
        return open_ or "null" in kinds or any(self.nullable(one) for one in schema.get("anyOf", ()))

    def least(self, schema: Schema) -> Any:
        schema = self._of(schema)
        if "anyOf" in schema:
            return self.least(schema["anyOf"][0])
        if "enum" in schema or "const" in schema:
            return schema.get("const", [*schema.get("enum", ()), None][0])
        if schema.get("type") == "object":
            return {name: SOUND.get(name, self.least(schema["properties"][name])) for name in schema.get("required", ())}
        return {"string": "fever", "number": 1, "integer": 1, "boolean": True, "array": []}.get(schema.get("type", ""))

    def with_null(self, schema: Schema) -> Iterator[tuple[str, Any]]:
        """Path of a member that must not be null → the body with null there."""
        schema = self._of(schema)
        for one in schema.get("anyOf", ()):
            yield from self.with_null(one)
        for name, part in schema.get("properties", {}).items():
            yield from ((path, {**self.least(schema), name: value}) for path, value in self._within(name, part))
        if isinstance(part := schema.get("additionalProperties"), dict):
            yield from ((path, {"age_years": value}) for path, value in self._within("age_years", part))
        if isinstance(part := schema.get("items"), dict):
            yield from ((path, [value]) for path, value in self._within("0", part))

    def _within(self, name: str, schema: Schema) -> Iterator[tuple[str, Any]]:
        if not self.nullable(schema):
            yield f"/{name}", None
        yield from ((f"/{name}{path}", value) for path, value in self.with_null(schema))


@cache
def _described(service: FastAPI) -> list[tuple[str, Schema]]:
    return [
        (path, operation["requestBody"]["content"][JSON]["schema"])
        for path, methods in service.openapi()["paths"].items()
        for operation in methods.values()
        if path not in LEFT_OUT and JSON in operation.get("requestBody", {}).get("content", {})
    ]


def test_a_null_that_is_not_allowed_is_refused_by_name(service: FastAPI) -> None:
    client = TestClient(service)
    bodies = Bodies(service.openapi())
    found, tried = [], 0
    for path, schema in _described(service):
        for member, body in bodies.with_null(schema):
            answer = client.post(path.replace("{name}", NAMES.get(path, "")), json=body)
            tried += 1
            where = answer.json().get("where", "") if answer.status_code in (400, 422) else ""
            if not where.startswith(f"/{member.split('/')[1]}"):
                found.append((path, member, answer.status_code, answer.text[:200]))
    assert found == []
    assert tried > 60
