"""`spinegraph decide`: what the guidelines say of a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from spinegraph.api.cli.cases import KnowledgeOption, PatientOption
from spinegraph.api.settings import load_engine
from spinegraph.engine import make_codebook, read_case_file
from spinegraph.engine.exchange.formats import BY_NAME, Answer


def known_format(name: str) -> str:
    """The name of a format, or nothing. Raises BadParameter."""
    if name and name not in BY_NAME:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(BY_NAME)}.")
    return name


def decide_command(
    cases: Annotated[list[Path], typer.Argument(metavar="CASE...", help="Case files (.yaml, .json, .ttl); - reads stdin.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what POST /v1/decisions replies, one line a case.")] = False,
    form: Annotated[
        str,
        typer.Option("--format", metavar="|".join(BY_NAME), callback=known_format, help="Print it in this format."),
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Show every rule, reason, change and question.")] = False,
    patient: PatientOption = False,
    knowledge: KnowledgeOption = None,
) -> None:
    """Decide cases and explain the decisions."""
    engine = load_engine(knowledge or ())
    codebook = make_codebook(engine.knowledge)
    files = [read_case_file(path, codebook) for path in cases]
    for number, (case, title, narrative) in enumerate(files):
        decision = engine.decide(msgspec.structs.replace(case, audience="patient") if patient else case, everything)
        if as_json or form:
            typer.echo(BY_NAME[form or "json"].write(Answer(engine.knowledge, decision, title, narrative)))
            continue
        from spinegraph.api.cli.terminal import render_decision
        from spinegraph.api.cli.terminal_page import show

        if number:
            show("\n")
        show(render_decision(decision, engine.knowledge, everything=everything, title=title, narrative=narrative))
