"""What commands about cases have in common: the knowledge to use, and cases from files or from stdin."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from spinegraph.engine import CaseFile, Codebook, read_case_file
from spinegraph.engine.decide.case import read_case_stream

KnowledgeOption = Annotated[
    list[Path] | None,
    typer.Option("--knowledge", metavar="DIR", help="Folder of knowledge files instead of the shipped ones; may be repeated."),
]
PatientOption = Annotated[bool, typer.Option("--patient", help="Speak to the patient instead of the clinician.")]


def read_case(path: Path, codebook: Codebook) -> CaseFile:
    """Read a case file by its suffix, or YAML or JSON from stdin if the path is `-`. Raises CaseError, led by the path."""
    return read_case_stream(sys.stdin.buffer, "-", codebook) if str(path) == "-" else read_case_file(path, codebook)
