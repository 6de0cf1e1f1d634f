"""`/sparql`: the query operation of the SPARQL 1.1 Protocol, read only (design section 8)."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter
from msgspec import field
from spinegraph.api.http.access import url_of
from spinegraph.api.http.bodies import BodyLimits, media_type_of, read_body
from spinegraph.api.http.errors import BodyTimeoutError, MediaTypeError, NotAcceptableError, status_of
from spinegraph.api.http.negotiation import accepted, asks_for, negotiated, parse_media_type, preferred
from spinegraph.api.http.open_route import OpenRoute
from spinegraph.api.http.openapi import Operation, add_operation, reference
from spinegraph.api.http.sparql_page import PAGE_POLICY, render_sparql
from spinegraph.api.http.waiting import unless_gone
from spinegraph.api.sparql_settings import SparqlSettings
from spinegraph.engine.errors import QueryError, QueryRefusedError, QuerySyntaxError, QueryTooLargeError
from spinegraph.engine.model import Frozen, doc
from spinegraph.engine.query.algebra import unescape
from spinegraph.engine.query.description import DESCRIPTION_TYPES
from spinegraph.engine.query.messages import Question
from spinegraph.engine.query.results import ASK_TYPES, GRAPH_TYPES, SELECT_TYPES, MediaTypes
from spinegraph.engine.query.service import QueryService
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

PATH = "/sparql"
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
OFFERED = {"select": tuple(SELECT_TYPES), "ask": tuple(ASK_TYPES), "graph": tuple(GRAPH_TYPES)}
GREETINGS = (*DESCRIPTION_TYPES, "text/html")
MOST_FIELDS = 200

CHANGING = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\b", re.IGNORECASE)
"""What can make the same query answer differently: then there is no ETag."""


class ProtocolError(QuerySyntaxError):
    """The request is not a query operation of the SPARQL Protocol."""

    title = "The request does not follow the SPARQL Protocol"


class GraphParameters(Frozen, frozen=True, kw_only=True):
    """What is asked of which graphs, in the URL of a POST."""

    default_graph_uri: Annotated[tuple[str, ...], doc("IRIs of the graphs that are the default graph.")] = field(
        default=(), name="default-graph-uri"
    )
    named_graph_uri: Annotated[tuple[str, ...], doc("IRIs of the graphs that GRAPH may name.")] = field(
        default=(), name="named-graph-uri"
    )


class QueryParameters(GraphParameters, frozen=True, kw_only=True):
    """A query, with the graphs that it is asked of."""

    query: Annotated[str, doc("One SPARQL 1.1 query.")] = ""


class SparqlRoute(OpenRoute):
    """A route whose replies caches keep apart by what was accepted, and by who asked."""

    def open(self, headers: MutableHeaders, scope: Scope) -> None:
        super().open(headers, scope)
        headers["Vary"] = "Accept, Origin"


ERRORS = (QuerySyntaxError, QueryRefusedError, NotAcceptableError, QueryError)
ASKED = Operation(
    "query", "Ask SPARQL", "The answer, whole.", dict.fromkeys((*SELECT_TYPES, *GRAPH_TYPES)), ERRORS, QueryParameters,
    cached="Digest of the knowledge, the query and the format; none where the query can answer differently.",
)  # fmt: skip
POSTED = ASKED._replace(
    id="query_by_post",
    errors=(*ERRORS, BodyTimeoutError, MediaTypeError),
    parameters=GraphParameters,
    body={
        DIRECT: {"schema": {"type": "string", "description": "One SPARQL 1.1 query."}},
        FORM: {"schema": reference(QueryParameters)},
    },
)


def sparql_router(service: QueryService, settings: SparqlSettings | None = None) -> APIRouter:
    """The router of the endpoint. It starts the service's workers with the application and ends them with it."""
    settings = settings or SparqlSettings()

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        await asyncio.to_thread(service.start)
        yield
        await asyncio.to_thread(service.close)

    router = APIRouter(tags=["sparql"], route_class=SparqlRoute, lifespan=lifespan)

    async def sparql(request: Request) -> Response:
        """SPARQL 1.1 of the knowledge: SELECT, ASK, CONSTRUCT, DESCRIBE; one named graph per file, all of them by default.

        Without a query: a form for people, the service description for programs.
        """
        return await _reply(request, service, settings)

    router.add_api_route(PATH, sparql, methods=["GET", "POST"], include_in_schema=False)
    # The same once more, for the interface's description alone: the route above takes every request.
    for operation, method in ((ASKED, "GET"), (POSTED, "POST")):
        add_operation(router, PATH, sparql, operation, method)
    return router


async def _reply(request: Request, service: QueryService, settings: SparqlSettings) -> Response:
    fields = _fields(request.scope["query_string"], "the URL")
    if request.method == "POST":
        fields += await _posted(request, settings)
    if not fields and request.method != "POST":
        return await _greet(request, service)
    if request.method != "POST" and asks_for(request, "text/html"):
        return await _show(request, service, fields)
    question = _question(fields, accepted(request))
    etag = _etag(question, await asyncio.to_thread(_digest, service))
    headers = {"ETag": etag, "Cache-Control": "no-cache"} if etag else {"Cache-Control": "no-store"}
    if etag and request.method != "POST" and _names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    written = await unless_gone(request, service.answer(question, client_of(request)))
    if not written.media_type:
        kind = written.kind.partition(" ")[0].lower()
        offered = OFFERED[kind if kind in OFFERED else "graph"]
        raise NotAcceptableError(
            f"The answer ({written.kind}) cannot be had in a media type that Accept names.",
            where="Accept",
            mend=f"Accept one of {', '.join(offered)}.",
        )
    charset = "; charset=utf-8" if written.media_type.startswith("text/") else ""
    return Response(written.body, headers={**headers, "Content-Type": written.media_type + charset})


def client_of(request: Request) -> str:
    """Who asks: the address of the peer, or of the client that a declared proxy names (see `server.run`)."""
    return request.client.host if request.client else ""


async def _show(request: Request, service: QueryService, fields: list[tuple[str, str]]) -> Response:
    """The page with the query and its answer, for browsers."""
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
    question = _question(fields, "application/sparql-results+json, text/turtle")
    try:
        written = await unless_gone(request, service.answer(question, client_of(request)))
    except QueryError as error:
        page = render_sparql(question.query, problem=error)
        return Response(page, status_of(type(error)), headers, "text/html")
    return Response(render_sparql(question.query, written), headers=headers, media_type="text/html")


def _digest(service: QueryService) -> str:
    return service.digest


async def _greet(request: Request, service: QueryService) -> Response:
    """What there is without a query."""
    media_type = negotiated(request, GREETINGS, "The service description")
    if media_type == "text/html":
        return Response(render_sparql(), headers={"Content-Security-Policy": PAGE_POLICY}, media_type="text/html")
    return Response(await asyncio.to_thread(service.describe, url_of(request), media_type), media_type=media_type)


async def _posted(request: Request, settings: SparqlSettings) -> list[tuple[str, str]]:
    """The fields that a body carries. Raises MediaTypeError, ProtocolError, QueryTooLargeError."""
    if parse_media_type(request.headers.get("content-type", "")).name == "application/sparql-update":
        raise QueryRefusedError("This service only reads: there are no updates.", where="Content-Type", mend=f"Send {DIRECT}.")
    name = media_type_of(request, (DIRECT, FORM), "A query").name
    limit = settings.limits.max_query_bytes
    longest = limit if name == DIRECT else 3 * limit + (1 << 14)
    too_large = partial(
        QueryTooLargeError,
        f"The body has more than {longest:,} bytes.",
        mend="Ask several smaller queries.",
        details={"limit": "max_query_bytes", "allowed": longest},
    )
    body = await read_body(request, BodyLimits(longest, settings.body_seconds), too_large)
    if name == FORM:
        return _fields(body, "the body")
    try:
        return [("query", body.decode("utf-8"))]
    except UnicodeDecodeError as error:
        raise ProtocolError(
            f"The body is not UTF-8: byte {error.start} cannot be.", where="the body", mend="Send UTF-8."
        ) from error


def _fields(encoded: bytes, where: str) -> list[tuple[str, str]]:
    """Names and values of a query string or form. Raises ProtocolError."""
    if not encoded:
        return []
    try:
        text = encoded.decode("utf-8")
        if re.search(r"%(?![0-9A-Fa-f]{2})", text):
            raise ProtocolError("A % is not followed by two hexadecimal digits.", where=where, mend="Write %25 for a % itself.")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError as error:
        raise ProtocolError("What is percent-encoded is not UTF-8.", where=where, mend="Encode UTF-8.") from error
    except ValueError as error:
        raise ProtocolError(f"There are more than {MOST_FIELDS} parameters.", where=where, mend="Give fewer.") from error


def _question(fields: list[tuple[str, str]], accept: str) -> Question:
    """The question that the fields ask. Raises ProtocolError, QueryRefusedError."""
    queries = [value for name, value in fields if name == "query"]
    if any(name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in fields):
        raise QueryRefusedError("This service only reads: there are no updates.", where="update", mend="Send query=…")
    if len(queries) != 1:
        raise ProtocolError(
            f"There must be one query, and there {'are ' + str(len(queries)) if queries else 'is none'}.",
            where="query",
            mend="Give `query` once, in the URL or in the body.",
        )
    named = any(name in ("default-graph-uri", "named-graph-uri") for name, _ in fields)
    return Question(
        query=queries[0],
        wanted=MediaTypes(**{kind: preferred(accept, offered) or "" for kind, offered in OFFERED.items()}),
        default_graphs=tuple(value for name, value in fields if name == "default-graph-uri") if named else None,
        named_graphs=tuple(value for name, value in fields if name == "named-graph-uri") if named else None,
    )


def _etag(question: Question, digest: str) -> str:
    """The tag of an answer: dataset, query, graphs, formats. Empty if there can be none."""
    if not digest or CHANGING.search(unescape(question.query)):
        return ""
    asked = repr((digest, question)).encode("utf-8", "backslashreplace")
    return f'W/"{hashlib.sha256(asked).hexdigest()[:32]}"'


def _names(if_none_match: str, etag: str) -> bool:
    """Whether an If-None-Match header names the tag (weak comparison; `*` could only mean what was never asked)."""
    return etag.removeprefix("W/") in [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
