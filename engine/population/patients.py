"""Patients who are in memory, or come in a stream, decided by a call from Python: any table with the Arrow C stream interface.

What needs the extra `population` is imported when it is called, so that the facade of the engine can name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from spinegraph.engine.decide.codebook import Codebook, make_codebook
from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.decide.decision import Engine
from spinegraph.engine.errors import PopulationError, shortened
from spinegraph.engine.population.columns import Columns, Wanted, read_columns
from spinegraph.engine.population.installed import require_libraries

if TYPE_CHECKING:
    from spinegraph.engine.population.outcomes import Asked
    from spinegraph.engine.population.run import Population
    from spinegraph.engine.population.tables import Table

NAME = "patients"
"""What messages call a table that is no file."""


class ArrowStream(Protocol):
    """What hands on its rows through the Arrow C stream interface: tables of pyarrow, Polars, DuckDB and others."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A PyCapsule of the stream."""
        ...


class Options(NamedTuple):
    """What a caller says besides the patients, as `decide_patients` takes it."""

    guidelines: tuple[str, ...]
    rules: tuple[str, ...]
    id: str
    keep: tuple[str, ...]
    as_of: str
    ignore_unknown: bool


def options_of(
    guidelines: Iterable[str], rules: Iterable[str], id_: str, keep: Iterable[str], as_of: str, *, ignore_unknown: bool
) -> Options:
    """The options of a call. Raises PopulationError for a text where several are meant, whose letters would be taken for them."""
    for name, given in (("guidelines", guidelines), ("rules", rules), ("keep", keep)):
        if isinstance(given, str):
            what = f"{name} is the text {shortened(given)}."
            raise PopulationError(what, where=f"{name}=", mend=f"Give a list, also of one: {name}=[{shortened(given)}].")
    return Options(tuple(guidelines), tuple(rules), id_, tuple(keep), as_of, ignore_unknown)


class Commission(NamedTuple):
    """What is to be decided of tables with some columns, by an engine of the packages that are asked. `codebook`: of all that may
    be said of a patient; `rules`: of which recommendations, or all; `as_of`: the moment of patients that have none."""

    engine: Engine
    codebook: Codebook
    columns: Columns
    rules: tuple[str, ...]
    as_of: str

    def asked(self) -> Asked:
        """The recommendations and tensions. Raises VocabularyError for an id of none."""
        from spinegraph.engine.population.outcomes import asked_of

        return asked_of(self.engine, self.rules)

    def population(self, table: Table) -> Population:
        """A table of these columns, as it is decided."""
        from spinegraph.engine.population.run import Population

        return Population(self.engine, self.codebook, table, self.columns, self.as_of)


def commission(engine: Engine, headings: Iterable[str], options: Options) -> Commission:
    """What a caller asks for of a table with these headings.

    Raises PopulationError for a column, VocabularyError for a package, CaseError for a moment.
    """
    if options.as_of:
        read_moment(options.as_of, "as_of", "as_of")
    codebook = make_codebook(engine.knowledge)
    wanted = Wanted(options.id, tuple(dict.fromkeys(options.keep)), options.ignore_unknown, from_python=True)
    columns = read_columns(tuple(headings), codebook, wanted, NAME)
    return Commission(engine.of_packages(options.guidelines), codebook, columns, options.rules, options.as_of)


def decide_patients(
    patients: ArrowStream,
    engine: Engine,
    *,
    guidelines: Iterable[str] = (),
    rules: Iterable[str] = (),
    id: str = "",  # noqa: A002 -- what the column is called everywhere else
    keep: Iterable[str] = (),
    as_of: str = "",
    ignore_unknown: bool = False,
) -> Any:
    """Decide a table with one patient a row; a `pyarrow.RecordBatchReader` of the columns of `spinegraph population`.

    `patients` is read batch by batch as the reader is, so that memory does not grow with it; `.read_all()` makes a
    `pyarrow.Table`. The columns are called as in docs/population.md. `guidelines` and `rules` ask some alone; `id` names the
    column of the patient (by default `id`, if there is one), `keep` those that are handed on; `as_of` is the moment of patients
    who have none; columns that are no codes are refused, unless `ignore_unknown`. Verdicts and the level are dictionaries of
    one byte, tensions booleans. The metadata of the schema name the digest of the knowledge.

    Raises PopulationError for columns at once, and for a row when its batch is read; VocabularyError for an id or a package
    that is none, CaseError for a moment.
    """
    require_libraries()
    import pyarrow as pa
    from spinegraph.engine.population.output import DecidedColumns, about
    from spinegraph.engine.population.tables import table_of_batches, typed_schema

    options = options_of(guidelines, rules, id, keep, as_of, ignore_unknown=ignore_unknown)
    if not hasattr(patients, "__arrow_c_stream__"):
        what = f"A {type(patients).__name__} hands on no rows through the Arrow C stream interface."
        mend = "Give a table or a reader of pyarrow, a DataFrame of Polars (collect() a lazy one), or a relation of DuckDB."
        raise PopulationError(what, where=NAME, mend=mend)
    source = pa.RecordBatchReader.from_stream(patients)
    headings = source.schema.names
    asks = commission(engine, headings, options)
    asked, population = asks.asked(), asks.population(table_of_batches(NAME, headings, source))
    decided = DecidedColumns(asks.columns, asked)
    schema = decided.schema(typed_schema(source.schema, asks.columns, NAME)).with_metadata(about(asks.engine.knowledge))

    def batches() -> Iterator[Any]:
        for one in population.decided(asked):
            yield kept(decided.batch(one)).replace_schema_metadata(schema.metadata)

    return pa.RecordBatchReader.from_batches(schema, batches())


def kept(batch: Any) -> Any:
    """A batch that the next one does not overwrite."""
    import pyarrow as pa

    return batch.copy_to(pa.default_cpu_memory_manager())
