"""`spinegraph fhir account`: what became of every resource of a record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text
from spinegraph.api.cli.cases import AsOfOption, KnowledgeOption, SubjectOption
from spinegraph.api.cli.forms import populate_command, questionnaire_command
from spinegraph.api.settings import load_engine
from spinegraph.engine import MalformedCaseError, make_codebook
from spinegraph.engine.exchange.fhir.reading.files import read_any_case_file
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.model import InputAccount, ResourceAccount

fhir_app = typer.Typer(help="Records and forms of FHIR R4.", no_args_is_help=True)


fhir_app.command("questionnaire")(questionnaire_command)
fhir_app.command("populate")(populate_command)


@fhir_app.command("account")
def account_command(
    record: Annotated[
        Path, typer.Argument(metavar="FILE", help="A Bundle, a resource or a list (.json), or .ndjson; - reads stdin.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as the member `input` of an answer has it.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show also what only repeats a kind of note that was shown.")] = False,
    subject: SubjectOption = "",
    as_of: AsOfOption = "",
    knowledge: KnowledgeOption = None,
) -> None:
    """What of a FHIR record is used, and for which fact; what is not, and why."""
    from spinegraph.api.cli.terminal_page import show

    engine = load_engine(knowledge or ())
    codebook = make_codebook(engine.knowledge)
    reader = FhirReader(engine.knowledge, codebook)
    file = read_any_case_file(record, codebook, reader, RecordOptions(subject, as_of))
    if file.account is None:
        raise MalformedCaseError(
            "This is a case, not a record of FHIR.", where=str(record), mend="Name a file with a resourceType."
        )
    if as_json:
        typer.echo(msgspec.json.encode(file.account))
        return
    show(Text(_summary(file.account)))
    show(_table(file.account, everything))


def _summary(account: InputAccount) -> str:
    """How many resources were used, and for whom."""
    whose = f" for {account.patient}" if account.patient else ""
    lines = [f"{account.resources:,} resources, {account.used:,} used{whose}."]
    lines += [f"{one.code} counts as absent: {one.why}" for one in account.assumed_absent]
    return "\n".join((*lines, ""))


def _table(account: InputAccount, everything: bool) -> Table:
    """A row for each resource that gave a fact, and for the first of each kind of note; with `everything` for all."""
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for heading in ("resource", "facts", "notes"):
        table.add_column(heading, overflow="fold")
    shown: set[str] = set()
    for one in account.entries:
        kinds = {note.kind for note in one.notes}
        if everything or one.facts or not kinds <= shown:
            table.add_row(one.resource, "\n".join(_facts(one)), "\n".join(_notes(one, account, everything)))
        shown |= kinds
    return table


def _facts(one: ResourceAccount) -> Iterator[str]:
    for fact in one.facts:
        value = f" {fact.value:g}" if fact.value is not None else f" {fact.choice}" if fact.choice else ""
        yield f"{fact.member}: {fact.code}{value}" + (f" ({fact.at})" if fact.at else "")


def _notes(one: ResourceAccount, account: InputAccount, everything: bool) -> Iterator[str]:
    for note in one.notes:
        others = account.kinds[note.kind] - 1
        yield f"{note.kind}: {note.text}" + (f" ({others:,} more)" if others and not everything else "")
