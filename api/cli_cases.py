"""What commands about cases have in common: the knowledge to use, and case files with their title and narrative."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from engine import MAX_BYTES, Case, CaseError, Codebook, MalformedCaseError, make_case, parse_yaml
from engine.inference.case import FILE_KEYS, PARSERS

KnowledgeOption = Annotated[
    list[Path] | None,
    typer.Option("--knowledge", metavar="DIR", help="Folder of knowledge files instead of the shipped ones; may be repeated."),
]
PatientOption = Annotated[bool, typer.Option("--patient", help="Speak to the patient instead of the clinician.")]


class CaseFile(NamedTuple):
    """A case, and what its file says in words of who the patient is."""

    case: Case
    title: str = ""
    narrative: str = ""


def read_case(path: Path, codebook: Codebook) -> CaseFile:
    """Read a case file by its suffix (.yaml, .json, .ttl), or YAML or JSON from stdin if the path is `-`.

    Raises CaseError, its `where` led by the path.
    """
    try:
        if str(path) == "-":
            data = parse_yaml(sys.stdin.buffer.read(MAX_BYTES + 1))
        elif path.suffix in PARSERS:
            data = PARSERS[path.suffix](path.read_bytes())
        else:
            raise MalformedCaseError("This is no case file.", mend=f"Use one of {', '.join(PARSERS)}, or - for stdin.")
        case = make_case(data, codebook, FILE_KEYS)
    except OSError as error:
        raise MalformedCaseError(f"It cannot be read: {error.strerror}.", where=str(path), mend="Check the path.") from error
    except CaseError as error:
        error.where = f"{path}, {error.where}" if error.where else str(path)
        raise
    return CaseFile(case, *(_text(data, key) for key in ("title", "narrative")))


def _text(data: dict[str, object], key: str) -> str:
    return " ".join(str(data.get(key) or "").split())
