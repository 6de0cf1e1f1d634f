"""The engines for tables, by name, and what each of them decides differently than a population."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.rivals.duckdb import DuckDBProgram
from bench.rivals.polars import PolarsProgram
from bench.rivals.translation import Translation


class TableProgram(Protocol):
    """A program of another engine. `decide`: Arrow table of patients → Arrow table with the level and a column for each rule,
    dictionaries as `spinegraph population` writes them. `prepared`: what does the same for one table each time it is called, and
    leaves the columns as the engine has them: that is what is timed."""

    name: str

    def __init__(self, translation: Translation) -> None: ...

    def decide(self, table: Any) -> Any: ...

    def prepared(self, table: Any) -> Callable[[], Any]: ...


ENGINES: Mapping[str, type[TableProgram]] = {"polars": PolarsProgram, "duckdb": DuckDBProgram}


def differences(expected: Mapping[str, NDArray[Any]], found: Any) -> Iterator[str]:
    """What a table says otherwise than expected (by column, a text for each row), in words."""
    for name, texts in expected.items():
        theirs = np.array(found.column(name).to_pylist(), dtype=object)
        for row in np.flatnonzero(theirs != texts):
            yield f"row {row}, {name}: population {texts[row]}, not {theirs[row]}"
