"""A decision table as CSV (RFC 4180): a line for each row, then a line for each thing that acts on the recommendation."""

from __future__ import annotations

import csv
import io

from spinegraph.engine.exchange.decision_table.model import DecisionTable
from spinegraph.engine.exchange.decision_table.words import acting, cell_words, cells, extent, heading


def write_csv(table: DecisionTable) -> bytes:
    """UTF-8. Every line has as many fields: what it is, then a field for each fact."""
    width = max(len(table.columns), 1)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)

    def line(first: str, *rest: str) -> None:
        writer.writerow([first, *rest, *("" for _ in range(width - len(rest)))])

    line("way", *(f"{heading(column)} [{column.code}]" for column in table.columns))
    for number, row in enumerate(cells(table), start=1):
        line(str(number), *map(cell_words, row))
    line("recommendation", f"{table.label} [{table.id}]")
    line("extent", extent(table))
    for title, found in acting(table):
        for label, _ in found:
            line(title, label)
    line("knowledge", f"{table.knowledge}, {table.digest}")
    line("disclaimer", table.disclaimer)
    return stream.getvalue().encode()
