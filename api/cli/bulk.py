"""`spinegraph population FOLDER`: the patients of a FHIR Bulk Data export, as they are read one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer
from spinegraph.engine import Engine, make_codebook
from spinegraph.engine.errors import PopulationError
from spinegraph.engine.exchange.fhir.bulk.columns import require_columns, values_of_patient
from spinegraph.engine.exchange.fhir.bulk.export import Export
from spinegraph.engine.exchange.fhir.bulk.folder import open_folder
from spinegraph.engine.exchange.fhir.bulk.totals import Accounts
from spinegraph.engine.exchange.fhir.reading.record import FhirReader
from spinegraph.engine.knowledge.words import listed

if TYPE_CHECKING:
    from spinegraph.engine.population.cases import NamedCase
    from spinegraph.engine.population.run import Decidable

MOST_NAMED = 20
"""So many lines and patients that were left out are named."""


class Source(NamedTuple):
    """Patients that are decided: as a population, and what `POST /v1/decisions` replies of one of them; of an export, what became
    of its resources."""

    population: Decidable
    answer: Callable[[str], str | bytes]
    accounts: Accounts | None = None


class FromExport(NamedTuple):
    """What a caller says of an export: its moment, the columns that are handed on, where the accounts are written, and whether
    what cannot be read is left out."""

    as_of: str
    carried: tuple[str, ...]
    accounts: Path | None
    keep_going: bool


@contextmanager
def from_export(path: Path, engine: Engine, packages: Sequence[str], wanted: FromExport) -> Iterator[Source]:
    """The patients of an export. What became of its resources is told at the end, and written where that is wanted.

    Raises PopulationError.
    """
    from spinegraph.engine.population.cases import CasePopulation, NamedCase, columns_of_cases
    from spinegraph.engine.population.output import appearing

    folder = open_folder(path)
    if not wanted.as_of:
        raise PopulationError(
            "A folder of FHIR has no moment of its own, and no clock is read: ages and dates would be open.",
            where="--as-of",
            mend="Give the day of the export, as in --as-of 2026-03-03, or --as-of timestamp for that of its manifest.",
        )
    require_columns(wanted.carried)
    if folder.others:
        typer.echo(f"Not read: {listed(folder.others)}.", err=True)
    export = Export(
        folder, FhirReader(engine.knowledge, make_codebook(engine.knowledge)), wanted.as_of, keep_going=wanted.keep_going
    )
    with ExitStack() as stack:
        write = None
        if wanted.accounts:
            write = stack.enter_context(stack.enter_context(appearing(wanted.accounts)).open("wb")).write
        accounts = export.accounts(write)

        def cases() -> Iterator[NamedCase]:
            for one in export.patients(accounts):
                yield NamedCase(one.id, one.file.case, values_of_patient(one.patient, wanted.carried))

        def answer(id_: str) -> bytes:
            file = export.patient(id_).file
            return engine.decide_json(file.case, packages=packages, account=file.account)

        asked = engine.of_packages(packages)
        yield Source(CasePopulation(asked, path, columns_of_cases(asked, wanted.carried), cases), answer, accounts)
    _tell(accounts, wanted.accounts)


def _tell(accounts: Accounts, written: Path | None) -> None:
    """What became of the resources, and what was left out."""
    if not accounts.resources:
        return
    total = accounts.resources.total()
    used = accounts.used.total()
    typer.echo(f"{total:,} resources, {used:,} used." + (f" {written}: what became of each." if written else ""), err=True)
    for text in accounts.refused[:MOST_NAMED]:
        typer.echo(f"Left out: {text}", err=True)
    if len(accounts.refused) > MOST_NAMED:
        typer.echo(f"Left out: {len(accounts.refused) - MOST_NAMED:,} more.", err=True)
