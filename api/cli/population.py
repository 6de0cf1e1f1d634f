"""`spinegraph population`: a table with one patient a row, decided by the same program as one case."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from spinegraph.api.cli.cases import GuidelineOption, KnowledgeOption
from spinegraph.api.settings import load_engine
from spinegraph.engine import make_codebook
from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.population.columns import Wanted, read_columns
from spinegraph.engine.population.installed import require_libraries

if TYPE_CHECKING:
    from spinegraph.engine.population.outcomes import Asked
    from spinegraph.engine.population.run import Decided, Population


class TableForm(StrEnum):
    """In which format the output is: Arrow IPC is written ten times as fast, Parquet is smaller."""

    arrow = "arrow"
    parquet = "parquet"


def population_command(
    patients: Annotated[
        Path, typer.Argument(metavar="PATIENTS", help="A table: .parquet, .arrow, .csv or .ndjson; a column for each code.")
    ],
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="OUT", help="Write a row a patient there.")] = None,
    form: Annotated[TableForm, typer.Option("--format", help="The format of OUT.")] = TableForm.arrow,
    rules: Annotated[
        list[str] | None, typer.Option("--rules", metavar="RULE", help="Decide this recommendation alone; may be repeated.")
    ] = None,
    summary: Annotated[bool, typer.Option("--summary", help="Print verdicts by rule, and what is not asked.")] = False,
    report: Annotated[Path | None, typer.Option("--report", metavar="FILE", help="Write these as a page, with plots.")] = None,
    by: Annotated[str, typer.Option("--by", metavar="COLUMN", help="Of the report: by practice, region or any column.")] = "",
    keep: Annotated[
        list[str] | None, typer.Option("--keep", metavar="COLUMN", help="Hand a column on to OUT; may be repeated.")
    ] = None,
    id_: Annotated[str, typer.Option("--id", metavar="COLUMN", help="What names the patients; by default `id`.")] = "",
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="The moment of the patients that have none.")] = "",
    ignore_unknown: Annotated[bool, typer.Option("--ignore-unknown", help="Name columns that are no codes, and go on.")] = False,
    explain: Annotated[str, typer.Option("--explain", metavar="ID", help="Print what POST /v1/decisions replies of one.")] = "",
    guideline: GuidelineOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Decide a population: a verdict of every recommendation for every row of a table."""
    if not (output or summary or report or explain):
        raise typer.BadParameter("Nothing is asked for: give -o OUT, --summary, --report FILE or --explain ID.")
    if by and not report:
        raise typer.BadParameter("--by goes with --report.")
    if as_of:
        read_moment(as_of, "--as-of", "--as-of")
    require_libraries()
    from spinegraph.engine.population.outcomes import asked_of
    from spinegraph.engine.population.run import Population
    from spinegraph.engine.population.tables import open_table

    engine, packages = load_engine(knowledge or ()), tuple(guideline or ())
    codebook = make_codebook(engine.knowledge)
    table = open_table(patients)
    carried = tuple(dict.fromkeys((*(keep or ()), *((by,) if by else ()))))
    columns = read_columns(table.headings, codebook, Wanted(id_, carried, ignore_unknown), str(patients))
    if columns.ignored:
        typer.echo(f"Not read: {', '.join(columns.ignored)}.", err=True)
    population = Population(engine.of_packages(packages), codebook, table, columns, as_of)
    if explain:
        typer.echo(engine.decide_json(population.case(explain), packages=packages))
    if output or summary or report:
        _decide(population, asked_of(population.engine, rules or ()), output, form, report, by, summary=summary)


def _decide(
    population: Population, asked: Asked, output: Path | None, form: TableForm, report: Path | None, by: str, *, summary: bool
) -> None:
    """Decide all rows once, for everything that is asked of them."""
    from spinegraph.engine.population.output import appearing, written
    from spinegraph.engine.population.report import render_report
    from spinegraph.engine.population.totals import Totals

    engine, path = population.engine, population.table.path
    totals = Totals(engine, asked, population.columns, by) if summary or report else None
    with ExitStack() as stack:
        consumers: list[Callable[[Decided], None]] = [stack.enter_context(_progress(path.name, population.table.rows))]
        if totals is not None:
            consumers.append(lambda one: totals.add(one.encoded, one.outcome, one.batch))
        if output:
            consumers.append(stack.enter_context(written(output, form.value, population, asked)))
        rows = population.decide(asked, consumers)
        page = b""
        if totals is not None and report:
            page = render_report(totals, engine.knowledge, path.name, disclaimer_of(engine.knowledge.sources.values()))
            with appearing(report) as held:
                held.write_bytes(page)
    if output:
        typer.echo(f"{output}: {rows:,} patients, {len(asked.rules)} recommendations.", err=True)
    if report:
        typer.echo(f"{report}: {len(page):,} bytes.", err=True)
    if totals is not None and summary:
        from spinegraph.api.cli.terminal_page import show
        from spinegraph.api.cli.terminal_population import render_totals

        show(render_totals(totals, engine.knowledge))


@contextmanager
def _progress(name: str, rows: int | None) -> Iterator[Callable[[Decided], None]]:
    """What is told of each batch, and shows how far it is, on a terminal alone."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    stream = getattr(sys.stderr, "stream", sys.stderr)
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*shown, console=Console(file=stream), transient=True, disable=not stream.isatty()) as progress:
        task = progress.add_task(name, total=rows)
        yield lambda one: progress.advance(task, one.outcome.rows)
