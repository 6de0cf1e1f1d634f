"""`spinegraph test`: the authors' clinical cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine import Engine, SpinegraphError, knowledge_paths, load_knowledge
from engine.validation.case_files import read_cases
from engine.validation.case_runs import STATES, CaseRun, RuleCoverage, run_cases

DEFAULT_CASES = Path("tests/cases")


def test_command(
    paths: Annotated[list[Path] | None, typer.Argument(help="Case files or folders of them.", show_default="tests/cases")] = None,
    knowledge: Annotated[Path | None, typer.Option(help="Folder of knowledge files instead of the shipped ones.")] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Show which verdicts of which rules the cases exercise.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run clinical cases: does every case get the verdicts that it expects?

    Exit 0 if all hold, 1 if one does not, 2 if they could not be run.
    """
    try:
        engine = Engine(load_knowledge(knowledge_paths(knowledge) if knowledge else None))
        run = run_cases(read_cases(paths or [DEFAULT_CASES], engine.knowledge), engine)
    except SpinegraphError as error:
        Console(stderr=True).print(f"[red]{escape(error.title)}.[/red]\n{escape(str(error))}", soft_wrap=True, highlight=False)
        raise typer.Exit(2) from error
    failed = [result for result in run.results if result.failures]
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(run if coverage else {"results": run.results})).decode())
    else:
        _print(run, coverage)
    raise typer.Exit(1 if failed else 0)


def _print(run: CaseRun, coverage: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for result in run.results:
        if result.failures:
            console.print(f"[red]✗[/red] {escape(result.name)}  [dim]{escape(result.file)}:{result.line}[/dim]")
            for failure in result.failures:
                console.print(f"    {escape(failure)}")
    if coverage:
        console.print(_coverage_table(run.coverage))
        reached = sum(not entry.missing for entry in run.coverage)
        console.print(f"{reached} of {len(run.coverage)} rules are exercised in every way that they can come out.")
    held = sum(not result.failures for result in run.results)
    console.print(f"{held} of {len(run.results)} cases hold.")


def _coverage_table(coverage: tuple[RuleCoverage, ...]) -> Table:
    table = Table("rule", "kind", *STATES, caption="✓ a case expects it   · a case reaches it   ✗ none does")
    for entry in sorted(coverage, key=lambda entry: (not entry.missing, entry.kind, entry.rule)):
        cells = []
        for state in STATES:
            if state not in entry.needed:
                cells.append("")
            elif entry.expected.get(state):
                cells.append("[green]✓[/green]")
            else:
                cells.append("·" if entry.reached.get(state) else "[red]✗[/red]")
        table.add_row(entry.rule, entry.kind, *cells)
    return table
