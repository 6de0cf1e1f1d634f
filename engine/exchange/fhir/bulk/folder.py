"""The files of a folder → their lines, each with the place where it stands (FHIR Bulk Data Access 2.0, "Output files")."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.errors import UNDECODABLE, CaseError, PopulationError
from spinegraph.engine.exchange.fhir.reading.bundle import MAX_BYTES
from spinegraph.engine.knowledge.words import shown

PLAIN, PACKED = ".ndjson", ".ndjson.gz"
MEND = "Name the folder of an export, with Patient.ndjson, Condition.ndjson, …, also as .ndjson.gz; a table has to be one file."
MOST_FILES = 1 << 16
"""So many files can be told apart."""


class Line(NamedTuple):
    """One line of a folder: the number of its file, its own number, and what it holds."""

    file: int
    number: int
    raw: bytes


class Folder(NamedTuple):
    """A folder of an export: its files in the order of their names, what else lies there, and the moment of which its manifest
    says that the data are as of it (`transactionTime`), or ""."""

    path: Path
    files: tuple[Path, ...]
    others: tuple[str, ...]
    moment: str

    def place(self, line: Line) -> str:
        """Where a line stands, as an account has it."""
        return f"{shown(self.files[line.file].name)}, line {line.number}"

    def lines(self) -> Iterator[Line]:
        """All lines that are not empty. Raises PopulationError where a file cannot be unpacked."""
        for number, path in enumerate(self.files):
            yield from _lines(path, number)


def open_folder(path: Path) -> Folder:
    """A folder with at least one file of lines. Raises PopulationError where there is none, or two are one."""
    found = sorted(path.iterdir())
    files = tuple(one for one in found if one.is_file() and one.name.endswith((PLAIN, PACKED)))
    read = set(files)
    if not files:
        raise PopulationError("The folder has no .ndjson file.", where=str(path), mend=MEND)
    if len(files) > MOST_FILES:
        what = f"The folder has {len(files):,} files; the limit is {MOST_FILES:,}."
        raise PopulationError(what, where=str(path), mend="Join some of them: files of lines can be put one behind the other.")
    for one in files:
        if one.name.endswith(PACKED) and (plain := one.with_suffix("")) in read:
            what = f"It is there twice, packed and as {plain.name}."
            raise PopulationError(what, where=str(one), mend="Take one of the two away.")
    moments = {one: moment for one in found if one.suffix == ".json" and one.is_file() and (moment := _moment(one))}
    if len(moments) > 1:
        named = " and ".join(one.name for one in moments)
        raise PopulationError(f"{named} are both manifests.", where=str(path), mend="Leave that of this export there.")
    others = tuple(one.name for one in found if one not in read and one not in moments)
    return Folder(path, files, others, next(iter(moments.values()), ""))


def _moment(path: Path) -> str:
    """The `transactionTime` of a manifest; "" of any other file. Raises PopulationError for one that is no moment."""
    if path.stat().st_size > MAX_BYTES:
        return ""
    try:
        read: Any = msgspec.json.decode(path.read_bytes())
    except UNDECODABLE:
        return ""
    moment = read.get("transactionTime") if isinstance(read, dict) else None
    if not isinstance(moment, str):
        return ""
    try:
        read_moment(moment, "transactionTime", "")
    except CaseError as error:
        raise PopulationError(error.what, where=str(path), mend=error.mend) from error
    return moment


def _lines(path: Path, file: int) -> Iterator[Line]:
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            while raw := stream.readline(MAX_BYTES + 1):
                number += 1
                if len(raw) > MAX_BYTES:
                    what = f"The line is longer than {MAX_BYTES:,} bytes."
                    raise PopulationError(what, where=f"{path}, line {number}", mend="Write one resource a line.")
                if number == 1:
                    raw = raw.removeprefix(b"\xef\xbb\xbf")
                if raw := raw.strip():
                    yield Line(file, number, raw)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        what = f"It cannot be unpacked: {error}."
        raise PopulationError(what, where=f"{path}, after line {number}", mend="Get the file again: it is not whole.") from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        mend = "Check that the file can be read, and is where it was."
        raise PopulationError(f"It cannot be read: {reason}.", where=f"{path}, after line {number}", mend=mend) from error
