"""`spinegraph decide`: what the guidelines say of a case."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, cast

import msgspec
import typer
from spinegraph.api.cli.cases import (
    AsOfOption,
    GuidelineOption,
    KnowledgeOption,
    LanguageOption,
    PatientOption,
    SubjectOption,
    in_language,
)
from spinegraph.api.settings import load_engine
from spinegraph.engine import CaseFile, Engine, make_codebook
from spinegraph.engine.decide.accounted import with_account
from spinegraph.engine.decide.decision import View
from spinegraph.engine.errors import PublicationError
from spinegraph.engine.exchange.fhir.reading.files import read_any_case_file
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.exchange.formats import BY_NAME, Answer, require_provenance
from spinegraph.engine.exchange.provenance.wanted import FORMS, Form, read_agent, read_wanted

HINT = "--all shows the rest."


def known_format(name: str) -> str:
    """The name of a format, or nothing. Raises BadParameter."""
    if name and name not in BY_NAME:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(BY_NAME)}.")
    return name


def known_form(name: str) -> str:
    """The name of a form of provenance. Raises BadParameter."""
    if name not in FORMS:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(FORMS)}.")
    return name


def decide_command(
    cases: Annotated[
        list[Path],
        typer.Argument(metavar="CASE...", help="Case files (.yaml, .json, .ttl), or FHIR (.json, .ndjson); - reads stdin."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print what POST /v1/decisions replies, one line a case.")] = False,
    form: Annotated[
        str,
        typer.Option("--format", metavar="|".join(BY_NAME), callback=known_format, help="Print it in this format."),
    ] = "",
    view: Annotated[View, typer.Option("--view", help="With --json: how much is printed.")] = "standard",
    explain: Annotated[
        list[str] | None, typer.Option("--explain", metavar="RULE", help="Show the proof of a recommendation; may be repeated.")
    ] = None,
    provenance: Annotated[
        str,
        typer.Option(
            "--provenance", metavar="|".join(FORMS), callback=known_form, help="With --format ttl, jsonld or trig: how much."
        ),
    ] = FORMS[0],
    made_at: Annotated[str, typer.Option("--made-at", metavar="INSTANT", help="Of provenance: when it was decided.")] = "",
    made_by: Annotated[str, typer.Option("--made-by", metavar="IRI|ORCID", help="Of provenance: who decided.")] = "",
    sign: Annotated[
        Path | None, typer.Option("--sign", metavar="PROFILE", help="Sign nanopublications with this profile (YAML).")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every rule, reason, change and question.")] = False,
    patient: PatientOption = False,
    language: LanguageOption = None,
    subject: SubjectOption = "",
    as_of: AsOfOption = "",
    guideline: GuidelineOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Decide cases: what to do, what it rests on, and what is left open."""
    if view != "standard" and not as_json:
        raise typer.BadParameter("--view goes with --json.")
    if view == "brief" and explain:
        raise typer.BadParameter("A brief has no proofs: leave --view or --explain out.")
    publication = _publication("json" if as_json else form, provenance, made_at, made_by, sign)
    engine, packages = load_engine(knowledge or ()), tuple(guideline or ())
    engine.of_packages(packages).known_recommendations(explain or ())
    codebook = make_codebook(engine.knowledge)
    reader, options = FhirReader(engine.knowledge, codebook), RecordOptions(subject, as_of)
    files = [read_any_case_file(path, codebook, reader, options) for path in cases]
    if patient:
        files = [file._replace(case=msgspec.structs.replace(file.case, audience="patient")) for file in files]
    if language:
        files = [file._replace(case=in_language(file.case, language)) for file in files]
    for number, file in enumerate(files):
        if as_json or form == "json":
            typer.echo(
                engine.decide_json(file.case, "full" if everything else view, explain or (), packages, account=file.account)
            )
        elif form:
            decision = with_account(engine.decide(file.case, everything, packages), file.account)
            known = engine.knowledge.in_language(file.case.language)
            typer.echo(BY_NAME[form].write(publication(Answer(known, decision, file.title, file.narrative))))
        else:
            sys.stdout.write("\n" if number else "")
            _show(engine, file, explain or (), packages, everything=everything, named=len(files) > 1)


def _publication(form: str, provenance: str, made_at: str, made_by: str, sign: Path | None) -> Callable[[Answer], Answer]:
    """What is asked of provenance, to be put into an answer. Raises BadParameter, PublicationError."""
    if sign and provenance != "nanopublication":
        raise typer.BadParameter("--sign goes with --provenance nanopublication.")
    try:
        wanted = read_wanted(cast("Form", provenance), made_at, made_by)
        if wanted.given and not form:
            raise typer.BadParameter(
                "--provenance, --made-at and --made-by go with --format ttl, jsonld or trig, the last two with fhir too."
            )
        require_provenance(BY_NAME[form or "json"], wanted)
    except PublicationError as error:
        option = f"--{error.where.replace('_', '-')}"
        raise PublicationError(error.what, where=option, mend=error.mend) from error
    if sign is None:
        return lambda answer: answer._replace(provenance=wanted)
    from spinegraph.engine.exchange.provenance.signing import read_profile  # needs an extra

    signature = read_profile(sign)
    by_signer = wanted._replace(made_by=wanted.made_by or read_agent(signature.agent))
    return lambda answer: answer._replace(provenance=by_signer, sign=signature.sign)


def _show(
    engine: Engine, file: CaseFile, explain: Iterable[str], packages: Iterable[str], *, everything: bool, named: bool
) -> None:
    """Print a case for people: its brief, everything, or the proofs that are asked for."""
    from rich.console import Group
    from rich.text import Text
    from spinegraph.api.cli.terminal import render_decision, render_proof
    from spinegraph.api.cli.terminal_brief import brief_lines
    from spinegraph.api.cli.terminal_page import brief_width, show

    knowledge = engine.knowledge.in_language(file.case.language)
    if everything:
        decision = with_account(engine.decide(file.case, True, packages), file.account)
        show(render_decision(decision, knowledge, title=file.title, narrative=file.narrative), paged=True)
        return
    answer = with_account(engine.answer(file.case, explain, packages), file.account)
    if explain:
        if file.case.audience == "patient":
            raise typer.BadParameter("--explain speaks to clinicians; --patient --all has the words for patients.")
        proven = [entry for entry in answer.recommendations if entry.id in explain]
        show(Group(*(render_proof(entry, file.case, knowledge) for entry in proven)))
        return
    heading = [Text(file.title, "bold")] if named and file.title and file.case.audience == "clinician" else []
    show(Group(*heading, *brief_lines(answer, HINT, brief_width())))
