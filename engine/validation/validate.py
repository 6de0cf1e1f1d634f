"""Validation: every check over one content, one report. A check that cannot run is named with the reason."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Literal, NamedTuple

from spinegraph.engine.errors import CheckNotRunError, KnowledgeError, ReasonerError
from spinegraph.engine.validation.catalogue import worded
from spinegraph.engine.validation.checks.agreement import check_agreement
from spinegraph.engine.validation.checks.behaviour import check_behaviour
from spinegraph.engine.validation.checks.cases import check_cases
from spinegraph.engine.validation.checks.languages import check_languages
from spinegraph.engine.validation.checks.loading import check_loading
from spinegraph.engine.validation.checks.mappings import check_mappings
from spinegraph.engine.validation.checks.names import check_names
from spinegraph.engine.validation.checks.numbers import check_numbers, check_units
from spinegraph.engine.validation.checks.ontology import check_ontology
from spinegraph.engine.validation.checks.placeholders import check_placeholders
from spinegraph.engine.validation.checks.provenance import check_coverage, check_documents, check_provenance
from spinegraph.engine.validation.checks.rules import check_rules
from spinegraph.engine.validation.checks.shapes import authoring_paths, check_shapes
from spinegraph.engine.validation.checks.syntax import check_syntax
from spinegraph.engine.validation.checks.uses import check_uses
from spinegraph.engine.validation.checks.vocabulary import check_vocabulary
from spinegraph.engine.validation.checks.words import check_words
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import SEVERITIES, Diagnostic, NotRun, Report, SourceStatus
from spinegraph.engine.validation.suppression import without_consequences

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


CHECKS: tuple[Check, ...] = (
    Check("syntax", check_syntax),
    Check("cases", check_cases, needs="knowledge"),
    Check("vocabulary", check_vocabulary, needs="whole"),
    Check("names", check_names, needs="whole"),
    Check("uses", check_uses, needs="knowledge"),
    Check("words", check_words),
    Check("languages", check_languages),
    Check("placeholders", check_placeholders),
    Check("shapes", check_shapes, needs="whole", apart=True),
    Check("ontology", check_ontology, apart=True),
    Check("loading", check_loading, needs="whole"),
    Check("rules", check_rules, needs="whole"),
    Check("provenance", check_provenance, needs="whole"),
    Check("coverage", check_coverage, needs="knowledge"),
    Check("agreement", check_agreement, needs="knowledge"),
    Check("documents", check_documents, needs="knowledge"),
    Check("numbers", check_numbers),
    Check("units", check_units),
    Check("mappings", check_mappings),
    Check("behaviour", check_behaviour, needs="knowledge"),
)
"""Every check, in the order of the catalogue."""


def validate(content: Content, *, only: Container[str] | None = None, without: Container[str] = ()) -> Report:
    """Run the checks (`only` those named, `without` those named). Diagnostics come by file and line, worst first."""
    wanted = [check for check in CHECKS if (only is None or check.name in only) and check.name not in without]
    with ThreadPoolExecutor(max_workers=4) as pool:
        waiting = {check.name: pool.submit(_run, check, content) for check in wanted if check.apart}
        outcomes = {check.name: _run(check, content) for check in wanted if not check.apart}
        outcomes |= {name: future.result() for name, future in waiting.items()}
    found: dict[tuple[object, ...], Diagnostic] = {}
    for diagnostic in (diagnostic for check in wanted for diagnostic in outcomes[check.name][0]):
        key = (diagnostic.id, diagnostic.place, diagnostic.subject, diagnostic.message, str(diagnostic.terms))
        found.setdefault(key, diagnostic)
    not_run = (outcomes[check.name][1] for check in wanted)
    return Report(
        knowledge=content.graph.digest,
        files=tuple(map(content.shown, (*content.paths, *content.cases))),
        diagnostics=tuple(sorted(map(worded, without_consequences(content, found.values())), key=_order)),
        not_run=tuple(reason for reason in not_run if reason is not None),
        ran=tuple(check.name for check in wanted if outcomes[check.name][1] is None),
        left_out=tuple(check.name for check in CHECKS if check not in wanted),
        sources=_sources(content),
    )


def _sources(content: Content) -> tuple[SourceStatus, ...]:
    """The sources with the review status that is printed in them, by number; none where the content does not load."""
    sources = content.knowledge.sources.values() if content.knowledge else ()
    return tuple(
        SourceStatus(number=source.number, title=source.title, review_status=source.review_status)
        for source in sorted(sources, key=lambda source: source.number)
    )


MOST = 1000
"""So many diagnostics of one check are listed."""
TOO_DEEP = "Something refers on to the next, and that to the next, more often than this check can follow."


def _run(check: Check, content: Content) -> tuple[tuple[Diagnostic, ...], NotRun | None]:
    if reason := _hindrance(check, content):
        return (), NotRun(check=check.name, reason=reason)
    found: list[Diagnostic] = []
    try:
        for diagnostic in islice(_in_focus(content, check.run(content)), MOST + 1):
            found.append(diagnostic)  # noqa: PERF402 (what was found before an error is kept)
    except (CheckNotRunError, ReasonerError) as error:
        return (), NotRun(check=check.name, reason=str(error))
    except RecursionError:
        return (), NotRun(check=check.name, reason=TOO_DEEP)
    except KnowledgeError as error:  # what is spoilt in a place that nothing else reads
        found.append(content.diagnose_error(error, error.kind or "wrong-kind", content.place_of_error(error)))
    if len(found) > MOST:
        return tuple(found[:MOST]), NotRun(check=check.name, reason=f"More than {MOST:,} were found; the others are not listed.")
    return tuple(found), None


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
    files = set(map(content.shown, (*content.focus, *authoring_paths(content.focus))))
    for diagnostic in diagnostics:
        if files & {diagnostic.place.file, *(related.place.file for related in diagnostic.related)}:
            yield diagnostic


def _order(diagnostic: Diagnostic) -> tuple[object, ...]:
    place = diagnostic.place
    return (
        place.file,
        place.line,
        SEVERITIES.index(diagnostic.severity),
        place.column,
        diagnostic.id,
        diagnostic.subject,
        diagnostic.what,
    )
