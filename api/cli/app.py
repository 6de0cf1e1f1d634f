"""The console script `spinegraph`: which command there is, where it lives, and how it ends when something goes wrong.

Only the module of the command that is called is imported, so that `spinegraph decide` starts without a web framework.

Exit codes: 0 done; 1 done, and the answer is no (nothing found, a check that fails); 2 could not be done; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer
from spinegraph.api.cli.streams import pages
from spinegraph.engine.errors import SpinegraphError

COMMANDS = {
    "decide": "spinegraph.api.cli.decide:decide_command",
    "population": "spinegraph.api.cli.population:population_command",
    "fhir": "spinegraph.api.cli.fhir:fhir_app",
    "hooks": "spinegraph.api.cli.hooks:hooks_app",
    "interview": "spinegraph.api.cli.interview:interview_command",
    "codes": "spinegraph.api.cli.lookup:codes_command",
    "knowledge": "spinegraph.api.cli.lookup:knowledge_command",
    "article": "spinegraph.api.cli.article:article_command",
    "graph": "spinegraph.api.cli.graph:graph_command",
    "table": "spinegraph.api.cli.table:table_command",
    "serve": "spinegraph.api.cli.serve:serve_command",
    "audit": "spinegraph.api.cli.audit:audit_app",
    "mcp": "spinegraph.api.cli.mcp:mcp_command",
    "query": "spinegraph.api.cli.query:query_command",
    "export": "spinegraph.api.cli.export:export_app",
    "case": "spinegraph.api.cli.case:case_command",
    "coverage": "spinegraph.api.cli.content:coverage_command",
    "sources": "spinegraph.api.cli.content:sources_app",
    "test": "spinegraph.api.cli.test:test_command",
    "diff": "spinegraph.api.cli.diff:diff_command",
    "validate": "spinegraph.api.cli.validate:validate_command",
    "infer": "spinegraph.api.cli.content:infer_command",
    "format": "spinegraph.api.cli.content:format_command",
    "new-guideline": "spinegraph.api.cli.new_guideline:new_guideline_command",
    "package": "spinegraph.api.cli.package:package_app",
}
"""Name → module and function (or, for a group of commands, Typer app), in the order of `spinegraph --help`."""

BROKEN_PIPE, INTERRUPTED = 141, 130
FAILED = 2


def make_app(names: Sequence[str] = tuple(COMMANDS)) -> typer.Typer:
    """The command line with the given commands."""
    app = typer.Typer(
        name="spinegraph",
        help="Computable clinical guidelines: a verdict for each recommendation, with its proof.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(import_module(module), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(version("spinegraph"))
        except PackageNotFoundError:
            typer.echo("not installed")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Nothing is done before a command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. What goes wrong is reported on stderr in a few plain lines, never as a traceback.

    A fault of the program itself is called one; SPINEGRAPH_TRACEBACK=1 lets its traceback through.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    called = [given[0]] if given and given[0] in COMMANDS else list(COMMANDS)
    with pages():
        return _run(given, called)


def _run(given: list[str], called: list[str]) -> int:
    try:
        make_app(called)(given, prog_name="spinegraph")
    except SystemExit as leaving:
        return _flush(leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _leave_pipe()
    except Exception as error:
        if os.environ.get("SPINEGRAPH_TRACEBACK") and not isinstance(error, (SpinegraphError, OSError)):
            raise
        return _flush(_report(error))
    return _flush(0)


def _report(error: Exception) -> int:
    match error:
        case SpinegraphError():
            message = str(error)
        case OSError():
            message = f"{error.filename or 'The system'}: {error.strerror or error}."
        case _:
            message = (
                f"This is a fault of Spinegraph: {type(error).__name__}: {error}\n"
                "  Run it again with SPINEGRAPH_TRACEBACK=1 and report what it prints."
            )
    sys.stdout.flush()
    sys.stderr.write(f"{message}\n")
    return FAILED


def _flush(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _leave_pipe()
    return code


def _leave_pipe() -> int:
    """The reader has gone: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


if __name__ == "__main__":
    sys.exit(main())
