"""`spinegraph hooks feedback export`: what clinicians did with cards."""

from __future__ import annotations

import csv
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from spinegraph.api.feedback_store import FeedbackStore

hooks_app = typer.Typer(help="CDS Hooks: what became of cards.", no_args_is_help=True)
feedback_app = typer.Typer(help="Feedback on cards.", no_args_is_help=True)
hooks_app.add_typer(feedback_app, name="feedback")


class Form(StrEnum):
    """How feedback is written."""

    csv = "csv"
    ndjson = "ndjson"


@feedback_app.callback()
def _feedback() -> None:
    """Without a callback a single command would take the place of the group."""


@feedback_app.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The SQLite file of SPINEGRAPH_HOOKS_FEEDBACK.")],
    form: Annotated[Form, typer.Option("--format", help="csv (default), or ndjson: one JSON object a line.")] = Form.csv,
) -> None:
    """Every item of feedback in the order in which it came, with the rules of its card; nothing of it names a patient."""
    rows = FeedbackStore(file, create=False).rows()
    if form is Form.ndjson:
        for row in rows:
            typer.echo(msgspec.json.encode(row))
        return
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(sys.stdout, fieldnames=list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)
