"""Validation: every check over one content, one report. A check that cannot run is named with the reason."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, NamedTuple

from engine.errors import CheckNotRunError, ReasonerError
from engine.validation.checks.behaviour import check_behaviour
from engine.validation.checks.syntax import check_syntax
from engine.validation.content import Content
from engine.validation.diagnostics import SEVERITIES, Diagnostic, NotRun, Report

Needs = Literal["files", "whole", "knowledge"]


class Check(NamedTuple):
    """A check. `needs`: "files" runs always; "whole" if every file could be read; "knowledge" if the content loads.

    `run` gives diagnostics, and raises CheckNotRunError (or ReasonerError) where it cannot do its work, for instance
    because its libraries are not installed. `apart`: it mostly waits for another process, and runs beside the others.
    """

    name: str
    run: Callable[[Content], Iterable[Diagnostic]]
    needs: Needs = "files"
    apart: bool = False


CHECKS: tuple[Check, ...] = (Check("syntax", check_syntax), Check("behaviour", check_behaviour, needs="knowledge"))
"""Every check, in the order of the catalogue."""


def validate(content: Content, *, only: Container[str] | None = None, without: Container[str] = ()) -> Report:
    """Run the checks (`only` those named, `without` those named). Diagnostics come by file and line, worst first."""
    wanted = [check for check in CHECKS if (only is None or check.name in only) and check.name not in without]
    with ThreadPoolExecutor(max_workers=4) as pool:
        waiting = {check.name: pool.submit(_run, check, content) for check in wanted if check.apart}
        outcomes = {check.name: _run(check, content) for check in wanted if not check.apart}
        outcomes |= {name: future.result() for name, future in waiting.items()}
    found: dict[Diagnostic, None] = {}
    for check in wanted:
        found.update(dict.fromkeys(outcomes[check.name][0]))
    not_run = (outcomes[check.name][1] for check in wanted)
    return Report(
        knowledge=content.graph.digest,
        files=tuple(map(content.shown, (*content.paths, *content.cases))),
        diagnostics=tuple(sorted(_in_focus(content, found), key=_order)),
        not_run=tuple(reason for reason in not_run if reason is not None),
        ran=tuple(check.name for check in wanted if outcomes[check.name][1] is None),
    )


def _run(check: Check, content: Content) -> tuple[tuple[Diagnostic, ...], NotRun | None]:
    if reason := _hindrance(check, content):
        return (), NotRun(check=check.name, reason=reason)
    try:
        return tuple(check.run(content)), None
    except (CheckNotRunError, ReasonerError) as error:
        return (), NotRun(check=check.name, reason=str(error))


def _hindrance(check: Check, content: Content) -> str:
    """Why a check cannot run: what it would say of content that is not all there would be wrong."""
    if check.needs != "files" and content.broken:
        return f"{', '.join(map(content.shown, content.broken))} could not be read."
    if check.needs == "knowledge" and content.knowledge is None:
        return "The content does not load: mend the other errors first."
    return ""


def _in_focus(content: Content, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """What concerns the files that were asked for."""
    if content.focus is None:
        yield from diagnostics
        return
    files = set(map(content.shown, content.focus))
    for diagnostic in diagnostics:
        if files & {diagnostic.place.file, *(related.place.file for related in diagnostic.related)}:
            yield diagnostic


def _order(diagnostic: Diagnostic) -> tuple[object, ...]:
    place = diagnostic.place
    return (place.file, place.line, SEVERITIES.index(diagnostic.severity), place.column, diagnostic.id, diagnostic.what)
