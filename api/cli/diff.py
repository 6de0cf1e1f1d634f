"""`spinegraph diff`: what two states of the knowledge state and decide differently."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from spinegraph.api.cli.test import DEFAULT_CASES
from spinegraph.engine.validation.diff.rendering import render_markdown, render_text
from spinegraph.engine.validation.diff.states import FOLDERS, state_of


class Format(StrEnum):
    """How a difference is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def diff_command(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder, or a git revision.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A folder, or a git revision; the working tree is `.`.")],
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    cases: Annotated[
        list[Path] | None,
        typer.Option(
            "--cases", metavar="PATH", help="Case files or folders of them; tests/cases, where it exists, if none is given."
        ),
    ] = None,
    folder: Annotated[
        list[str] | None,
        typer.Option(
            "--folder", metavar="DIR", help="Where the knowledge is at a git revision; ontology and shapes if not given."
        ),
    ] = None,
) -> None:
    """What two states state and decide differently, proven, with the smallest patients. Exit 1 if anything differs."""
    from spinegraph.engine.validation.diff.compare import compare  # the solver is an extra; --help does without it

    folders = tuple(folder or FOLDERS)
    with state_of(old, folders) as before, state_of(new, folders) as after:
        difference = compare(before, after, cases or ([DEFAULT_CASES] if DEFAULT_CASES.is_dir() else []))
    if format_ is Format.JSON:
        typer.echo(msgspec.json.format(msgspec.json.encode(difference)).decode())
    else:
        typer.echo((render_text if format_ is Format.TEXT else render_markdown)(difference), nl=False)
    if difference.statements or difference.changes_behaviour:
        raise typer.Exit(1)
