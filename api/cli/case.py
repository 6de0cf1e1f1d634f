"""`spinegraph case`: a case in another form."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml
from spinegraph.api.cli.cases import CASE, AsOfOption, KnowledgeOption, SubjectOption
from spinegraph.api.settings import load_engine
from spinegraph.engine import Case, Knowledge, make_codebook
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.exchange.case_turtle import case_turtle
from spinegraph.engine.exchange.fhir.questionnaire.questionnaire import FormName, Questionnaires
from spinegraph.engine.exchange.fhir.questionnaire.response import Responder
from spinegraph.engine.exchange.fhir.reading.files import read_any_case_file
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.exchange.fhir.writing.case_bundle import CaseBundles
from spinegraph.engine.exchange.fhir.writing.codings import Codings, Json

DROPPED = ("unknown-code", "older-entry")
"""Why an entry of a request is not in the case that was read of it."""


class CaseFormat(StrEnum):
    """How a case is written."""

    turtle = "turtle"
    json = "json"
    yaml = "yaml"
    fhir = "fhir"
    answers = "answers"


def case_command(
    case: Annotated[Path, typer.Argument(metavar="CASE", help=CASE)],
    to: Annotated[CaseFormat, typer.Option("--to", help="The form that it is written in.")],
    subject: SubjectOption = "",
    as_of: AsOfOption = "",
    knowledge: KnowledgeOption = None,
) -> None:
    """Write a case in another form, of which the same is decided. What the form cannot say is named on stderr."""
    engine = load_engine(knowledge or ())
    codebook = make_codebook(engine.knowledge)
    file = read_any_case_file(case, codebook, FhirReader(engine.knowledge, codebook), RecordOptions(subject, as_of))
    words = {"title": file.title, "narrative": file.narrative}
    unsaid = [f"{one.member} {one.code}" for one in file.case.ignored if one.reason in DROPPED]
    if to is CaseFormat.turtle:
        spoken = {"audience": file.case.audience != "clinician", "language": bool(file.case.language)}
        unsaid += [name for name, said in (words | spoken).items() if said]
        written = case_turtle(file.case, engine.knowledge)
    elif to in (CaseFormat.fhir, CaseFormat.answers):
        resource, left_out = _in_fhir(file.case, to, engine.knowledge)
        unsaid += [*(name for name, word in words.items() if word), *left_out]
        written = _json(resource)
    else:
        data = {name: word for name, word in words.items() if word} | case_data(file.case)
        written = yaml.safe_dump(data, sort_keys=False, allow_unicode=True) if to is CaseFormat.yaml else _json(data)
    for name in unsaid:
        typer.echo(f"Left out: {name}.", err=True)
    typer.echo(written.rstrip("\n"))


def _in_fhir(case: Case, to: CaseFormat, knowledge: Knowledge) -> tuple[Json, tuple[str, ...]]:
    """A Bundle, or the answers to the form of all guidelines; and the names of what it cannot say."""
    if to is CaseFormat.fhir:
        return CaseBundles(knowledge, Codings(knowledge)).write(case)
    return Responder(knowledge).write(case, Questionnaires(knowledge).write(FormName()))


def _json(data: object) -> str:
    return msgspec.json.format(msgspec.json.encode(data)).decode()
