"""`docs/performance.md` and its pictures, made of what was measured: fixed prose around a table and a plot for each topic."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spinegraph.engine.templates import make_environment

from bench.measured import ROOT, Measured, TopicResults
from bench.plots import plot

DOCS = ROOT / "docs"
PAGE = "performance.md"


def write_page(results: Sequence[TopicResults], folder: Path = DOCS) -> None:
    """Write the page, and a picture for each topic that has figures."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    for found in results:
        if pictured(found):
            (folder / picture(found.topic)).write_bytes(plot(found))
    (folder / PAGE).write_text(render_page(results), encoding="utf-8")


def render_page(results: Sequence[TopicResults]) -> str:
    """The page as Markdown. Topics that were never measured are left out."""
    template = make_environment("bench").get_template("performance.md.j2")
    found = {one.topic: one for one in results}
    return template.render(found=found, cell=cell, at=at, picture=picture, pictured=pictured)


def picture(topic: str) -> str:
    """Where the plot of a topic stands, from the page.

    >>> picture("one patient")
    'pictures/performance-one-patient.svg'
    """
    return f"pictures/performance-{topic.lower().replace(' ', '-')}.svg"


def pictured(found: TopicResults) -> bool:
    """Whether there is anything to plot."""
    return any(row.ratio is not None for row in found.rows)


def cell(text: str) -> str:
    """Text as the cell of a table has it."""
    return text.replace("|", "\\|").replace("\n", " ")


def at(row: Measured) -> str:
    """The place of a row on its curve."""
    return "" if row.at is None else f"{row.at:,}"
