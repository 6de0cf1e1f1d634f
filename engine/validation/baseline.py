"""A baseline: what was found before and is not to fail validation now, so that only what is new does.

A JSON file, sorted so that its differences can be read. It is only ever to become smaller: entries that are no longer found
are reported.
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import msgspec
from spinegraph.engine.errors import UNDECODABLE, ProfileError
from spinegraph.engine.model import Frozen
from spinegraph.engine.validation.catalogue import CATALOGUE, worded
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Report, Suppression
from spinegraph.engine.validation.fingerprints import fingerprints
from spinegraph.engine.validation.profile import Catalogue, in_order

SCHEMA = "spinegraph-baseline/1"
KNOWN = "Known from the baseline."
"""The reason for which such a diagnostic is kept back."""
SHOWN = 5
"""So many entries that are no longer found are named."""


class BaselineEntry(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One diagnostic. Only the fingerprint counts; the rest tells people what it is."""

    fingerprint: str
    id: str
    subject: str
    file: str
    what: str


class Baseline(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    schema: str
    diagnostics: tuple[BaselineEntry, ...]


def make_baseline(report: Report) -> Baseline:
    """Everything that a report shows, and what an earlier baseline kept back of it."""
    kept = (entry.diagnostic for entry in report.suppressed if entry.reason == KNOWN)
    found = (*report.diagnostics, *kept)
    entries = (
        BaselineEntry(
            fingerprint=mark, id=diagnostic.id, subject=diagnostic.subject, file=diagnostic.place.file, what=diagnostic.what
        )
        for diagnostic, mark in zip(found, fingerprints(found), strict=True)
        if not diagnostic.id.startswith("SG00")
    )
    ordered = sorted(entries, key=lambda entry: (entry.id, entry.subject, entry.what, entry.fingerprint))
    return Baseline(schema=SCHEMA, diagnostics=tuple(ordered))


def write_baseline(report: Report) -> bytes:
    """The baseline of a report as JSON in UTF-8."""
    return msgspec.json.format(msgspec.json.encode(make_baseline(report)), indent=2) + b"\n"


def read_baseline(path: Path) -> Baseline:
    """Read a baseline. Raises ProfileError."""
    mend = "Give a file that --write-baseline has written."
    try:
        baseline = msgspec.json.decode(path.read_bytes(), type=Baseline)
    except OSError as error:
        raise ProfileError(f"The baseline cannot be read: {error.strerror}.", where=str(path), mend=mend) from error
    except UNDECODABLE as error:
        raise ProfileError(f"This is no baseline: {error}.", where=str(path), mend=mend) from error
    if baseline.schema != SCHEMA:
        raise ProfileError(f"The baseline is of the kind {baseline.schema!r}, not {SCHEMA!r}.", where=str(path), mend=mend)
    return baseline


def apply_baseline(
    report: Report, baseline: Baseline, file: str, *, unseen: Container[str] = (), catalogue: Catalogue = CATALOGUE
) -> Report:
    """The report without what the baseline knows. SG003 says at `file` what is no longer found, of ids not `unseen`."""
    known = {entry.fingerprint: entry for entry in baseline.diagnostics}
    shown, kept, seen = [], list(report.suppressed), set()
    for diagnostic, mark in zip(report.diagnostics, fingerprints(report.diagnostics), strict=True):
        if mark in known:
            seen.add(mark)
            kept.append(Suppression(diagnostic=diagnostic, reason=KNOWN))
        else:
            shown.append(diagnostic)
    gone = [entry for mark, entry in known.items() if mark not in seen and entry.id not in unseen]
    if gone:
        shown.append(_mended(gone, file, catalogue))
    return msgspec.structs.replace(report, diagnostics=in_order(shown), suppressed=tuple(kept))


def _mended(gone: list[BaselineEntry], file: str, catalogue: Catalogue) -> Diagnostic:
    entry = catalogue["SG003"]
    names = [f"{entry.id} {entry.subject or entry.file}".strip() for entry in gone[:SHOWN]]
    terms = {"entries": names, "more": max(0, len(gone) - SHOWN)}
    place = Place(file=file)
    return worded(Diagnostic(id=entry.id, severity=entry.severity, place=place, message="gone", terms=terms), catalogue)
