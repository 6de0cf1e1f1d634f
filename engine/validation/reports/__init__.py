"""Renderings of a validation report: text for people, HTML to read and print, JSON, SARIF, JUnit and SHACL for programs."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from spinegraph.engine.validation.diagnostics import Report, Severity

Format = Literal["text", "json", "sarif", "junit", "html", "turtle"]
MEDIA_TYPES: dict[Format, str] = {
    "text": "text/plain",
    "json": "application/json",
    "sarif": "application/sarif+json",
    "junit": "application/xml",
    "html": "text/html",
    "turtle": "text/turtle",
}
"""Format → the media type of what is written, always UTF-8."""


def render_report(report: Report, form: Format, fail_on: Severity = "error") -> bytes:
    """The report in one of the formats. Only JUnit looks at `fail_on`, to know what is a failure."""
    report = _encodable(report)
    match form:
        case "text":
            from spinegraph.engine.validation.reports.text import render_text

            return render_text(report).encode()
        case "json":
            from spinegraph.engine.validation.reports.json import render_json

            return render_json(report)
        case "sarif":
            from spinegraph.engine.validation.reports.sarif import render_sarif

            return render_sarif(report)
        case "junit":
            from spinegraph.engine.validation.reports.junit import render_junit

            return render_junit(report, fail_on)
        case "html":
            from spinegraph.engine.validation.reports.html import render_html

            return render_html(report)
        case "turtle":
            from spinegraph.engine.validation.reports.turtle import render_turtle

            return render_turtle(report)


def _encodable(report: Report) -> Report:
    """The report itself, or, where a file has a name that is no Unicode, one in which that name is written with escapes."""
    try:
        msgspec.json.encode(report)
    except UnicodeEncodeError:
        return msgspec.convert(_escaped(msgspec.to_builtins(report)), Report)
    return report


def _escaped(data: Any) -> Any:
    if isinstance(data, str):
        return data.encode(errors="backslashreplace").decode()
    if isinstance(data, dict):
        return {_escaped(key): _escaped(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_escaped(item) for item in data]
    return data
