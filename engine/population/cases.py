"""Cases that were read one by one → the same planes, outcomes and columns as those of the rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.model import Case
from spinegraph.engine.population.columns import ID, Column, Columns
from spinegraph.engine.population.encoding import Encoded
from spinegraph.engine.population.outcomes import Asked, PopulationProgram
from spinegraph.engine.population.run import Decidable, Decided
from spinegraph.engine.program.buffered import Words
from spinegraph.engine.program.program import Program

SIZE = 16_384
"""So many cases are decided at a time: a multiple of 64, and few enough to see how far it is."""


class NamedCase(NamedTuple):
    """A case, the id of the patient, and what is handed on of them, in the order of the columns."""

    id: str
    case: Case
    carried: Sequence[str | None] = ()


def columns_of_cases(engine: Engine, carried: Sequence[str]) -> Columns:
    """The columns of a table that would say what cases can: those that are counted, and those that are handed on."""
    done = (Column(f"performed:{one.code}", "performed", one.code, one.code) for one in engine.knowledge.interventions.values())
    return Columns(tuple(done), tuple(carried), ID, ())


class CasePopulation(Decidable):
    """A stream of cases, as one engine sees it."""

    def __init__(self, engine: Engine, path: Path, columns: Columns, cases: Callable[[], Iterable[NamedCase]]) -> None:
        """`path`: where they come from; `columns`: of `columns_of_cases`; `cases`: starts to read them."""
        self.engine, self.columns = engine, columns
        self.path, self.rows = path, None
        self._cases = cases

    def decided(self, asked: Asked) -> Iterator[Decided]:
        """Every batch with its outcome, read as it goes."""
        names = (self.columns.id, *self.columns.carried)
        schema = pa.schema([(name, pa.string()) for name in names])
        encoder = _Batch(self.engine.program, [column.code for column in self.columns.read])
        program = PopulationProgram(self.engine.program, asked, SIZE)
        rows: list[tuple[str | None, ...]] = []

        def whole() -> Decided:
            arrays = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
            encoded = encoder.encoded()
            rows.clear()
            return Decided(pa.record_batch(arrays, schema=schema), encoded, program.run(encoded))

        for one in self._cases():
            encoder.add(one.case)
            rows.append((one.id, *one.carried))
            if len(rows) == SIZE:
                yield whole()
        if rows:
            yield whole()


class _Batch:
    """Gathers cases, a byte for each plane, and turns them into planes of bits."""

    def __init__(self, program: Program, done: Sequence[str]) -> None:
        """`done`: the codes of interventions of which it is counted whether they were performed."""
        knowledge = program.knowledge
        self._encoder = CaseEncoder(program)
        self._values = {one.code: number for number, one in enumerate(knowledge.measurements.values())}
        self._values |= {one.code: len(self._values) + number for number, one in enumerate(knowledge.coded.values())}
        self._done = {code: 2 * number for number, code in enumerate(done)}
        self._inputs = np.zeros((SIZE, program.input_size), dtype=np.uint8)
        self._known = np.zeros((SIZE, len(self._values)), dtype=np.uint8)
        self._sides = np.zeros((SIZE, 2 * len(done)), dtype=np.uint8)
        self._rows = 0

    def add(self, case: Case) -> None:
        """Add a case; there is room for SIZE of them."""
        seen = self._encoder.known_part(case)
        row = self._rows
        self._inputs[row] = np.frombuffer(bytes(self._encoder.planes(seen)), dtype=np.uint8)
        for code in (*seen.measurements, *seen.coded):
            self._known[row, self._values[code]] = 1
        for side, codes in enumerate((seen.performed, seen.not_performed)):
            for code in codes:
                self._sides[row, self._done[code] + side] = 1
        self._rows += 1

    def encoded(self) -> Encoded:
        """The planes of the cases that were added, and begin again."""
        inputs, known, sides = (_planes(held[: self._rows]) for held in (self._inputs, self._known, self._sides))
        found = Encoded(
            self._rows,
            inputs,
            {code: known[place] for code, place in self._values.items()},
            {code: (sides[place], sides[place + 1]) for code, place in self._done.items()},
        )
        self._known[: self._rows] = self._sides[: self._rows] = 0
        self._rows = 0
        return found


def _planes(flags: NDArray[Any]) -> Words:
    """Rows of bytes that are 0 or 1 → a plane for each column, a bit for each row.

    >>> _planes(np.array([[1, 0], [1, 1]], dtype=np.uint8)).tolist()
    [[3], [2]]
    """
    rows, columns = flags.shape
    found = np.zeros((columns, 8 * (-(-rows // 64))), dtype=np.uint8)
    found[:, : -(-rows // 8)] = np.packbits(flags.T, axis=1, bitorder="little")
    return found.view(np.uint64)
