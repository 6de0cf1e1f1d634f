"""The OpenAPI document: schemas made from the structs that are answered, replies from the errors that are raised.

Each router describes its operations with `add_operation`; nothing is written down twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, get_args

import msgspec
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from spinegraph.api.arguments import properties_of
from spinegraph.api.http.errors import (
    FHIR_JSON,
    FHIR_ROOT,
    PROBLEM_TYPE,
    STATUS,
    OverloadedError,
    RateError,
    ScopeError,
    TokenError,
    status_of,
)
from spinegraph.api.http.problem import Problem
from spinegraph.api.problems import TYPE_BASE, kind_of
from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.model import (
    AssessmentVerdict,
    Audience,
    Direction,
    FactBasis,
    FactState,
    Frozen,
    IgnoredReason,
    Level,
    Modality,
    NoticeCode,
    Truth,
    Urgency,
    Verdict,
)
from spinegraph.engine.validation.diagnostics import Severity
from spinegraph.engine.validation.service.messages import Beside
from starlette.responses import Response

REF = "#/components/schemas/{name}"
JSON = "application/json"
OUTCOME = {
    "type": "object",
    "description": "OperationOutcome (FHIR R4): what is wrong, where, and how to mend it.",
    "required": ["resourceType", "issue"],
    "properties": {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array", "items": {"type": "object"}}},
}
VOCABULARIES: Mapping[str, Any] = {
    "AssessmentVerdict": AssessmentVerdict,
    "Audience": Audience,
    "Beside": Beside,
    "Direction": Direction,
    "FactBasis": FactBasis,
    "FactState": FactState,
    "IgnoredReason": IgnoredReason,
    "Level": Level,
    "Modality": Modality,
    "NoticeCode": NoticeCode,
    "Severity": Severity,
    "Truth": Truth,
    "Urgency": Urgency,
    "Verdict": Verdict,
}
"""Name of a component → the closed vocabulary of which it is made, wherever a member has exactly these values."""

OF_ALL = (TokenError, ScopeError, RateError, OverloadedError)
"""What any operation may be answered with, as its operator has settled it."""
TOKEN = {"type": "http", "scheme": "bearer", "description": "Where the operator asks for one."}


class Operation(NamedTuple):
    """What the document says of an operation besides what its handler's docstring does.

    `content`: media type of an answer → the struct that it encodes, one of several, or None. `body`: media type of a request →
    what OpenAPI calls a media type object. `path`: description and example of the variable part of the path. `cached`: the
    answer has an ETag, which the value describes. `unready`: what is answered with status 503. `other_refusals`: status → media
    type in which it is told as well, in words of others. `accepted`: what a reply with status 202 says.
    """

    id: str
    summary: str
    answer: str
    content: Mapping[str, type[Frozen] | tuple[type[Frozen], ...] | None]
    errors: tuple[type[SpinegraphError], ...] = ()
    parameters: type[Frozen] | None = None
    body: Mapping[str, Any] | None = None
    path: tuple[str, str] | None = None
    cached: str = ""
    headers: Mapping[str, str] = {}
    moved: str = ""
    unready: type[Frozen] | None = None
    other_refusals: Mapping[HTTPStatus, str] = {}
    accepted: str = ""


def add_operation(router: APIRouter, path: str, handler: Callable[..., Any], operation: Operation, method: str = "GET") -> None:
    """Route a path, and describe it."""
    router.add_api_route(
        path,
        handler,
        methods=[method],
        summary=operation.summary,
        operation_id=operation.id,
        response_class=Response,
        openapi_extra=described(operation, in_fhir=path.startswith(f"{FHIR_ROOT}/")),
    )


def described(operation: Operation, *, in_fhir: bool = False) -> dict[str, Any]:
    """An operation as OpenAPI writes it. `in_fhir`: its errors are OperationOutcomes."""
    headers = {**operation.headers, **({"ETag": operation.cached} if operation.cached else {})}
    responses: dict[str, Any] = {
        "200": {
            "description": operation.answer,
            "headers": {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()},
            "content": {name: _content(structs) for name, structs in operation.content.items()},
        }
    }
    if operation.accepted:
        responses["202"] = {"description": operation.accepted}
    if operation.moved:
        responses["303"] = {"description": operation.moved}
    if operation.cached:
        responses["304"] = {"description": "Nothing has changed."}
    responses |= problems((*operation.errors, *OF_ALL, SpinegraphError), in_fhir=in_fhir)
    if operation.unready:
        responses["503"] = {"description": "It is not so.", "content": {JSON: {"schema": reference(operation.unready)}}}
    for status, media_type in operation.other_refusals.items():
        responses[str(int(status))]["content"][media_type] = {}
    members: dict[str, Any] = {"responses": responses}
    if operation.parameters or operation.path:
        members["parameters"] = [*_parameters(operation)]
    if operation.body:
        members["requestBody"] = {"required": True, "content": operation.body}
    return members


def _content(structs: type[Frozen] | tuple[type[Frozen], ...] | None) -> dict[str, Any]:
    if isinstance(structs, tuple):
        return {"schema": {"anyOf": [*map(reference, structs)]}}  # what has more than another is of both
    return {"schema": reference(structs)} if structs else {}


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.path:
        description, example = operation.path
        yield {
            "name": "name", "in": "path", "required": True, "description": description, "schema": {"type": "string"},
            "example": example,
        }  # fmt: skip
    if operation.parameters:
        for name, schema in properties_of(operation.parameters).items():
            bare = {key: value for key, value in schema.items() if key != "description"}
            yield {"name": name, "in": "query", "required": False, "description": schema["description"], "schema": bare}


def reference(struct: type) -> dict[str, str]:
    """A reference to the schema of a struct."""
    return {"$ref": REF.format(name=struct.__name__)}


# Problems ------------------------------------------------------------------------------------


def problems(errors: Iterable[type[SpinegraphError]], *, in_fhir: bool = False) -> dict[str, Any]:
    """Replies that are no answer, by status: of each class what it and the classes below it are answered with."""
    found: dict[HTTPStatus, list[type[SpinegraphError]]] = {}
    for error in errors:
        for kind in (error, *_below(error)) if error is not SpinegraphError else (error,):
            found.setdefault(status_of(kind), []).append(kind)
    return {
        str(int(status)): {
            "description": " ".join(dict.fromkeys(f"{kind.title}." for kind in kinds)),
            "content": {FHIR_JSON: {"schema": OUTCOME}} if in_fhir else {PROBLEM_TYPE: {"schema": _one_of(kinds)}},
        }
        for status, kinds in sorted(found.items())
    }


def _one_of(kinds: list[type[SpinegraphError]]) -> dict[str, Any]:
    named = [{"$ref": REF.format(name=problem_name(kind))} for kind in dict.fromkeys(kinds) if kind is not SpinegraphError]
    if not named:
        return reference(Problem)
    return named[0] if len(named) == 1 else {"oneOf": named}


def problem_name(error: type[SpinegraphError]) -> str:
    """UnknownCodeError → `UnknownCodeProblem`."""
    return f"{error.__name__.removesuffix('Error')}Problem"


def typed_errors() -> Iterator[type[SpinegraphError]]:
    """Every class of errors that is answered with a `type` of its own."""
    return (error for error in dict.fromkeys(_below(SpinegraphError)) if status_of(error) != STATUS[SpinegraphError])


def _below(error: type[SpinegraphError]) -> Iterator[type[SpinegraphError]]:
    """The classes below one, by name: in which order they were imported depends on how the service was started."""
    for kind in sorted(error.__subclasses__(), key=lambda kind: kind.__name__):
        yield kind
        yield from _below(kind)


def _problem_schema(error: type[SpinegraphError]) -> dict[str, Any]:
    fixed = {"type": TYPE_BASE + kind_of(error), "title": error.title, "status": int(status_of(error))}
    return {
        "description": " ".join((error.__doc__ or error.title).split()),
        "allOf": [
            reference(Problem),
            {"type": "object", "properties": {name: {"const": value} for name, value in fixed.items()}},
        ],
    }


# The document --------------------------------------------------------------------------------


def make_document(
    app: FastAPI, structs: tuple[type, ...], examples: Callable[[], dict[str, Any]]
) -> Callable[[], dict[str, Any]]:
    """A function that makes the document of an app when it is first asked for.

    `structs` are those that it refers to; `examples` makes those of a decision.
    """

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
                servers=app.servers,
            )
            made.setdefault("components", {}).update(schemas=components(structs), securitySchemes={"token": TOKEN})
            made["security"] = [{}, {"token": []}]
            if "/v1/decisions" in made["paths"]:
                decided = made["paths"]["/v1/decisions"]["post"]["responses"]["200"]["content"][JSON]
                decided["examples"] = examples()
            app.openapi_schema = _with_vocabularies(made)
        return app.openapi_schema

    return document


def components(structs: tuple[type, ...]) -> dict[str, Any]:
    """Schemas by name: of the structs and all that they hold, of the vocabularies, of the problems."""
    _, schemas = msgspec.json.schema_components((Problem, *structs), ref_template=REF)
    return {**schemas, **{problem_name(error): _problem_schema(error) for error in typed_errors()}}


def _with_vocabularies(document: dict[str, Any]) -> dict[str, Any]:
    """The document with each closed vocabulary in one place, by name."""
    names = {tuple(sorted(get_args(values))): name for name, values in VOCABULARIES.items()}
    used: dict[str, Any] = {}

    def shared(node: Any) -> Any:
        if isinstance(node, list):
            return [shared(part) for part in node]
        if not isinstance(node, dict):
            return node
        values = node.get("enum")
        name = names.get(tuple(sorted(values))) if isinstance(values, list) and all(map(str.__instancecheck__, values)) else None
        if name is None:
            return {key: shared(value) for key, value in node.items()}
        used[name] = {"title": name, "type": "string", "enum": list(get_args(VOCABULARIES[name]))}
        return {"$ref": REF.format(name=name), **{key: value for key, value in node.items() if key not in ("enum", "type")}}

    made: dict[str, Any] = shared(document)
    made["components"]["schemas"].update(used)
    return made
