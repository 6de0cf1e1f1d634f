"""What a reply says that is no answer, as the OpenAPI document describes it; `errors.py` makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from spinegraph.engine.model import Frozen, doc


class UnknownCode(Frozen, frozen=True, kw_only=True):
    """A code that the knowledge does not have."""

    code: Annotated[str, doc("The code as it was sent.")]
    at: Annotated[str, doc("JSON pointer to the place where it stands.")]
    nearest: Annotated[tuple[str, ...], doc("Known codes that are like it, the nearest first.")]


class Problem(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """A reply that is no answer (RFC 9457). Which members there are after `mend` depends on the type."""

    type: Annotated[str, doc("What kind of problem it is: an IRI at which it is explained, or about:blank.")]
    title: Annotated[str, doc("The kind of problem in words.")]
    status: Annotated[int, doc("The HTTP status.")]
    detail: Annotated[str, doc("What is wrong here.")]
    instance: Annotated[str, doc("The path that was asked; of a fault of the service the name of its entry in the log.")]
    where: Annotated[str, doc("The place: a JSON pointer, a line and column, a parameter (`?name`) or a header.")] = ""
    mend: Annotated[str, doc("How to put it right.")] = ""
    unknown: Annotated[tuple[UnknownCode, ...], doc("The unknown codes of a case.")] = ()
    more: Annotated[int, doc("How many further unknown codes there are.")] = 0
    nearest: Annotated[tuple[str, ...], doc("Paths or names like the one that does not exist.")] = ()
    missing: Annotated[Mapping[str, str], doc("By key of the prefetch of a hook: why it is not there.")] = {}
    limit: Annotated[str, doc("The limit that was met.")] = ""
    allowed: Annotated[int | None, doc("The value of that limit.")] = None
    retry_after: Annotated[int | None, doc("Seconds after which to ask again.")] = None
    line: Annotated[int | None, doc("Line of a mistake in a query.")] = None
    column: Annotated[int | None, doc("Column of a mistake in a query.")] = None
    key: Annotated[str, doc("The key that stands twice in one object.")] = ""
    request_id: Annotated[str, doc("The id of the request, under which the log has it.")] = ""
