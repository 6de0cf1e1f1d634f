"""A report as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), which code-hosting sites show at the right line.

Paths are relative to `%SRCROOT%`, the folder in which validation ran, unless they lie outside it. Only the few nodes of the
format that are needed are written.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

import msgspec
from spinegraph.engine.validation.catalogue import CATALOGUE
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Report
from spinegraph.engine.validation.fingerprints import fingerprints
from spinegraph.engine.validation.reports.words import (
    CLINICAL,
    DOCUMENTATION,
    Catalogue,
    explained,
    texts_of,
    tool_version,
    witnesses,
)

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SOURCE_ROOT = "%SRCROOT%"
FINGERPRINT = "spinegraph/v1"
"""Name of our fingerprint; a new number if it is ever computed in another way."""

Node = dict[str, Any]


def render_sarif(report: Report, catalogue: Catalogue = CATALOGUE) -> bytes:
    """The report as a SARIF log with one run, as indented JSON in UTF-8."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, catalogue)]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n"


def _run(report: Report, catalogue: Catalogue) -> Node:
    found = [*((shown, "") for shown in report.diagnostics), *((kept.diagnostic, kept.reason) for kept in report.suppressed)]
    kinds = sorted({diagnostic.id for diagnostic, _ in found})
    marks = fingerprints(diagnostic for diagnostic, _ in found)
    fallback = Place(file=report.files[0] if report.files else ".")
    properties: Node = {
        "knowledge": report.knowledge,
        "checks": list(report.ran),
        "leftOut": list(report.left_out),
        "sources": [msgspec.to_builtins(source) for source in report.sources],
    }
    if witnesses(report):
        properties["disclaimer"] = CLINICAL
    return {
        "tool": {
            "driver": {
                "name": "Spinegraph",
                "semanticVersion": tool_version(),
                "informationUri": DOCUMENTATION,
                "rules": [_rule(id_, catalogue) for id_ in kinds],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {SOURCE_ROOT: {"description": {"text": "The folder in which validation ran."}}},
        "invocations": [_invocation(report)],
        "results": [
            _result(diagnostic, kinds.index(diagnostic.id), mark, reason, fallback, catalogue)
            for (diagnostic, reason), mark in zip(found, marks, strict=True)
        ],
        "properties": properties,
    }


def _rule(id_: str, catalogue: Catalogue) -> Node:
    kind = explained(id_, catalogue)
    rule: Node = {"id": id_, "helpUri": kind.uri}
    if kind.entry:
        entry = kind.entry
        rule |= {
            "name": entry.name,
            "shortDescription": {"text": entry.title},
            "fullDescription": {"text": f"{entry.title.rstrip('.')}. {entry.why}"},
            "help": {
                "text": f"Why it matters: {entry.why}\nHow to mend it: {entry.mend}",
                "markdown": f"**Why it matters.** {entry.why}\n\n**How to mend it.** {entry.mend}",
            },
            "defaultConfiguration": {"level": entry.severity},
        }
    return rule


def _result(diagnostic: Diagnostic, rule: int, mark: str, reason: str, fallback: Place, catalogue: Catalogue) -> Node:
    result: Node = {
        "ruleId": diagnostic.id,
        "ruleIndex": rule,
        "level": diagnostic.severity,
        "message": {"text": _message(diagnostic, catalogue)},
        "partialFingerprints": {FINGERPRINT: mark},
    }
    location = _physical(diagnostic.place if diagnostic.place.file else fallback)
    if diagnostic.subject:
        location["logicalLocations"] = [{"fullyQualifiedName": diagnostic.subject, "kind": "resource"}]
    result["locations"] = [location]
    if diagnostic.related:
        result["relatedLocations"] = [
            {
                "id": number,
                **_physical(other.place),
                "message": {"text": _literal(": ".join(filter(None, (other.subject, other.message))) or "see also")},
            }
            for number, other in enumerate((related for related in diagnostic.related if related.place.file), 1)
        ]
    if diagnostic.witness:
        result["properties"] = {"witness": msgspec.to_builtins(diagnostic.witness)}
    if reason:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return result


def _message(diagnostic: Diagnostic, catalogue: Catalogue) -> str:
    """The whole text: a code-hosting site shows this text and little else."""
    why, mend = texts_of(diagnostic, catalogue)
    parts = [diagnostic.what, why, mend]
    if diagnostic.witness:
        witness = diagnostic.witness
        parts.append(f"Witness patient: {'; '.join(witness.words) or 'nothing is recorded'}.")
        parts += [f"Decided: {'; '.join(witness.shows)}."] if witness.shows else []
    return _literal("\n".join(filter(None, parts)))


def _literal(text: str) -> str:
    """Text as a message: braces are placeholders and `[…](…)` is a link (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _physical(place: Place) -> Node:
    """Where it is. Code-hosting sites take nothing without a line: what has none is put at the first."""
    region = {"startLine": place.line or 1, **({"startColumn": place.column} if place.column else {})}
    return {"physicalLocation": {"artifactLocation": artifact(place.file), "region": region}}


def artifact(file: str) -> Node:
    """A file by its URI: relative to the folder in which validation runs, absolute if it lies elsewhere."""
    path = Path(os.path.normpath(Path.cwd() / file))  # not resolved: a link keeps the name that its repository has
    if path.is_relative_to(Path.cwd()):
        return {"uri": quote(PurePosixPath(path.relative_to(Path.cwd())).as_posix()), "uriBaseId": SOURCE_ROOT}
    return {"uri": path.as_uri()}


def _invocation(report: Report) -> Node:
    invocation: Node = {"executionSuccessful": not report.not_run}
    if report.not_run:
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": _literal(f"The check {gap.check} was not run: {gap.reason}")}}
            for gap in report.not_run
        ]
    return invocation
