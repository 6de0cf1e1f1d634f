"""Commands about the content itself: `coverage`, `sources show`, `sources verify`, `infer`, `format`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.table import Table
from spinegraph.api.cli.cases import KnowledgeOption
from spinegraph.api.cli.terminal_page import PageConsole, unfiltered_stdout
from spinegraph.engine.errors import KnowledgeError, shortened
from spinegraph.engine.knowledge.build.assembly import assemble, load_knowledge
from spinegraph.engine.knowledge.files import named_paths, own_paths, shipped_paths
from spinegraph.engine.knowledge.sources import (
    PassageUse,
    Verification,
    count_by_kind,
    coverage,
    quote,
    read_documents,
    rules_by_passage,
    text_changed,
    verify,
)
from spinegraph.engine.knowledge.turtle.graph import read_graph
from spinegraph.engine.model import Knowledge

if TYPE_CHECKING:
    from spinegraph.engine.validation.init.revision import Revision

sources_app = typer.Typer(help="The source documents and the passages that paraphrase them.", no_args_is_help=True)


def paths_of(knowledge: list[Path] | None) -> tuple[Path, ...]:
    """The knowledge files that an option names, or the shipped ones. Raises KnowledgeError where a folder holds none."""
    return named_paths(*knowledge) if knowledge else shipped_paths()


def own_paths_of(knowledge: list[Path] | None) -> tuple[Path, ...]:
    """The knowledge files that may be written to: those of the option without the schema that comes with the tool.

    Raises KnowledgeError where a folder holds none.
    """
    if not knowledge:
        return shipped_paths()
    named_paths(*knowledge)
    return own_paths(*knowledge)


@sources_app.callback()
def _sources() -> None:
    """Without a callback a single command would take the place of the group."""


def coverage_command(
    as_json: Annotated[bool, typer.Option("--json", help="One record per passage.")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Statement by statement, as a web page.")] = False,
    knowledge: KnowledgeOption = None,
) -> None:
    """Show, per document and kind of statement, what is modelled by what, and what is not and why. Exit 1 if any is forgotten."""
    known = load_knowledge(paths_of(knowledge))
    uses = coverage(known)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(uses)).decode())
    elif as_html:
        from spinegraph.engine.exchange.coverage.page import render_coverage  # a template is read only where it is used

        typer.echo(render_coverage(known), nl=False)
    else:
        PageConsole(file=unfiltered_stdout()).print(_coverage_table(uses))
        _report_forgotten(uses)
        for language, told in known.languages.items():
            written = known.in_english - told.in_english
            typer.echo(
                f"{language}: {written} of {known.in_english} texts are written in it; {told.in_english} stand in English."
            )
    if not all(use.covered for use in uses):
        raise typer.Exit(1)


def _coverage_table(uses: tuple[PassageUse, ...]) -> Table:
    table = Table(title="Statements of the sources, by document and kind")
    for heading in ("document", "kind", "statements", "used", "not modelled, with reason", "forgotten"):
        table.add_column(heading, justify="left" if heading in ("document", "kind") else "right")
    for (source, kind), (total, used, explained) in count_by_kind(uses).items():
        table.add_row(source, kind, str(total), str(used), str(explained), str(total - used - explained))
    covered = sum(use.covered for use in uses)
    table.add_section()
    used = sum(bool(use.used_by) for use in uses)
    table.add_row("all", "", str(len(uses)), str(used), str(covered - used), str(len(uses) - covered))
    to_write = sum(use.to_write for use in uses)
    table.caption = f"{covered} of {len(uses)} statements are covered." + (
        f" {to_write} are still to be written." if to_write else ""
    )
    return table


def _report_forgotten(uses: Iterable[PassageUse]) -> None:
    for use in uses:
        if not use.covered:
            typer.echo(f"forgotten: {use.passage} ({use.kind})")


@sources_app.command("verify")
def sources_verify_command(
    sources: Annotated[
        Path, typer.Option("--sources", envvar="SPINEGRAPH_SOURCES", help="Folder that holds the source documents.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="As data.")] = False,
    knowledge: KnowledgeOption = None,
) -> None:
    """Compare every passage with the characters of its document. Exit 1 where one has changed, with the rules it makes stale."""
    known = load_knowledge(paths_of(knowledge))
    documents = read_documents(sources, known)
    outcome = verify(known, documents)
    changed = [known.sources[iri].number for iri, text in documents.items() if text_changed(known.sources[iri], text)]
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode({"verification": outcome, "changed_documents": changed})).decode())
    else:
        _report_verification(outcome, changed)
    if outcome.drifted or outcome.missing_files or changed:
        raise typer.Exit(1)


def _report_verification(outcome: Verification, changed: list[str]) -> None:
    for drift in outcome.drifted:
        typer.echo(f"drift: {drift.passage} no longer says what was paraphrased")
        typer.echo(f"  now there: {drift.found[:120]!r}")
        typer.echo(f"  stale: {', '.join(drift.rules) or 'no rule rests on it'}")
    for number in changed:
        typer.echo(f"document {number} differs from the one that was read")
    for name in outcome.missing_files:
        typer.echo(f"not found: {name}")
    good = outcome.checked - len(outcome.drifted)
    typer.echo(f"{good} of {outcome.total} passages stand where and as they were read.")


@sources_app.command("show")
def sources_show_command(
    passages: Annotated[list[str], typer.Argument(metavar="PASSAGE...", help="Ids of passages, such as 000-L033a.")],
    sources: Annotated[
        Path | None,
        typer.Option("--sources", envvar="SPINEGRAPH_SOURCES", help="Folder that holds the source documents."),
    ] = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Show what passages state, the rules that rest on them and, where the documents are at hand, their own characters."""
    known = load_knowledge(paths_of(knowledge))
    documents = read_documents(sources, known) if sources else {}
    by_id = {passage.id: passage for passage in known.passages.values()}
    resting = rules_by_passage(known)
    for name in passages:
        if name not in by_id:
            raise KnowledgeError(f"There is no passage {shortened(name)}.", mend="`spinegraph coverage --json` lists them all.")
        passage = by_id[name]
        source = known.sources[passage.source]
        typer.echo(f"{passage.id}  {source.title}, {passage.section}: characters {passage.start} to {passage.end}")
        typer.echo(f"  states   {passage.paraphrase}")
        if passage.source in documents:
            typer.echo(f"  printed  “{' '.join(quote(passage, documents[passage.source]).split())}”")
        elif sources:
            typer.echo(f"  printed  not found: {source.file_name}")
        if name in resting:
            typer.echo(f"  rules    {', '.join(resting[name])}")
        elif passage.not_modelled:
            typer.echo(f"  unused   {passage.not_modelled}")


@sources_app.command("follow")
def sources_follow_command(
    sources: Annotated[
        Path, typer.Option("--sources", envvar="SPINEGRAPH_SOURCES", help="Folder that holds the source documents.")
    ],
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", metavar="PASSAGE", help="A reworded passage whose paraphrase and rules still hold; repeatable."),
    ] = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Let passages follow a document that has changed, and make passages of new statements. Exit 1 where you have to decide, or
    where a document is not there."""
    from spinegraph.engine.validation.init.revision import plan_revision, write_revision

    graph = read_graph(paths_of(knowledge))
    known = assemble(graph)
    documents = read_documents(sources, known)
    revision = plan_revision(graph, known, documents, accept or ())
    write_revision(revision)
    _report_revision(revision, known)
    missing = dict.fromkeys(source.file_name for source in known.sources.values() if source.iri not in documents)
    for name in missing:
        typer.echo(f"not found: {name}")
    if not revision.files and not (revision.reworded or revision.gone or missing):
        typer.echo("Every passage stands where it was read.")
    if revision.reworded or revision.gone or missing:
        raise typer.Exit(1)


def _report_revision(revision: Revision, known: Knowledge) -> None:
    resting = rules_by_passage(known)
    paraphrases = {passage.id: passage.paraphrase for passage in known.passages.values()}
    for what, names in (
        ("stands elsewhere", revision.moved),
        ("accepted", revision.accepted),
        ("new, to be modelled", revision.new),
    ):
        for name in names:
            typer.echo(f"{name}  {what}")
    for name, printed in (
        *((reworded.passage, reworded.printed) for reworded in revision.reworded),
        *((name, "") for name in revision.gone),
    ):
        typer.echo(f"{name}  {'reworded' if printed else 'gone'}")
        typer.echo(f"  states   {paraphrases[name]}")
        if printed:
            typer.echo(f"  printed  “{printed}”")
        typer.echo(f"  rules    {', '.join(resting.get(name, ())) or 'none'}")
    if revision.gone:
        typer.echo("Nothing is written yet. Take out what rests on passages that are gone, and the passages themselves.")
    elif revision.reworded:
        typer.echo("Nothing is written yet. Mend paraphrases and rules until they agree with what is printed, then --accept.")


def infer_command(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if it is out of date.")] = False,
    knowledge: KnowledgeOption = None,
) -> None:
    """Let the OWL reasoner (HermiT) infer the class hierarchy and write it to ontology/inferred.ttl."""
    from spinegraph.engine.knowledge.owl.reasoner import classify, inferred_turtle, ontology_paths

    ontology = ontology_paths(paths_of(knowledge))
    own = ontology_paths(own_paths_of(knowledge))
    if not own:
        raise KnowledgeError("There are no classes to infer anything of.", mend="Give a folder with Turtle files in ontology/.")
    target = own[0].parent / "inferred.ttl"
    written = inferred_turtle(classify(ontology))
    current = target.read_text(encoding="utf-8") if target.exists() else ""
    if written == current:
        typer.echo(f"{target.name} is up to date.")
    elif check:
        typer.echo(f"{target.name} is out of date: run `spinegraph infer`.")
        raise typer.Exit(1)
    else:
        target.write_text(written, encoding="utf-8")
        typer.echo(f"{target.name} written.")


def format_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="Turtle files, or folders of them; all of the knowledge if none is given."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file is not in normal form.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Write rules in short form in full, as every SHACL engine runs them.")
    ] = False,
    knowledge: KnowledgeOption = None,
) -> None:
    """Put Turtle files into their normal form."""
    from spinegraph.engine.knowledge.turtle.formatting import badly_formatted, format_files, turtle_files

    paths = turtle_files(*files) if files else own_paths_of(knowledge)
    found = badly_formatted(paths, full=full) if check else format_files(paths, full=full)
    for path in found:
        typer.echo(f"{'not in normal form' if check else 'formatted'}: {path.name}")
    if check and found:
        typer.echo(f"Run `spinegraph format{' --full' if full else ''}`.")
        raise typer.Exit(1)
