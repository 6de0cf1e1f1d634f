"""What passes between the service and a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
from spinegraph.engine.model import Frozen
from spinegraph.engine.validation.diagnostics import Severity
from spinegraph.engine.validation.reports import Format

Beside = Literal["shipped", "alone"]
Task = Literal["report", "difference", "article"]


class Question(Frozen, frozen=True, kw_only=True):
    """Files by name (paths relative to the root of a project), and how they are to be judged.

    `beside`: "shipped" reads them beside the knowledge that is served, where a file of the same name is replaced; "alone"
    reads them beside nothing but the parts of the schema that they do not bring. `only` names the checks that run, () all;
    `owl` asks the reasoner, too; `profile` is YAML or empty.
    `task`: a report of what is wrong with them; or, where they load, what they decide differently from what is served, or the
    article about `case`, which is JSON, decided with them.
    """

    files: dict[str, bytes]
    task: Task = "report"
    case: bytes = b""
    beside: Beside = "shipped"
    only: tuple[str, ...] = ()
    owl: bool = False
    profile: str = ""
    form: Format = "json"
    fail_on: Severity = "error"


class Reply(Frozen, frozen=True, kw_only=True):
    """A worker's reply; the report follows it. `error` is the class of the error that the other members describe."""

    error: str = ""
    what: str = ""
    where: str = ""
    mend: str = ""
    last: bool = False


encode: Callable[[Question | Reply], bytes] = msgspec.msgpack.Encoder().encode
decode_question: Callable[[bytes], Question] = msgspec.msgpack.Decoder(Question).decode
decode_reply: Callable[[bytes], Reply] = msgspec.msgpack.Decoder(Reply).decode
