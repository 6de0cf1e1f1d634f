"""A document → its statements: one span of characters for each heading and for each sentence of a paragraph, item or cell.

markdown-it tells the blocks (plain text is Markdown too), `sentences` the sentences. Both are asked about characters that are
then found again in the document, so that a span is exactly what `sources.quote` will read. Needs the `authoring` extra.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from spinegraph.engine.errors import GuidelineError, shortened
from spinegraph.engine.knowledge.sentences import sentence_spans

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
"""What markdown-it calls a line."""

WORD = re.compile(r"\w")
LETTER = re.compile(r"[^\W\d]")
LEFTOVER = re.compile(r"[^\s|](?:[^\r\n|]*[^\s|])?")
SWALLOWED = ("code", "fence", "html_block", "reference")
"""Blocks of Markdown that would hide text: indented lines, code, tags and link definitions are read as paragraphs."""

COMPARISON = re.compile(r"([ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)>(?=[ \t]?(?:=|\.?\d))")
"""A sign before a number, where Markdown sees a quotation."""
STAND_IN = "\u203a"

TITLE = "h1"
"""A first heading of this level names the document and no section of it."""

BEFORE_HEADINGS = "Document head"


class Statement(NamedTuple):
    """Characters `start` to `end` of a document, on `line` (1-based); `section` is the path of headings above it."""

    start: int
    end: int
    line: int
    section: str
    heading: bool


class _Piece(NamedTuple):
    """A line of a block as the block has it, and where it stands in the document."""

    text: str
    start: int


def read_statements(text: str) -> tuple[Statement, ...]:
    """The statements of a document, plain text or Markdown, in its order. Raises GuidelineError without the extra."""
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise _not_installed(error) from error
    plain = text.replace("\0", "\ufffd").replace("\ufeff", " ", 1)  # as long as before: offsets stay
    plain = _compared(plain)
    lines = [match.span() for match in LINE.finditer(plain)]
    tokens = MarkdownIt("commonmark").enable("table").disable(SWALLOWED).parse(plain)
    return tuple(_with_leftovers(_statements(tokens, plain, lines), plain, lines))


def _statements(tokens: list[Any], text: str, lines: list[tuple[int, int]]) -> Iterator[Statement]:
    headings: list[tuple[str, str]] = []
    level, titled, reached = "", False, 0
    for token in tokens:
        if token.type == "heading_open":
            level = token.tag
        if token.type != "inline" or not token.map:
            continue
        pieces, reached = _located(token, text, lines, reached)
        section = " > ".join(words for _, words in headings) or BEFORE_HEADINGS
        for start, end in _spans(pieces, whole=bool(level)):
            yield Statement(start, end, _line(start, lines), section, bool(level))
        if level:
            headings = [(above, words) for above, words in headings if above < level]
            if titled or level != TITLE:
                headings.append((level, " ".join(token.content.split())))
            level, titled = "", True


def _with_leftovers(found: Iterable[Statement], text: str, lines: list[tuple[int, int]]) -> Iterator[Statement]:
    """The statements, and between them what Markdown drops, such as the cells of a row that is too long."""
    reached, section = 0, BEFORE_HEADINGS
    for statement in (*found, Statement(len(text), len(text), 0, "", False)):
        for rest in LEFTOVER.finditer(text, reached, statement.start):
            if LETTER.search(rest[0]):
                yield Statement(rest.start(), rest.end(), _line(rest.start(), lines), section, False)
        if statement.line:
            yield statement
        reached, section = statement.end, statement.section


def _line(offset: int, lines: list[tuple[int, int]]) -> int:
    return bisect_right(lines, offset, key=lambda line: line[0])


def _located(token: Any, text: str, lines: list[tuple[int, int]], reached: int) -> tuple[list[_Piece], int]:
    """The lines of a block with their places; blocks come in the order of the document, so each is sought after the last."""
    first, last = token.map
    reached = max(reached, lines[first][0])
    end = lines[min(last, len(lines)) - 1][1]
    pieces = []
    for piece in filter(None, map(str.strip, token.content.split("\n"))):
        ways = (piece, piece.replace("|", r"\|"))  # in a cell a bar is written with a backslash
        as_written = next((way for way in ways if text.find(way, reached, end) >= 0), "")
        if not as_written:
            raise GuidelineError(
                f"The characters of {shortened(piece)} cannot be found again.",
                where=f"line {first + 1}",
                mend="Write it as plain text.",
            )
        start = text.find(as_written, reached, end)
        pieces.append(_Piece(as_written, start))
        reached = start + len(as_written)
    return pieces, reached


def _spans(pieces: list[_Piece], whole: bool) -> Iterator[tuple[int, int]]:
    """Where each sentence of a block begins and ends in the document; a heading is one statement."""
    joined = " ".join(piece.text for piece in pieces)
    places = [place for piece in pieces for place in range(piece.start, piece.start + len(piece.text) + 1)]
    for begin, end in [(0, len(joined))] if whole else _sentences(joined):
        sentence = joined[begin:end]
        if WORD.search(sentence):
            begin += len(sentence) - len(sentence.lstrip())
            yield places[begin], places[begin + len(sentence.strip()) - 1] + 1


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    try:
        yield from sentence_spans(text)
    except ImportError as error:
        raise _not_installed(error) from error


def _compared(text: str) -> str:
    """The text with a sign that Markdown does not know for each `>` that begins a line and compares: it is as long as before.

    A line of a quotation has a neighbour that is one as well.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        around = (*lines[max(number - 1, 0) : number], *lines[number + 1 : number + 2])
        if (found := COMPARISON.match(line)) and not any(other.lstrip().startswith(">") for other in around):
            lines[number] = f"{found[1]}{STAND_IN}{line[found.end() :]}"
    return "\n".join(lines)


def _not_installed(error: ImportError) -> GuidelineError:
    return GuidelineError(f"{error.name} is not installed.", mend="Install the extra: pip install 'spinegraph[authoring]'.")
