"""`POST /v1/comparison` and `/v1/preview`: what files of an author do to patients, in the sandbox of validation."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter
from spinegraph.api.case_body import CaseBody
from spinegraph.api.http.bodies import media_type_of
from spinegraph.api.http.comparison import PATH, ComparisonParameters
from spinegraph.api.http.errors import BodyTimeoutError, MediaTypeError, UnreadableBodyError
from spinegraph.api.http.openapi import JSON, Operation, add_operation, reference
from spinegraph.api.http.parameters import read_parameters
from spinegraph.api.http.validation import HEADERS, read_content
from spinegraph.api.http.validation_request import TURTLE_EXAMPLE, files_of, parse_object
from spinegraph.api.http.waiting import unless_gone
from spinegraph.api.problems import ParameterError
from spinegraph.api.validation_settings import ValidationSettings
from spinegraph.engine.errors import MalformedCaseError, ValidationError
from spinegraph.engine.model import Frozen, doc
from spinegraph.engine.validation.diff.model import Difference
from spinegraph.engine.validation.service.messages import Question
from spinegraph.engine.validation.service.service import ValidationService
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

Files = Annotated[
    dict[str, str], doc("Texts by name, as for validation: a file of a name that is served takes its place, another is added.")
]
HTML = "text/html"
ERRORS = (UnreadableBodyError, BodyTimeoutError, MediaTypeError, ParameterError, ValidationError)


class DraftBody(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files of an author, laid over those that are served."""

    files: Files


class PreviewBody(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files of an author, laid over those that are served, and the patient to be decided with them."""

    files: Files
    case: Annotated[CaseBody, doc("The patient.")]


EXAMPLE = {"files": {"shapes/rules/sore-muscles.ttl": TURTLE_EXAMPLE.replace("presnt", "present")}}
DIFFERENCE = Operation(
    "compare_draft",
    "What a draft changes",
    "The difference.",
    {JSON: Difference},
    ERRORS,
    ComparisonParameters,
    body={JSON: {"schema": reference(DraftBody), "example": EXAMPLE}},
)
ARTICLE = Operation(
    "preview_draft",
    "A draft as an article",
    "The article.",
    {HTML: None},
    (*ERRORS, MalformedCaseError),
    ComparisonParameters,
    body={JSON: {"schema": reference(PreviewBody), "example": {**EXAMPLE, "case": {"present": []}}}},
)


def drafts_router(service: ValidationService, settings: ValidationSettings) -> APIRouter:
    """The router of drafts. Whoever includes it includes that of validation, which starts and ends the workers."""
    router = APIRouter(tags=["validation"])

    async def compare_draft(request: Request) -> Response:
        """What the files that are sent state and decide differently from what this service answers with.

        Where they load, beside the knowledge of this service: else the problem says what is in the way first. It is what
        `spinegraph diff --format json` writes, without cases of authors; `POST /v1/validation` lists all mistakes.
        """
        _, files = await _read(request, settings, DraftBody)
        found = await unless_gone(request, service.answer(Question(files=files, task="difference")))
        return Response(found, headers={**HEADERS, "Content-Type": JSON})

    async def preview(request: Request) -> Response:
        """The article about a patient who is decided with the files that are sent, over the knowledge of this service.

        It is a draft that nobody has released: for its author to read, never for a patient.
        """
        data, files = await _read(request, settings, PreviewBody)
        question = Question(files=files, task="article", case=_text_of(data.get("case")))
        found = await unless_gone(request, service.answer(question))
        return Response(found, headers={**HEADERS, "Content-Type": f"{HTML}; charset=utf-8"})

    add_operation(router, PATH, compare_draft, DIFFERENCE, method="POST")
    add_operation(router, "/v1/preview", preview, ARTICLE, method="POST")
    return router


async def _read(request: Request, settings: ValidationSettings, struct: type[Frozen]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The members of a body, and its files. Raises RequestError and its kinds, ContentTooLargeError."""
    read_parameters(request.scope["query_string"], ComparisonParameters)
    media_type_of(request, (JSON,), "A draft")
    body = await read_content(request, settings, wrapped=True)
    data = await run_in_threadpool(parse_object, body, struct)
    return data, await run_in_threadpool(files_of, data)


def _text_of(case: Any) -> bytes:
    """A case as the worker reads it: all that JSON can carry, half characters among it. Raises UnreadableBodyError."""
    try:
        return json.dumps(case).encode()
    except RecursionError as error:
        raise UnreadableBodyError("This is nested too deeply.", where="/case", mend="A case is an object of lists.") from error
