"""Arrow batches → the input planes of a program: what `CaseEncoder` does for one case, for a plane of patients at a time.

Rows that only a reader of cases can read (with dates that decide something, or cannot be) are read by it, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from spinegraph.engine.criteria.related import relate
from spinegraph.engine.decide.case import CaseEncoder, make_case
from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.decide.input_planes import input_planes
from spinegraph.engine.decide.quantities import read_quantity
from spinegraph.engine.decide.timeline import asked_about
from spinegraph.engine.errors import CaseError
from spinegraph.engine.knowledge.words import shown
from spinegraph.engine.model import Measured, OneOf, Related
from spinegraph.engine.population.columns import Column, Columns, Kind
from spinegraph.engine.population.cutoffs import Stretch, stretches
from spinegraph.engine.population.dates import DatedColumns, Texts, pairs_of, texts_of
from spinegraph.engine.population.rows import SIDES, RowReader, located
from spinegraph.engine.program.buffered import Words
from spinegraph.engine.program.program import Program

Numbers = NDArray[np.float64]
NEARLY = 1e-9
"""Two values in relation that lie so near to a bound, in relation to their size, are compared in decimals, each alone."""

MOST_AGES = 100_000
"""So many ages are kept that follow from a date of birth and a moment."""


class Encoded(NamedTuple):
    """A batch as planes. `inputs`: a row for each input plane of the program, the bits behind the last patient empty. `known`:
    by code of a measurement or coded property, the patients of whom it is known. `done`: by code of an intervention, those of
    whom it is recorded that it was performed, and that it was not."""

    rows: int
    inputs: Words
    known: Mapping[str, Words]
    done: Mapping[str, tuple[Words, Words]]


class Values(NamedTuple):
    """A measurement of a batch: its numbers, which are anything where none is known, and the plane of whom it is known."""

    numbers: Numbers
    known: Words


class PopulationEncoder:
    """Makes planes of the batches of one table. Not for two threads at once: what it makes is overwritten by the next batch."""

    def __init__(self, program: Program, columns: Columns, codebook: Codebook, reader: RowReader, size: int) -> None:
        """`size`: so many rows has a batch at most."""
        self._program, self._columns, self._codebook, self._reader = program, columns, codebook, reader
        self._alone = CaseEncoder(program)
        self._places = input_planes(program)
        measurements = {one.code: one for one in program.knowledge.measurements.values()}
        self._stretches: dict[int, tuple[Stretch, ...]] = {
            position: stretches(asked, measurements[code])
            for code, comparisons in self._places.compared.items()
            for position, asked in comparisons
            if isinstance(asked, Measured)
        }
        self._in_time = asked_about(program.knowledge)
        self._dates = DatedColumns(columns, self._is_decided_by_dates, reader.as_of)
        self._read_alone = [column for column in columns.read if column.kind != "date" and self._is_read_in_time(column)]
        self._inputs = np.zeros((program.input_size, -(-size // 64)), dtype=np.uint64)
        self._clean = True
        self._ages: dict[tuple[str | None, str | None], float] = {}

    def encode(self, batch: Any, first: int, where: str) -> Encoded:
        """The planes of a batch. `first`: the number of its first row. Raises PopulationError, which names row and column."""
        rows = batch.num_rows
        inputs = self._inputs[:, : -(-rows // 64)]
        if not self._clean:  # all else is written anew for each batch, or never
            inputs[:] = 0
        inputs[-1] = packed(np.ones(rows, dtype=np.bool_))
        one = _Batch(batch, rows, first, where, inputs, self._columns.id)
        done = {}
        for column in self._columns.of_kind("finding", "performed", "taking"):
            sides = self._recorded(column, one)
            if column.kind == "performed":
                done[column.code] = sides
        values = {column.code: self._measured(column, one) for column in self._columns.of_kind("measurement")}
        self._age(values, one)
        known = {code: self._compare(code, given, one) for code, given in values.items()}
        known |= {column.code: self._coded(column, one) for column in self._columns.of_kind("coded")}
        for (left, right), position, asked in self._places.related:
            if left in values and right in values:
                inputs[position], inputs[position + 1] = related(asked, values[left], values[right])
        self._each_alone(one)
        return Encoded(rows, inputs, known, done)

    def _recorded(self, column: Column, one: _Batch) -> tuple[Words, Words]:
        """Fill the planes of a finding, or of what is done or taken; those of whom it is so, and of whom it is not."""
        given = one.column(column)
        width = one.inputs.shape[1]
        holds, known = (bitmap(given, number, width) for number in (1, 0))
        code = column.code if column.kind == "finding" else f"{column.kind}:{column.code}"
        place = self._places.findings.get(code)
        so, not_so = np.empty((2, width), dtype=np.uint64) if place is None else one.inputs[place : place + 2]
        np.bitwise_and(known, one.inputs[-1], out=not_so)
        np.bitwise_and(holds, not_so, out=so)
        np.bitwise_xor(not_so, so, out=not_so)
        if column.kind == "performed":
            for position, _ in self._places.performed.get(column.code, ()):
                one.inputs[position] = so
            return so.copy(), not_so.copy()  # what is recorded, whatever a reader of cases makes of it
        return so, not_so

    def _measured(self, column: Column, one: _Batch) -> Values:
        """The values of a measurement in its own unit. Raises PopulationError for one that cannot be."""
        given = one.column(column)
        known = bitmap(given, 0, one.inputs.shape[1]) & one.inputs[-1]
        numbers = np.frombuffer(given.buffers()[1], dtype=np.float64)[given.offset :][: one.rows]
        possible = self._codebook.ranges[column.code]
        if not column.unit:
            with np.errstate(invalid="ignore"):
                wrong = known & ~(packed(numbers >= possible[0]) & packed(numbers <= possible[1]))
            for row in np.flatnonzero(unpacked(wrong, one.rows))[:1] if wrong.any() else ():
                self._quantity(column, float(numbers[row]), one.place(int(row)))
            return Values(numbers, known)
        different, which = np.unique(numbers, return_inverse=True)
        first = np.full(len(different), -1)
        rows = np.flatnonzero(unpacked(known, one.rows))[::-1]
        first[which[rows]] = rows
        read = [
            self._quantity(column, float(value), one.place(int(row))) if row >= 0 else 0.0
            for value, row in zip(different, first, strict=True)
        ]
        return Values(np.array(read, dtype=np.float64)[which], known)

    def _quantity(self, column: Column, number: float, where: str) -> float:
        given = {"value": number, "unit": column.unit} if column.unit else number
        try:
            return read_quantity(given, column.code, self._codebook.ranges[column.code], "")
        except CaseError as error:
            raise located(error, where, column.heading) from error

    def _age(self, values: dict[str, Values], one: _Batch) -> None:
        """Add the ages that follow from dates of birth. Where one is given as well, it stays: a reader of cases judges both."""
        if not any(self._columns.of_kind("birth_date", "as_of")):
            return
        born, moment = (one.only(self._columns, kind) for kind in ("birth_date", "as_of"))
        pairs = pairs_of(born, moment)
        ages = [self._age_of(birth, at, int(row), one) for (birth, at), row in zip(pairs.texts, pairs.rows, strict=True)]
        found = np.array(ages)[pairs.indices]
        followed = ~np.isnan(found)
        code = self._codebook.age
        given = values.get(code, Values(np.zeros(one.rows), np.zeros_like(one.inputs[-1])))
        known = unpacked(given.known, one.rows)
        one.alone |= known & followed
        values[code] = Values(np.where(known, given.numbers, np.nan_to_num(found)), given.known | packed(followed))

    def _age_of(self, birth: str | None, at: str | None, row: int, one: _Batch) -> float:
        """The age that two dates make; none without a date of birth. Raises PopulationError."""
        pair = birth, self._reader.as_of or None if at is None else at
        if pair not in self._ages:
            if len(self._ages) >= MOST_AGES:
                self._ages.clear()
            said = {name: text for name, text in zip(("birth_date", "as_of"), pair, strict=True) if text is not None}
            try:
                self._ages[pair] = make_case(said, self._codebook).measurements.get(self._codebook.age, np.nan)
            except CaseError as error:
                raise located(error, one.place(row), error.where.removeprefix("/")) from error
        return self._ages[pair]

    def _compare(self, code: str, given: Values, one: _Batch) -> Words:
        """Fill the planes of what is asked of a measurement; the patients of whom it is known."""
        reached: dict[float, Words] = {}
        for position, _ in self._places.compared.get(code, ()):
            parts = self._stretches[position]
            for part in parts[1:]:
                if part.start not in reached:
                    reached[part.start] = packed(given.numbers >= part.start) & given.known
            sides = one.inputs[position : position + 2]
            sides[:] = 0
            within = [given.known, *(reached[part.start] for part in parts[1:])]
            for part, since, until in zip_longest(parts, within, within[1:]):
                if part.holds or part.refuted:
                    among = since if until is None else since & ~until
                    sides[[side for side in (0, 1) if part[1 + side]]] |= among
        return given.known

    def _coded(self, column: Column, one: _Batch) -> Words:
        """Fill the planes of what is asked of a coded value; the patients of whom it is known."""
        given = one.column(column).dictionary_encode()
        indices = given.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        read = [self._choice(column, text, number, indices, one) for number, text in enumerate(given.dictionary.to_pylist())]
        codes = np.array([*read, ""], dtype=object)  # the last one, which -1 finds, is that of nothing
        for position, asked in self._places.compared.get(column.code, ()):
            for side, members in enumerate((asked.codes, asked.others) if isinstance(asked, OneOf) else ()):
                one.inputs[position + side] = packed(np.isin(codes, members)[indices])
        return packed((codes != "")[indices])

    def _choice(self, column: Column, text: str, number: int, indices: NDArray[np.int32], one: _Batch) -> str:
        """The code that a text means, "" where it says that it is not known. Raises PopulationError."""
        try:
            return make_case({"coded": {column.name: text}}, self._codebook).coded.get(column.code, "")
        except CaseError as error:
            raise located(error, one.place(int(np.argmax(indices == number))), column.heading) from error

    # Rows by themselves ----------------------------------------------------------------------

    def _each_alone(self, one: _Batch) -> None:
        """Fill the planes of the rows that only a reader of cases can read."""
        one.alone |= self._dates.alone(one.column, one.rows)
        for column in self._read_alone:
            one.alone |= one.column(column).is_valid().to_numpy(zero_copy_only=False)
        alone = np.flatnonzero(one.alone)
        self._clean = not len(alone)
        for row in alone:
            case = self._reader.case(values_of(one.batch, int(row)), one.place(int(row)))
            bits = np.array(self._alone.planes(self._alone.known_part(case)), dtype=np.uint64)
            word, bit = divmod(int(row), 64)
            one.inputs[:, word] = one.inputs[:, word] & ~np.uint64(1 << bit) | bits << np.uint64(bit)

    def _is_read_in_time(self, column: Column) -> bool:
        """Whether criteria of time read what a column says, of which they decide something also where it has no date."""
        members = SIDES.get(column.kind, ("measurements",))
        return any((member, column.code) in self._in_time for member in members)

    def _is_decided_by_dates(self, column: Column) -> bool:
        """Whether something is decided by when that was what a column says."""
        done = self._places.performed.get(column.code, ()) if column.kind == "performed" else ()
        return self._is_read_in_time(column) or any(recurrence for _, recurrence in done)


class _Batch:
    """One batch on its way to planes. `alone`: the rows that only a reader of cases can read."""

    def __init__(self, batch: Any, rows: int, first: int, where: str, inputs: Words, id_: str) -> None:
        self.batch, self.rows, self.inputs = batch, rows, inputs
        self.alone = np.zeros(rows, dtype=np.bool_)
        self._first, self._where, self._id = first, where, id_
        self._columns = dict(zip(batch.schema.names, batch.columns, strict=True))

    def column(self, column: Column) -> Any:
        """The values of a column."""
        return self._columns[column.heading]

    def only(self, columns: Columns, kind: Kind) -> Texts:
        """The texts of the only column of a kind, all of them nothing where there is none."""
        column = next(columns.of_kind(kind), None)
        return Texts([None], np.zeros(self.rows, dtype=np.int64)) if column is None else texts_of(self.column(column))

    def place(self, row: int) -> str:
        """A row of the file, for messages."""
        return row_place(self._where, self._first + row, self.batch.column(self._id)[row].as_py() if self._id else None)


def values_of(batch: Any, row: int) -> Callable[[str], Any]:
    """What stands in a row, by heading."""
    return lambda heading: batch.column(heading)[row].as_py()


def row_place(where: str, number: int, id_: Any) -> str:
    """A row as messages name it, with the name of the patient if it has one."""
    return f"{where}, row {number}" + (f" ({shown(str(id_))})" if id_ is not None else "")


def packed(flags: NDArray[np.bool_]) -> Words:
    """A plane of flags.

    >>> packed(np.array([True, False, True]))
    array([5], dtype=uint64)
    """
    bytes_ = np.packbits(flags, bitorder="little")
    if len(bytes_) % 8:
        bytes_ = np.pad(bytes_, (0, -len(bytes_) % 8))
    return bytes_.view(np.uint64)


def unpacked(plane: Words, rows: int) -> NDArray[np.bool_]:
    """The flags of a plane."""
    return np.unpackbits(plane.view(np.uint8), count=rows, bitorder="little").view(np.bool_)


def bools(plane: Words, rows: int) -> Any:
    """A plane as an Arrow array of booleans, without a copy."""
    return pa.Array.from_buffers(pa.bool_(), rows, [None, pa.py_buffer(plane)])


def bitmap(given: Any, number: int, words: int) -> Words:
    """A bitmap of an Arrow array of booleans (0: which are known, 1: which are true) as a plane; what lies behind the last row
    is anything."""
    buffer = given.buffers()[number]
    if buffer is None:
        return np.full(words, ~np.uint64(0))
    if given.offset % 8:
        flags = given.is_valid() if number == 0 else given.fill_null(False)
        return packed(flags.to_numpy(zero_copy_only=False))
    first = given.offset // 8
    if buffer.size >= first + 8 * words:
        return np.frombuffer(buffer, dtype=np.uint64, count=words, offset=first)
    plane = np.zeros(8 * words, dtype=np.uint8)
    taken = np.frombuffer(buffer, dtype=np.uint8)[first:][: 8 * words]
    plane[: len(taken)] = taken
    return plane.view(np.uint64)


def related(asked: Related, left: Values, right: Values) -> tuple[Words, Words]:
    """The two planes of what is asked of two values. What lies near to a bound is compared as it is for one case, in decimals."""
    times = asked.factor * right.numbers
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = left.numbers / times if asked.ratio else left.numbers - times
        size = np.abs(found) if asked.ratio else np.abs(left.numbers) + np.abs(times)
        inside, near = np.ones(len(found), dtype=np.bool_), ~np.isfinite(found)
        for bound, sign in ((asked.lower, 1), (asked.upper, -1)):
            if bound:
                beyond = sign * (found - bound.value)
                inside &= beyond > 0
                near |= np.abs(beyond) <= NEARLY * (size + abs(bound.value))
    known = unpacked(left.known & right.known, len(found))
    outside = known & ~inside
    inside &= known
    for row in np.flatnonzero(near & known):
        inside[row], outside[row] = relate(asked, float(left.numbers[row]), float(right.numbers[row]))
    return packed(inside), packed(outside)
