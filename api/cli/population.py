"""`spinegraph population`: a table with one patient a row, decided by the same program as one case."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from spinegraph.api.cli.bulk import FromExport, Source, from_export
from spinegraph.api.cli.cases import GuidelineOption, KnowledgeOption
from spinegraph.api.settings import load_engine
from spinegraph.engine import Engine, make_codebook
from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.exchange.fhir.reading.record import TIMESTAMP
from spinegraph.engine.knowledge.words import listed
from spinegraph.engine.population.columns import Wanted, read_columns
from spinegraph.engine.population.installed import require_libraries

if TYPE_CHECKING:
    from spinegraph.engine.population.run import Decided


class TableForm(StrEnum):
    """In which format the output is: Arrow IPC is written ten times as fast, Parquet is smaller."""

    arrow = "arrow"
    parquet = "parquet"


def population_command(
    patients: Annotated[
        Path,
        typer.Argument(
            metavar="PATIENTS",
            help="A table: .parquet, .arrow, .csv or .ndjson, a column for each code; or a folder of a FHIR Bulk Data export.",
        ),
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
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of",
            metavar="DATE|timestamp",
            help="The moment of the patients that have none; of a folder needed, or `timestamp` for that of its manifest.",
        ),
    ] = "",
    ignore_unknown: Annotated[bool, typer.Option("--ignore-unknown", help="Name columns that are no codes, and go on.")] = False,
    explain: Annotated[str, typer.Option("--explain", metavar="ID", help="Print what POST /v1/decisions replies of one.")] = "",
    accounts: Annotated[
        Path | None, typer.Option("--accounts", metavar="FILE", help="Of a folder: what became of each resource, as NDJSON.")
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Of a folder: leave out lines and records that cannot be read, and name them.")
    ] = False,
    guideline: GuidelineOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Decide a population: a verdict of every recommendation for every row of a table, or for every patient of an export."""
    if not (output or summary or report or explain or accounts):
        raise typer.BadParameter("Nothing is asked for: give -o OUT, --summary, --report FILE, --accounts FILE or --explain ID.")
    if by and not report:
        raise typer.BadParameter("--by goes with --report.")
    if as_of and not (as_of == TIMESTAMP and patients.is_dir()):
        read_moment(as_of, "--as-of", "--as-of")
    require_libraries()
    _check_places(patients, (output, report, accounts))
    engine, packages = load_engine(knowledge or ()), tuple(guideline or ())
    carried = tuple(dict.fromkeys((*(keep or ()), *((by,) if by else ()))))
    with ExitStack() as stack:
        if patients.is_dir():
            if id_ or ignore_unknown:
                raise typer.BadParameter("--id and --ignore-unknown go with a table: a folder has resources, and no columns.")
            wanted = FromExport(as_of, carried, accounts, keep_going)
            source = stack.enter_context(from_export(patients, engine, packages, wanted))
        else:
            if accounts or keep_going:
                raise typer.BadParameter("--accounts and --keep-going go with a folder of a FHIR export.")
            source = _from_table(patients, engine, packages, Wanted(id_, carried, ignore_unknown), as_of)
        if explain:
            typer.echo(source.answer(explain))
        if output or summary or report or accounts:
            _decide(source, rules or (), output, form, report, by, summary=summary)


def _check_places(patients: Path, outputs: Sequence[Path | None]) -> None:
    """Raises PopulationError for an output that would take the place of something else."""
    from spinegraph.engine.population.output import require_own_places

    require_own_places(patients, [one for one in outputs if one is not None])


def _from_table(path: Path, engine: Engine, packages: Sequence[str], wanted: Wanted, as_of: str) -> Source:
    """A table of patients. What nothing reads of it is told."""
    from spinegraph.engine.population.run import Population
    from spinegraph.engine.population.tables import open_table

    codebook = make_codebook(engine.knowledge)
    table = open_table(path)
    columns = read_columns(table.headings, codebook, wanted, str(path))
    if columns.ignored:
        typer.echo(f"Not read: {listed(columns.ignored)}.", err=True)
    population = Population(engine.of_packages(packages), codebook, table, columns, as_of)
    return Source(population, lambda id_: engine.decide_json(population.case(id_), packages=packages))


def _decide(
    source: Source, rules: Sequence[str], output: Path | None, form: TableForm, report: Path | None, by: str, *, summary: bool
) -> None:
    """Decide all patients once, for everything that is asked of them."""
    from spinegraph.engine.population.outcomes import asked_of
    from spinegraph.engine.population.output import appearing, written
    from spinegraph.engine.population.report import render_report
    from spinegraph.engine.population.totals import Totals

    population = source.population
    engine, name, asked = population.engine, population.path.name, asked_of(population.engine, rules)
    totals = Totals(engine, asked, population.columns, by) if summary or report else None
    with ExitStack() as stack:
        consumers: list[Callable[[Decided], None]] = [stack.enter_context(_progress(name, population.rows))]
        if totals is not None:
            consumers.append(lambda one: totals.add(one.encoded, one.outcome, one.batch))
        if output:
            consumers.append(stack.enter_context(written(output, form.value, population, asked)))
        rows = population.decide(asked, consumers)
        page = b""
        if totals is not None and report:
            page = render_report(totals, engine.knowledge, name, disclaimer_of(engine.knowledge.sources.values()))
            with appearing(report) as held:
                held.write_bytes(page)
    if output:
        typer.echo(f"{output}: {rows:,} patients, {len(asked.rules)} recommendations.", err=True)
    if report:
        typer.echo(f"{report}: {len(page):,} bytes.", err=True)
    if totals is not None and summary:
        from spinegraph.api.cli.terminal_page import show
        from spinegraph.api.cli.terminal_population import render_accounts, render_totals

        show(render_totals(totals, engine.knowledge))
        if source.accounts is not None:
            show(render_accounts(source.accounts))


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
