"""`spinegraph query`: SPARQL asked of the knowledge and, with a case, of the proof of its decision together."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pyoxigraph as ox
import typer
from spinegraph.api.cli.cases import KnowledgeOption
from spinegraph.api.query_library import QuestionError, competency_queries
from spinegraph.api.settings import load_engine
from spinegraph.api.sparql_settings import derived_graph, served_files
from spinegraph.engine import Engine, make_codebook, read_case_file
from spinegraph.engine.errors import QueryError
from spinegraph.engine.exchange.provenance.decision import decision_graph
from spinegraph.engine.exchange.rdf import JSON_LD, TURTLE, render
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.query.algebra import BASE_IRI, check, several_graphs
from spinegraph.engine.query.dataset import load_store, query_graphs, take_snapshot
from spinegraph.engine.query.syntax import syntax_error
from spinegraph.engine.validation.admission import admit

MAX_DEPTH = 200
"""How deeply a query may be nested."""

Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class Format(StrEnum):
    """How results are printed: for people, or as SPARQL 1.1 results (graphs as JSON-LD)."""

    table = "table"
    json = "json"
    csv = "csv"


def query_command(
    query: Annotated[str, typer.Argument(metavar="[FILE.rq]", help="A SPARQL file, or the name of a question from --list.")] = "",
    case: Annotated[
        Path | None, typer.Option("--case", metavar="CASE", help="Case file (.yaml, .json, .ttl): also ask of its decision.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="With --case: every rule, also those not indicated.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the questions that are there and exit.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
    knowledge: KnowledgeOption = None,
) -> None:
    """Ask SPARQL of the knowledge, and of the proof of a decision with it."""
    if listed:
        _list()
        return
    if not query:
        raise QuestionError(
            "There is nothing to ask.", mend="Name a .rq file, or a question that `spinegraph query --list` shows."
        )
    text, where = _read(query, bool(case))
    folders = knowledge or ()
    admit(folders)
    engine = load_engine(folders) if case else None
    store = load_store(take_snapshot(served_files(folders), derived_graph(folders, engine.program if engine else None)).quads)
    if case and engine:
        add_decision(store, engine, case, everything)
    if not _show(ask(store, text, where), form, where):
        raise typer.Exit(1)


def add_decision(store: ox.Store, engine: Engine, case: Path, everything: bool = False) -> None:
    """Decide a case and put the provenance of the decision into a store, as named graphs and in the default graph."""
    given = read_case_file(case, make_codebook(engine.knowledge)).case
    quads = decision_graph(engine.knowledge, engine.decide(given, everything))
    store.extend(quads)
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)


def ask(store: ox.Store, text: str, where: str = "") -> Results:
    """The results of a query. Raises QueryError where it is not SPARQL, or asks for what is never done (SERVICE, updates)."""
    try:
        check(text, max_depth=MAX_DEPTH)
        if graphs := several_graphs(text):
            return query_graphs(store, text, *graphs, BASE_IRI)
        return store.query(text, base_iri=BASE_IRI)
    except QueryError as error:
        error.where = f"{where}, {error.where}" if error.where else where
        raise
    except SyntaxError as error:
        wrong = syntax_error(text, error)
        wrong.where = f"{where}, {wrong.where}" if wrong.where else where
        raise wrong from error
    except (ValueError, RuntimeError) as error:
        raise QueryError(f"The query cannot be answered: {error}", where=where, mend="Ask otherwise.") from error


def _read(query: str, of_case: bool) -> tuple[str, str]:
    """Text and name of a query: a file, stdin for `-`, or one of the competency questions. Raises QuestionError."""
    path = Path(query)
    if query == "-":
        return typer.get_text_stream("stdin").read(), "stdin"
    if path.is_file():
        try:
            return path.read_text(encoding="utf-8-sig"), query
        except ValueError as error:
            raise QuestionError("It is not UTF-8.", where=query, mend="Save it as UTF-8.") from error
    known = {question.name: question for question in competency_queries()}
    if query in known and known[query].case and not of_case:
        raise QuestionError("It is asked of a decision, and there is none.", where=query, mend="Name a case with --case.")
    if query in known:
        return known[query].text, query
    near = get_close_matches(query.removesuffix(".rq"), known, n=3, cutoff=0.5)
    raise QuestionError(
        "There is no such file or question." + (f" Nearest: {', '.join(near)}." if near else ""),
        where=query,
        mend="`spinegraph query --list` shows the questions.",
    )


def _list() -> None:
    from rich.table import Table
    from rich.text import Text
    from spinegraph.api.cli.terminal_page import show

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold cyan")
    table.add_column("name", no_wrap=True)
    table.add_column("question")
    for question in competency_queries():
        title = Text.assemble(question.title, (" (with --case)", "italic") if question.case else "")
        table.add_row(Text(question.name), title)
    show(table)


def _show(results: Results, form: Format, where: str) -> bool:
    """Print results; whether there were any, and whether the answer to ASK is yes."""
    if isinstance(results, ox.QueryTriples):
        triples = list(results)
        del results  # only the thread that asked may free it, so no frame of an error keeps it
        return _show_graph(triples, form, where)
    if isinstance(results, ox.QueryBoolean):
        if form is Format.table:
            typer.echo("yes" if results else "no")
        else:
            _echo(results.serialize(format=_results_format(form, where, boolean=True)))
        return bool(results)
    if form is not Format.table:
        written = results.serialize(format=_results_format(form, where))
        _echo(written)
        return b'"value"' in (written or b"") if form is Format.json else (written or b"").count(b"\n") > 1
    return _show_table(results)


def _results_format(form: Format, where: str, boolean: bool = False) -> ox.QueryResultsFormat:
    if form is Format.csv and boolean:
        raise QuestionError("The answer to ASK is no table.", where=where, mend="Use --format table or json.")
    return ox.QueryResultsFormat.CSV if form is Format.csv else ox.QueryResultsFormat.JSON


def _show_graph(triples: list[ox.Triple], form: Format, where: str) -> bool:
    if form is Format.csv:
        raise QuestionError("A graph is no table.", where=where, mend="Use --format table (Turtle) or json (JSON-LD).")
    quads = [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples]
    _echo(render(quads, JSON_LD if form is Format.json else TURTLE))
    return bool(triples)


def _show_table(results: ox.QuerySolutions) -> bool:
    from rich.table import Table
    from rich.text import Text
    from spinegraph.api.cli.terminal_page import show

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold cyan")
    for variable in results.variables:
        table.add_column(variable.value, overflow="fold")
    rows = 0
    for solution in results:
        table.add_row(*(Text(_plain(value)) for value in solution))
        rows += 1
    show(table)
    typer.echo(f"{rows} row{'' if rows == 1 else 's'}", err=True)
    return rows > 0


def _plain(value: object) -> str:
    """A term for people: IRIs as CURIEs, literals as their text."""
    if value is None:
        return ""
    if isinstance(value, ox.NamedNode):
        return shorten(value.value)
    return value.value if isinstance(value, ox.Literal) else str(value)


def _echo(written: bytes | None) -> None:
    typer.echo((written or b"").decode().rstrip("\n"))
