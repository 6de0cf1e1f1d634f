"""Tables of patients in every format, with odd columns and values: decided, or refused with row or column."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st
from spinegraph.engine import Codebook, Engine
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.population.columns import Wanted, read_columns
from spinegraph.engine.population.outcomes import asked_of
from spinegraph.engine.population.run import Population
from spinegraph.engine.population.tables import open_table

from tests.fuzz.mutating import ODD_TEXTS, torn

HEADINGS = (
    "id", "back_pain", "fever", "finding:NightPain", "age_years", "temperature_c", "temperature_c [[degF]]", "at:fever",
    "performed:mri_lumbar", "taking:nsaid", "at:performed:mri_lumbar", "sex", "as_of", "birth_date", "x", "fever [mm/h]", "at:",
    "[]",     "performed:", "http://snomed.info/sct|386661006", "practice", *ODD_TEXTS[:12],
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 54, -1, 38.6, 1e308, float("nan"), 2**60, "true", "NA", "2026-03-01", "2026-13-01", "female", "é",
    date(2026, 3, 1), datetime(2026, 3, 1, 8), Decimal("38.5"), b"\xff", [1], {"a": 1}, *ODD_TEXTS,
)  # fmt: skip
FITTING = {
    "back_pain": (True, False, None), "fever": (True, False, None), "age_years": (54, 17, None),
    "practice": ("a", "b", None),
    "as_of": ("2026-03-03", None), "birth_date": ("1972-05-01", None), "at:fever": ("2026-03-01", None),
}  # fmt: skip
SUFFIXES = (".csv", ".ndjson", ".arrow", ".parquet")


class Sheet(NamedTuple):
    """A table as it is written: the suffix of its file, and its bytes."""

    suffix: str
    body: bytes


@st.composite
def _columns(draw: st.DrawFn) -> dict[str, list[Any]]:
    rows = draw(st.sampled_from((1, 2, 3, 4, 1, 2, 3, 0)))
    named = st.one_of(*[st.sampled_from([*FITTING])] * 11, st.sampled_from(HEADINGS))
    headings = draw(st.lists(named, min_size=1, max_size=6, unique=True))
    cells = {
        name: st.one_of(*[st.sampled_from(FITTING[name])] * 19, st.sampled_from(VALUES))
        if name in FITTING
        else st.sampled_from(VALUES)
        for name in headings
    }
    return {name: draw(st.lists(cell, min_size=rows, max_size=rows)) for name, cell in cells.items()}


def _arrow(columns: dict[str, list[Any]]) -> Any:
    """An Arrow table; what has no type of Arrow together is text."""
    made = {}
    for name, values in columns.items():
        try:
            made[name.encode("utf-8", "replace").decode()] = pa.array(values)
        except (pa.ArrowException, TypeError, ValueError, OverflowError, UnicodeEncodeError):
            made[name.encode("utf-8", "replace").decode()] = pa.array([repr(value) for value in values])
    return pa.table(made)


def _body(suffix: str, columns: dict[str, list[Any]]) -> bytes:
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if suffix == ".ndjson":
        return b"".join(json.dumps(row, default=str).encode("utf-8", "surrogatepass") + b"\n" for row in rows)
    if suffix == ".csv":
        text = io.StringIO()
        csv.writer(text).writerows([list(columns), *(["" if value is None else value for value in row.values()] for row in rows)])
        return text.getvalue().encode("utf-8", "surrogatepass")
    table, sink = _arrow(columns), pa.BufferOutputStream()
    if suffix == ".parquet":
        pq.write_table(table, sink)
    else:
        with pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)
    return bytes(sink.getvalue())


def sheets() -> st.SearchStrategy[Sheet]:
    """Tables, a few of them torn."""
    return st.sampled_from(SUFFIXES).flatmap(
        lambda suffix: st.builds(Sheet, st.just(suffix), torn(_columns().map(lambda columns: _body(suffix, columns))))
    )


def decide_sheet(engine: Engine, codebook: Codebook, sheet: Sheet) -> str:
    """Decide a table as the command does. A refusal names the file, and how to mend it; any other error is a fault."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"t{sheet.suffix}"
        path.write_bytes(sheet.body)
        try:
            table = open_table(path)
            columns = read_columns(table.headings, codebook, Wanted(ignore_unknown=len(sheet.body) % 2 == 0), str(path))
            Population(engine, codebook, table, columns, "").decide(asked_of(engine), [])
        except PopulationError as error:
            refused = error
        else:
            return "decided"
        assert refused.what, refused
        assert refused.mend, refused
        assert str(path) in refused.where, refused
        return "refused"
