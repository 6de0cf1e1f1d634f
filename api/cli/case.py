"""`spinegraph case`: a case in another form."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml
from spinegraph.api.cli.cases import KnowledgeOption
from spinegraph.api.settings import load_engine
from spinegraph.engine import make_codebook, read_case_file
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.exchange.case_turtle import case_turtle

DROPPED = ("unknown-code", "older-entry")
"""Why an entry of a request is not in the case that was read of it."""


class CaseFormat(StrEnum):
    """How a case is written."""

    turtle = "turtle"
    json = "json"
    yaml = "yaml"


def case_command(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="Case file (.yaml, .json, .ttl); - reads stdin.")],
    to: Annotated[CaseFormat, typer.Option("--to", help="The form that it is written in.")],
    knowledge: KnowledgeOption = None,
) -> None:
    """Write a case in another form, of which the same is decided. What the form cannot say is named on stderr."""
    engine = load_engine(knowledge or ())
    file = read_case_file(case, make_codebook(engine.knowledge))
    words = {"title": file.title, "narrative": file.narrative}
    unsaid = [f"{one.member} {one.code}" for one in file.case.ignored if one.reason in DROPPED]
    if to is CaseFormat.turtle:
        spoken = {"audience": file.case.audience != "clinician", "language": bool(file.case.language)}
        unsaid += [name for name, said in (words | spoken).items() if said]
        written = case_turtle(file.case, engine.knowledge)
    else:
        data = {name: word for name, word in words.items() if word} | case_data(file.case)
        written = yaml.safe_dump(data, sort_keys=False, allow_unicode=True) if to is CaseFormat.yaml else _json(data)
    for name in unsaid:
        typer.echo(f"Left out: {name}.", err=True)
    typer.echo(written.rstrip("\n"))


def _json(data: object) -> str:
    return msgspec.json.format(msgspec.json.encode(data)).decode()
