"""What is wrong, or was left aside, as an OperationOutcome (FHIR R4, section 2.33)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from spinegraph.engine.exchange.fhir.writing.codings import Json

ISSUES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "structure",
    HTTPStatus.UNAUTHORIZED: "login",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not-supported",
    HTTPStatus.NOT_ACCEPTABLE: "not-supported",
    HTTPStatus.REQUEST_TIMEOUT: "timeout",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-long",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "not-supported",
    HTTPStatus.MISDIRECTED_REQUEST: "security",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid",
    HTTPStatus.TOO_MANY_REQUESTS: "throttled",
    HTTPStatus.INTERNAL_SERVER_ERROR: "exception",
    HTTPStatus.NOT_IMPLEMENTED: "not-supported",
    HTTPStatus.BAD_GATEWAY: "transient",
    HTTPStatus.SERVICE_UNAVAILABLE: "transient",
    HTTPStatus.GATEWAY_TIMEOUT: "timeout",
}
"""HTTP status → what R4 calls the issue (value set `issue-type`)."""
_HEADER = re.compile(r"[A-Z][A-Za-z-]*")


def outcome(issues: Iterable[Json]) -> Json:
    """An OperationOutcome of at least one issue."""
    return {"resourceType": "OperationOutcome", "issue": [*issues]}


def issue(severity: str, code: str, title: str, diagnostics: str, where: str = "", kind: str = "") -> Json:
    """One issue. `kind`: IRI of what kind of problem it is; `where`: JSON pointer, parameter (`?name`), header, or words."""
    expression = expression_of(where)
    named = {"coding": [{"system": kind.rpartition("/")[0], "code": kind.rpartition("/")[2]}]} if kind else {}
    place = f" ({where})" if where and not expression else ""
    return {
        "severity": severity,
        "code": code,
        "details": {**named, "text": title},
        "diagnostics": f"{diagnostics}{place}",
        **({"expression": [expression]} if expression else {}),
    }


def outcome_of_problem(members: Mapping[str, object]) -> Json:
    """The members of a problem (RFC 9457) as an OperationOutcome: the same what, where and how to mend it."""
    status = int(str(members["status"]))
    said = [str(members["detail"]), str(members.get("mend", ""))]
    kind = str(members["type"]) if str(members["type"]).startswith("http") else ""
    severity = "fatal" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "error"
    instance = f" [{members['instance']}]" if status == HTTPStatus.INTERNAL_SERVER_ERROR else ""
    diagnostics = " ".join(filter(None, said)) + instance
    code, where = ISSUES.get(status, "processing"), str(members.get("where", ""))
    return outcome([issue(severity, code, str(members["title"]), diagnostics, where, kind)])


def expression_of(where: str) -> str:
    """A place as FHIRPath writes it, `http.` before the name of a parameter or a header; "" where it is neither (R4, 2.33.4).

    >>> expression_of("/parameter/0/valueString"), expression_of("?_count"), expression_of("Accept"), expression_of("line 3")
    ('parameter[0].valueString', 'http._count', 'http.Accept', '')
    """
    if where.startswith("?") and len(where) > 1:
        return f"http.{where[1:]}"
    if _HEADER.fullmatch(where):
        return f"http.{where}"
    if not where.startswith("/") or where == "/":
        return ""
    steps = (step.replace("~1", "/").replace("~0", "~") for step in where[1:].split("/"))
    return "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in steps).lstrip(".")
