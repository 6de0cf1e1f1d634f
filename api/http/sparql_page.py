"""The page that `/sparql` shows to people: a form, and the answer below it, which needs no script (ADR 20).

Where scripts run, YASGUI takes the place of both. Nothing comes from another host.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from spinegraph.api.http.console_files import POLICY
from spinegraph.api.http.pages import render_page
from spinegraph.engine.errors import SpinegraphError
from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES, shorten
from spinegraph.engine.query.results import Written

PAGE_POLICY = POLICY
"""What the page may do: as the console."""
MOST_ROWS = 500
"""Rows that the page shows without scripts; all of them are had in every other form."""
EXAMPLE = """PREFIX core: <https://w3id.org/spinegraph/core/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?rule ?label ?passage WHERE {
  ?rule a core:Recommendation ;
    rdfs:label ?label ;
    core:direction core:against ;
    prov:wasDerivedFrom ?passage .
}
ORDER BY ?rule
LIMIT 50"""


class Cell(NamedTuple):
    """A term as it is shown, and where it leads."""

    text: str
    href: str = ""


class ShownAnswer(NamedTuple):
    """An answer as the page shows it: of a table its first rows, of ASK the truth, of a graph its Turtle."""

    names: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    total: int = 0
    truth: bool | None = None
    text: str = ""


def render_sparql(query: str = EXAMPLE, written: Written | None = None, problem: SpinegraphError | None = None) -> bytes:
    """The page with a query, and the answer to it or why there is none."""
    answer = shown(written) if written else None
    return render_page("sparql.html.j2", query=query, answer=answer, problem=problem, prefixes=json.dumps(PREFIXES)).encode()


def shown(written: Written) -> ShownAnswer:
    """What the page shows of an answer in JSON or Turtle."""
    if not written.media_type.endswith("json"):
        return ShownAnswer(text=written.body.decode())
    result = json.loads(written.body)
    if "boolean" in result:
        return ShownAnswer(truth=result["boolean"])
    names = tuple(result["head"]["vars"])
    bindings = result["results"]["bindings"]
    rows = tuple(tuple(_cell(row.get(name)) for name in names) for row in bindings[:MOST_ROWS])
    return ShownAnswer(names, rows, len(bindings))


def _cell(term: dict[str, Any] | None) -> Cell:
    if term is None:
        return Cell("")
    value = str(term["value"])
    if term["type"] != "uri":
        return Cell(f"_:{value}" if term["type"] == "bnode" else value)
    if not value.startswith(("http:", "https:")):
        return Cell(value)
    return Cell(shorten(value), value.replace(BASE, "/", 1) if value.startswith(BASE) else value)
