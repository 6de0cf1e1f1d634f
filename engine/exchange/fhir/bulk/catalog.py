"""What resources of many patients refer to, on disk: medicines, and patients by their identifiers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spinegraph.engine.errors import PopulationError
from spinegraph.engine.exchange.fhir.bulk.folder import Line
from spinegraph.engine.exchange.fhir.elements import Identifier

_SCHEMA = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE medicine (id TEXT, file INTEGER, number INTEGER, raw BLOB);
    CREATE INDEX medicine_id ON medicine (id);
    CREATE TABLE identifier (system TEXT, value TEXT, patient TEXT);
    CREATE INDEX identifier_value ON identifier (value);
    CREATE TABLE waiting (system TEXT, value TEXT, file INTEGER, number INTEGER, raw BLOB);
"""


class Catalog:
    """Lines and identifiers that are looked up later."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add_medicine(self, id_: str, line: Line) -> None:
        """Keep a Medication."""
        self._database.execute("INSERT INTO medicine VALUES (?, ?, ?, ?)", (id_, *line))

    def medicines(self, id_: str) -> list[Line]:
        """The lines of the Medication with an id."""
        found = self._database.execute("SELECT file, number, raw FROM medicine WHERE id = ? ORDER BY file, number", (id_,))
        return [Line(*row) for row in found]

    def add_identifier(self, one: Identifier, patient: str) -> None:
        """Keep that an identifier is that of a patient."""
        self._database.execute("INSERT INTO identifier VALUES (?, ?, ?)", (one.system or "", one.value, patient))

    def wait(self, one: Identifier, line: Line) -> None:
        """Keep a line whose subject has an identifier alone, until all patients are known."""
        self._database.execute("INSERT INTO waiting VALUES (?, ?, ?, ?, ?)", (one.system or "", one.value, *line))

    def waiting(self) -> Iterator[tuple[str, Line]]:
        """The lines that waited, each with the id of the one patient who has the identifier, or "" where none or several do."""
        found = self._database.execute(
            "SELECT (SELECT CASE COUNT(DISTINCT patient) WHEN 1 THEN MIN(patient) ELSE '' END FROM identifier AS known"
            " WHERE known.value = waiting.value AND known.system = waiting.system), file, number, raw"
            " FROM waiting ORDER BY file, number"
        )
        for patient, *line in found:
            yield patient, Line(*line)


@contextmanager
def catalogued(folder: Path) -> Iterator[Catalog]:
    """A catalog in a folder, in one file. Raises PopulationError where there is no room."""
    database = sqlite3.connect(folder / "catalog")
    try:
        database.executescript(_SCHEMA)
        yield Catalog(database)
    except sqlite3.Error as error:
        mend = "Nothing is left of it. Name another place in TMPDIR, or make room there."
        raise PopulationError(f"What is referred to cannot be kept there: {error}.", where=str(folder), mend=mend) from error
    finally:
        database.close()
