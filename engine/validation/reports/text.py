"""A report as plain text: grouped by file, each diagnostic headed by a place that editors jump to.

    shapes/rules/knots.ttl  1 error

    shapes/rules/knots.ttl:21:5  error SG201 unknown-term
        There is no core:presnt; did you mean core:present?
        about     shape:Markers, “Markers of cauda equina syndrome”
        why       A misspelt term is skipped in silence: the rule never fires.
        mend      Write core:present.

Lines are made of spans with a role, so that a terminal can colour the same words (api/terminal_report.py).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from spinegraph.engine.validation.catalogue import CATALOGUE
from spinegraph.engine.validation.diagnostics import Diagnostic, Report, Witness
from spinegraph.engine.validation.reports.words import (
    CLINICAL,
    MANY,
    Catalogue,
    by_file,
    case_text,
    counts,
    explained,
    gaps,
    kept_back,
    printable,
    summary,
    texts_of,
    witnesses,
)

WIDTH = 100
"""Columns of plain text. Words that are longer, such as IRIs and paths, are never broken."""
INDENT, COLUMN = 4, 14
"""Where a name such as `why` begins, and the text beside it."""


class Span(NamedTuple):
    """Text on one line. `role`: "" (plain), error, warning, note, file, place, id, name, what, quiet, good, bad."""

    text: str
    role: str = ""


Line = tuple[Span, ...]


def render_text(report: Report, catalogue: Catalogue = CATALOGUE, width: int = WIDTH) -> str:
    """The report as text without colour, each line ended by a newline."""
    lines = ("".join(span.text for span in line).rstrip() for line in report_lines(report, catalogue, width))
    return "".join(f"{line}\n" for line in lines)


def report_lines(report: Report, catalogue: Catalogue = CATALOGUE, width: int = WIDTH) -> Iterator[Line]:
    """The report line by line: files, then what was kept back or not run, then the summary."""
    for file, group in by_file(report.diagnostics).items():
        yield (Span(printable(file) or "Without a file", "file"), Span(f"  {counts(group)}", "quiet"))
        yield ()
        seen: set[tuple[str, str]] = set()
        for diagnostic in group:
            yield from _diagnostic(diagnostic, catalogue, width, seen)
            yield ()
    for reason, kept in kept_back(report.suppressed).items():
        yield from _labelled("kept back", f"{counts(kept)}: {reason}", width, indent=0)
    for reason, checks in gaps(report.not_run).items():
        yield from _labelled("not run", f"{checks}: {reason}", width, indent=0, role="bad")
    yield from _labelled("left out", ", ".join(report.left_out), width, indent=0)
    if report.suppressed or report.not_run or report.left_out:
        yield ()
    yield from _summary(report, width)


def _summary(report: Report, width: int) -> Iterator[Line]:
    failed = report.count("error") or report.not_run
    role = "bad" if failed else "warning" if report.count("warning") else "good"
    yield from ((Span(line, role),) for line in _wrapped(summary(report), width))
    if witnesses(report):
        yield ()
        yield from ((Span(line, "quiet"),) for line in _wrapped(CLINICAL, width))
        for source in report.sources:
            status = f"Source {source.number}, {source.title}: review status {source.review_status}."
            yield from ((Span(line, "quiet"),) for line in _wrapped(status, width))


def _diagnostic(diagnostic: Diagnostic, catalogue: Catalogue, width: int, seen: set[tuple[str, str]]) -> Iterator[Line]:
    """`seen`: ids and why they matter, as far as they were shown for this file; nobody reads the same reason forty times."""
    why, mend = texts_of(diagnostic, catalogue)
    if (diagnostic.id, why) in seen:
        why = ""
    seen.add((diagnostic.id, why))
    place = printable(str(diagnostic.place))
    head = [Span(f"{place}  ", "place")] if place else []
    head += [Span(diagnostic.severity, diagnostic.severity), Span(f" {diagnostic.id}", "id")]
    yield (*head, Span(f" {explained(diagnostic.id, catalogue).name}", "name"))
    yield from ((Span(" " * INDENT), Span(line, "what")) for line in _wrapped(diagnostic.what, width - INDENT))
    about = diagnostic.subject + (f", “{diagnostic.label}”" if diagnostic.label else "")
    for name, text in (("about", about.removeprefix(", ")), ("why", why), ("mend", mend)):
        yield from _labelled(name, text, width)
    yield from _related(diagnostic, width)
    if diagnostic.witness:
        yield from _witness(diagnostic.witness, width)


def _related(diagnostic: Diagnostic, width: int) -> Iterator[Line]:
    """What else takes part, each on a line with its place; of many, the names in one run, with the line or the whole place."""
    here = diagnostic.place.file
    if len(diagnostic.related) > MANY:
        places = (str(other.place.line if other.place.file == here else other.place) for other in diagnostic.related)
        run = ", ".join(f"{other.subject} ({place})" for other, place in zip(diagnostic.related, places, strict=True))
        yield from _labelled("see also", run, width)
        return
    for number, other in enumerate(diagnostic.related):
        line = f"{other.place}  {other.subject}" + (f": {other.message}" if other.message else "")
        yield from _labelled("" if number else "see also", line, width)


def _witness(witness: Witness, width: int) -> Iterator[Line]:
    yield from _items("patient", witness.words or ("nothing is recorded",), width)
    yield from _items("decided", witness.shows, width)
    yield from _labelled("as YAML", case_text(witness), width)


def _items(name: str, items: Sequence[str], width: int) -> Iterator[Line]:
    for number, item in enumerate(items):
        yield from _labelled("" if number else name, f"- {item}", width, hang=2)


def _labelled(name: str, text: str, width: int, *, indent: int = INDENT, hang: int = 0, role: str = "quiet") -> Iterator[Line]:
    """Text beside a short name; nothing at all if there is no text."""
    for number, line in enumerate(_wrapped(text, width - COLUMN, hang)):
        yield (Span(f"{'' if number else ' ' * indent + name:{COLUMN}}", role), Span(line))


def _wrapped(text: str, width: int, hang: int = 0) -> list[str]:
    """Text in lines of a width; line breaks of its own, and the indentation after them, stay."""
    lines: list[str] = []
    for line in printable(text).expandtabs(4).strip().split("\n"):
        body = line.strip()
        begin = " " * (len(line) - len(line.lstrip()))
        wrapped = textwrap.wrap(
            body,
            max(width, 20),
            initial_indent=begin,
            subsequent_indent=begin + " " * hang,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines += wrapped or [""]
    return lines if any(lines) else []
