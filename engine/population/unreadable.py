"""What a reader of a table could not read → an error that names file, row and column, which a second reading finds."""

from __future__ import annotations

import codecs
import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from spinegraph.engine.errors import UNDECODABLE, PopulationError, kind_of_value, shortened
from spinegraph.engine.population.columns import Columns, Kind

UNKNOWN_TEXT = ["", "NA", "NULL", "null"]
"""What stands in a CSV file where nothing is known."""
TRUE_TEXT, FALSE_TEXT = ["true", "True", "TRUE", "1"], ["false", "False", "FALSE", "0"]
LONGEST_ROW = 4 * 1024 * 1024
"""So many bytes has a row of CSV or NDJSON at most."""
MEND = "Mend the row; what is not known is left empty."
TOO_LARGE = 1 << 63
"""From so large a number on, and below its opposite, an integer does not fit into 64 bits."""
NOTHING = Columns((), (), "", ())
TYPES: Mapping[Kind, Any] = {
    "finding": pa.bool_(), "performed": pa.bool_(), "taking": pa.bool_(), "measurement": pa.float64(), "coded": pa.string(),
    "date": pa.string(), "as_of": pa.string(), "birth_date": pa.string(),
}  # fmt: skip
WORDS = {pa.bool_(): "true, false or nothing", pa.float64(): "numbers", pa.string(): "text"}


@contextmanager
def readable(path: Path, columns: Columns = NOTHING) -> Iterator[None]:
    """What a reader raises becomes a PopulationError that names file, row and column as far as they are known."""
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(error, path, columns) from error
    except OSError as error:
        if error.errno is not None and error.filename:
            raise
        raise _unreadable(error, path, columns) from error


def nobody(path: Path) -> PopulationError:
    """A table without rows."""
    return PopulationError("The table has no patients.", where=str(path), mend="Give it a row a patient.")


def _unreadable(error: Exception, path: Path, columns: Columns) -> PopulationError:
    """What a reader tells, with the first row and column that do not fit, which a second reading finds."""
    if not path.stat().st_size:
        return PopulationError("The file is empty.", where=str(path), mend="Give it headings, and a row a patient.")
    if _is_csv(path) and (line := _no_text(path)):
        what = "The line is no text in UTF-8."
        return PopulationError(what, where=f"{path}, line {line}", mend="Save the file in that encoding.")
    if columns.needed and (found := _first_that_does_not_fit(path, columns)):
        return found
    if "specified twice" in str(error) and (found := _said_twice(path)):  # so pyarrow says it
        return found
    if "Empty CSV file" in str(error):
        return nobody(path)
    if "straddl" in str(error):
        what = f"A row is longer than {LONGEST_ROW:,} bytes."
        return PopulationError(what, where=str(path), mend="Leave out columns that are no codes.")
    form = f" as {path.suffix}" if path.suffix else ""
    return PopulationError(f"It cannot be read{form}: {told(error)}.", where=str(path), mend="Check that it is whole.")


def told(error: Exception) -> str:
    """What a reader tells, in a line without a full stop."""
    return (str(error).splitlines() or ["no reason is told"])[0].rstrip(".")


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _first_that_does_not_fit(path: Path, columns: Columns) -> PopulationError | None:
    """The first row of a file of text that is none of these columns; None where all are, or it is another file."""
    kinds = {column.heading: column.kind for column in columns.read}
    for number, row in _rows(path):
        where = f"{path}, row {number}"
        if row is None:
            return PopulationError("It has another number of values than there are columns.", where=where, mend=MEND)
        for heading in columns.needed:
            if (value := row.get(heading)) is not None and (what := _misfit(value, kinds.get(heading), text=_is_csv(path))):
                return PopulationError(what, where=f"{where}, column {heading}", mend=MEND)
    return None


def _misfit(value: Any, kind: Kind | None, *, text: bool) -> str:
    """Why a value cannot be one of a kind (None: it is handed on), or ""."""
    if kind is not None and not (_fits_text if text else _fits)(value, kind):
        shown = shortened(value) if isinstance(value, str) else kind_of_value(value)
        return f"It is {shown}, but has to be {WORDS[TYPES[kind]]}."
    if kind is None and isinstance(value, int) and not -TOO_LARGE <= value < TOO_LARGE:
        return "It is a number of more than 64 bits, which can only be text."
    return ""


def _said_twice(path: Path) -> PopulationError | None:
    """The first row of a file of lines that says something twice."""
    for row, (_, line) in enumerate(_lines(path), start=1):
        said = Counter(heading for heading, _ in json.loads(line, object_pairs_hook=list))
        for heading in (heading for heading, count in said.items() if count > 1):
            return PopulationError("It is there twice.", where=f"{path}, row {row}, column {heading}", mend=MEND)
    return None


def _no_text(path: Path) -> int:
    """The number of the first line that is not UTF-8, or 0."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file of text that are not empty, each with its number."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if text.strip():
                yield number, text


def rows_of_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file with one a line, numbered. Raises PopulationError for a line that is none."""
    decoder = msgspec.json.Decoder(dict[str, Any])
    for row, (number, line) in enumerate(_lines(path), start=1):
        try:
            yield row, decoder.decode(line)
        except UNDECODABLE as error:
            what = f"The line is no JSON object: {error}."
            raise PopulationError(what, where=f"{path}, line {number}", mend="Write one object a line.") from error


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | None]]:
    """The rows of a file of text, each with its number; None for one that is no row. Of other files none."""
    if _is_csv(path):
        yield from _rows_of_csv(path)
    elif path.suffix.lower() in (".ndjson", ".jsonl"):
        yield from rows_of_lines(path)


def _rows_of_csv(path: Path) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as text:
        reader = csv.reader(text)
        headings = next(filter(None, reader), [])
        with suppress(csv.Error):  # of which the reader of Arrow has told
            for number, values in enumerate(filter(None, reader), start=1):
                yield number, dict(zip(headings, values, strict=True)) if len(values) == len(headings) else None


def _fits(value: Any, kind: Kind) -> bool:
    """Whether a value of JSON can be one of a kind."""
    wanted = TYPES[kind]
    types = {pa.bool_(): bool, pa.float64(): int | float, pa.string(): str}
    return value is None or (isinstance(value, types[wanted]) and (wanted == pa.bool_()) == isinstance(value, bool))


def _fits_text(value: str, kind: Kind) -> bool:
    """Whether a text of CSV can be one of a kind."""
    wanted = TYPES[kind]
    if value in UNKNOWN_TEXT or wanted == pa.string():
        return True
    if wanted == pa.bool_():
        return value in (*TRUE_TEXT, *FALSE_TEXT)
    try:
        float(value)
    except ValueError:
        return False
    return value.isascii() and "_" not in value  # which are numbers to Python alone
