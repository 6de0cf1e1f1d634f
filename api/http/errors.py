"""The only place where an error becomes an HTTP status: `application/problem+json` (RFC 9457), below /fhir an OperationOutcome.

Beside the members of the RFC (type, title, status, detail, instance) a problem says `where` it is, how to `mend` it, and
carries the error's details, such as `unknown` codes with the nearest known ones. What goes wrong inside is logged, and
the reply names only the entry in the log.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from spinegraph.api.http.access import below_root, open_to_pages
from spinegraph.api.http.logs import FIELDS
from spinegraph.api.http.visits import method_of, request_id_of, route_of
from spinegraph.api.mcp.installed import AssistantsNotInstalledError
from spinegraph.api.problems import (
    TYPE_BASE,
    AuditUnavailableError,
    FeedbackNotKeptError,
    ParameterError,
    PartOffError,
    RequestError,
    UnknownResourceError,
    UntrustedClientError,
    fault_members,
    kind_of,
)
from spinegraph.engine import CaseError, CaseTooLargeError, MalformedCaseError, SpinegraphError
from spinegraph.engine.errors import (
    LONGEST_ECHO,
    BackendError,
    BackendTimeoutError,
    ContentTooLargeError,
    DrawingError,
    DrawingNotInstalledError,
    MalformedContentError,
    ProfileError,
    PublicationError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTooLargeError,
    TooManyQueriesError,
    TooManyValidationsError,
    UnusableContentError,
    ValidationError,
)
from spinegraph.engine.exchange.cds_hooks.errors import HookError, MissingHookDataError
from spinegraph.engine.exchange.fhir.writing.outcomes import outcome_of_problem
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

logger = logging.getLogger("spinegraph")
PROBLEM_TYPE = "application/problem+json"
FHIR_JSON = "application/fhir+json"
FHIR_ROOT = "/fhir"
"""Below this path errors are told as FHIR tells them: the same what, where and how to mend it."""
PAGES = ("/browse", "/coverage", "/docs", "/problem", "/search", "/smart")
"""What is for people to look at, and not described for programs."""


class UnreadableCaseError(MalformedCaseError):
    """The body is not of the syntax that it claims: nothing in it can be judged."""

    title = "The case cannot be read"


class MediaTypeError(RequestError):
    """The body is of a type, an encoding or a character set that is not read here."""

    title = "The body's media type is not understood"


class NotAcceptableError(RequestError):
    """`Accept` names nothing that the answer can be."""

    title = "No representation is acceptable"


class UnreadableBodyError(RequestError):
    """The body is not of the syntax that it claims, or did not arrive whole."""

    title = "The body cannot be read"


class BodyTimeoutError(RequestError):
    """The body did not arrive within the time that it may take."""

    title = "The body came too slowly"


class TooManyBatchesError(RequestError):
    """As many batches as there may be are being answered; `retry_after` in the details says when to ask again."""

    title = "Too many batches at once"


class RateError(RequestError):
    """A client has sent more requests than it may in that time."""

    title = "Too many requests"


class OverloadedError(RequestError):
    """As many requests as there may be are being worked on; `retry_after` in the details says when to ask again."""

    title = "Too much is being worked on"


class TokenError(RequestError):
    """What is asked needs a token, and the request has none that is known."""

    title = "A token is needed"
    challenge = ""
    """The value of WWW-Authenticate (RFC 6750 section 3)."""


class ScopeError(RequestError):
    """The token of the request does not reach this part of the service."""

    title = "The token does not reach this far"
    challenge = ""
    """The value of WWW-Authenticate (RFC 6750 section 3)."""


class ForeignHostError(RequestError):
    """The request, or the web page that makes it, is under a name that is not one of this service."""

    title = "The name is not one of this service"


STATUS: Mapping[type[SpinegraphError], HTTPStatus] = {
    UnreadableCaseError: HTTPStatus.BAD_REQUEST,
    CaseTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    CaseError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnreadableBodyError: HTTPStatus.BAD_REQUEST,
    BodyTimeoutError: HTTPStatus.REQUEST_TIMEOUT,
    MediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    NotAcceptableError: HTTPStatus.NOT_ACCEPTABLE,
    ParameterError: HTTPStatus.UNPROCESSABLE_ENTITY,
    PublicationError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownResourceError: HTTPStatus.NOT_FOUND,
    UntrustedClientError: HTTPStatus.UNAUTHORIZED,
    FeedbackNotKeptError: HTTPStatus.SERVICE_UNAVAILABLE,
    MissingHookDataError: HTTPStatus.PRECONDITION_FAILED,
    HookError: HTTPStatus.BAD_REQUEST,
    PartOffError: HTTPStatus.NOT_FOUND,
    AuditUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooManyBatchesError: HTTPStatus.TOO_MANY_REQUESTS,
    ForeignHostError: HTTPStatus.MISDIRECTED_REQUEST,
    RateError: HTTPStatus.TOO_MANY_REQUESTS,
    OverloadedError: HTTPStatus.SERVICE_UNAVAILABLE,
    TokenError: HTTPStatus.UNAUTHORIZED,
    ScopeError: HTTPStatus.FORBIDDEN,
    AssistantsNotInstalledError: HTTPStatus.NOT_IMPLEMENTED,
    DrawingNotInstalledError: HTTPStatus.NOT_IMPLEMENTED,
    DrawingError: HTTPStatus.SERVICE_UNAVAILABLE,
    QuerySyntaxError: HTTPStatus.BAD_REQUEST,
    QueryRefusedError: HTTPStatus.FORBIDDEN,
    QueryTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooManyQueriesError: HTTPStatus.TOO_MANY_REQUESTS,
    BackendError: HTTPStatus.BAD_GATEWAY,
    BackendTimeoutError: HTTPStatus.GATEWAY_TIMEOUT,
    QueryError: HTTPStatus.SERVICE_UNAVAILABLE,
    ProfileError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MalformedContentError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnusableContentError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ContentTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooManyValidationsError: HTTPStatus.TOO_MANY_REQUESTS,
    ValidationError: HTTPStatus.SERVICE_UNAVAILABLE,
    SpinegraphError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Error class → status; an error has that of its nearest base. All others are faults of the service."""


def status_of(error: type[SpinegraphError]) -> HTTPStatus:
    """The HTTP status of an error class, by its nearest base in STATUS."""
    return next(STATUS[base] for base in error.__mro__ if base in STATUS)


def install_errors(app: FastAPI) -> None:
    """Answer every error with a problem."""
    app.add_exception_handler(SpinegraphError, _answer_known)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(ClientDisconnect, _answer_gone)
    app.add_exception_handler(Exception, _answer_unexpected)


async def _answer_known(request: Request, error: Exception) -> Response:
    assert isinstance(error, SpinegraphError)  # noqa: S101 (Starlette's handlers are typed for any exception)
    return answer_problem(request, error)


def answer_problem(request: Request, error: SpinegraphError) -> Response:
    """The reply to a request that ends with an error of ours."""
    status = status_of(type(error))
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return _fault(request, error)
    # What remains of a body that is too large or too slow is not waited for.
    headers = {"Connection": "close"} if status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT) else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after" in error.details:
        headers["Retry-After"] = str(error.details["retry_after"])
    if isinstance(error, (TokenError, ScopeError)):
        headers["WWW-Authenticate"] = error.challenge
    return _reply(
        request,
        status,
        kind=kind_of(type(error)),
        title=error.title,
        detail=error.what,
        where=error.where,
        mend=error.mend,
        details=error.details,
        headers=headers,
    )


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status, headers = HTTPStatus(error.status_code), error.headers or {}
    detail, mend, details = str(error.detail), "", {}
    if status == HTTPStatus.NOT_FOUND:
        nearest = _near_paths(request)
        detail = "There is nothing at this path." + (f" Nearest: {', '.join(nearest)}." if nearest else "")
        mend, details = "GET / lists the paths that exist.", {"nearest": nearest}
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"This path has no {request.method}."
        mend = f"Use {' or '.join(method for method in headers.get('Allow', '').split(', ') if method != 'OPTIONS')}."
    return _reply(request, status, title=status.phrase, detail=detail, mend=mend, details=details, headers=headers)


def speaks_fhir(request: Request) -> bool:
    """Whether what is asked lies below the root of the FHIR service."""
    path = below_root(request.scope)
    return path == FHIR_ROOT or path.startswith(f"{FHIR_ROOT}/")


def _near_paths(request: Request) -> list[str]:
    """Paths without variable parts that are written like this one: described ones, then pages for people."""
    path = request.url.path[:LONGEST_ECHO]
    described = [one for one in request.app.openapi()["paths"] if "{" not in one]
    return [*get_close_matches(path, described, n=3, cutoff=0.8), *get_close_matches(path, PAGES, n=1, cutoff=0.7)]


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0]
    return _reply(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        title=ParameterError.title,
        detail=str(first["msg"]),
        where="/".join(map(str, first["loc"])),
    )


async def _answer_gone(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Nobody is left to read this."""
    return _reply(request, HTTPStatus.BAD_REQUEST, title="The request is incomplete", detail="The sender went away.")


async def _answer_unexpected(request: Request, error: Exception) -> Response:
    return _fault(request, error)


def _fault(request: Request, error: Exception) -> Response:
    """A fault of the service: the log has the cause, the reply has the name of the entry."""
    incident = uuid.uuid4().urn
    fields = {"request_id": request_id_of(request.scope), "incident": incident}
    method, route = method_of(request.scope), route_of(request.scope)
    logger.error("%s: %s %s failed", incident, method, route, exc_info=error, extra={FIELDS: fields})
    members = fault_members(incident)
    return _reply(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        title=members["title"],
        detail=members["detail"],
        mend=members["mend"],
        instance=incident,
    )


def _reply(
    request: Request,
    status: HTTPStatus,
    *,
    title: str,
    detail: str,
    kind: str = "",
    where: str = "",
    mend: str = "",
    instance: str = "",
    details: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    members: dict[str, Any] = {
        "type": f"{TYPE_BASE}{kind}" if kind else "about:blank",
        "title": title,
        "status": int(status),
        "detail": detail,
        "instance": instance or request.url.path,
        **{name: value for name, value in (("where", where), ("mend", mend)) if value},
        **(details or {}),
        **({"request_id": id_} if (id_ := request_id_of(request.scope)) else {}),
    }
    in_fhir = speaks_fhir(request)
    # A lone surrogate, which JSON can carry and UTF-8 cannot, goes back as the escape that it came as.
    told = outcome_of_problem(members) if in_fhir else members
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace")
    response = Response(body, status, headers, FHIR_JSON if in_fhir else PROBLEM_TYPE)
    open_to_pages(response.headers, request.scope)  # a page has to be able to show what is wrong with its request
    return response
