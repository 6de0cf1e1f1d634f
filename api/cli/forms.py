"""`spinegraph fhir questionnaire` and `fhir populate`: forms, and what is known of a patient as the answers to one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from spinegraph.api.cli.cases import CASE, AsOfOption, GuidelineOption, KnowledgeOption, LanguageOption, SubjectOption
from spinegraph.api.settings import load_engine
from spinegraph.engine import CaseFile, Engine, make_codebook
from spinegraph.engine.exchange.fhir.questionnaire.populate import populate
from spinegraph.engine.exchange.fhir.questionnaire.questionnaire import FormName, Questionnaires
from spinegraph.engine.exchange.fhir.questionnaire.response import Responder
from spinegraph.engine.exchange.fhir.reading.files import read_any_case_file
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.messages import ENGLISH, LANGUAGES
from spinegraph.engine.model import Audience

AUDIENCES: dict[str, Audience] = {"clinician": "clinician", "patient": "patient"}


def _audience(name: str) -> str:
    if name not in AUDIENCES:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(AUDIENCES)}.")
    return name


ScreenOption = Annotated[str, typer.Option("--screen", metavar="ID", help="Ask this screen alone.")]
AudienceOption = Annotated[
    str, typer.Option("--audience", metavar="|".join(AUDIENCES), callback=_audience, help="For whom the words are.")
]


def questionnaire_command(
    screen: ScreenOption = "",
    following: Annotated[
        Path | None, typer.Option("--next", metavar="FILE", help=f"Only what is asked next of this patient. {CASE}")
    ] = None,
    guideline: GuidelineOption = None,
    language: LanguageOption = None,
    audience: AudienceOption = "clinician",
    subject: SubjectOption = "",
    as_of: AsOfOption = "",
    knowledge: KnowledgeOption = None,
) -> None:
    """Print what the screens ask as a Questionnaire of FHIR R4: all of them, one, or what is asked next."""
    if screen and following:
        raise typer.BadParameter("--screen and --next do not go together: a patient's next questions are of any screen.")
    engine = load_engine(knowledge or ())
    name = _form_name(guideline, screen, language, audience)
    forms = Questionnaires(engine.knowledge)
    if following is None:
        _print(forms.write(name))
        return
    file = _read(engine, following, subject, as_of)
    asked = engine.of_packages(name.packages)
    _print(forms.write_next(asked.open_screens(asked.known_part(file.case)), name))


def populate_command(
    case: Annotated[Path, typer.Argument(metavar="FILE", help=CASE)],
    screen: ScreenOption = "",
    guideline: GuidelineOption = None,
    language: LanguageOption = None,
    audience: AudienceOption = "clinician",
    subject: SubjectOption = "",
    as_of: AsOfOption = "",
    knowledge: KnowledgeOption = None,
) -> None:
    """Print what is known of a patient as a QuestionnaireResponse; what the form does not ask for is named on stderr."""
    engine = load_engine(knowledge or ())
    name = _form_name(guideline, screen, language, audience)
    forms = Questionnaires(engine.knowledge)
    file = _read(engine, case, subject, as_of)
    whose = file.account.patient if file.account else ""
    given = populate(file, forms.write(name), Responder(engine.knowledge.in_language(name.language)), whose)
    response, *issues = (one["resource"] for one in given["parameter"])
    for one in (one for outcome in issues for one in outcome["issue"]):
        typer.echo(one["diagnostics"], err=True)
    _print(response)


def _form_name(guideline: list[str] | None, screen: str, language: str | None, audience: str) -> FormName:
    spoken = ENGLISH if language in (None, LANGUAGES[0]) else str(language)
    return FormName(tuple(guideline or ()), screen, AUDIENCES[audience], spoken)


def _read(engine: Engine, path: Path, subject: str, as_of: str) -> CaseFile:
    codebook = make_codebook(engine.knowledge)
    return read_any_case_file(path, codebook, FhirReader(engine.knowledge, codebook), RecordOptions(subject, as_of))


def _print(resource: object) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(resource)).decode())
