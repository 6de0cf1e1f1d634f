"""The page that commands print on: a terminal in colour, or plain text of a stable width; and what stands on every page."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import IO

import click
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text
from spinegraph.api.cli.streams import Page
from spinegraph.api.cli.terminal_brief import WIDTH
from spinegraph.engine.knowledge.words import printable

PLAIN_WIDTH = 100
WIDEST = 120


class PageConsole(Console):
    """Colours by control characters of its own, and drops those of what it is given."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))


def make_console() -> Console:
    """A console for stdout: plain and 100 columns wide unless stdout is a terminal."""
    if not sys.stdout.isatty():
        return PageConsole(
            file=sys.stdout,
            width=PLAIN_WIDTH,
            color_system=None,
            force_terminal=False,
            highlight=False,
            markup=False,
            emoji=False,
        )
    console = PageConsole(file=unfiltered_stdout(), highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDEST)
    return console


def brief_width() -> int:
    """Columns of a brief: 80, or what a narrower terminal has."""
    return min(make_console().width, WIDTH)


def unfiltered_stdout() -> IO[str]:
    """The stream behind the page, for a console that drops control characters before it adds those of its colours."""
    return sys.stdout.stream if isinstance(sys.stdout, Page) else sys.stdout


def show(renderable: RenderableType, *, paged: bool = False) -> None:
    """Print to stdout; plain text without blanks at the ends of lines. `paged`: a terminal shows it page by page."""
    console = make_console()
    if console.is_terminal and not paged:
        console.print(renderable)
        return
    with console.capture() as captured:
        console.print(renderable)
    if console.is_terminal:
        click.echo_via_pager(captured.get(), color=True)
    else:
        sys.stdout.write("\n".join(line.rstrip() for line in captured.get().split("\n")))


def two_columns(rows: Iterable[tuple[str | Text, str | Text]]) -> Table:
    """Two columns: a short name, and text that wraps beside it."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for name, text in rows:
        grid.add_row(Text(name, style="dim") if isinstance(name, str) else name, text)
    return grid


def passage_ids(ids: tuple[str, ...], citations: tuple[int, ...] = ()) -> Text:
    """Passage ids, and the citation numbers as printed: `  000-L033a [1, 4]`."""
    printed = f" [{', '.join(map(str, citations))}]" if citations else ""
    return Text(f"  {' '.join(ids)}{printed}" if ids or printed else "", style="dim cyan")
