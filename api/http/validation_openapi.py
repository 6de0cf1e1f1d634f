"""What the OpenAPI document says of `POST /v1/validation`."""

from __future__ import annotations

from typing import Any

from spinegraph.api.http.openapi import REF, problems
from spinegraph.engine.validation.validate import CHECKS

TURTLE_EXAMPLE = """@prefix core: <https://w3id.org/spinegraph/core/> .
@prefix finding: <https://w3id.org/spinegraph/finding/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix shape: <https://w3id.org/spinegraph/shape/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

shape:SoreMuscles a sh:NodeShape ;
    rdfs:label "sore muscles"@en ;
    core:presnt finding:MuscleSpasm .
"""
"""A misspelt predicate."""

JSON_EXAMPLES: dict[str, dict[str, Any]] = {
    "beside-what-is-shipped": {
        "summary": "A file with a misspelt predicate, beside the shipped content",
        "value": {"files": {"shapes/rules/sore-muscles.ttl": TURTLE_EXAMPLE}},
    },
    "with-a-profile": {
        "summary": "One check, judged by a profile",
        "value": {
            "files": {"shapes/rules/sore-muscles.ttl": TURTLE_EXAMPLE},
            "only": ["vocabulary"],
            "profile": {"severity": {"unknown-term": "warning"}},
        },
    },
}


def validation_operation(accepted: tuple[str, ...], offered: tuple[str, ...]) -> dict[str, Any]:
    """The operation; media types of bodies (Turtle, JSON, form parts) and of reports."""
    turtle, structured, form = accepted
    return {
        "parameters": [_parameter(name, *told) for name, told in _PARAMETERS.items()],
        "requestBody": {
            "required": True,
            "content": {
                turtle: {"schema": {"type": "string", "description": "One file."}, "example": TURTLE_EXAMPLE},
                structured: {"schema": _BODY, "examples": JSON_EXAMPLES},
                form: {"schema": _PARTS},
            },
        },
        "responses": {
            "200": {
                "description": "The report, whole; also where it tells of mistakes.",
                "content": {
                    name: {"schema": {"$ref": REF.format(name="JsonReport")}} if name == "application/json" else {}
                    for name in offered
                },
            },
            **problems(
                {
                    400: "The body is not JSON, or not form parts.",
                    406: "No report can be had in these media types.",
                    408: "The body did not arrive in time.",
                    413: "The files are too many or too large.",
                    415: "The media type of the body is not understood, or it is encoded.",
                    422: "Something is asked that cannot be: a name, an option, a profile.",
                    429: "Others have to be validated first.",
                    500: "A fault of the service.",
                    503: "Validation was stopped at its limit of time, memory or size, which `limit` names; or has no worker.",
                }
            ),
        },
    }


_NAMES = [check.name for check in CHECKS]
_BESIDE = {"type": "string", "enum": ["shipped", "alone"], "default": "shipped"}
_PARAMETERS: dict[str, tuple[dict[str, Any], str]] = {
    "name": ({"type": "string", "default": "content.ttl"}, "What a body of Turtle is called: a relative path."),
    "beside": (
        _BESIDE,
        "`shipped`: beside the content of this service, where a file of the same name is replaced; `alone`: with nothing but "
        "the schema.",
    ),
    "only": ({"type": "array", "items": {"type": "string", "enum": _NAMES}}, "Checks to run; all of them if none is named."),
    "owl": ({"type": "boolean", "default": False}, "Also ask the OWL reasoner, where the service offers it."),
    "fail_on": (
        {"type": "string", "enum": ["error", "warning"], "default": "error"},
        "From which severity on JUnit has failures.",
    ),
}
_BODY: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["files"],
    "properties": {
        "files": {
            "type": "object",
            "description": "Texts by name: relative paths of Turtle (.ttl), mappings (.tsv), cases (.yaml), and below documents/ "
            "of source texts (.txt, .md).",
            "additionalProperties": {"type": "string"},
        },
        "beside": _BESIDE,
        "only": {"type": "array", "items": {"type": "string", "enum": _NAMES}},
        "owl": {"type": "boolean", "default": False},
        "profile": {
            "description": "As in a profile file: an object, or YAML as text.",
            "oneOf": [{"type": "object"}, {"type": "string"}],
        },
    },
}
_PARTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "file": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "description": "Each part with a file name is a file of that name.",
        },
        "profile": {"type": "string", "description": "YAML of a profile."},
    },
}


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
