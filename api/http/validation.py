"""`POST /v1/validation`: files of a guideline in, a report of every mistake out (docs/integrate.md)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter
from spinegraph.api.http.bodies import BodyLimits, media_type_of, read_body
from spinegraph.api.http.errors import NotAcceptableError
from spinegraph.api.http.negotiation import accepted, preferred
from spinegraph.api.http.validation_openapi import validation_operation
from spinegraph.api.http.validation_request import (
    BODIES,
    FORM,
    JSON,
    NAME,
    Options,
    make_question,
    read_form,
    read_json,
    read_parameters,
)
from spinegraph.api.http.validation_settings import ValidationSettings
from spinegraph.api.http.waiting import unless_gone
from spinegraph.engine.errors import ContentTooLargeError
from spinegraph.engine.validation.reports import MEDIA_TYPES, Format
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


def validation_router(service: ValidationService, settings: ValidationSettings | None = None) -> APIRouter:
    """The router of validation. It starts the service's workers with the application and ends them with it."""
    settings = settings or ValidationSettings()

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        service.start()
        yield
        await asyncio.to_thread(service.close)

    router = APIRouter(tags=["validation"], lifespan=lifespan)

    @router.post(
        "/v1/validation",
        summary="Validate content",
        response_class=Response,
        openapi_extra=validation_operation(BODIES, tuple(FORMS)),
    )
    async def validate(request: Request) -> Response:
        """Every mistake in the files that are sent: where it is, why it matters, how to mend it.

        The files are read beside the knowledge of this service, or alone, in a process that can reach nothing and that is
        ended at its limits. The report is the answer, with status 200, also where it tells of mistakes.
        """
        media_type = preferred(accepted(request), tuple(FORMS))
        if media_type is None:
            raise NotAcceptableError(
                "Accept names no media type that a report can have.", where="Accept", mend=f"Accept {' or '.join(FORMS)}."
            )
        files, options = await _read(request, settings)
        report = await unless_gone(request, service.answer(make_question(files, options, FORMS[media_type])))
        charset = "; charset=utf-8" if media_type.startswith("text/") else ""
        return Response(report, headers={**HEADERS, "Content-Type": media_type + charset})

    return router


async def _read(request: Request, settings: ValidationSettings) -> tuple[dict[str, bytes], Options]:
    """Files and options. Raises RequestError and its kinds, ContentTooLargeError."""
    said = read_parameters(request.scope["query_string"])
    kind = media_type_of(request, BODIES, "Content").name
    limits = settings.limits
    longest = 2 * limits.max_bytes + 1024 * limits.max_files if kind in (JSON, FORM) else limits.max_bytes
    too_large = partial(
        ContentTooLargeError,
        f"The body has more than {longest:,} bytes.",
        mend="Send the files that have changed.",
        details={"limit": "max_bytes", "allowed": limits.max_bytes},
    )
    body = await read_body(request, BodyLimits(longest, settings.body_seconds), too_large)
    if kind == JSON:
        return await run_in_threadpool(read_json, body, said)
    if kind == FORM:
        return await read_form(body, request.headers["content-type"], said, limits.max_files)
    return {NAME if said.name is None else said.name: body}, said
