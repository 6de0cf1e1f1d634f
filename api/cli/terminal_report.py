"""A validation report on a terminal: the words of the plain text, in colour and as wide as the terminal."""

from __future__ import annotations

import sys

from rich.text import Text
from spinegraph.api.cli.terminal_page import make_console
from spinegraph.engine.validation.diagnostics import Report
from spinegraph.engine.validation.reports.text import render_text, report_lines

STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold blue",
    "file": "bold underline",
    "place": "cyan",
    "id": "bold",
    "name": "bold",
    "what": "",
    "quiet": "dim",
    "good": "bold green",
    "bad": "bold red",
}
"""Role of a span → its style."""


def show_report(report: Report) -> None:
    """Print a report: in colour on a terminal, elsewhere exactly as the format `text` writes it."""
    if not sys.stdout.isatty():
        sys.stdout.write(render_text(report))
        return
    console = make_console()
    for line in report_lines(report, width=console.width):
        console.print(Text.assemble(*((span.text, STYLES.get(span.role, "")) for span in line)), soft_wrap=True)
