"""Files with one patient a row → Arrow batches of at most `BATCH` rows, typed by what their columns say of a patient."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq
from spinegraph.engine.errors import UNDECODABLE, PopulationError, kind_of_value, shortened
from spinegraph.engine.population.columns import Column, Columns, Kind

BATCH = 131_072
"""So many rows are decided at a time: a plane of them has 16 KiB. Of it and of 64 any multiple would do."""
UNKNOWN_TEXT = ["", "NA", "NULL", "null"]
"""What stands in a CSV file where nothing is known."""
TRUE_TEXT, FALSE_TEXT = ["true", "True", "TRUE", "1"], ["false", "False", "FALSE", "0"]
LONGEST_ROW = 4 * 1024 * 1024
"""So many bytes has a row of CSV or NDJSON at most."""
MEND = "Mend the row; what is not known is left empty."
NOTHING = Columns((), (), "", ())
_TYPES: Mapping[Kind, Any] = {
    "finding": pa.bool_(), "performed": pa.bool_(), "taking": pa.bool_(), "measurement": pa.float64(), "coded": pa.string(),
    "date": pa.string(), "as_of": pa.string(), "birth_date": pa.string(),
}  # fmt: skip
_WORDS = {pa.bool_(): "true, false or nothing", pa.float64(): "numbers", pa.string(): "text"}
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
    with _readable(path):
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
    with _readable(table.path, columns):
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
    wanted, found = _TYPES[column.kind], given.type
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
        f"It is of type {found}, but has to be {'dates, or ' if dates else ''}{_WORDS[wanted]}.",
        where=f"{path}, column {column.heading}",
        mend=f"Give it the type {wanted}; what is not known is null.",
    )


# Formats --------------------------------------------------------------------------------------


def _parquet(path: Path) -> Table:
    file = pq.ParquetFile(path)

    def batches(columns: Columns) -> Iterator[Any]:
        yield from file.iter_batches(BATCH, columns=list(columns.needed))

    return Table(path, tuple(file.schema_arrow.names), file.metadata.num_rows, batches)


def _arrow(path: Path) -> Table:
    def batches(columns: Columns) -> Iterator[Any]:
        for batch in _opened(path)[1]:
            yield batch.select(list(columns.needed))

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


def _csv(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as text:
        headings = next(filter(None, csv.reader(text)), [])
    if len(headings) == 1 and any(other in headings[0] for other in OTHER_SEPARATORS):
        what = f"Its only heading is {shortened(headings[0])}: columns are separated by commas."
        raise PopulationError(what, where=str(path), mend="Write commas between the columns, and points in numbers.")

    def batches(columns: Columns) -> Iterator[Any]:
        types = dict.fromkeys(columns.needed, pa.string()) | {one.heading: _TYPES[one.kind] for one in columns.read}
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
    headings: dict[str, None] = {}
    found: dict[str, type] = {}
    decoder = msgspec.json.Decoder(dict[str, Any])
    rows = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    row = decoder.decode(line)
                except UNDECODABLE as error:
                    what = f"The line is no JSON object: {error}."
                    raise PopulationError(what, where=f"{path}, line {number}", mend="Write one object a line.") from error
                for heading in [heading for heading in row if found.get(heading, int) is int]:
                    headings.setdefault(heading)
                    if row[heading] is not None and (heading not in found or isinstance(row[heading], float)):
                        found[heading] = type(row[heading])
                rows += 1

    def batches(columns: Columns) -> Iterator[Any]:
        types = {heading: _JSON.get(found.get(heading, str)) for heading in columns.needed}
        types |= {column.heading: _TYPES[column.kind] for column in columns.read}
        for heading in (heading for heading, type_ in types.items() if type_ is None):
            where = f"{path}, column {heading}"
            raise PopulationError(
                "It has objects or arrays, which no column keeps.", where=where, mend="Leave it out, or flatten it."
            )
        how = pa_json.ParseOptions(explicit_schema=pa.schema(types.items()), unexpected_field_behavior="ignore")
        for batch in pa_json.open_json(path, parse_options=how, read_options=pa_json.ReadOptions(block_size=LONGEST_ROW)):
            yield batch.select(list(columns.needed))

    return Table(path, tuple(headings), rows, batches)


# Errors ---------------------------------------------------------------------------------------


@contextmanager
def _readable(path: Path, columns: Columns = NOTHING) -> Iterator[None]:
    """What a reader raises becomes a PopulationError that names file, row and column as far as they are known."""
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(str(error), path, columns) from error
    except OSError as error:
        if error.errno is not None and error.filename:
            raise
        raise _unreadable(str(error), path, columns) from error


def _unreadable(told: str, path: Path, columns: Columns) -> PopulationError:
    """What a reader tells, with the first row and column that do not fit, which a second reading finds."""
    if not path.stat().st_size:
        return PopulationError("The file is empty.", where=str(path), mend="Give it headings, and a row a patient.")
    text = path.suffix.lower() == ".csv"
    if text and (line := _no_text(path)):
        what = "The line is no text in UTF-8."
        return PopulationError(what, where=f"{path}, line {line}", mend="Save the file in that encoding.")
    kinds = {column.heading: column.kind for column in columns.read}
    for number, row in _rows(path):
        if row is None:
            what = "It has another number of values than there are columns."
            return PopulationError(what, where=f"{path}, row {number}", mend=MEND)
        for heading, value in row.items():
            if heading in kinds and not (_fits_text if text else _fits)(value, kinds[heading]):
                wanted = _WORDS[_TYPES[kinds[heading]]]
                shown = shortened(value) if isinstance(value, str) else kind_of_value(value)
                return PopulationError(
                    f"It is {shown}, but has to be {wanted}.", where=f"{path}, row {number}, column {heading}", mend=MEND
                )
    if "straddl" in told:  # so pyarrow says it
        what = f"A row is longer than {LONGEST_ROW:,} bytes."
        return PopulationError(what, where=str(path), mend="Leave out columns that are no codes.")
    first = told.splitlines()[0] if told else "no reason is told"
    form = f" as {path.suffix}" if path.suffix else ""
    return PopulationError(f"It cannot be read{form}: {first}.", where=str(path), mend="Check that it is whole.")


def _no_text(path: Path) -> int:
    """The number of the first line that is not UTF-8, or 0."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | None]]:
    """The rows of a file of text, each with its number; None for one that is no row. Of other files none."""
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as text:
            reader = csv.reader(text)
            headings = next(filter(None, reader), [])
            with suppress(csv.Error):  # of which the reader of Arrow has told
                for number, values in enumerate(filter(None, reader), start=1):
                    yield number, dict(zip(headings, values, strict=True)) if len(values) == len(headings) else None
    elif path.suffix.lower() in (".ndjson", ".jsonl"):
        with path.open("rb") as lines:
            for number, line in enumerate(filter(bytes.strip, lines), start=1):
                yield number, msgspec.json.decode(line)


def _fits(value: Any, kind: Kind) -> bool:
    """Whether a value of JSON can be one of a kind."""
    wanted = _TYPES[kind]
    types = {pa.bool_(): bool, pa.float64(): int | float, pa.string(): str}
    return value is None or (isinstance(value, types[wanted]) and (wanted == pa.bool_()) == isinstance(value, bool))


def _fits_text(value: str, kind: Kind) -> bool:
    """Whether a text of CSV can be one of a kind."""
    wanted = _TYPES[kind]
    if value in UNKNOWN_TEXT or wanted == pa.string():
        return True
    if wanted == pa.bool_():
        return value in (*TRUE_TEXT, *FALSE_TEXT)
    try:
        float(value)
    except ValueError:
        return False
    return True
