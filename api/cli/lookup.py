"""`spinegraph codes` and `spinegraph knowledge`: what a case may say, and what the answers rest on."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
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


class Code(NamedTuple):
    """A code and what it stands for; `names` is everything that a search looks at."""

    code: str
    label: str
    kind: str
    unit: str
    names: str


def codes_command(
    text: Annotated[list[str] | None, typer.Argument(help="Words that have to occur in code, label or synonyms.")] = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Search the codes that a case and its decision use."""
    known = load_engine(knowledge or ()).knowledge
    words = [word.lower() for word in text or ()]
    every = list(all_codes(known))
    found = [entry for entry in every if all(word in entry.names for word in words)]
    if not found:
        near = get_close_matches("_".join(words), [entry.code for entry in every], n=3, cutoff=0.5)
        typer.echo(f"No code has {' '.join(words)!r}." + (f" Nearest: {', '.join(near)}." if near else ""), err=True)
        raise typer.Exit(1)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold cyan")
    for heading in ("code", "label", "kind", "unit"):
        table.add_column(heading, no_wrap=heading == "code")
    for entry in found:
        table.add_row(Text(entry.code), Text(entry.label), entry.kind, Text(entry.unit))
    show(table)


def all_codes(knowledge: Knowledge) -> Iterator[Code]:
    """Every code; what a case can record, first."""
    external: dict[str, list[str]] = {}
    for code, iri in knowledge.external_codes.items():
        external.setdefault(iri, []).append(code)
    for measurement in knowledge.measurements.values():
        span = f"{measurement.minimum:g} to {measurement.maximum:g} {measurement.unit}"
        names = (measurement.code, measurement.label, measurement.patient_label, *external.get(measurement.iri, ()))
        yield Code(measurement.code, measurement.label, "measurement", span, " ".join(names).lower())
    for coded in knowledge.coded.values():
        names = (coded.code, coded.label, coded.patient_label, *coded.codes, *external.get(coded.iri, ()))
        yield Code(coded.code, coded.label, "coded value", ", ".join(coded.codes), " ".join(names).lower())
    for concept in (*knowledge.stated_findings.values(), *knowledge.conditions.values(), *knowledge.interventions.values()):
        kind = f"{concept.kind}, derived" if concept.derived_only else concept.kind
        names = (concept.code, concept.label, concept.patient_label, *concept.synonyms, *external.get(concept.iri, ()))
        yield Code(concept.code, concept.label, kind, "", " ".join(names).lower())


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
