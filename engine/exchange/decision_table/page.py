"""A decision table as a web page that stands alone."""

from __future__ import annotations

from spinegraph.engine.exchange.decision_table.model import DecisionTable
from spinegraph.engine.exchange.decision_table.words import acting, cell_words, cells, extent, heading
from spinegraph.engine.knowledge.turtle.terms import BASE
from spinegraph.engine.templates import make_environment

UPRIGHT = 6
"""Up to so many columns have their names written level; those of more stand upright."""
_ENVIRONMENT = make_environment("spinegraph.engine.exchange.decision_table")


def write_page(table: DecisionTable, root: str = BASE) -> bytes:
    """The page: HTML in UTF-8, with nothing to be loaded. `root` precedes what stands behind the project's IRIs in links."""
    page = _ENVIRONMENT.get_template("table.html.j2").render(
        table=table,
        rows=[[(fact, cell_words(fact)) for fact in row] for row in cells(table)],
        heading=heading,
        extent=extent(table),
        acting=list(acting(table)),
        upright=len(table.columns) > UPRIGHT,
        href=lambda iri: f"{root}{iri.removeprefix(BASE)}",
        passage=lambda name: f"{root}passage/{name}",
        narrowed=[column for column in table.columns if column.narrower],
    )
    return page.encode()
