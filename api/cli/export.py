"""`spinegraph export`: the graph for any triple store, or the rules for any SHACL engine; `export cql`: as CQL and ELM;
`export fhir`: as resources of FHIR; `export views`: as views of SQL on FHIR."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from spinegraph.api.cli.cases import GuidelineOption, KnowledgeOption
from spinegraph.api.settings import load_engine
from spinegraph.api.sparql_settings import derived_graph, parse_data_option, served_files
from spinegraph.engine import make_codebook, read_case_file
from spinegraph.engine.exchange.cql.export import Exported, export_packages
from spinegraph.engine.exchange.fhir.views.columns import read_columns
from spinegraph.engine.exchange.fhir.views.table import table_sql
from spinegraph.engine.exchange.fhir.views.views import all_views
from spinegraph.engine.exchange.fhir.writing.definitions import MAKERS, Definitions
from spinegraph.engine.exchange.portable import write_portable
from spinegraph.engine.knowledge.build.packages import versions_of
from spinegraph.engine.knowledge.files import named_paths, shipped_paths
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, shorten
from spinegraph.engine.query.dataset import take_snapshot
from spinegraph.engine.query.dumps import export_snapshot
from spinegraph.engine.validation.admission import open_knowledge

export_app = typer.Typer(invoke_without_command=True)
ToOption = Annotated[Path, typer.Option("--to", help="Folder to write into; it is made if need be.", file_okay=False)]


class ExportFormat(StrEnum):
    """What is written: all graphs in one file, or a file per graph."""

    trig = "trig"
    nq = "nq"
    ttl = "ttl"


class ShaclForm(StrEnum):
    """How conditions are written: with SPARQL, as they are authored, or in SHACL Core alone."""

    core = "core"
    sparql = "sparql"


@export_app.callback()
def export_command(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", help="Folder to write into; it is made if need be.", file_okay=False)] = None,
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
    """Write the graph that /sparql answers from, for another SPARQL service; or rules for another SHACL engine; or a command."""
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    if to is None:
        raise typer.BadParameter("Say into which folder to write.", param_hint="--to")
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


def _refuse_options(context: typer.Context) -> None:
    """Options before a command would be those of the graph, and would go unheard."""
    given = [name for name in context.params if str(context.get_parameter_source(name)).endswith("COMMANDLINE")]
    if given:
        command = context.invoked_subcommand
        raise typer.BadParameter(
            f"Write options after {command}: spinegraph export {command} --to DIR.", param_hint=f"--{given[0]}"
        )


@export_app.command("cql")
def cql_command(to: ToOption, guideline: GuidelineOption = None, knowledge: KnowledgeOption = None) -> None:
    """Write each package as a library of the Clinical Quality Language: its text, and the same as ELM (JSON)."""
    known = open_knowledge(knowledge or ())
    versions = versions_of(named_paths(*knowledge) if knowledge else shipped_paths())
    to.mkdir(parents=True, exist_ok=True)
    for exported in export_packages(known, guideline or (), versions):
        for name, content in exported.files():
            (to / name).write_bytes(content)
            typer.echo(str(to / name))
        _say_what_it_has(exported)


@export_app.command("fhir")
def fhir_command(to: ToOption, knowledge: KnowledgeOption = None) -> None:
    """Write what the FHIR service serves of the knowledge: plans, orders, libraries, terminology and documents, a file each."""
    definitions = Definitions(
        open_knowledge(knowledge or ()), versions_of(named_paths(*knowledge) if knowledge else shipped_paths())
    )
    to.mkdir(parents=True, exist_ok=True)
    for kind in MAKERS:
        found = definitions.of(kind)
        for name, resource in found.items():
            content = msgspec.json.format(msgspec.json.encode(resource), indent=2)
            (to / f"{kind}-{name}.json").write_bytes(content + b"\n")
        typer.echo(f"{len(found):4} {kind}")
    for file in definitions.contents.values():
        (to / file.title).write_bytes(file.data)
    typer.echo(definitions.knowledge.digest)


@export_app.command("views")
def views_command(to: ToOption, knowledge: KnowledgeOption = None) -> None:
    """Write what is read of records as ViewDefinitions of SQL on FHIR, and the SQL that makes a table of patients of them."""
    known = open_knowledge(knowledge or ())
    codebook = make_codebook(known)
    views = [*all_views(known, read_columns(known, codebook))]
    to.mkdir(parents=True, exist_ok=True)
    for view in views:
        content = msgspec.json.format(msgspec.json.encode(view.definition(known.version)), indent=2)
        (to / f"{view.name}.json").write_bytes(content + b"\n")
        typer.echo(f"{len(view.columns):4} {view.name}: {view.resource.__name__}")
    (to / "population.sql").write_text(table_sql(views, codebook.age), encoding="utf-8")
    typer.echo(f"{to / 'population.sql'}, {known.digest}")


def _say_what_it_has(exported: Exported) -> None:
    library = exported.library
    counted = f"{len(library.parameters)} parameters, {sum(1 for _ in library.definitions)} definitions"
    typer.echo(f"{exported.package}: library {library.name} {library.version}, {counted}")
    for name in library.missing:
        typer.echo(f"  CQL is not asked to work out, and the caller has to say: {name}")
