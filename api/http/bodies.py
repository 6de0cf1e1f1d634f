"""Bodies of requests: in no other encoding than plain UTF-8 where they are text, within limits of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from http import HTTPStatus

from spinegraph.api.http.errors import MediaTypeError
from spinegraph.api.http.negotiation import MediaType, parse_media_type
from spinegraph.engine.errors import SpinegraphError
from starlette.exceptions import HTTPException
from starlette.requests import Request


def media_type_of(request: Request, accepted: Iterable[str], what: str) -> MediaType:
    """The media type of a body that is one of the accepted ones and plain UTF-8. Raises MediaTypeError; `what` it is to be."""
    media_type = parse_media_type(request.headers.get("content-type", ""))
    names = tuple(accepted)
    if media_type.name not in names:
        said = (
            f"{what} cannot be read as {media_type.name}." if media_type.name else "Content-Type does not say what the body is."
        )
        raise MediaTypeError(said, where="Content-Type", mend=f"Send {', '.join(names)}.")
    charset = dict(media_type.parameters).get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise MediaTypeError(f"The body is said to be {charset}.", where="Content-Type", mend="Send UTF-8.")
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise MediaTypeError(f"The body is encoded: {encoding}.", where="Content-Encoding", mend="Send it as it is.")
    return media_type


async def read_within(request: Request, limit: int, seconds: float, too_large: SpinegraphError) -> bytes:
    """The body, never more than `limit` bytes of it, within some seconds. Raises `too_large`, HTTPException (408)."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise too_large
    received = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                received += chunk
                if len(received) > limit:
                    raise too_large
    except TimeoutError:
        told = f"The body did not arrive within {seconds:g} seconds."
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, told, {"Connection": "close"}) from None
    return bytes(received)
