"""`POST /v1/validation`: files of a guideline in, a report of every mistake out (docs/validation.md)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter
from spinegraph.api.arguments import converted
from spinegraph.api.http.bodies import BodyLimits, media_type_of, read_body
from spinegraph.api.http.errors import BodyTimeoutError, MediaTypeError, NotAcceptableError, UnreadableBodyError
from spinegraph.api.http.negotiation import negotiated
from spinegraph.api.http.openapi import Operation, add_operation, reference
from spinegraph.api.http.parameters import given_parameters
from spinegraph.api.http.validation_request import (
    BODIES,
    FORM,
    JSON,
    JSON_EXAMPLES,
    TURTLE,
    TURTLE_EXAMPLE,
    Sent,
    ValidationBody,
    ValidationParameters,
    ValidationParts,
    make_question,
    read_form,
    read_json,
)
from spinegraph.api.http.waiting import unless_gone
from spinegraph.api.problems import ParameterError
from spinegraph.api.validation_settings import ValidationSettings
from spinegraph.engine.errors import ContentTooLargeError, ProfileError, ValidationError
from spinegraph.engine.validation.reports import MEDIA_TYPES, Format
from spinegraph.engine.validation.reports.json import JsonReport
from spinegraph.engine.validation.service.service import ValidationService
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

FORMS: dict[str, Format] = {"application/json": "json", **{media_type: form for form, media_type in MEDIA_TYPES.items()}}
"""Media type of a report → its form; the first is the default."""

HEADERS = {
    "Cache-Control": "no-store",  # what authors have not published yet is nobody else's to keep
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
OPERATION = Operation(
    "validate",
    "Validate content",
    "The report, whole; also where it lists mistakes.",
    {name: JsonReport if name == JSON else None for name in FORMS},
    (
        UnreadableBodyError, NotAcceptableError, BodyTimeoutError, MediaTypeError, ParameterError, ProfileError, ValidationError,
    ),
    ValidationParameters,
    body={
        TURTLE: {"schema": {"type": "string", "description": "One file."}, "example": TURTLE_EXAMPLE},
        JSON: {"schema": reference(ValidationBody), "examples": JSON_EXAMPLES},
        FORM: {"schema": reference(ValidationParts)},
    },
)  # fmt: skip


def validation_router(service: ValidationService, settings: ValidationSettings | None = None) -> APIRouter:
    """The router of validation. It starts the service's workers with the application and ends them with it."""
    settings = settings or ValidationSettings()

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        service.start()
        yield
        await asyncio.to_thread(service.close)

    router = APIRouter(tags=["validation"], lifespan=lifespan)

    async def validate(request: Request) -> Response:
        """Every mistake in the files that are sent: where it is, why it matters, how to mend it.

        The files are read beside the knowledge of this service, or alone, in a process that can reach nothing and that is
        ended at its limits. The report is the answer, with status 200, also where it tells of mistakes.
        """
        media_type = negotiated(request, tuple(FORMS), "A report")
        sent = await _read(request, settings)
        report = await unless_gone(request, service.answer(make_question(sent, FORMS[media_type])))
        charset = "; charset=utf-8" if media_type.startswith("text/") else ""
        return Response(report, headers={**HEADERS, "Content-Type": media_type + charset})

    add_operation(router, "/v1/validation", validate, OPERATION, method="POST")
    return router


async def _read(request: Request, settings: ValidationSettings) -> Sent:
    """Files and options. Raises RequestError and its kinds, ContentTooLargeError."""
    given = given_parameters(request.scope["query_string"], ValidationParameters)
    options = converted(given, ValidationParameters, "?", strict=False)
    kind = media_type_of(request, BODIES, "Content").name
    body = await read_content(request, settings, wrapped=kind in (JSON, FORM))
    if kind == JSON:
        return await run_in_threadpool(read_json, body, given)
    if kind == FORM:
        return await read_form(body, request.headers["content-type"], given, settings.limits.max_files)
    return Sent({options.name: body}, options)


async def read_content(request: Request, settings: ValidationSettings, *, wrapped: bool) -> bytes:
    """A body that holds files; `wrapped` ones with their names. Raises BodyTimeoutError, ContentTooLargeError."""
    limits = settings.limits
    longest = 2 * limits.max_bytes + 1024 * limits.max_files if wrapped else limits.max_bytes
    too_large = partial(
        ContentTooLargeError,
        f"The body has more than {longest:,} bytes.",
        mend="Send the files that have changed.",
        details={"limit": "max_bytes", "allowed": limits.max_bytes},
    )
    return await read_body(request, BodyLimits(longest, settings.body_seconds), too_large)
