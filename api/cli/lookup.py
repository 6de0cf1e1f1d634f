"""`spinegraph codes` and `spinegraph knowledge`: what a case may say, and what the answers rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text
from spinegraph.api.catalogue import count
from spinegraph.api.cli.cases import KnowledgeOption
from spinegraph.api.cli.terminal_page import show
from spinegraph.api.settings import load_engine
from spinegraph.engine import Knowledge, disclaimer_of
from spinegraph.engine.search.documents import Kind
from spinegraph.engine.search.index import make_index

KINDS: tuple[Kind, ...] = ("finding", "measurement", "coded", "condition", "intervention")
"""What has a code that cases and decisions use."""
NEAR = 3
"""How many codes are proposed where none has the words."""


class Code(NamedTuple):
    """A code and what it stands for."""

    code: str
    label: str
    kind: str
    unit: str


def codes_command(
    text: Annotated[list[str] | None, typer.Argument(help="Words that have to occur in code, label or synonyms.")] = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Search the codes that a case and its decision use; the best match comes first."""
    known = load_engine(knowledge or ()).knowledge
    found = _found(known, " ".join(text)) if text else list(all_codes(known))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold cyan")
    for heading in ("code", "label", "kind", "unit"):
        table.add_column(heading, no_wrap=heading == "code")
    for entry in found:
        table.add_row(Text(entry.code), Text(entry.label), entry.kind, Text(entry.unit))
    show(table)


def _found(knowledge: Knowledge, text: str) -> list[Code]:
    """Codes whose names have all the words, best first. Exits with 1 and the nearest codes where none has."""
    every = {entry.code: entry for entry in all_codes(knowledge)}
    hits = make_index(knowledge).find(text, KINDS, limit=len(every), names_only=True).hits
    named = [every[hit.document.code] for hit in hits if hit.match in ("exact", "name")]
    if not named:
        near = ", ".join(hit.document.code for hit in hits[:NEAR])
        typer.echo(f"No code has {text.lower()!r}." + (f" Nearest: {near}." if near else ""), err=True)
        raise typer.Exit(1)
    return named


def all_codes(knowledge: Knowledge) -> Iterator[Code]:
    """Every code; what a case can record, first."""
    for measurement in knowledge.measurements.values():
        span = f"{measurement.minimum:g} to {measurement.maximum:g} {measurement.unit}"
        yield Code(measurement.code, measurement.label, "measurement", span)
    for coded in knowledge.coded.values():
        yield Code(coded.code, coded.label, "coded value", ", ".join(coded.codes))
    for concept in (*knowledge.stated_findings.values(), *knowledge.conditions.values(), *knowledge.interventions.values()):
        kind = f"{concept.kind}, derived" if concept.derived_only else concept.kind
        yield Code(concept.code, concept.label, kind, "")
    named = {**knowledge.findings, **knowledge.conditions, **knowledge.interventions, **knowledge.valued}
    for term in knowledge.deprecated.values():
        instead = named[term.replaced_by].code if term.replaced_by in named else "nothing"
        yield Code(term.code, f"{term.label} (deprecated; use {instead})", f"{term.kind}, deprecated", "")


def knowledge_command(knowledge: KnowledgeOption = None) -> None:
    """Show what the answers rest on, and its review status."""
    known = load_engine(knowledge or ()).knowledge
    facts = Table.grid(padding=(0, 2))
    facts.add_row("version", known.version)
    facts.add_row("digest", known.digest)
    for name, number in count(known).items():
        facts.add_row(name, str(number))
    sources = Table.grid(padding=(0, 2))
    for source in known.sources.values():
        status = Text.assemble("review status: ", (source.review_status, "bold yellow"), f". {source.review_note}")
        published = ", ".join(filter(None, (source.publisher, source.modified)))
        title = f"{source.title} ({published})" if published else source.title
        sources.add_row(Text(source.number, style="bold"), Text(title, style="bold"))
        sources.add_row("", status)
    show(Group(facts, "", sources, "", Text(disclaimer_of(known.sources.values()), style="italic")))
