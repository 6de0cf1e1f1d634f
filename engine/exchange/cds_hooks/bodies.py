"""JSON that a client sends → a struct; what cannot be is refused with the JSON pointer of its place (RFC 6901)."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec
from spinegraph.engine.errors import UNDECODABLE
from spinegraph.engine.exchange.cds_hooks.errors import MalformedHookError

T = TypeVar("T")
_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`")


def decoded(raw: bytes, kind: type[T], what: str, where: str, mend: str) -> T:
    """A body, or the part of one at `where`, as a struct; members that it does not declare are left alone. `what` it should be
    begins a sentence. Raises MalformedHookError."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        place = _PATH.search(str(error))
        path = re.sub(r"\[(\d+)\]", r"/\1", place["path"]).replace(".", "/") if place else ""
        problem = _PATH.sub("", str(error))
        raise MalformedHookError(f"{what}: {problem}.", where=where + path or "/", mend=mend) from error
    except UNDECODABLE as error:
        raise MalformedHookError(f"This is not JSON: {error}.", where=where or "/", mend=mend) from error
