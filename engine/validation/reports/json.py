"""A report as JSON, for programs. Documented in docs/validation.md; `schema` changes when a field changes its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from spinegraph.engine.decide.disclaimer import DISCLAIMER
from spinegraph.engine.model import Frozen, doc
from spinegraph.engine.validation.catalogue import CATALOGUE
from spinegraph.engine.validation.diagnostics import Diagnostic, NotRun, Place, Related, Report, Severity, SourceStatus, Witness
from spinegraph.engine.validation.fingerprints import fingerprints
from spinegraph.engine.validation.reports.words import Catalogue, explained, texts_of, tool_version

SCHEMA = "spinegraph-validation/1"


class Tool(Frozen, frozen=True, kw_only=True):
    """What wrote the report."""

    name: Annotated[str, doc("Its name.")]
    version: Annotated[str, doc("Its version.")]


class Summary(Frozen, frozen=True, kw_only=True):
    """How many diagnostics there are of each severity, and how many were kept back."""

    error: Annotated[int, doc("How many errors there are.")]
    warning: Annotated[int, doc("How many warnings there are.")]
    note: Annotated[int, doc("How many notes there are.")]
    suppressed: Annotated[int, doc("How many were kept back by a profile or a baseline.")]


class ReportedDiagnostic(Frozen, frozen=True, kw_only=True):
    """A diagnostic with its name, the page that explains it, and a fingerprint that outlives shifted lines.

    `suppressed` is the reason for which it was kept back, or empty.
    """

    id: Annotated[str, doc("Stable id, such as SG201.")]
    name: Annotated[str, doc("Its name.")]
    severity: Annotated[Severity, doc("How bad it is.")]
    fingerprint: Annotated[str, doc("Names this finding also after lines have shifted.")]
    place: Annotated[Place, doc("Where it is.")]
    subject: Annotated[str, doc("CURIE of what it is about.")]
    label: Annotated[str, doc("Label of what it is about.")]
    what: Annotated[str, doc("What is wrong.")]
    why: Annotated[str, doc("Why it matters.")]
    mend: Annotated[str, doc("How to put it right.")]
    help: Annotated[str, doc("The page that explains it.")]
    related: Annotated[tuple[Related, ...], doc("Other statements that it is about.")]
    witness: Annotated[Witness | None, doc("A patient who shows it.")]
    suppressed: Annotated[str, doc("Why it was kept back, or empty.")] = ""


class JsonReport(Frozen, frozen=True, kw_only=True):
    """The whole document. `complete` is false if a check that was asked for did not run."""

    schema: Annotated[str, doc("Name of this form; it changes when a member changes its meaning.")]
    tool: Annotated[Tool, doc("What wrote the report.")]
    knowledge: Annotated[str, doc("Digest of what was validated.")]
    complete: Annotated[bool, doc("False if a check that was asked for did not run.")]
    summary: Annotated[Summary, doc("How many diagnostics there are.")]
    files: Annotated[tuple[str, ...], doc("The files that were read.")]
    ran: Annotated[tuple[str, ...], doc("Names of the checks that ran.")]
    left_out: Annotated[tuple[str, ...], doc("Names of the checks that nobody asked for.")]
    not_run: Annotated[tuple[NotRun, ...], doc("Checks that could not run.")]
    diagnostics: Annotated[tuple[ReportedDiagnostic, ...], doc("What was found, by file and line.")]
    suppressed: Annotated[tuple[ReportedDiagnostic, ...], doc("What was found and kept back.")]
    sources: Annotated[tuple[SourceStatus, ...], doc("The sources, as they have to be named.")]
    disclaimer: Annotated[str, doc("What the content is not.")]


def json_report(report: Report, catalogue: Catalogue = CATALOGUE) -> JsonReport:
    """The report as data that names everything."""
    kept = [entry.diagnostic for entry in report.suppressed]
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
        suppressed=_reported(kept, marks[number:], [entry.reason for entry in report.suppressed], catalogue),
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
