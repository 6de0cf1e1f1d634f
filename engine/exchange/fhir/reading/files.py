"""A file with a case in one of our forms, or with a record of FHIR → the case."""

from __future__ import annotations

from pathlib import Path

from spinegraph.engine.decide.case_file import PARSERS, CaseFile, case_file_of, read_bytes
from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.errors import CaseError, MalformedCaseError
from spinegraph.engine.exchange.fhir.reading.bundle import MAX_BYTES, is_record
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions

LINES = ".ndjson"
"""The suffix of a record with one resource a line."""
SUFFIXES = (*PARSERS, LINES)


def read_any_case_file(path: Path, codebook: Codebook, reader: FhirReader, options: RecordOptions) -> CaseFile:
    """Read a file by its suffix, or stdin (`-`). JSON with a `resourceType`, or that is a list, is a record of FHIR.

    Raises CaseError that names the file; also where something is said of a record (`options`), and it is none.
    """
    if path.suffix not in SUFFIXES and str(path) != "-":
        raise MalformedCaseError("This is no case file.", where=str(path), mend=f"Use one of {', '.join(SUFFIXES)}.")
    body = read_bytes(path, MAX_BYTES)
    lines = path.suffix == LINES
    if not lines and (path.suffix not in (".json", "") or not is_record(body)):
        if options != RecordOptions():
            raise MalformedCaseError(
                "This is no record of FHIR.", where=str(path), mend="--subject and --as-of go with one; a case says it itself."
            )
        return case_file_of(path, body, codebook)
    try:
        return reader.read(body, options._replace(lines=lines))
    except CaseError as error:
        error.where = f"{path}, {error.where}" if error.where else str(path)
        raise
