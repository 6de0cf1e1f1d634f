"""Options that commands about cases have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from spinegraph.engine.knowledge.installed import folders_named


def _folders(named: list[Path] | None) -> list[Path] | None:
    """The folders that are meant: of a folder, a shipped package, or an archive."""
    return list(folders_named(named)) if named else named


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
