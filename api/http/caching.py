"""Answers that a client may have already (RFC 9110 section 13.1.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response


def has_already(request: Request, etag: str) -> bool:
    """Whether If-None-Match names the tag (weak comparison)."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return "*" in tags or etag.removeprefix("W/") in tags


def unless_unchanged(
    request: Request, etag: str, media_type: str, render: Callable[[], bytes], headers: Mapping[str, str] | None = None
) -> Response:
    """What is rendered, under its tag; or 304 without it, where the client has it already."""
    tagged = {"ETag": etag, "Cache-Control": "no-cache", **(headers or {})}
    if has_already(request, etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=tagged)
    return Response(render(), headers=tagged, media_type=media_type)
