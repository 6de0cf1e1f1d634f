"""The only reader of request bodies: of a media type that the route names, in plain UTF-8, within limits of size and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from spinegraph.api.http.errors import FHIR_JSON, BodyTimeoutError, MediaTypeError
from spinegraph.api.http.negotiation import MediaType, parse_media_type
from spinegraph.engine.errors import SpinegraphError
from starlette.requests import Request

YAML = "application/yaml"
FHIR, FHIR_LINES = FHIR_JSON, "application/fhir+ndjson"
LINES = "application/x-ndjson"
"""JSON, a value a line."""
ALIASES = {
    **dict.fromkeys(("application/x-yaml", "text/yaml", "text/x-yaml"), (YAML,)),
    **dict.fromkeys(("application/ndjson", "application/jsonl", LINES), (FHIR_LINES, LINES)),
}
"""Names that media types had before they were registered (RFC 9512 section 2.1), or have beside it → those that may be meant."""


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
    meant = (media_type.name, *ALIASES.get(media_type.name, ()))
    media_type = media_type._replace(name=next((name for name in meant if name in accepted), media_type.name))
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
        raise too_slow("body", limits.seconds) from None
    return bytes(received)


def too_slow(what: str, seconds: float) -> BodyTimeoutError:
    """What is wrong with a body, or a part of it, that did not come in time."""
    return BodyTimeoutError(f"The {what} did not arrive within {seconds:g} seconds.", mend="Send it whole, and at once.")


class _Splitter:
    """Puts lines together from the chunks in which they come; in the place of one that is too large stands an error, at once."""

    def __init__(self, most: int, too_large: Callable[[], SpinegraphError]) -> None:
        self._most, self._too_large = most, too_large
        self._begun, self._skipping = bytearray(), False

    def ended_by(self, chunk: bytes) -> Iterator[bytes | SpinegraphError]:
        """The lines that end in a chunk."""
        first, *others = chunk.split(b"\n")
        yield from self._gone_on(first)
        for other in others:
            if not self._skipping:
                yield bytes(self._begun)
            self._begun, self._skipping = bytearray(), False
            yield from self._gone_on(other)

    def _gone_on(self, part: bytes) -> Iterator[SpinegraphError]:
        if self._skipping:
            return
        self._begun += part
        if len(self._begun) > self._most:
            self._begun, self._skipping = bytearray(), True
            yield self._too_large()

    def last(self) -> Iterator[bytes]:
        """The line that nothing ends."""
        if self._begun:
            yield bytes(self._begun)


async def read_lines(
    request: Request, limits: BodyLimits, too_large: Callable[[], SpinegraphError]
) -> AsyncIterator[bytes | SpinegraphError]:
    """The lines of a body as they arrive, without their ends; empty ones, too. The limits are those of one line.

    In the place of a line that has more bytes than the limit stands what `too_large` makes, and the rest of it is skipped.
    Where a line does not arrive in time, the last thing is a BodyTimeoutError; empty lines gain no time.
    """
    loop = asyncio.get_running_loop()
    chunks = aiter(request.stream())
    splitter = _Splitter(limits.max_bytes, too_large)
    by = loop.time() + limits.seconds
    while True:
        try:
            async with asyncio.timeout_at(by):
                chunk = await anext(chunks, None)
        except TimeoutError:
            yield too_slow("line", limits.seconds)
            return
        if chunk is None:
            break
        for line in splitter.ended_by(chunk):
            yield line
            if not isinstance(line, bytes) or line.strip():
                by = loop.time() + limits.seconds
    for line in splitter.last():
        yield line
