"""A table of patients through one engine: batch by batch, to whatever wants the outcomes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.errors import PopulationError, shortened
from spinegraph.engine.model import Case
from spinegraph.engine.population.columns import Columns
from spinegraph.engine.population.encoding import Encoded, PopulationEncoder, row_place, values_of
from spinegraph.engine.population.outcomes import Asked, Outcome, PopulationProgram
from spinegraph.engine.population.rows import RowReader
from spinegraph.engine.population.tables import BATCH, Table, typed_batches
from spinegraph.engine.population.unreadable import nobody


class Decided(NamedTuple):
    """A batch of rows, its planes, and what it comes to; all of them are overwritten by the next one, but the rows."""

    batch: Any
    encoded: Encoded
    outcome: Outcome


class Decider:
    """Decides typed batches of one table. Not for two threads at once: what it gives is overwritten by the next batch."""

    def __init__(self, encoder: PopulationEncoder, program: PopulationProgram, where: str) -> None:
        """`where`: what messages call the table."""
        self._encoder, self._program, self._where = encoder, program, where

    def at(self, where: str) -> Decider:
        """The same, for another table with these columns, as messages call it."""
        return Decider(self._encoder, self._program, where)

    def decided(self, batch: Any, first: int) -> Decided:
        """A batch with its outcome. `first`: the number of its first row. Raises PopulationError, which names row and column."""
        encoded = self._encoder.encode(batch, first, self._where)
        return Decided(batch, encoded, self._program.run(encoded))


class Decidable(ABC):
    """Patients, as one engine sees them. `path`: where they come from; `rows`: how many they are, or None where that is not said;
    `columns`: what is said of them, and handed on."""

    engine: Engine
    path: Path
    rows: int | None
    columns: Columns

    @abstractmethod
    def decided(self, asked: Asked) -> Iterator[Decided]:
        """Every batch with its outcome. Raises PopulationError, which says where."""

    def decide(self, asked: Asked, consumers: Sequence[Callable[[Decided], None]]) -> int:
        """Decide every patient, and hand each batch to everything that wants it; how many there were.

        Raises PopulationError, which says where.
        """
        rows = 0
        for decided in self.decided(asked):
            for consume in consumers:
                consume(decided)
            rows += decided.outcome.rows
        if not rows:
            raise nobody(self.path)
        return rows


class Population(Decidable):
    """A table, as one engine sees it. `as_of`: the moment of the patients who have none of their own."""

    def __init__(self, engine: Engine, codebook: Codebook, table: Table, columns: Columns, as_of: str = "") -> None:
        """`engine`: of the packages that are asked; `codebook`: of all that may be said of a patient."""
        self.engine, self.table, self.columns = engine, table, columns
        self.path, self.rows = table.path, table.rows
        self._codebook = codebook
        self._reader = RowReader(columns, codebook, as_of)

    def decided(self, asked: Asked) -> Iterator[Decided]:
        """Every batch with its outcome. Raises PopulationError, which names row and column."""
        return self.stream(self.decider(asked))

    def stream(self, decider: Decider) -> Iterator[Decided]:
        """The same with what `decider` made, which takes longer to make than many a table to decide."""
        first = 1
        for batch in typed_batches(self.table, self.columns):
            yield decider.decided(batch, first)
            first += batch.num_rows

    def decider(self, asked: Asked) -> Decider:
        """What decides batches of this table."""
        encoder = PopulationEncoder(self.engine.program, self.columns, self._codebook, self._reader, BATCH)
        return Decider(encoder, PopulationProgram(self.engine.program, asked, BATCH), str(self.table.path))

    def case(self, id_: str) -> Case:
        """The case of the patient with an id. Raises PopulationError where there is none, or more than one."""
        where = str(self.table.path)
        if not self.columns.id:
            raise PopulationError("No column names the patients.", where=where, mend="Name it with --id.")
        found: list[Case] = []
        first = 1
        for batch in typed_batches(self.table, self.columns):
            ids = enumerate(batch.column(self.columns.id).to_pylist())
            rows = [number for number, one in ids if one is not None and str(one) == id_]
            found += [self._reader.case(values_of(batch, row), row_place(where, first + row, id_)) for row in rows]
            first += batch.num_rows
        if len(found) != 1:
            what = f"{len(found)} patients are" if found else "No patient is"
            place = f"{where}, column {self.columns.id}"
            raise PopulationError(f"{what} called {shortened(id_)}.", where=place, mend="Give an id that one row has.")
        return found[0]
