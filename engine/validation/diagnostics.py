"""What validation says: diagnostics with a stable id, a place, a reason and a way to mend it; a report of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from spinegraph.engine.model import Case, Frozen, doc

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Worst first. Only errors and, on demand, warnings make validation fail."""


class Place(Frozen, frozen=True, kw_only=True):
    """Where in a file: its path as given, 1-based line and column; 0 where it is not known."""

    file: Annotated[str, doc("Its path as given.")]
    line: Annotated[int, doc("1-based line; 0 where it is not known.")] = 0
    column: Annotated[int, doc("1-based column; 0 where it is not known.")] = 0

    def __str__(self) -> str:
        """`file:line:column`, as far as known; what editors and code-hosting sites jump to."""
        return ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])


class Witness(Frozen, frozen=True, kw_only=True):
    """A patient who shows what a diagnostic says: minimal, and replayed through the engine before it is reported.

    `words` describe the patient, one fact each; `shows` what the engine decides of him, e.g. "rule:a is indicated".
    """

    case: Annotated[Case, doc("The patient.")]
    words: Annotated[tuple[str, ...], doc("The patient in words, one fact each.")]
    shows: Annotated[tuple[str, ...], doc("What the engine decides of the patient.")] = ()


class Related(Frozen, frozen=True, kw_only=True):
    """Another statement that a diagnostic is about."""

    subject: Annotated[str, doc("What the statement is about.")]
    place: Annotated[Place, doc("Where it stands.")]
    message: Annotated[str, doc("What it has to do with the diagnostic.")] = ""


class Diagnostic(Frozen, frozen=True, kw_only=True):
    """A mistake as data: `id` and `message` are keys of the catalogue, `terms` what the message speaks of.

    `subject` is the CURIE of what it is about, `property` that of the predicate where it is about a statement. Terms that
    others decide by: `term` (that does not exist), `meant` (what was probably meant), `value` and `values` (what stands there),
    `lacks` (properties that are missing). The sentences `what`, `why` and `mend` are made last, by `catalogue.worded`.
    """

    id: str
    severity: Severity
    place: Place
    subject: str = ""
    label: str = ""
    property: str = ""
    message: str = ""
    terms: Mapping[str, object] = {}
    what: str = ""
    why: str = ""
    mend: str = ""
    related: tuple[Related, ...] = ()
    witness: Witness | None = None


class NotRun(Frozen, frozen=True, kw_only=True):
    """A check that could not be run, and why: a gap is named, never passed over."""

    check: Annotated[str, doc("Name of the check.")]
    reason: Annotated[str, doc("Why it did not run.")]


class Suppression(Frozen, frozen=True, kw_only=True):
    """A diagnostic that a profile or a baseline keeps back, with the reason given there."""

    diagnostic: Diagnostic
    reason: str


class SourceStatus(Frozen, frozen=True, kw_only=True):
    """A source as it has to be named wherever clinical content is shown: `number` is its short name, status as printed."""

    number: Annotated[str, doc("Short name of the source.")]
    title: Annotated[str, doc("Its title.")]
    review_status: Annotated[str, doc("Its review status as printed.")]


class Report(Frozen, frozen=True, kw_only=True):
    """The outcome of a validation: diagnostics by file and line, worst first where they share a place."""

    knowledge: str
    """Digest of what was validated."""
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    suppressed: tuple[Suppression, ...] = ()
    not_run: tuple[NotRun, ...] = ()
    ran: tuple[str, ...] = ()
    """Names of the checks that ran."""
    left_out: tuple[str, ...] = ()
    """Names of the checks that nobody asked for."""
    sources: tuple[SourceStatus, ...] = ()
    """The sources of the knowledge, where it could be read."""

    def count(self, severity: Severity) -> int:
        """How many diagnostics have this severity."""
        return sum(diagnostic.severity == severity for diagnostic in self.diagnostics)
