"""The page that commands print on: a terminal in colour, or plain text of a stable width; and what stands on every page."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import IO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text
from spinegraph.api.cli.streams import Page
from spinegraph.api.cli.terminal_words import few
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


def unfiltered_stdout() -> IO[str]:
    """The stream behind the page, for a console that drops control characters before it adds those of its colours."""
    return sys.stdout.stream if isinstance(sys.stdout, Page) else sys.stdout


def show(renderable: RenderableType) -> None:
    """Print to stdout; plain text without blanks at the ends of lines."""
    console = make_console()
    if console.is_terminal:
        console.print(renderable)
        return
    with console.capture() as captured:
        console.print(renderable)
    sys.stdout.write("\n".join(line.rstrip() for line in captured.get().split("\n")))


def two_columns(rows: Iterable[tuple[str | Text, str | Text]]) -> Table:
    """Two columns: a short name, and text that wraps beside it."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for name, text in rows:
        grid.add_row(Text(name, style="dim") if isinstance(name, str) else name, text)
    return grid


def passage_ids(ids: tuple[str, ...], most: int, citations: tuple[int, ...] = ()) -> Text:
    """Passage ids, and the citation numbers as printed: `  000-L033a [1, 4]`."""
    printed = f" [{', '.join(map(str, citations))}]" if citations else ""
    return Text(f"  {few(ids, most, ' ')}{printed}" if ids or printed else "", style="dim cyan")
