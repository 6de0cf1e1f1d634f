"""`spinegraph graph`: decision pathways as pictures, for documentation and review."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from spinegraph.api.cli.cases import KnowledgeOption
from spinegraph.api.cli.content import paths_of
from spinegraph.engine.errors import DrawingError
from spinegraph.engine.exchange.pathway.model import outline
from spinegraph.engine.exchange.pathway.views import BACK, find_pathway
from spinegraph.engine.knowledge.build.assembly import load_knowledge

DEEPEST = 9


class Format(StrEnum):
    """How a pathway is shown: as a picture of lines or of dots, or told in plain text."""

    svg = "svg"
    png = "png"
    txt = "txt"


def graph_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[RULE|CONDITION|DOCUMENT]",
            help="Id of a rule, code of a condition or number of a document; without one, an overview of all documents.",
            show_default=False,
        ),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there, .svg, .png or .txt, instead of printing.")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="SVG, PNG, or the same in plain text; by default what FILE ends in, or svg.")
    ] = None,
    depth: Annotated[
        int,
        typer.Option(
            "--depth", min=0, max=DEEPEST, help="So many steps back, through suspicions and derived findings, draw criteria."
        ),
    ] = BACK,
    knowledge: KnowledgeOption = None,
) -> None:
    """Draw a decision pathway: criteria, suspicions, recommendations, what overrides what, what stays open."""
    chosen = form or _format_of(output)
    if chosen is Format.png and output is None and sys.stdout.isatty():
        raise DrawingError("A PNG cannot be shown in a terminal.", mend="Name a file: --output pathway.png.")
    pathway = find_pathway(load_knowledge(paths_of(knowledge)), name, depth)
    if chosen is Format.txt:
        drawn = f"{outline(pathway)}\n".encode()
    else:
        from spinegraph.engine.exchange.pathway.drawing import render_pathway

        drawn = render_pathway(pathway, chosen.value)
    if output is None:
        typer.echo(drawn, nl=False)
    else:
        output.write_bytes(drawn)
        typer.echo(f"{output}: {len(drawn):,} bytes.", err=True)


def _format_of(output: Path | None) -> Format:
    """The format that a file name asks for. Raises DrawingError."""
    if output is None:
        return Format.svg
    try:
        return Format(output.suffix.lower().removeprefix("."))
    except ValueError as error:
        known = ", ".join(f".{one.value}" for one in Format)
        raise DrawingError(
            f"{output.name} does not say how to draw.", mend=f"End the name in {known}, or give --format."
        ) from error
