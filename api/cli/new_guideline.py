"""`spinegraph new-guideline`: a guideline to go on from, made of a text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def new_guideline_command(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Name of the guideline in files, IRIs and codes: twisted-ankle.")],
    text: Annotated[Path, typer.Option("--text", metavar="FILE", help="The document, as plain text or Markdown in UTF-8.")],
    number: Annotated[str, typer.Option("--number", help="Short name of the document in passage ids, such as 100.")],
    publisher: Annotated[str, typer.Option("--publisher", help="Who published the document.")],
    title: Annotated[
        str, typer.Option("--title", help="Title of the document; by default a short first heading, or the slug.")
    ] = "",
    modified: Annotated[str, typer.Option("--modified", metavar="DATE", help="When it was last changed: 2026-01-31.")] = "",
    audience: Annotated[
        Literal["clinician", "patient"], typer.Option("--audience", help="For whom it is written.")
    ] = "clinician",
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Folder to write to; by default SLUG.")] = None,
) -> None:
    """Begin a guideline: a passage for every statement of a text, a first rule and its cases. Nothing is overwritten."""
    from spinegraph.engine.validation.init.guideline import NewGuideline, plan_guideline, write_scaffold

    folder = to or Path(slug)
    new = NewGuideline(slug=slug, number=number, publisher=publisher, title=title, modified=modified, audience=audience)
    scaffold = plan_guideline(new, text, folder)
    write_scaffold(scaffold)
    for path in scaffold.files:
        typer.echo(f"{'added to' if path in scaffold.added_to else 'written'}: {path.as_posix()}")
    typer.echo(f"{scaffold.passages} statements of {text.name} are passages. Go on with {(folder / 'README.md').as_posix()}.")
