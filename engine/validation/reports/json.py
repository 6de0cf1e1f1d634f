"""A report as JSON, for programs. Documented in docs/validation.md; `schema` changes when a field changes its meaning."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from spinegraph.engine.decide.decision import DISCLAIMER
from spinegraph.engine.model import Frozen
from spinegraph.engine.validation.catalogue import CATALOGUE
from spinegraph.engine.validation.diagnostics import Diagnostic, NotRun, Place, Related, Report, Severity, SourceStatus, Witness
from spinegraph.engine.validation.fingerprints import fingerprints
from spinegraph.engine.validation.reports.words import Catalogue, explained, texts_of, tool_version

SCHEMA = "spinegraph-validation/1"


class Tool(Frozen, frozen=True, kw_only=True):
    """What wrote the report."""

    name: str
    version: str


class Summary(Frozen, frozen=True, kw_only=True):
    """How many diagnostics there are of each severity, and how many were kept back."""

    error: int
    warning: int
    note: int
    suppressed: int


class ReportedDiagnostic(Frozen, frozen=True, kw_only=True):
    """A diagnostic with its name, the page that explains it, and a fingerprint that outlives shifted lines.

    `suppressed` is the reason for which it was kept back, or empty.
    """

    id: str
    name: str
    severity: Severity
    fingerprint: str
    place: Place
    subject: str
    label: str
    what: str
    why: str
    mend: str
    help: str
    related: tuple[Related, ...]
    witness: Witness | None
    suppressed: str = ""


class JsonReport(Frozen, frozen=True, kw_only=True):
    """The whole document. `complete` is false if a check that was asked for did not run."""

    schema: str
    tool: Tool
    knowledge: str
    complete: bool
    summary: Summary
    files: tuple[str, ...]
    ran: tuple[str, ...]
    left_out: tuple[str, ...]
    not_run: tuple[NotRun, ...]
    diagnostics: tuple[ReportedDiagnostic, ...]
    suppressed: tuple[ReportedDiagnostic, ...]
    sources: tuple[SourceStatus, ...]
    disclaimer: str


def json_report(report: Report, catalogue: Catalogue = CATALOGUE) -> JsonReport:
    """The report as data that names everything."""
    kept = [one.diagnostic for one in report.suppressed]
    marks = fingerprints((*report.diagnostics, *kept))
    number = len(report.diagnostics)
    return JsonReport(
        schema=SCHEMA,
        tool=Tool(name="spinegraph", version=tool_version()),
        knowledge=report.knowledge,
        complete=not report.not_run,
        summary=Summary(
            error=report.count("error"),
            warning=report.count("warning"),
            note=report.count("note"),
            suppressed=len(kept),
        ),
        files=report.files,
        ran=report.ran,
        left_out=report.left_out,
        not_run=report.not_run,
        diagnostics=_reported(report.diagnostics, marks[:number], [""] * number, catalogue),
        suppressed=_reported(kept, marks[number:], [one.reason for one in report.suppressed], catalogue),
        sources=report.sources,
        disclaimer=DISCLAIMER,
    )


def _reported(
    diagnostics: Sequence[Diagnostic], marks: Sequence[str], reasons: Sequence[str], catalogue: Catalogue
) -> tuple[ReportedDiagnostic, ...]:
    found = []
    for diagnostic, mark, reason in zip(diagnostics, marks, reasons, strict=True):
        kind = explained(diagnostic.id, catalogue)
        why, mend = texts_of(diagnostic, catalogue)
        found.append(
            ReportedDiagnostic(
                id=diagnostic.id,
                name=kind.name,
                severity=diagnostic.severity,
                fingerprint=mark,
                place=diagnostic.place,
                subject=diagnostic.subject,
                label=diagnostic.label,
                what=diagnostic.what,
                why=why,
                mend=mend,
                help=kind.uri,
                related=diagnostic.related,
                witness=diagnostic.witness,
                suppressed=reason,
            )
        )
    return tuple(found)


def render_json(report: Report, catalogue: Catalogue = CATALOGUE) -> bytes:
    """The report as indented JSON in UTF-8."""
    return msgspec.json.format(msgspec.json.encode(json_report(report, catalogue)), indent=2) + b"\n"
