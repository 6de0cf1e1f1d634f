"""One row of a table → the case that it is, as somebody would send it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from spinegraph.engine.decide.case import make_case
from spinegraph.engine.decide.codebook import Codebook
from spinegraph.engine.errors import CaseError, PopulationError, UnknownCodeError, shortened
from spinegraph.engine.model import Case
from spinegraph.engine.population.columns import DATE, Column, Columns

SIDES: Mapping[str, tuple[str, str]] = {
    "finding": ("present", "absent"), "performed": ("performed", "not_performed"), "taking": ("taking", "not_taking"),
}  # fmt: skip
"""The members of a case in which the entries of a column stand, where they are true and where they are false."""


class Row(NamedTuple):
    """A row as plain data of a case, with the heading from which each place in it (a JSON pointer) comes."""

    data: Mapping[str, Any]
    headings: Mapping[str, str]


class RowReader:
    """Reads rows of one table as cases."""

    def __init__(self, columns: Columns, codebook: Codebook, as_of: str = "") -> None:
        """`as_of`: the moment of the cases of rows that have none of their own."""
        self._columns = [column for column in columns.read if column.kind != "date"]
        self._dates = {column.of: column for column in columns.of_kind("date")}
        self._codebook = codebook
        self.as_of = as_of

    def case(self, value: Callable[[str], Any], where: str) -> Case:
        """The case of a row. `value`: what stands under a heading, None where nothing does.

        Raises PopulationError that names the row (`where`) and the column.
        """
        row = self.row(value, where)
        try:
            return make_case(row.data, self._codebook)
        except CaseError as error:
            raise located(error, where, _heading(_pointer(error), row.headings)) from error

    def row(self, value: Callable[[str], Any], where: str) -> Row:
        """The plain data of a row: what `POST /v1/decisions` takes. Raises PopulationError for a date of nothing."""
        data: dict[str, Any] = {}
        headings: dict[str, str] = {}
        for column in self._columns:
            given, at = value(column.heading), self._date(column, value)
            if given is None and at is not None:
                what = f"It is dated {at}, but nothing is said."
                raise PopulationError(what, where=f"{where}, column {column.heading}", mend="Take the date out, or say it.")
            if given is not None:
                pointer = _put(data, column, given, at)
                headings |= {pointer: column.heading, f"{pointer}/at": f"{DATE}{column.heading}"}
        if self.as_of and "as_of" not in data:
            data["as_of"] = self.as_of
        return Row(data, headings)

    def _date(self, column: Column, value: Callable[[str], Any]) -> Any:
        dated = self._dates.get(column.heading)
        return value(dated.heading) if dated else None


def _put(data: dict[str, Any], column: Column, given: Any, at: Any) -> str:
    """Put what a column says into a case; the place, as a JSON pointer."""
    if column.kind in SIDES:
        entries = data.setdefault(SIDES[column.kind][not given], [])
        entries.append(column.name if at is None else {"code": column.name, "at": at})
        return f"/{SIDES[column.kind][not given]}/{len(entries) - 1}"
    if column.kind in ("as_of", "birth_date"):
        data[column.kind] = given
        return f"/{column.kind}"
    member = "coded" if column.kind == "coded" else "measurements"
    said = {"code" if member == "coded" else "value": given}
    said |= {name: part for name, part in (("unit", column.unit), ("at", at)) if part}
    data.setdefault(member, {})[column.name] = said if len(said) > 1 else given
    return f"/{member}/{column.name}"


def _pointer(error: CaseError) -> str:
    """The place in a case that an error is about."""
    if isinstance(error, UnknownCodeError) and isinstance(unknown := error.details["unknown"], list):
        return str(unknown[0]["at"])
    return error.where


def _heading(pointer: str, headings: Mapping[str, str]) -> str:
    """The column from which a place of a case comes, or ""."""
    return next((headings[place] for place in _upwards(pointer) if place in headings), "")


def _upwards(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def located(error: CaseError, row: str, heading: str) -> PopulationError:
    """An error of a case as one of a row and a column."""
    what, mend = error.what, error.mend
    if isinstance(error, UnknownCodeError):
        code, near = next(iter(error.unknown.items()))
        what, mend = f"{shortened(code)} is no value that it can have.", f"It can be {', '.join(near)}; nothing was decided."
    return PopulationError(what, where=f"{row}, column {heading}" if heading else row, mend=mend)
