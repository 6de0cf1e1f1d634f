"""An SSSOM mapping table: its YAML head in lines with #, and its rows, each with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from spinegraph.engine.errors import KnowledgeError, VocabularyError, shortened
from spinegraph.engine.knowledge.problems import Problems
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, expand

External = Mapping[str, tuple[str, ...]]
NEEDED = ("subject_id", "predicate_id", "object_id")
"""Columns without which a row says nothing."""


class Row(NamedTuple):
    """One mapping: 1-based line, cells by column, and the IRI of the subject ("" where its prefix is not one of ours)."""

    line: int
    cells: Mapping[str, str]
    subject: str
    surplus: bool
    """Whether the row has more or fewer cells than there are columns."""


class MappingTable(NamedTuple):
    """A table as it is written. `head` is the text of its metadata, the # removed; `first` the line of the column names."""

    path: Path
    head: str
    first: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def errors(self, known: Container[str]) -> Iterator[KnowledgeError]:
        """Why the table cannot be used: columns or cells that it lacks, subjects that do not exist."""
        missing = [column for column in NEEDED if column not in self.columns]
        if missing:
            yield self.error(
                self.first,
                f"A mapping cannot be read: there is no {', '.join(map(repr, missing))}.",
                "Give the columns subject_id, predicate_id and object_id, separated by tabs.",
                "malformed-mapping",
            )
            return
        for row in self.rows:
            if row.surplus:
                yield self.error(
                    row.line,
                    f"The row has another number of cells than the {len(self.columns)} columns.",
                    "Separate the cells by tabs, one for each column.",
                    "malformed-mapping",
                )
            elif row.subject not in known:
                yield self.error(
                    row.line,
                    f"{shortened(row.cells['subject_id'])} is mapped, but does not exist.",
                    "Mend the name of the subject; it is written with its prefix, as in finding:Name.",
                    "mapping-of-nothing",
                )

    def error(self, line: int, what: str, mend: str, kind: str) -> VocabularyError:
        """An error on a line of the table."""
        return VocabularyError(what, where=f"{self.path.name}:{line}", mend=mend, kind=kind, path=self.path, line=line)


def read_table(path: Path) -> MappingTable:
    """The table of a file. Never raises for what is written in it: `errors` tells, and validation tells more."""
    lines = path.read_bytes().decode("utf-8", errors="replace").splitlines()
    head = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines if line.startswith("#"))
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    cells = [next(csv.reader(io.StringIO(line), delimiter="\t", quoting=csv.QUOTE_NONE), []) for _, line in numbered]
    columns: list[Any] = cells[0] if cells else []
    rows = []
    for (number, _), found in zip(numbered[1:], cells[1:], strict=True):
        named = dict(zip(columns, found, strict=False)) | dict.fromkeys(columns[len(found) :], "")
        rows.append(Row(number, named, _subject(named.get("subject_id", "")), len(found) != len(columns)))
    return MappingTable(path, head, numbered[0][0] if numbered else 1, tuple(columns), tuple(rows))


def _subject(curie: str) -> str:
    prefix, colon, _ = curie.partition(":")
    return expand(curie) if colon and prefix in PREFIXES else ""


def mapped_codes(paths: Iterable[Path], known: Container[str], problems: Problems) -> tuple[External, External]:
    """External code (CURIE such as snomedct:386661006) → IRIs of what is mapped to it: all SSSOM matches, and the exact ones.

    What is wrong with a table in other ways than that it cannot be used, validation says.
    """
    mapped: dict[str, dict[str, None]] = {}
    exact: dict[str, dict[str, None]] = {}
    for path in paths:
        if path.suffix != ".tsv":
            continue
        table = read_table(path)
        for error in table.errors(known):
            problems.keep(error)
        for row in table.rows:
            if row.subject in known:
                for found in (mapped, exact) if row.cells.get("predicate_id") == "skos:exactMatch" else (mapped,):
                    found.setdefault(row.cells.get("object_id", "").lower(), {})[row.subject] = None
    return {code: tuple(iris) for code, iris in mapped.items()}, {code: tuple(iris) for code, iris in exact.items()}
