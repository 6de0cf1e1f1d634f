"""`spinegraph table`: the minimal ways in which a recommendation comes to hold, as a decision table."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from spinegraph.api.cli.cases import KnowledgeOption
from spinegraph.engine.exchange.decision_table.formats import BY_NAME, render_table
from spinegraph.engine.exchange.decision_table.table import find_recommendation, make_table
from spinegraph.engine.exchange.decision_table.ways import MOST_WAYS
from spinegraph.engine.program.compiler import compile_program
from spinegraph.engine.validation.admission import open_knowledge

MOST_LIMIT = 100_000


class TableForm(StrEnum):
    """How a table is written: as a web page, for a spreadsheet, for an engine that reads DMN 1.3, or as data."""

    html = "html"
    csv = "csv"
    dmn = "dmn"
    json = "json"


def table_command(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Id of a recommendation.")],
    form: Annotated[TableForm, typer.Option("--format", help="A page, CSV, DMN 1.3 or JSON.")] = TableForm.html,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=MOST_LIMIT, help="So many rows at most; the table says when it was cut.")
    ] = MOST_WAYS,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there.")] = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Write when a recommendation holds: a row for each smallest set of facts that is enough, a column for each fact."""
    known = open_knowledge(knowledge or ())
    table = make_table(compile_program(known), find_recommendation(known, rule), limit)
    written = render_table(table, BY_NAME[form.value])
    if output is None:
        typer.echo(written, nl=False)
    else:
        output.write_bytes(written)
        typer.echo(f"{output}: {len(table.rows)} rows, {len(table.columns)} columns.", err=True)
