"""What the service itself knows of a request, and may therefore log and count: an id, the template of its route, its caller."""

from __future__ import annotations

import re
import uuid
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

REQUEST_ID = "X-Request-ID"
ID = re.compile(r"[0-9a-f]{16,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""An id that is taken from a request: a UUID, or hexadecimal digits. Anything else might be a name or a number of a patient."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UNMATCHED = "none"
"""What stands for the route of a request that matched none."""


def name_request(scope: Scope) -> str:
    """Give a request its id: the one that it brings, or a new one."""
    given = Headers(scope=scope).get(REQUEST_ID, "")
    id_ = given if ID.fullmatch(given) else uuid.uuid4().hex
    _state(scope)["request_id"] = id_
    return id_


def request_id_of(scope: Scope) -> str:
    """The id of a request, or "" where it was given none."""
    return str(_state(scope).get("request_id", ""))


def note_caller(scope: Scope, name: str) -> None:
    """Note by whose token a request asks."""
    _state(scope)["caller"] = name


def caller_of(scope: Scope) -> str:
    """By whose token a request asks, or "" where it needed none."""
    return str(_state(scope).get("caller", ""))


def note_decision(scope: Scope, id_: str) -> None:
    """Note under which id the decision is recorded that a request is answered with."""
    _state(scope)["decision"] = id_


def decision_of(scope: Scope) -> str:
    """The id of the record of the decision that a request is answered with, or "" where there is none."""
    return str(_state(scope).get("decision", ""))


def route_of(scope: Scope) -> str:
    """The template of the route that a request matched, as `/id/{name}`: never the path that was asked."""
    route = scope.get("route")
    return str(getattr(route, "path", UNMATCHED))


def method_of(scope: Scope) -> str:
    """The method of a request, if it is one that HTTP has."""
    return scope["method"] if scope["method"] in METHODS else UNMATCHED


def _state(scope: Scope) -> dict[str, Any]:
    state: dict[str, Any] = scope.setdefault("state", {})
    return state
