"""Headings of a table → what its columns say of a patient, by the names that a case may use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

from spinegraph.engine.decide.case import make_case
from spinegraph.engine.decide.codebook import Codebook, code_named
from spinegraph.engine.decide.suggestions import nearest_codes
from spinegraph.engine.errors import PopulationError, SpinegraphError, shortened

Kind = Literal["finding", "performed", "taking", "measurement", "coded", "date", "as_of", "birth_date"]
MOST_COLUMNS = 10_000
"""A table with more columns is refused before any of it is read."""
MOST_EXPLAINED = 20
"""So many headings that are no codes get a suggestion."""
DATE = "at:"
ACTS: Mapping[str, Kind] = {"performed": "performed", "taking": "taking"}
"""What stands before the code of an intervention, and a colon."""
MOMENTS: Mapping[str, Kind] = {"as_of": "as_of", "birth_date": "birth_date"}
ID = "id"
_UNIT = re.compile(r"(?P<name>.*\S)\s*\[(?P<unit>.+)\]")
"""A heading with a unit: `esr_mm_h [mm/h]`, which may have brackets itself (`mm[Hg]`)."""


class Column(NamedTuple):
    """A column that is read. `name`: what a case calls it; `code`: what it means; `unit`: of a measurement, where it is not its
    own. Of a date, `of` is the heading of the column whose entries it dates."""

    heading: str
    kind: Kind
    name: str = ""
    code: str = ""
    unit: str = ""
    of: str = ""


class Columns(NamedTuple):
    """The columns of a table: those that are read, those that are handed on, the one that names the patient (or ""), and the
    headings that nothing reads."""

    read: tuple[Column, ...]
    carried: tuple[str, ...]
    id: str
    ignored: tuple[str, ...]

    @property
    def needed(self) -> tuple[str, ...]:
        """The headings of all columns that are wanted."""
        own = (self.id,) if self.id else ()
        return tuple(dict.fromkeys((*own, *self.carried, *(column.heading for column in self.read))))

    def of_kind(self, *kinds: Kind) -> Iterator[Column]:
        """The columns of some kinds."""
        return (column for column in self.read if column.kind in kinds)


class Wanted(NamedTuple):
    """What a caller says of the columns: which names the patient, which are handed on, and whether others may be left unread.
    `from_python`: he calls a function, which messages tell him the arguments of instead of the options of a command."""

    id: str = ""
    carried: tuple[str, ...] = ()
    ignore_unknown: bool = False
    from_python: bool = False

    def option(self, name: str) -> str:
        """What he calls one of these.

        >>> Wanted().option("ignore_unknown"), Wanted(from_python=True).option("ignore_unknown")
        ('--ignore-unknown', 'ignore_unknown=True')
        """
        if self.from_python:
            return f"{name}=True" if name == "ignore_unknown" else f"{name}="
        return f"--{name.replace('_', '-')}"


def read_columns(headings: Sequence[str], codebook: Codebook, wanted: Wanted, where: str) -> Columns:
    """What the columns of a table are.

    Raises PopulationError where a heading is no code (all of them at once, each with the nearest codes), two mean the same, or
    one that is wanted is not there.
    """
    if len(headings) > MOST_COLUMNS:
        raise PopulationError(
            f"The table has {len(headings):,} columns; the limit is {MOST_COLUMNS:,}.",
            where=where,
            mend="Leave out what is no code.",
        )
    twice = [heading for heading, count in Counter(headings).items() if count > 1]
    if twice:
        raise PopulationError(
            f"The column {shortened(twice[0])} is there twice.", where=where, mend="Leave one of them out, or rename it."
        )
    for heading in (wanted.id, *wanted.carried):
        if heading and heading not in headings:
            near = _quoted(get_close_matches(heading, headings, n=3, cutoff=0.5))
            mend = f"Did you mean {near}?" if near else "Name one of its columns."
            raise PopulationError(f"There is no column {shortened(heading)}.", where=where, mend=mend)
    id_ = wanted.id or (ID if ID in headings else "")
    found = {heading: _column(heading, codebook, where) for heading in headings if heading != id_}
    unknown = [heading for heading, column in found.items() if column is None and heading not in wanted.carried]
    if unknown and not wanted.ignore_unknown:
        raise _unknown(unknown, codebook, wanted, where)
    read = _dated([column for column in found.values() if column], where)
    if headings and not (read or wanted.carried or id_):
        raise PopulationError(
            "No column says anything.", where=where, mend="Name columns by codes; `spinegraph codes` lists them."
        )
    return Columns(tuple(read), wanted.carried, id_, tuple(unknown))


def _column(heading: str, codebook: Codebook, where: str) -> Column | None:
    """What a column is; None where its heading is no code."""
    if heading in MOMENTS:
        return Column(heading, MOMENTS[heading])
    if heading.startswith(DATE):
        return Column(heading, "date", of=heading.removeprefix(DATE))
    act, _, name = heading.partition(":")
    if act in ACTS and (code := code_named(name, codebook.interventions)):
        return Column(heading, ACTS[act], name, code)
    if code := code_named(heading, codebook.findings):
        _check_recorded(heading, codebook, where)
        return Column(heading, "finding", heading, code)
    if code := code_named(heading, codebook.coded):
        return Column(heading, "coded", heading, code)
    unit = _UNIT.fullmatch(heading)
    name = unit["name"] if unit else heading
    if code := code_named(name, codebook.measurements):
        own = codebook.ranges[code][2]
        return Column(heading, "measurement", name, code, unit["unit"] if unit and unit["unit"] != own else "")
    return None


def _check_recorded(heading: str, codebook: Codebook, where: str) -> None:
    """Raises PopulationError for a finding that is not recorded."""
    try:
        make_case({"present": [heading]}, codebook)
    except SpinegraphError as error:
        raise PopulationError(error.what, where=f"{where}, column {heading}", mend=error.mend) from error


def _unknown(headings: Sequence[str], codebook: Codebook, wanted: Wanted, where: str) -> PopulationError:
    told = []
    for heading in headings[:MOST_EXPLAINED]:
        kind, _, name = heading.partition(":")
        act = kind in ACTS
        near = [f"{kind}:{code}" for code in nearest_codes(name, kind, codebook)] if act else _nearest(heading, codebook)
        told.append(f"{shortened(heading)}; did you mean {_quoted(near)}?" if near else shortened(heading))
    more = len(headings) - len(told)
    names = "\n  ".join((*told, *((f"and {more:,} more",) if more else ())))
    keep, ignore = wanted.option("keep"), wanted.option("ignore_unknown")
    mend = f"Rename them, carry them along with {keep}, or leave them unread with {ignore}."
    plural = "Columns that are no codes" if len(headings) > 1 else "A column that is no code"
    return PopulationError(f"{plural}:\n  {names}", where=where, mend=mend, details={"unknown": tuple(headings)})


def _nearest(heading: str, codebook: Codebook) -> Sequence[str]:
    """The headings that may be meant by one that says of nothing that it was done."""
    if code := code_named(heading, codebook.interventions):
        return [f"{kind}:{code}" for kind in ACTS]
    return nearest_codes(heading, "present", codebook) or nearest_codes(heading, "coded", codebook)


def _quoted(names: Sequence[str]) -> str:
    return " or ".join(map(repr, names))


def _dated(columns: list[Column], where: str) -> list[Column]:
    """The columns, each date with the column it is about. Raises PopulationError where there is none, or two mean the same."""
    by_code: dict[tuple[str, str], Column] = {}
    headings = {column.heading: column for column in columns}
    for column in columns:
        key = ("date" if column.kind == "date" else column.kind, column.of or column.code)
        if (other := by_code.setdefault(key, column)) is not column:
            raise PopulationError(
                f"The columns {shortened(other.heading)} and {shortened(column.heading)} both mean {column.code}.",
                where=where,
                mend="Leave one of them out.",
            )
        about = headings.get(column.of)
        if column.kind == "date" and (about is None or about.kind in ("date", "as_of", "birth_date")):
            raise PopulationError(
                f"The column {shortened(column.heading)} dates {shortened(column.of)}, which no column says.",
                where=where,
                mend=f"Write {DATE} before the whole heading of the column that is dated.",
            )
    return columns
