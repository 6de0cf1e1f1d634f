"""The output file of a population: a row for each patient, in Arrow IPC or Parquet. It is whole, or it is not there."""

from __future__ import annotations

import errno
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.model import VERDICTS, Knowledge
from spinegraph.engine.population.columns import Columns
from spinegraph.engine.population.encoding import bools
from spinegraph.engine.population.outcomes import Asked, Decoder, summed
from spinegraph.engine.population.run import Decidable, Decided
from spinegraph.engine.population.tables import BATCH

LEVEL = "level"
TENSION = "tension:"
"""Begins the heading of the column that says who meets a tension; its id follows."""
UNDETERMINED = "undetermined"
"""The heading of the column that says how many recommendations are undetermined."""
_VERDICTS, _LEVELS = pa.array(VERDICTS), pa.array(LEVELS)
_NAMED = pa.dictionary(pa.int8(), pa.string())


@contextmanager
def written(path: Path, form: str, population: Decidable, asked: Asked) -> Iterator[Callable[[Decided], None]]:
    """What writes decided batches into a file that appears at the end, and only if nothing went wrong.

    `form`: "arrow" or "parquet". Raises PopulationError where it cannot be written, or two of its columns would have one name.
    """
    columns = DecidedColumns(population.columns, asked)
    metadata = about(population.engine.knowledge)
    with appearing(path) as held, ExitStack() as stack:
        opened: list[Any] = []

        def write(decided: Decided) -> None:
            batch = columns.batch(decided)
            if not opened:
                opened.append(stack.enter_context(_writer(held, form, batch.schema.with_metadata(metadata))))
            opened[0].write_batch(batch)

        yield write


def about(knowledge: Knowledge) -> Mapping[str, str]:
    """The metadata of an output: with which knowledge it was decided."""
    return {"spinegraph.knowledge": knowledge.digest, "spinegraph.version": knowledge.version}


class DecidedColumns:
    """Decided batches as columns: those that are handed on, the level, a verdict of each rule, who meets each tension, and how
    many rules are undetermined.

    Not for two threads at once: what it gives is overwritten by the next batch.
    """

    def __init__(self, columns: Columns, asked: Asked) -> None:
        """Raises PopulationError where two of the columns would have one name."""
        tensions = tuple(f"{TENSION}{tension.id}" for tension in asked.tensions)
        self._own = (LEVEL, *(rule.id for rule in asked.rules), *tensions, UNDETERMINED)
        self._carried = list(dict.fromkeys((*filter(None, (columns.id,)), *columns.carried)))
        for heading in self._carried:
            if heading in self._own:
                raise PopulationError(
                    f"The output has a column {heading!r} of its own.", where=f"column {heading}", mend="Rename yours."
                )
        self._decoder = Decoder(BATCH)

    def schema(self, given: Any) -> Any:
        """The Arrow schema of what `batch` makes of batches of another one, as they are decided (`tables.typed_schema`)."""
        fields = [pa.field(heading, given.field(heading).type) for heading in self._carried]
        fields += [pa.field(name, pa.bool_() if name.startswith(TENSION) else _NAMED) for name in self._own[:-1]]
        return pa.schema([*fields, pa.field(UNDETERMINED, pa.int32())])

    def batch(self, decided: Decided) -> Any:
        """The columns of a batch, as an Arrow batch."""
        outcome = decided.outcome
        arrays = [decided.batch.column(heading) for heading in self._carried]
        found = self._decoder.numbers([outcome.level, *outcome.verdicts.values()], outcome.rows)
        names = itertools.chain((_LEVELS,), itertools.repeat(_VERDICTS))
        arrays += [_named(codes, named) for codes, named in zip(found, names, strict=False)]
        arrays += [bools(plane, outcome.rows) for plane in outcome.tensions.values()]
        arrays.append(pa.array(summed(outcome.undetermined, outcome.rows)))
        return pa.record_batch(arrays, names=[*self._carried, *self._own])


def _named(codes: NDArray[np.int8], names: Any) -> Any:
    """Numbers as what they name. They are not looked through for one that is none: planes make none."""
    return pa.DictionaryArray.from_buffers(_NAMED, len(codes), [None, pa.py_buffer(codes)], names)


def _writer(path: Path, form: str, schema: Any) -> Any:
    return pq.ParquetWriter(str(path), schema) if form == "parquet" else pa.ipc.new_file(str(path), schema)


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A file that takes the place of a path at the end; on any error nothing of it is left. Raises PopulationError."""
    try:
        place = _place(path)
        handle, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".partial", dir=place.parent)
    except OSError as error:
        raise _unwritable(error, path) from error
    os.close(handle)
    held = Path(name)
    try:
        yield held
        held.chmod(0o666 & ~_umask())
        held.replace(place)
    except OSError as error:
        if error.filename not in (None, name):
            raise
        raise _unwritable(error, path) from error
    finally:
        held.unlink(missing_ok=True)


def _place(path: Path) -> Path:
    """Where a file of this name lies: a link stays one. Raises OSError, and PopulationError for what is there and is no file."""
    place = Path(os.path.realpath(path))
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.exists() and not path.is_file():  # a new file would take the place of the device itself
        what = "It is no file, but a device or a pipe."
        raise PopulationError(what, where=str(path), mend="Name a file: an output appears as a whole, or not at all.")
    return place


def require_own_places(given: Path, outputs: Sequence[Path]) -> None:
    """Raise PopulationError where an output would take the place of what is read, or of another output.

    `given`: a file, or a folder, in which no output may lie.
    """
    source = Path(os.path.realpath(given))
    taken: dict[Path, Path] = {}
    for output in outputs:
        place = Path(os.path.realpath(output))
        if place == source or (source.is_dir() and source in place.parents):
            what = "It would be written to where the patients are read from."
            raise PopulationError(what, where=str(output), mend="Name a place outside.")
        if place in taken:
            what = f"It would be written there twice: {taken[place]} is the same file."
            raise PopulationError(what, where=str(output), mend="Give each output a name of its own.")
        taken[place] = output


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(error: OSError, path: Path) -> PopulationError:
    reason = os.strerror(error.errno) if error.errno else str(error)
    return PopulationError(
        f"It cannot be written: {reason}.", where=str(path), mend="Nothing is left of it. Name another place, or make room there."
    )
