"""A member that stands twice in one object: JSON leaves open which of them counts (RFC 8259, section 4), so that neither does."""

from __future__ import annotations

import json
from collections.abc import Container

from spinegraph.engine.decide.case_text import unique_members
from spinegraph.engine.errors import MalformedCaseError

OF_BUNDLES = ("entry", "resource", "fullUrl")
"""Members by which a Bundle has its resources: of one that stands twice whole resources would be lost."""


def doubled_member(text: bytes, among: Container[str] | None = None) -> str:
    """A member that stands twice in an object of a JSON text, or ""; `among`: whether only some are looked for."""

    def checked(pairs: list[tuple[str, object]]) -> None:
        try:
            unique_members(pairs if among is None else [pair for pair in pairs if pair[0] in among])
        except MalformedCaseError as error:
            raise _DoubledError(str(error.details["key"])) from error

    try:
        json.loads(text, object_pairs_hook=checked)
    except _DoubledError as error:
        return str(error)
    except (ValueError, RecursionError):
        return ""  # what is no JSON is said where it is decoded
    return ""


class _DoubledError(Exception):
    pass
