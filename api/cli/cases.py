"""Options that commands about cases have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from msgspec import structs
from spinegraph.engine.knowledge.installed import folders_named
from spinegraph.engine.messages import ENGLISH, LANGUAGES
from spinegraph.engine.model import Case


def _folders(named: list[Path] | None) -> list[Path] | None:
    """The folders that are meant: of a folder, a shipped package, or an archive."""
    return list(folders_named(named)) if named else named


CASE = "Case file (.yaml, .json, .ttl) or FHIR record (.json, .ndjson); - reads stdin."
"""What an argument may name from which a case is read."""
KnowledgeOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--knowledge",
        metavar="DIR|NAME|ZIP",
        callback=_folders,
        help="Folder of knowledge files, shipped package or archive of one, instead of what is shipped; may be repeated.",
    ),
]
GuidelineOption = Annotated[
    list[str] | None,
    typer.Option("--guideline", metavar="NAME", help="Ask this package alone, or all; may be repeated."),
]
PatientOption = Annotated[bool, typer.Option("--patient", help="Speak to the patient instead of the clinician.")]


def _known_language(name: str | None) -> str | None:
    """The name of a language, or nothing. Raises BadParameter."""
    if name and name not in LANGUAGES:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(LANGUAGES)}.")
    return name


LanguageOption = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="|".join(LANGUAGES),
        callback=_known_language,
        help="The language of the words; by default the case's.",
    ),
]


SubjectOption = Annotated[
    str,
    typer.Option("--subject", metavar="ID", help="Of a FHIR record: whose case it is, where it has several patients."),
]
AsOfOption = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="DATE|timestamp",
        help="Of a FHIR record: the moment of the case, or that of the Bundle; no clock is read.",
    ),
]


def in_language(case: Case, language: str) -> Case:
    """The same case, answered in a language."""
    return structs.replace(case, language=ENGLISH if language == LANGUAGES[0] else language)
