"""The program as SQL of DuckDB: a subquery for each layer of columns, a column for each verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa
from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.model import VERDICTS

from bench.rivals.layers import Algebra, layered
from bench.rivals.translation import Among, Condition, NumberBits, Recorded, Translation, heading

ALGEBRA: Algebra[str] = Algebra(
    column=lambda number: f"_{number}",
    conjunction=lambda left, right: f"({left} AND {right})",
    disjunction=lambda left, right: f"({left} OR {right})",
    difference=lambda left, right: f"({left} <> {right})",
    negation=lambda operand: f"(NOT {operand})",
)


class DuckDBProgram:
    """A program that DuckDB runs, on one thread."""

    name = "DuckDB"

    def __init__(self, translation: Translation) -> None:
        self.sql = query(translation)
        self._connection = duckdb.connect(config={"threads": 1})

    def decide(self, table: Any) -> Any:
        """Arrow table of patients → Arrow table with the level and a column for each rule."""
        codes = self.prepared(table)().combine_chunks()
        found = {}
        for name in codes.column_names:
            (column,) = codes.column(name).chunks
            found[name] = pa.DictionaryArray.from_arrays(column, pa.array(LEVELS if name == "level" else VERDICTS))
        return pa.table(found)

    def prepared(self, table: Any) -> Callable[[], Any]:
        """What decides an Arrow table in memory, each time anew: an Arrow table of numbers, places among the verdicts."""
        self._connection.register("patients", table)
        return lambda: self._connection.sql(self.sql).to_arrow_table()


def query(translation: Translation) -> str:
    """The query over a table `patients`."""
    needed = layered(translation.recording, translation.wanted, ALGEBRA)
    inputs = [(_condition(condition), f"_{number}") for number, condition in translation.needed.items()]
    inputs.append(("true", f"_{translation.recording.ones}"))
    sql = f"SELECT {_columns(inputs)} FROM patients"
    for layer in needed.layers:
        sql = f"SELECT *, {_columns((text, f'_{number}') for number, text in layer.items())} FROM (\n{sql})"
    shared = dict.fromkeys(translation.verdicts.values())
    numbers = [(_number(bits, needed.wanted), heading(bits)) for bits in shared]
    results = [(heading(bits), id_) for id_, bits in translation.verdicts.items()]
    if translation.level:
        numbers.append((_number(translation.level, needed.wanted), "level"))
        results.insert(0, ("level", "level"))
    return f"SELECT {_columns(results)} FROM (\nSELECT {_columns(numbers)} FROM (\n{sql}))"


def _columns(columns: Iterable[tuple[str, str]]) -> str:
    return ",\n".join(f"{text} AS {quoted(name)}" for text, name in columns)


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _texts(texts: Iterable[str]) -> str:
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)


def _condition(condition: Condition) -> str:
    column = quoted(condition.heading)
    if isinstance(condition, Recorded):
        return f"coalesce({column if condition.value else f'NOT {column}'}, false)"
    if isinstance(condition, Among):
        return f"coalesce({column} IN ({_texts(condition.codes)}), false)" if condition.codes else "false"
    ranges = [
        f"{column} >= {start!r}" if math.isinf(end) else f"({column} >= {start!r} AND {column} < {end!r})"
        for start, end in condition.ranges
    ]
    return f"coalesce({' OR '.join(ranges)}, false)" if ranges else "false"


def _number(bits: NumberBits, planes: Mapping[int, str]) -> str:
    """The number that some bits make."""
    parts = [f"{planes[plane]}::UTINYINT * {1 << bit}" for bit, plane in enumerate(bits)]
    return " + ".join(parts)
