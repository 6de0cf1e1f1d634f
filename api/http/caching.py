"""Whether a client already has what it asks for (RFC 9110 section 13.1.2)."""

from __future__ import annotations

from starlette.requests import Request


def has_already(request: Request, etag: str) -> bool:
    """Whether If-None-Match names the tag (weak comparison)."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return "*" in tags or etag.removeprefix("W/") in tags
