"""The program as lazy expressions of Polars: a column of flags for each side of what is shared, a column for each verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
from spinegraph.engine.decide.level import LEVELS
from spinegraph.engine.model import VERDICTS

from bench.rivals.layers import Algebra, layered
from bench.rivals.translation import Among, Condition, NumberBits, Recorded, Translation, heading

ALGEBRA: Algebra[pl.Expr] = Algebra(
    column=lambda number: pl.col(f"_{number}"),
    conjunction=lambda left, right: left & right,
    disjunction=lambda left, right: left | right,
    difference=lambda left, right: left ^ right,
    negation=lambda operand: ~operand,
)


class PolarsProgram:
    """A program that Polars runs."""

    name = "Polars"

    def __init__(self, translation: Translation) -> None:
        needed = layered(translation.recording, translation.wanted, ALGEBRA)
        self._inputs = [_condition(condition).alias(f"_{number}") for number, condition in translation.needed.items()]
        self._inputs.append(pl.repeat(True, pl.len()).alias(f"_{translation.recording.ones}"))
        self._layers = [[one.alias(f"_{number}") for number, one in layer.items()] for layer in needed.layers]
        shared = dict.fromkeys(translation.verdicts.values())
        self._numbers = [_number(bits, needed.wanted, VERDICTS).alias(heading(bits)) for bits in shared]
        self._results = [pl.col(heading(bits)).alias(id_) for id_, bits in translation.verdicts.items()]
        if translation.level:
            self._numbers.append(_number(translation.level, needed.wanted, LEVELS).alias("level"))
            self._results.insert(0, pl.col("level"))

    def plan(self, frame: pl.DataFrame) -> pl.LazyFrame:
        """What is done with a table, not yet done."""
        plan = frame.lazy().select(self._inputs)
        for layer in self._layers:
            plan = plan.with_columns(layer)
        return plan.select(self._numbers).select(self._results)

    def decide(self, table: Any) -> Any:
        """Arrow table of patients → Arrow table with the level and a column for each rule."""
        return self.prepared(table)().to_arrow()

    def prepared(self, table: Any) -> Callable[[], pl.DataFrame]:
        """What decides an Arrow table in memory, each time anew, and leaves the columns where Polars has them."""
        return self.plan(pl.DataFrame(table)).collect


def _condition(condition: Condition) -> pl.Expr:
    column = pl.col(condition.heading)
    if isinstance(condition, Recorded):
        return column.eq_missing(condition.value)
    if isinstance(condition, Among):
        return column.is_in(condition.codes).fill_null(False)
    found = pl.lit(False)
    for start, end in condition.ranges:
        within = column >= start if math.isinf(end) else (column >= start) & (column < end)
        found = found | within
    return found.fill_null(False)


def _number(bits: NumberBits, planes: Mapping[int, pl.Expr], names: tuple[str, ...]) -> pl.Expr:
    """The number that some bits make, as one of some names. (To cast the flags takes Polars fifteen times as long.)"""
    first, *rest = (
        pl.when(planes[plane]).then(pl.lit(1 << bit, dtype=pl.UInt8)).otherwise(pl.lit(0, dtype=pl.UInt8))
        for bit, plane in enumerate(bits)
    )
    for part in rest:
        first = first | part
    return first.cat.to(pl.Enum(names))
