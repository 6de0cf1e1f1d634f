"""The streams to which commands print: one place where everything printed passes."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from spinegraph.engine.knowledge.words import printable

_CLOSED = OSError(errno.EBADF, "it is closed, so that nothing can be printed", "Standard output")


class Page:
    """A text stream on which nothing steers the terminal: control and format characters of what is printed are dropped.

    Everything but `write` is the stream's own, also its `buffer`, to which data go as they are.
    """

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        self.stream.write(printable(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class ClosedPage(io.TextIOBase):
    """Standard output that was closed by who called: to print there is no success."""

    def write(self, text: str) -> int:
        if text:
            raise _CLOSED
        return 0

    @property
    def buffer(self) -> IO[bytes]:
        """There is none for data either."""
        raise _CLOSED

    def isatty(self) -> bool:
        return False


@contextmanager
def pages() -> Iterator[None]:
    """Standard output and standard error as pages, as long as a command runs."""
    before = sys.stdout, sys.stderr
    for stream in before:
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")  # a terminal that knows no “quotes” gets an escape, not an exception
    sys.stdout = Page(before[0]) if before[0] is not None else ClosedPage()
    nowhere = None if before[1] is not None else Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (as long as we run)
    sys.stderr = Page(before[1] if nowhere is None else nowhere)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
