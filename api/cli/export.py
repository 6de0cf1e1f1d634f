"""`spinegraph export`: the knowledge graph for any triple store, or the rules for any SHACL engine."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from spinegraph.api.cli.cases import GuidelineOption, KnowledgeOption
from spinegraph.api.settings import load_engine
from spinegraph.api.sparql_settings import derived_graph, parse_data_option, served_files
from spinegraph.engine import make_codebook, read_case_file
from spinegraph.engine.exchange.portable import write_portable
from spinegraph.engine.knowledge.files import named_paths, shipped_paths
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, shorten
from spinegraph.engine.query.dataset import take_snapshot
from spinegraph.engine.query.dumps import export_snapshot


class ExportFormat(StrEnum):
    """What is written: all graphs in one file, or a file per graph."""

    trig = "trig"
    nq = "nq"
    ttl = "ttl"


class ShaclForm(StrEnum):
    """How conditions are written: with SPARQL, as they are authored, or in SHACL Core alone."""

    core = "core"
    sparql = "sparql"


def export_command(
    to: Annotated[Path, typer.Option("--to", help="Folder to write into; it is made if need be.", file_okay=False)],
    form: Annotated[
        ExportFormat | None,
        typer.Option("--format", help="trig (the default) or nq: one file with all graphs; ttl: one file per graph."),
    ] = None,
    shacl: Annotated[
        ShaclForm | None, typer.Option("--shacl", help="Write the rules for other SHACL engines instead, in this form.")
    ] = None,
    case: Annotated[
        Path | None, typer.Option("--case", metavar="CASE", help="With --shacl: write this case too (.yaml, .json, .ttl).")
    ] = None,
    guideline: GuidelineOption = None,
    knowledge: KnowledgeOption = None,
    data: Annotated[list[str] | None, typer.Option("--data", help="FILE[=GRAPH] to write too; may be repeated.")] = None,
) -> None:
    """Write the graph that /sparql answers from, for another SPARQL service to load; or rules for another SHACL engine."""
    if shacl:
        if form or data:
            raise typer.BadParameter("--format and --data do not go with --shacl, which writes Turtle files of its own.")
        _export_rules(shacl, to, case, guideline or [], knowledge or [])
        return
    if case or guideline:
        raise typer.BadParameter("--case and --guideline go with --shacl core or --shacl sparql.")
    folders = knowledge or ()
    snapshot = take_snapshot(served_files(folders, map(parse_data_option, data or ())), derived_graph(folders))
    for path in export_snapshot(snapshot, (form or ExportFormat.trig).value, to, PREFIXES):
        typer.echo(str(path))
    typer.echo(f"{snapshot.graphs[0].triples} triples in {len(snapshot.graphs) - 1} graphs, {snapshot.digest}")


def _export_rules(form: ShaclForm, to: Path, case: Path | None, guideline: list[str], knowledge: list[Path]) -> None:
    whole = load_engine(knowledge)
    read = read_case_file(case, make_codebook(whole.knowledge)).case if case else None
    paths = named_paths(*knowledge) if knowledge else shipped_paths()
    written = write_portable(whole.of_packages(guideline), paths, form.value, to, read)
    for path in written.files:
        typer.echo(str(path))
    for iri, why in written.left_out.items():
        typer.echo(f"Left out: {shorten(iri)}, {why}.", err=True)
    said = f"{written.rules} rules" + (f", {len(written.left_out)} left out" if written.left_out else "")
    typer.echo(f"{said}, {whole.knowledge.digest}")
