"""A case as a file or a request has it: a case, and in words who the patient is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from spinegraph.engine.decide.case import KEYS, make_case
from spinegraph.engine.decide.case_text import MAX_BYTES, parse_json, parse_text, parse_turtle, parse_yaml, read_yaml_case
from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.errors import CaseError, MalformedCaseError, kind_of_value
from spinegraph.engine.knowledge.words import unshown_character
from spinegraph.engine.knowledge.yaml_text import Place
from spinegraph.engine.model import Case
from spinegraph.engine.model.account import InputAccount

FILE_KEYS = (*KEYS, "title", "narrative")
"""A case file may also say in words who the patient is."""


Parser = Callable[[bytes], Any]
PARSERS: Mapping[str, Parser] = {".json": parse_json, ".yaml": parse_yaml, ".yml": parse_yaml, ".ttl": parse_turtle}


class CaseFile(NamedTuple):
    """A case, and what its file says in words of who the patient is: shown to clinicians, never reasoned over. `account`: of a
    record in another form, what became of all that stands in it."""

    case: Case
    title: str = ""
    narrative: str = ""
    account: InputAccount | None = None


def read_case_file(path: Path, codebook: Codebook) -> CaseFile:
    """Read one case file by its suffix (.yaml, .json, .ttl), or stdin (`-`) as JSON or YAML. Raises CaseError that names it."""
    return case_file_of(path, read_bytes(path, MAX_BYTES), codebook)


def case_file_of(path: Path, body: bytes, codebook: Codebook) -> CaseFile:
    """What a file holds, by its suffix, as `read_case_file` reads it. Raises CaseError that names the file."""
    parser = parse_text if str(path) == "-" else PARSERS.get(path.suffix)
    if parser is None:
        raise MalformedCaseError("This is no case file.", where=str(path), mend=f"Use one of {', '.join(PARSERS)}.")
    places: Mapping[str, Place] = {}
    try:
        data, places = read_yaml_case(body) if parser is parse_yaml else (parser(body), places)
        return make_case_file(data, codebook)
    except CaseError as error:
        place = places.get(error.where) if error.where else None
        file = f"{path}:{place.line}:{place.column}" if place else str(path)
        error.where = f"{file}, {error.where}" if error.where else file
        raise


def read_bytes(path: Path, most: int) -> bytes:
    """What a file or stdin (`-`) holds, up to what is more than is read. Raises MalformedCaseError that names the file."""
    if str(path) == "-":
        if sys.stdin is None:
            raise MalformedCaseError("Standard input is closed.", where="-", mend="Name a case file.")
        return sys.stdin.buffer.read(most + 1)
    try:
        with path.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise MalformedCaseError(f"It cannot be read: {error.strerror}.", where=str(path), mend="Check the path.") from error


def make_case_file(data: Any, codebook: Codebook) -> CaseFile:
    """Check plain data that may also say in words who the patient is. Raises as `make_case` does."""
    case = make_case(data, codebook, FILE_KEYS)
    return CaseFile(case, _words(data, "title"), _words(data, "narrative"))


def _words(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise MalformedCaseError(f"{key!r} is text, not {kind_of_value(value)}.", where=f"/{key}", mend="Put it in quotes.")
    if unshown := unshown_character(value):
        raise MalformedCaseError(
            f"{key!r} has a character that nobody can read: {unshown}.", where=f"/{key}", mend="Take it out."
        )
    return " ".join(value.split())
