"""`spinegraph test`: the authors' clinical cases."""

# ruff: noqa: PT028 - a command that is called test, no test

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from spinegraph.api.cli.cases import KnowledgeOption
from spinegraph.api.cli.terminal_page import show
from spinegraph.api.settings import load_engine
from spinegraph.engine.validation.cases.files import read_cases
from spinegraph.engine.validation.cases.runs import STATES, CaseResult, CaseRun, RuleCoverage, State, run_cases

DEFAULT_CASES = Path("tests/cases")


def test_command(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Case files or folders of them; tests/cases if none is given.")
    ] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Show which verdicts of which rules the cases exercise.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print results, and with --coverage the coverage, as data.")] = False,
    knowledge: KnowledgeOption = None,
) -> None:
    """Run clinical cases: is everything decided that they expect? Exit 1 if one does not hold."""
    engine = load_engine(knowledge or ())
    run = run_cases(read_cases(paths or [DEFAULT_CASES], engine.knowledge), engine)
    if as_json:
        data = run if coverage else {"results": run.results}
        typer.echo(msgspec.json.format(msgspec.json.encode(data)).decode())
    else:
        show(_report(run, coverage))
    if any(result.failures for result in run.results):
        raise typer.Exit(1)


def _report(run: CaseRun, coverage: bool) -> RenderableType:
    failed = [result for result in run.results if result.failures]
    parts: list[RenderableType] = [part for result in failed for part in _failure(result)]
    if coverage:
        parts.append(_coverage_table(run.coverage))
        whole = sum(not entry.missing for entry in run.coverage)
        parts.append(Text(f"{whole} of {len(run.coverage)} rules are exercised in every way that they can come out."))
    parts.append(Text(f"{len(run.results) - len(failed)} of {len(run.results)} cases hold."))
    return Group(*parts)


def _failure(result: CaseResult) -> tuple[RenderableType, RenderableType]:
    head = Text.assemble(("FAILED  ", "bold red"), (result.name, "bold"), (f"  {result.file}:{result.line}", "dim"))
    return head, Padding(Text("\n".join(result.failures)), (0, 0, 1, 4))


def _coverage_table(coverage: tuple[RuleCoverage, ...]) -> Table:
    """A row for each rule, by kind; what no case reaches comes first."""
    table = Table(
        title="Rules and the cases that exercise them",
        box=None,
        padding=(0, 1, 0, 0),
        title_justify="left",
        caption_justify="left",
    )
    table.caption = "Number of cases that expect it; (number) of cases that only reach it; MISSING if none does."
    table.add_column("rule", overflow="fold")
    for state in STATES:
        table.add_column(state, justify="right")
    kind = ""
    for entry in sorted(coverage, key=lambda entry: (entry.kind, not entry.missing, entry.rule)):
        if entry.kind != kind:
            kind = entry.kind
            table.add_row(Text(kind, style="bold cyan"))
        table.add_row(entry.rule, *(_cell(entry, state) for state in STATES))
    return table


def _cell(entry: RuleCoverage, state: State) -> Text:
    if state not in entry.needed:
        return Text("")
    if expected := entry.expected.get(state, 0):
        return Text(str(expected))
    reached = entry.reached.get(state, 0)
    return Text(f"({reached})", style="yellow") if reached else Text("MISSING", style="bold red")
