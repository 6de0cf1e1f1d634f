"""The OpenAPI document: schemas made from the engine's structs, examples made by the engine. Nothing is written down twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from spinegraph.engine import Case, Codebook, Decision, Engine, Proof, UnknownCodeError, make_case

REF = "#/components/schemas/{name}"
PROBLEM = {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}}

CASES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "red-flag": (
        "Left back pain with spasm, urinary retention and saddle numbness",
        {
            "present": ["back_pain_left_mid_lower", "muscle_spasm", "urinary_retention", "saddle_anesthesia"],
            "absent": ["fever", "palpable_knots"],
            "measurements": {"age_years": 54, "duration_weeks": 1},
        },
    ),
    "nothing-assessed": (
        "Left back pain with spasm, nothing else assessed",
        {"present": ["back_pain_left_mid_lower", "muscle_spasm"]},
    ),
}
"""Requests to show, each with a summary; one that uses codes of another knowledge is left out."""

WORDS = {
    "title": "Heads the article for clinicians; never reasoned over, and no part of the decision.",
    "narrative": "The patient's story in words, shown in the article for clinicians; never reasoned over.",
}
"""What a request may say beside the case."""


# Operations ----------------------------------------------------------------------------------


def decision_operation(codebook: Codebook, accepted: tuple[str, ...], offered: tuple[str, ...]) -> dict[str, Any]:
    """What the document says of `POST /v1/decisions`."""
    examples = {name: {"summary": summary, "value": case} for name, (summary, case) in _understood(codebook).items()}
    text = {"schema": {"type": "string", "description": "A graph with one core:Case."}}
    structured = {"schema": {"$ref": REF.format(name="CaseFile")}, "examples": examples}
    return {
        "parameters": [
            {
                "name": "include",
                "in": "query",
                "required": False,
                "description": "`all`: also the rules that are not indicated or out of scope.",
                "schema": {"type": "string", "enum": ["all"]},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {name: text if name == "text/turtle" else structured for name in accepted},
        },
        "responses": {
            "200": {
                "description": "The decision.",
                "content": {
                    name: {"schema": {"$ref": REF.format(name="Decision")}} if name == "application/json" else {}
                    for name in offered
                },
            },
            **problems(
                {
                    400: "The body is not JSON, YAML or Turtle.",
                    406: "No representation is acceptable.",
                    413: "The body is too large.",
                    415: "The media type of the body is not understood.",
                    422: "The case cannot be decided: an unknown code (`unknown` has the nearest), a value that cannot be.",
                    500: "A fault of the service.",
                }
            ),
        },
    }


def catalogue_operation() -> dict[str, Any]:
    """What the document says of `GET /v1/knowledge`."""
    return {
        "responses": {
            "200": {"description": "The catalogue.", "content": _json("Catalogue"), "headers": _ETAG},
            "304": {"description": "Nothing has changed.", "headers": _ETAG},
            **problems({500: "A fault of the service."}),
        }
    }


def health_operation() -> dict[str, Any]:
    """What the document says of the health of the service."""
    return {
        "responses": {
            "200": {"description": "It is so.", "content": _json("Health")},
            **problems({500: "It is not."}),
        }
    }


_ETAG = {"ETag": {"description": "The content digest of the knowledge.", "schema": {"type": "string"}}}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF.format(name=name)}}}


def problems(descriptions: Mapping[int, str]) -> dict[str, Any]:
    """Replies that are no answer, by status."""
    return {str(status): {"description": text, "content": PROBLEM} for status, text in descriptions.items()}


# The document --------------------------------------------------------------------------------


def make_document(app: FastAPI, engine: Engine, codebook: Codebook, structs: tuple[type, ...]) -> Callable[[], dict[str, Any]]:
    """A function that makes the document of an app when it is first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
            )
            made.setdefault("components", {}).setdefault("schemas", {}).update(_schemas(structs))
            _add_answer(made, engine, codebook)
            app.openapi_schema = made
        return app.openapi_schema

    return document


def _schemas(structs: tuple[type, ...]) -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components((Case, Decision, *structs), ref_template=REF)
    schemas["Case"]["additionalProperties"] = False  # unknown keys are refused
    words = {name: {"type": "string", "default": "", "description": text} for name, text in WORDS.items()}
    schemas["CaseFile"] = {**schemas["Case"], "title": "CaseFile", "properties": {**schemas["Case"]["properties"], **words}}
    return schemas


def _understood(codebook: Codebook) -> dict[str, tuple[str, Mapping[str, Any]]]:
    understood = {}
    for name, (summary, case) in CASES.items():
        try:
            make_case(case, codebook)
        except UnknownCodeError:
            continue  # the service was given another knowledge than the examples are written for
        understood[name] = (summary, case)
    return understood


def _add_answer(document: dict[str, Any], engine: Engine, codebook: Codebook) -> None:
    """Show what the first example is answered, cut short."""
    for summary, case in list(_understood(codebook).values())[:1]:
        answer = msgspec.to_builtins(abridge(engine.decide(make_case(case, codebook))))
        content = document["paths"]["/v1/decisions"]["post"]["responses"]["200"]["content"]
        content["application/json"]["examples"] = {"abridged": {"summary": f"{summary} (cut short)", "value": answer}}


def abridge(decision: Decision, most: int = 2) -> Decision:
    """The first `most` entries of every list of a decision, proofs two steps deep: an example, no answer."""
    return msgspec.structs.replace(
        decision,
        assessments=tuple(
            msgspec.structs.replace(entry, passages=entry.passages[:most], explanation=_abridge_proof(entry.explanation, most))
            for entry in decision.assessments
            if entry.verdict == "suspected"
        )[:1],
        recommendations=tuple(
            msgspec.structs.replace(entry, flips=entry.flips[:most], explanation=_abridge_proof(entry.explanation, most))
            for entry in decision.recommendations[:most]
        ),
        questions=tuple(
            msgspec.structs.replace(entry, settles=entry.settles[:most], passages=entry.passages[:most])
            for entry in decision.questions[:most]
        ),
        tensions=decision.tensions[:1],
        notices=decision.notices[:most],
    )


def _abridge_proof(proof: Proof, depth: int) -> Proof:
    children = tuple(_abridge_proof(child, depth - 1) for child in proof.children) if depth else ()
    return msgspec.structs.replace(proof, children=children)
