"""Formats of a decision table: the one list of them, for HTTP (`Accept`) and for the command line (`--format`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
from spinegraph.engine.exchange.decision_table.csv import write_csv
from spinegraph.engine.exchange.decision_table.dmn import write_dmn
from spinegraph.engine.exchange.decision_table.model import DecisionTable
from spinegraph.engine.exchange.decision_table.page import write_page
from spinegraph.engine.knowledge.turtle.terms import BASE


class TableFormat(NamedTuple):
    """A format by the name that the command line gives it and by its media types, the first of which is its own.

    `write` takes the table, and what precedes the paths of the project's IRIs in links.
    """

    name: str
    media_types: tuple[str, ...]
    write: Callable[[DecisionTable, str], bytes]


FORMATS = (
    TableFormat("json", ("application/json",), lambda table, _: msgspec.json.encode(table)),
    TableFormat("html", ("text/html",), write_page),
    TableFormat("csv", ("text/csv",), lambda table, _: write_csv(table)),
    TableFormat("dmn", ("application/dmn+xml", "application/xml"), lambda table, _: write_dmn(table)),
)
"""In the order in which they are offered; over HTTP the first is the default."""
BY_NAME: Mapping[str, TableFormat] = {form.name: form for form in FORMATS}
BY_MEDIA_TYPE: Mapping[str, TableFormat] = {media_type: form for form in FORMATS for media_type in form.media_types}


def render_table(table: DecisionTable, form: TableFormat, root: str = BASE) -> bytes:
    """A table in a format."""
    return form.write(table, root)
