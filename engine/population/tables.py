"""Files with one patient a row → Arrow batches of at most `BATCH` rows, typed by what their columns say of a patient."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq
from spinegraph.engine.errors import PopulationError, kind_of_value, shortened
from spinegraph.engine.population.columns import Column, Columns, Kind
from spinegraph.engine.population.unreadable import (
    FALSE_TEXT,
    LONGEST_ROW,
    TRUE_TEXT,
    TYPES,
    UNKNOWN_TEXT,
    WORDS,
    readable,
    rows_of_lines,
    told,
)

BATCH = 131_072
"""So many rows are decided at a time: a plane of them has 16 KiB. Of it and of 64 any multiple would do."""
_JSON: Mapping[type, Any] = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
DATES: Sequence[Kind] = ("date", "as_of", "birth_date")
OTHER_SEPARATORS = (";", "\t", "|")
_OFFSET = r"([+-]\d\d)(\d\d)$"
"""At the end of a moment with a time zone, as Arrow writes it; ISO 8601 has a colon between its two parts."""


class Table(NamedTuple):
    """Patients, mostly in a file: its path, or what messages call a table that is none; its headings, how many rows it has (None
    where that is not said), and its batches for some columns."""

    path: Path
    headings: tuple[str, ...]
    rows: int | None
    batches: Callable[[Columns], Iterator[Any]]


def open_table(path: Path) -> Table:
    """A table by the suffix of its file. Raises PopulationError where it is none, or cannot be read."""
    readers: Mapping[str, Callable[[Path], Table]] = {
        ".parquet": _parquet, ".arrow": _arrow, ".feather": _arrow, ".csv": _csv, ".ndjson": _ndjson, ".jsonl": _ndjson,
    }  # fmt: skip
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise PopulationError("This is no table of patients.", where=str(path), mend=f"Use one of {', '.join(readers)}.")
    with readable(path):
        return reader(path)


def table_of_batches(name: str, headings: Sequence[str], batches: Iterable[Any]) -> Table:
    """A table of Arrow batches, which are read once. `name`: what messages call it."""

    def selected(columns: Columns) -> Iterator[Any]:
        for batch in batches:
            for heading in columns.needed:
                if heading not in batch.schema.names:
                    what = f"There is no column {shortened(heading)}."
                    raise PopulationError(what, where=name, mend="All batches need the columns of the first one.")
            yield batch.select(list(columns.needed))

    return Table(Path(name), tuple(headings), None, selected)


def typed_schema(schema: Any, columns: Columns, name: str) -> Any:
    """The Arrow schema in which batches of another one are decided. Raises PopulationError for a type that is none of a column.

    `name`: what messages call the table.
    """
    nobody = [pa.nulls(0, schema.field(heading).type) for heading in columns.needed]
    return _typed(pa.record_batch(nobody, names=list(columns.needed)), columns, Path(name)).schema


def typed_batches(table: Table, columns: Columns) -> Iterator[Any]:
    """The rows of a table as Arrow batches of `BATCH` rows, the last one shorter, in the types in which they are decided.

    Raises PopulationError, with the row or column where that is known.
    """
    with readable(table.path, columns):
        for batch in _even(_ahead(table.batches(columns))):
            yield _typed(batch, columns, table.path)


def _ahead(batches: Iterator[Any]) -> Iterator[Any]:
    """The same, each read while the one before it is decided."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def _even(batches: Iterable[Any]) -> Iterator[Any]:
    """The same rows in batches of `BATCH`."""
    held: list[Any] = []
    rows = 0
    for batch in batches:
        if not held and batch.num_rows == BATCH:
            yield batch
            continue
        held.append(batch)
        rows += batch.num_rows
        while rows >= BATCH:
            whole = pa.Table.from_batches(held)
            yield _one(whole.slice(0, BATCH))
            rest = whole.slice(BATCH)
            held, rows = rest.to_batches(), rest.num_rows
    if rows:
        yield _one(pa.Table.from_batches(held))


def _one(table: Any) -> Any:
    """A table of at least one row as one batch."""
    (batch,) = table.combine_chunks().to_batches()
    return batch


def _typed(batch: Any, columns: Columns, path: Path) -> Any:
    """A batch with each column that is read in the type of its kind. Raises PopulationError for a type that is none of it."""
    kinds = {column.heading: column for column in columns.read}
    arrays, headings = [], batch.schema.names
    for heading, given in zip(headings, batch.columns, strict=True):
        array = _cast(given, kinds[heading], path) if heading in kinds else given
        if pa.types.is_dictionary(array.type):  # of which a file of Arrow may have one for all batches
            array = array.dictionary_decode()
        arrays.append(array)
    return pa.record_batch(arrays, names=headings)


def _cast(given: Any, column: Column, path: Path) -> Any:
    wanted, found = TYPES[column.kind], given.type
    if found == wanted:
        return given
    if pa.types.is_null(found):
        return given.cast(wanted)
    if pa.types.is_dictionary(found) and column.kind not in ("finding", "performed", "taking"):
        return _cast(given.cast(found.value_type), column, path)
    if wanted == pa.float64() and any(is_(found) for is_ in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)):
        return given.cast(wanted, safe=False)
    if wanted == pa.string() and (pa.types.is_large_string(found) or pa.types.is_string_view(found)):
        return given.cast(wanted)
    dates = column.kind in DATES
    if dates and (pa.types.is_date(found) or pa.types.is_timestamp(found)):
        return pc.replace_substring_regex(pc.replace_substring(given.cast(wanted), " ", "T"), _OFFSET, r"\1:\2")
    raise PopulationError(
        f"It is of type {found}, but has to be {'dates, or ' if dates else ''}{WORDS[wanted]}.",
        where=f"{path}, column {column.heading}",
        mend=f"Give it the type {wanted}; what is not known is null.",
    )


# Formats --------------------------------------------------------------------------------------


def _parquet(path: Path) -> Table:
    file = pq.ParquetFile(path)

    def batches(columns: Columns) -> Iterator[Any]:
        yield from _sound(file.iter_batches(BATCH, columns=list(columns.needed)), path)

    return Table(path, tuple(file.schema_arrow.names), file.metadata.num_rows, batches)


def _arrow(path: Path) -> Table:
    def batches(columns: Columns) -> Iterator[Any]:
        yield from _sound((batch.select(list(columns.needed)) for batch in _opened(path)[1]), path)

    return Table(path, tuple(_opened(path)[0]), None, batches)


def _opened(path: Path) -> tuple[Sequence[str], Iterable[Any]]:
    """The headings and the batches of a file of Arrow, or of a stream that was written to one."""
    source = pa.OSFile(str(path))
    try:
        file = pa.ipc.open_file(source)
    except pa.ArrowInvalid:
        source.seek(0)
        reader = pa.ipc.open_stream(source)
        return reader.schema.names, reader
    return file.schema.names, (file.get_batch(number) for number in range(file.num_record_batches))


def _sound(batches: Iterable[Any], path: Path) -> Iterator[Any]:
    """The same. Raises PopulationError for a column that is damaged, which no reader of Arrow looks for: offsets that lead beyond
    what there is, and text that is no UTF-8."""
    for batch in batches:
        for heading, given in zip(batch.schema.names, batch.columns, strict=True):
            if pa.types.is_primitive(given.type):
                continue
            try:
                given.validate(full=True)
            except pa.ArrowInvalid as error:
                what = f"It is damaged: {told(error)}."
                mend = "Check that the file is whole, and that its text is in UTF-8."
                raise PopulationError(what, where=f"{path}, column {heading}", mend=mend) from error
        yield batch


def _csv(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as text:
        headings = next(filter(None, csv.reader(text)), [])
    if len(headings) == 1 and any(other in headings[0] for other in OTHER_SEPARATORS):
        what = f"Its only heading is {shortened(headings[0])}: columns are separated by commas."
        raise PopulationError(what, where=str(path), mend="Write commas between the columns, and points in numbers.")

    def batches(columns: Columns) -> Iterator[Any]:
        types = dict.fromkeys(columns.needed, pa.string()) | {one.heading: TYPES[one.kind] for one in columns.read}
        options = pa_csv.ConvertOptions(
            column_types=types,
            include_columns=list(columns.needed),
            null_values=UNKNOWN_TEXT,
            true_values=TRUE_TEXT,
            false_values=FALSE_TEXT,
        )
        read = {column.heading for column in columns.read}
        nothing = {heading: pa.array(UNKNOWN_TEXT if heading in read else [""]) for heading in columns.needed}
        how = pa_csv.ParseOptions(newlines_in_values=True)
        size = pa_csv.ReadOptions(block_size=LONGEST_ROW)
        for batch in pa_csv.open_csv(path, read_options=size, parse_options=how, convert_options=options):
            arrays = [
                pc.if_else(pc.is_in(array, nothing[heading]), None, array) if types[heading] == pa.string() else array
                for heading, array in zip(columns.needed, batch.columns, strict=True)
            ]
            yield pa.record_batch(arrays, names=columns.needed)

    return Table(path, tuple(headings), None, batches)


def _ndjson(path: Path) -> Table:
    """Read twice: a column can be named by any of its lines."""
    held = _read_once(path)

    def batches(columns: Columns) -> Iterator[Any]:
        if not held.rows:
            return
        how = pa_json.ParseOptions(explicit_schema=_schema_of_lines(held, columns, path), unexpected_field_behavior="ignore")
        with pa.OSFile(str(path)) as lines:
            if lines.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
                lines.seek(0)
            for batch in pa_json.open_json(lines, parse_options=how, read_options=pa_json.ReadOptions(block_size=LONGEST_ROW)):
                yield batch.select(list(columns.needed))

    return Table(path, tuple(held.headings), held.rows, batches)


class _Held(NamedTuple):
    """What a file of lines has: its headings, the type of what stands under each, the first row that has another one and what
    is said of that, and how many rows there are."""

    headings: Mapping[str, None]
    types: Mapping[str, type]
    mixed: Mapping[str, tuple[int, str]]
    rows: int


def _read_once(path: Path) -> _Held:
    headings: dict[str, None] = {}
    types: dict[str, type] = {}
    mixed: dict[str, tuple[int, str]] = {}
    rows = 0
    for rows, row in rows_of_lines(path):
        for heading in [heading for heading, value in row.items() if type(value) is not types.get(heading)]:
            headings.setdefault(heading)
            if row[heading] is not None:
                given = type(row[heading])
                known = types.setdefault(heading, given)
                if {known, given} == {int, float}:
                    types[heading] = float
                elif known is not given:
                    mixed.setdefault(heading, (rows, f"It is {kind_of_value(row[heading])}, and above {kind_of_value(known())}."))
    return _Held(headings, types, mixed, rows)


def _schema_of_lines(held: _Held, columns: Columns, path: Path) -> Any:
    """As what a file of lines is read. Raises PopulationError for a column that is handed on and is of no type, or of several."""
    read = {column.heading: TYPES[column.kind] for column in columns.read}
    for heading in (heading for heading in columns.needed if heading not in read):
        type_ = _JSON.get(held.types.get(heading, str))
        if type_ is None:
            where, mend = f"{path}, column {heading}", "Leave it out, or flatten it."
            raise PopulationError("It has objects or arrays, which no column keeps.", where=where, mend=mend)
        if heading in held.mixed:
            row, what = held.mixed[heading]
            raise PopulationError(what, where=f"{path}, row {row}, column {heading}", mend="Write all of them alike.")
        read[heading] = type_
    return pa.schema(read.items())
