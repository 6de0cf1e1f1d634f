"""The only reader of request bodies: of a media type that the route names, in plain UTF-8, within limits of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from spinegraph.api.http.errors import BodyTimeoutError, MediaTypeError
from spinegraph.api.http.negotiation import MediaType, parse_media_type
from spinegraph.engine.errors import SpinegraphError
from starlette.requests import Request

YAML = "application/yaml"
FHIR, FHIR_LINES = "application/fhir+json", "application/fhir+ndjson"
ALIASES = {
    **dict.fromkeys(("application/x-yaml", "text/yaml", "text/x-yaml"), YAML),
    **dict.fromkeys(("application/ndjson", "application/x-ndjson"), FHIR_LINES),
}
"""Names that media types had before they were registered (RFC 9512 section 2.1), or have beside them → the one that is meant."""


class BodyLimits(NamedTuple):
    """What is read of a body at most: bytes, whatever Content-Length claims, and seconds until its last byte."""

    max_bytes: int
    seconds: float


def media_type_of(request: Request, accepted: tuple[str, ...], content: str) -> MediaType:
    """The media type of a body, which is one of the accepted ones and plain UTF-8. Raises MediaTypeError.

    `content` names what the body holds, at the beginning of a sentence.
    """
    headers = request.headers
    return _media_type(headers.get("content-type", ""), headers.get("content-encoding", "identity"), accepted, content)


@lru_cache(maxsize=256)
def _media_type(content_type: str, encoding: str, accepted: tuple[str, ...], content: str) -> MediaType:
    if encoding.lower() != "identity":
        raise MediaTypeError(f"The body is encoded: {encoding}.", where="Content-Encoding", mend="Send it as it is.")
    media_type = parse_media_type(content_type)
    media_type = media_type._replace(name=ALIASES.get(media_type.name, media_type.name))
    if media_type.name not in accepted:
        what = f"{content} cannot be read as {media_type.name}." if media_type.name else "Content-Type does not name a type."
        raise MediaTypeError(what, where="Content-Type", mend=f"Send {', '.join(accepted)}.")
    charset = dict(media_type.parameters).get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise MediaTypeError(f"The body is declared to be {charset}.", where="Content-Type", mend="Send UTF-8.")
    return media_type


async def read_body(request: Request, limits: BodyLimits, too_large: Callable[[], SpinegraphError]) -> bytes:
    """The whole body. Raises what `too_large` makes as soon as it has more bytes than the limit, BodyTimeoutError."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limits.max_bytes:
        raise too_large()
    received = bytearray()
    try:
        async with asyncio.timeout(limits.seconds):
            async for chunk in request.stream():
                received += chunk
                if len(received) > limits.max_bytes:
                    raise too_large()
    except TimeoutError:
        raise BodyTimeoutError(
            f"The body did not arrive within {limits.seconds:g} seconds.", mend="Send it whole, and at once."
        ) from None
    return bytes(received)
