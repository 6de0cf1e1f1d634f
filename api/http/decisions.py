"""`POST /v1/decisions`: a case in, an explained decision out (design section 7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from difflib import get_close_matches
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter
from spinegraph.api.http.bodies import YAML, BodyLimits, media_type_of, read_body
from spinegraph.api.http.errors import NotAcceptableError, ParameterError, UnreadableCaseError
from spinegraph.api.http.negotiation import accepted, preferred
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import decision_operation
from spinegraph.api.http.waiting import unless_gone
from spinegraph.engine import (
    CaseFile,
    CaseTooLargeError,
    Codebook,
    Engine,
    MalformedCaseError,
    make_case_file,
    parse_json,
    parse_turtle,
    parse_yaml,
)
from spinegraph.engine.exchange.article.article import render_article
from spinegraph.engine.exchange.provenance.decision import render_provenance
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

Parser = Callable[[bytes], Any]
Renderer = Callable[[CaseFile, bool], bytes]
JSON = "application/json"

PARSERS: dict[str, Parser] = {JSON: parse_json, YAML: parse_yaml, "text/turtle": parse_turtle}
"""Media type of a request → how to read it."""
BODIES = tuple(PARSERS)

SMALL = 32_768
"""Bytes up to which JSON is read at once; what takes longer is read in a thread, so that others are still answered."""
READERS = 2
"""How many cases are read in threads at a time; the sender of one that still waits may go away, and it is not read at all."""


def renderers_of(engine: Engine) -> dict[str, Renderer]:
    """Media type of a reply → how to decide a case and write the answer; the first is the default."""

    def answer(file: CaseFile, include_all: bool) -> bytes:
        return engine.decide_json(file.case, include_all)

    def article(media_type: str, file: CaseFile, include_all: bool) -> bytes:
        decision = engine.decide(file.case, include_all)
        return render_article(engine, decision, file.case.audience, media_type, file.title, file.narrative)

    def provenance(media_type: str, file: CaseFile, include_all: bool) -> bytes:
        return render_provenance(engine.knowledge, engine.decide(file.case, include_all), media_type)

    return {
        JSON: answer,
        "application/ld+json": partial(provenance, "application/ld+json"),
        "text/turtle": partial(provenance, "text/turtle"),
        "application/trig": partial(provenance, "application/trig"),
        "text/markdown": partial(article, "text/markdown"),
        "text/html": partial(article, "text/html"),
    }


def decisions_router(engine: Engine, codebook: Codebook, limits: BodyLimits) -> APIRouter:
    """The router of decisions. Errors are raised for `api.http.errors` to answer."""
    router = APIRouter(tags=["decisions"], route_class=OpenRoute)
    renderers = renderers_of(engine)
    offered = tuple(renderers)
    readers = ThreadPoolExecutor(READERS, thread_name_prefix="case-reader")
    what = f"The body has more than {limits.max_bytes:,} bytes."
    too_large = partial(CaseTooLargeError, what, mend="Send only codes and measurements.")

    @router.post(
        "/v1/decisions",
        summary="Decide a case",
        response_class=Response,
        openapi_extra=decision_operation(codebook, BODIES, offered),
    )
    async def decide(request: Request) -> Response:
        """What the guidelines say of one patient: a verdict for each recommendation, with proof, missing facts and sources.

        The same case and the same knowledge give the same decision, under the same `id`.
        """
        include_all = read_include(request.scope["query_string"])
        parse = PARSERS[media_type_of(request, BODIES, "A case").name]
        media_type = preferred(accepted(request), offered)
        if media_type is None:
            raise NotAcceptableError(
                "Accept names no media type that a decision can have.",
                where="Accept",
                mend=f"Accept {' or '.join(offered)}.",
            )
        body = await read_body(request, limits, too_large)
        if parse is parse_json and len(body) <= SMALL:
            file = read_case(parse, body, codebook)
        else:
            reading = asyncio.get_running_loop().run_in_executor(readers, read_case, parse, body, codebook)
            file = await unless_gone(request, reading)
        render = renderers[media_type]
        answer = render(file, include_all) if media_type == JSON else await run_in_threadpool(render, file, include_all)
        return Response(answer, headers={"Vary": "Accept"}, media_type=media_type)

    return router


def read_case(parse: Parser, body: bytes, codebook: Codebook) -> CaseFile:
    """Body → case, with its words. Raises UnreadableCaseError where the syntax is wrong, CaseError where what it says is."""
    try:
        data = parse(body)
    except MalformedCaseError as error:
        raise UnreadableCaseError(error.what, where=error.where, mend=error.mend) from error
    return make_case_file(data, codebook)


def read_include(query: bytes) -> bool:
    """Whether a query string asks for all verdicts. Raises ParameterError for anything but `include=all`."""
    if not query:
        return False
    pairs = parse_qsl(query.decode("ascii", "replace"), keep_blank_values=True)
    for name, value in pairs:
        if name != "include":
            near = get_close_matches(name, ["include"])
            raise ParameterError(
                f"There is no parameter {name!r}" + ("; did you mean 'include'?" if near else "."),
                where=f"?{name}",
                mend="Use include=all, or no parameter.",
            )
        if value != "all":
            raise ParameterError(f"There is no include={value!r}.", where="?include", mend="Use include=all, or leave it out.")
    return bool(pairs)
