"""`spinegraph article`: what the guidelines say of a case, as an article to read or print."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from spinegraph.api.cli.cases import AsOfOption, GuidelineOption, KnowledgeOption, LanguageOption, SubjectOption, in_language
from spinegraph.api.settings import LOCAL, load_engine
from spinegraph.engine import make_codebook
from spinegraph.engine.decide.accounted import with_account
from spinegraph.engine.exchange.article.local import NO_TEXT, read_local
from spinegraph.engine.exchange.fhir.reading.files import read_any_case_file
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.exchange.formats import BY_NAME, Answer


class Format(StrEnum):
    """How an article is written."""

    md = "md"
    html = "html"


class Audience(StrEnum):
    """For whom an article is written."""

    clinician = "clinician"
    patient = "patient"


def article_command(
    case: Annotated[
        Path,
        typer.Argument(metavar="CASE", help="Case file (.yaml, .json, .ttl), or a FHIR record (.json, .ndjson); - reads stdin."),
    ],
    form: Annotated[Format, typer.Option("--format", help="Markdown, or a web page that stands alone.")] = Format.md,
    audience: Annotated[
        Audience | None, typer.Option("--audience", help="Who is to read it; by default whom the case file names.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the article there instead of printing it.")
    ] = None,
    local: Annotated[
        Path | None,
        typer.Option(
            "--local", metavar="FILE", envvar=LOCAL, help="YAML file with where_to_go and where_to_go_now for patients."
        ),
    ] = None,
    language: LanguageOption = None,
    subject: SubjectOption = "",
    as_of: AsOfOption = "",
    guideline: GuidelineOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Write an article about a case: the answer on one page, then the record, the reasons, what is open, and the sources."""
    texts = read_local(local) if local else NO_TEXT
    engine = load_engine(knowledge or ())
    codebook = make_codebook(engine.knowledge)
    file = read_any_case_file(case, codebook, FhirReader(engine.knowledge, codebook), RecordOptions(subject, as_of))
    case_of_reader = msgspec.structs.replace(file.case, audience=audience.value) if audience else file.case
    if language:
        case_of_reader = in_language(case_of_reader, language)
    decision = with_account(engine.decide(case_of_reader, packages=guideline or ()), file.account)
    article = BY_NAME[form].write(Answer(engine.knowledge, decision, file.title, file.narrative, texts))
    if output is None:
        typer.echo(article, nl=False)
    else:
        output.write_bytes(article)
        typer.echo(f"{output}: {len(article):,} bytes.", err=True)
