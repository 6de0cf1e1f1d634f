"""A population beyond one machine: a Spark DataFrame with one patient a row, decided where its partitions are (ADR 46).

Workers run the same program, and compile it once from the knowledge that the driver sends.
"""

from __future__ import annotations

import hashlib
import pickle
import platform
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyarrow as pa
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.population.encoding import row_place
from spinegraph.engine.population.output import DecidedColumns
from spinegraph.engine.population.patients import NAME, Commission, Options, commission, kept, options_of
from spinegraph.engine.population.run import Decider
from spinegraph.engine.population.tables import table_of_batches, typed_schema
from spinegraph.engine.program.program import Program

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

MOST_PREPARED = 4
"""So many commissions a worker keeps ready; the one that was asked for longest ago is made anew."""


def decide_dataframe(
    patients: DataFrame,
    engine: Engine,
    *,
    guidelines: Iterable[str] = (),
    rules: Iterable[str] = (),
    id: str = "",  # noqa: A002 -- what the column is called everywhere else
    keep: Iterable[str] = (),
    as_of: str = "",
    ignore_unknown: bool = False,
) -> DataFrame:
    """Decide a Spark DataFrame with one patient a row, classic or over Spark Connect; the arguments are those of
    `decide_patients`.

    The DataFrame that it gives is evaluated when Spark is asked for it, as any other. It has a row for each row of `patients`,
    with the columns of `spinegraph population`: the id, those of `keep`, the level and a verdict for each recommendation as
    strings, and a boolean for each tension. Of the others, only columns that are codes are sent to workers, which need Spinegraph
    of the same version with the extra `spark`, and none of its files.

    Raises PopulationError for columns and their types, or where none names the patient; VocabularyError for an id or a package
    that is none, CaseError for a moment: all before anything is decided. A row that cannot be decided ends the job: Spark raises
    its PythonException, with the words of a PopulationError that name partition, row, patient and column.
    """
    options = options_of(guidelines, rules, id, keep, as_of, ignore_unknown=ignore_unknown)
    asks = commission(engine, patients.columns, options)
    if not asks.columns.id:
        mend = "Name it with id=: in what a cluster gives back, rows are found by nothing else."
        raise PopulationError("No column names the patients.", where=NAME, mend=mend)
    read = patients.select(*(_quoted(heading) for heading in asks.columns.needed))
    nobody = read.sparkSession.createDataFrame([], read.schema)  # so that nothing of the patients is read for their types
    typed = typed_schema(nobody.toArrow().schema, asks.columns, NAME)
    given = DecidedColumns(asks.columns, asks.asked()).schema(typed)
    worker = Worker(_sent(read, shipped(asks, engine, options)))
    plain = read.toDF(*_names_on_the_way(asks.columns.needed))
    return plain.mapInArrow(worker, _spark_schema(given, asks, read.schema))


def _quoted(heading: str) -> str:
    """A heading as Spark reads it for one name, whatever stands in it."""
    return "`" + heading.replace("`", "``") + "`"


def _names_on_the_way(headings: Sequence[str]) -> Sequence[str]:
    """What columns are called on their way: `mapInArrow` takes a dot for a part of a structure, and codes have dots."""
    return [f"c{number}" for number in range(len(headings))]


def _spark_schema(given: pa.Schema, asks: Commission, read: StructType) -> StructType:
    """The types of what workers give: what is handed on as it came, but for what is read as well and so has the type of that."""
    from pyspark.sql.types import BooleanType, DataType, DoubleType, IntegerType, StringType, StructField, StructType

    own: dict[pa.DataType, DataType] = {
        pa.bool_(): BooleanType(), pa.float64(): DoubleType(), pa.string(): StringType(), pa.int32(): IntegerType(),
    }  # fmt: skip
    carried = {asks.columns.id, *asks.columns.carried} - {column.heading for column in asks.columns.read}
    types = {field.name: read[field.name].dataType if field.name in carried else own[_decoded(field.type)] for field in given}
    return StructType([StructField(name, type_) for name, type_ in types.items()])


def _decoded(type_: pa.DataType) -> pa.DataType:
    """What is left of a type where dictionaries are not known."""
    return type_.value_type if pa.types.is_dictionary(type_) else type_


# What is sent --------------------------------------------------------------------------------


class Shipped(NamedTuple):
    """A commission on its way to workers. `version`: of Spinegraph; `knowledge`: the digest of what `content` was made of;
    `program`: that of the code that it compiles to. `content` is compressed: the knowledge as it was loaded and checked, with
    what is asked of it."""

    version: str
    knowledge: str
    program: str
    content: bytes


class Held(Protocol):
    """What has a commission: a broadcast variable, or, where Spark has none, one that is sent with the function."""

    @property
    def value(self) -> Shipped:
        """The commission."""
        ...


class Sent(NamedTuple):
    """A commission that is sent with the function."""

    value: Shipped


def shipped(asks: Commission, engine: Engine, options: Options) -> Shipped:
    """A commission as it is sent. `engine`: of all packages, to which the options apply."""
    content = pickle.dumps((engine.knowledge, asks.columns.needed, options), protocol=5)
    return Shipped(version("spinegraph"), asks.engine.knowledge.digest, _digest(asks.engine.program), zlib.compress(content))


def _sent(read: DataFrame, content: Shipped) -> Held:
    """What workers read a commission from. Over Spark Connect there are no broadcast variables."""
    context = getattr(read.sparkSession, "sparkContext", None)
    return Sent(content) if context is None else context.broadcast(content)


def _digest(program: Program) -> str:
    return hashlib.sha256(program.code.encode()).hexdigest()


# On a worker ---------------------------------------------------------------------------------


class Worker:
    """What Spark calls for each partition: Arrow batches in, decided batches out."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The decided batches of a partition. Raises PopulationError, which names it, and the row in it."""
        with _LOCK:
            mine = prepared(self._held.value)
        with mine.at_work() as (decider, columns):
            yield from mine.decided(batches, _partition(), decider, columns)


def _partition() -> str:
    """What messages call the rows at hand. Not every engine that speaks Spark Connect says which partition it is."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return NAME if context is None else f"{NAME}, partition {context.partitionId()}"


class Prepared:
    """A commission on a worker, which all its tasks share."""

    def __init__(self, asks: Commission) -> None:
        self._asks = asks
        self._asked = asks.asked()
        self._idle: list[tuple[Decider, DecidedColumns]] = []

    @contextmanager
    def at_work(self) -> Iterator[tuple[Decider, DecidedColumns]]:
        """What decides one partition at a time. It is made once for each thread of a worker, and taken up again."""
        try:
            mine = self._idle.pop()
        except IndexError:
            nothing = self._asks.population(table_of_batches(NAME, self._asks.columns.needed, ()))
            mine = nothing.decider(self._asked), DecidedColumns(self._asks.columns, self._asked)
        try:
            yield mine
        finally:
            self._idle.append(mine)

    def decided(
        self, batches: Iterable[pa.RecordBatch], where: str, decider: Decider, columns: DecidedColumns
    ) -> Iterator[pa.RecordBatch]:
        """The decided batches of a partition."""
        headings = self._asks.columns.needed
        called = dict(zip(_names_on_the_way(headings), headings, strict=True))
        named = (batch.rename_columns([called.get(name, name) for name in batch.schema.names]) for batch in batches)
        population = self._asks.population(table_of_batches(where, headings, named))
        first = 1
        for one in population.stream(decider.at(where)):
            self._check_ids(one.batch.column(self._asks.columns.id), first, where)
            found = kept(columns.batch(one))
            yield found.cast(pa.schema([(field.name, _decoded(field.type)) for field in found.schema]))
            first += one.batch.num_rows

    def _check_ids(self, ids: pa.Array, first: int, where: str) -> None:
        """Raises PopulationError for a row that names no patient, and so could not be found again."""
        if ids.null_count:
            row = ids.is_null().index(True).as_py()
            place = f"{row_place(where, first + row, None)}, column {self._asks.columns.id}"
            raise PopulationError("Nothing says who the patient is.", where=place, mend="Give each row an id.")


_LOCK = Lock()


@lru_cache(maxsize=MOST_PREPARED)
def prepared(content: Shipped) -> Prepared:
    """A commission as this worker has it. Raises PopulationError where it would decide otherwise than its sender."""
    where = f"worker {platform.node()}"
    if content.version != (here := version("spinegraph")):
        what = f"It has Spinegraph {here}, and the driver {content.version}."
        raise PopulationError(what, where=where, mend="Install the same version on all machines of the cluster.")
    # It comes from where the function itself comes from, which Spark unpickles.
    knowledge, headings, options = pickle.loads(zlib.decompress(content.content))  # noqa: S301
    asks = commission(Engine(knowledge), headings, options)
    found = asks.engine.knowledge.digest, _digest(asks.engine.program)
    if found != (content.knowledge, content.program):
        what = f"It has knowledge {found[0]} with program {found[1]}; the driver has {content.knowledge} with {content.program}."
        raise PopulationError(what, where=where, mend="Install the same files of Spinegraph on all machines of the cluster.")
    return Prepared(asks)
