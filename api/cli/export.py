"""`spinegraph export`: the knowledge graph as files that any triple store loads."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from spinegraph.api.sparql_settings import derived_graph, parse_data_option, served_files
from spinegraph.engine.knowledge.turtle.terms import PREFIXES
from spinegraph.engine.query.dataset import take_snapshot
from spinegraph.engine.query.dumps import export_snapshot


class ExportFormat(StrEnum):
    """What is written: all graphs in one file, or a file per graph."""

    trig = "trig"
    nq = "nq"
    ttl = "ttl"


def export_command(
    to: Annotated[Path, typer.Option("--to", help="Folder to write into; it is made if need be.", file_okay=False)],
    form: Annotated[
        ExportFormat, typer.Option("--format", help="trig or nq: one file with all graphs; ttl: one file per graph.")
    ] = ExportFormat.trig,
    knowledge: Annotated[
        list[Path] | None,
        typer.Option("--knowledge", help="Folder of knowledge files to use instead of the shipped ones; may be repeated."),
    ] = None,
    data: Annotated[list[str] | None, typer.Option("--data", help="FILE[=GRAPH] to write too; may be repeated.")] = None,
) -> None:
    """Write the graph that /sparql answers from, for another SPARQL service to load."""
    folders = knowledge or ()
    snapshot = take_snapshot(served_files(folders, map(parse_data_option, data or ())), derived_graph(folders))
    for path in export_snapshot(snapshot, form.value, to, PREFIXES):
        typer.echo(str(path))
    typer.echo(f"{snapshot.graphs[0].triples} triples in {len(snapshot.graphs) - 1} graphs, {snapshot.digest}")
