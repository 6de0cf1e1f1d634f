"""What passes between the service and a worker: a question and a reply, which a body follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec
from spinegraph.engine.model import Frozen
from spinegraph.engine.query.results import MediaTypes


class Question(Frozen, frozen=True, kw_only=True):
    """A query and what it is asked of. Graphs given (not None) are the whole dataset, whatever FROM says."""

    query: str
    wanted: MediaTypes
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


class Reply(Frozen, frozen=True, kw_only=True):
    """A worker's reply; a body follows it. `error` is the class of the error that the other members describe."""

    kind: str = ""
    media_type: str = ""
    error: str = ""
    what: str = ""
    where: str = ""
    mend: str = ""
    details: dict[str, str | int] = msgspec.field(default_factory=dict)
    last: bool = False


class Answered(NamedTuple):
    """What a worker replied, and the body that follows."""

    reply: Reply
    body: bytes


encode: Callable[[Question | Reply], bytes] = msgspec.msgpack.Encoder().encode
decode_question: Callable[[bytes], Question] = msgspec.msgpack.Decoder(Question).decode
decode_reply: Callable[[bytes], Reply] = msgspec.msgpack.Decoder(Reply).decode
