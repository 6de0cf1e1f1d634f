"""`spinegraph validate`: every mistake of the content, where it is, why it matters, how to mend it."""

from __future__ import annotations

import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from spinegraph.api.cli.cases import KnowledgeOption
from spinegraph.api.cli.content import paths_of
from spinegraph.api.cli.terminal_report import show_report
from spinegraph.engine.validation.baseline import apply_baseline, read_baseline, write_baseline
from spinegraph.engine.validation.catalogue import CATALOGUE
from spinegraph.engine.validation.content import read_content
from spinegraph.engine.validation.diagnostics import SEVERITIES, Report
from spinegraph.engine.validation.profile import RELEASE, Profile, apply_profile, for_release, own_judgement, read_profile
from spinegraph.engine.validation.reports import render_report
from spinegraph.engine.validation.reports.words import counts
from spinegraph.engine.validation.validate import CHECKS, validate

GROUP_OF = {"ontology": "5", "documents": "7"}
"""Checks that have to be asked for, and the group of the catalogue in which their diagnostics are."""
FOUND, COULD_NOT_RUN = 1, 2


class Format(StrEnum):
    """How a report is written."""

    text = "text"
    json = "json"
    sarif = "sarif"
    junit = "junit"
    html = "html"
    turtle = "turtle"


class FailOn(StrEnum):
    """The mildest severity that makes validation fail."""

    error = "error"
    warning = "warning"


def validate_command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH...",
            help="Files or folders to report on, beside the rest of the knowledge; everything if none is given.",
        ),
    ] = None,
    knowledge: KnowledgeOption = None,
    form: Annotated[Format, typer.Option("--format", help="How the report is written.")] = Format.text,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the report there; stdout then shows it as text."),
    ] = None,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="Exit 1 from this severity on.")] = FailOn.error,
    profile: Annotated[
        Path | None,
        typer.Option(
            "--profile",
            metavar="FILE|release",
            help="YAML: severities, what is kept back and why; else shapes/authoring/profile.yaml of the content, and with "
            "release nothing may be left to be written.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="Report only what this file does not know yet.")
    ] = None,
    new_baseline: Annotated[
        Path | None, typer.Option("--write-baseline", metavar="FILE", help="Write a baseline of everything that is found.")
    ] = None,
    sources: Annotated[
        Path | None,
        typer.Option("--sources", metavar="DIR", envvar="SPINEGRAPH_SOURCES", help="Documents to compare the passages with."),
    ] = None,
    owl: Annotated[bool, typer.Option("--owl/--no-owl", help="Ask the OWL reasoner (HermiT), which takes seconds.")] = True,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CHECK", help="Run this check alone; may be repeated.")
    ] = None,
) -> None:
    """Find mistakes in guideline content. Exit 0: none; 1: some at or above --fail-on; 2: a check could not run."""
    _check_names(only)
    if new_baseline and (paths or only):
        raise typer.BadParameter("a baseline is of everything: leave PATH and --only out.", param_hint="'--write-baseline'")
    judged = _judged(profile, knowledge)
    known = read_baseline(baseline) if baseline else None
    vocabulary = (*judged.namespaces, *judged.terms)
    paths_of(knowledge)  # nothing would be found in a folder that holds nothing
    if sources and not sources.is_dir():
        raise typer.BadParameter(f"{sources} is no folder.", param_hint="'--sources'")
    content = read_content(paths or None, knowledge, sources=sources, vocabulary=vocabulary)
    left_out = () if only else _left_out(owl, sources)
    report = validate(content, only=only or None, without=left_out)
    unseen = tuple(CATALOGUE) if paths or only or report.not_run else _kinds_of(left_out)
    report = apply_profile(report, judged, datetime.datetime.now(tz=datetime.UTC).date(), unseen=unseen)
    if new_baseline:
        new_baseline.write_bytes(write_baseline(report))
        typer.echo(f"{new_baseline}: {counts(report.diagnostics)} written; they are known from now on.", err=True)
        known, baseline = read_baseline(new_baseline), new_baseline
    if known and baseline:
        report = apply_baseline(report, known, str(baseline), unseen=unseen)
    _write(report, form, output, fail_on)
    if code := exit_code(report, fail_on):
        raise typer.Exit(code)


def _judged(profile: Path | None, knowledge: list[Path] | None) -> Profile:
    """The profile that was asked for, else that of the content."""
    release = profile is not None and str(profile) == RELEASE and not profile.is_file()
    judged = own_judgement(knowledge) if profile is None or release else read_profile(profile)
    return for_release(judged) if release else judged


def exit_code(report: Report, fail_on: FailOn) -> int:
    """1 if something was found that fails; else 2 if a check did not run, for nothing is known of it; else 0."""
    failing = SEVERITIES[: SEVERITIES.index(fail_on.value) + 1]
    if any(diagnostic.severity in failing for diagnostic in report.diagnostics):
        return FOUND
    return COULD_NOT_RUN if report.not_run else 0


def _left_out(owl: bool, sources: Path | None) -> tuple[str, ...]:
    """Checks that nobody asked for: the reasoner if it is not wanted, the documents if there are none."""
    return (*(() if owl else ("ontology",)), *(() if sources else ("documents",)))


def _kinds_of(checks: tuple[str, ...]) -> tuple[str, ...]:
    """Ids that such checks could have found."""
    groups = [GROUP_OF[check] for check in checks]
    return tuple(id_ for id_ in CATALOGUE if id_[2] in groups)


def _check_names(only: list[str] | None) -> None:
    names = [check.name for check in CHECKS]
    for name in only or ():
        if name not in names:
            raise typer.BadParameter(f"there is no check {name!r}; use {', '.join(names)}.", param_hint="'--only'")


def _write(report: Report, form: Format, output: Path | None, fail_on: FailOn) -> None:
    if form is Format.text and output is None:
        show_report(report)
        return
    written = render_report(report, form.value, fail_on.value)
    if output is None:
        typer.echo(written, nl=False)
        return
    output.write_bytes(written)
    show_report(report)
