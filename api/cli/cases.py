"""Options that commands about cases have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

KnowledgeOption = Annotated[
    list[Path] | None,
    typer.Option("--knowledge", metavar="DIR", help="Folder of knowledge files instead of the shipped ones; may be repeated."),
]
PatientOption = Annotated[bool, typer.Option("--patient", help="Speak to the patient instead of the clinician.")]
