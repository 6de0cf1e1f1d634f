"""Turtle file → triples: the only place where knowledge files are read."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path

import pyoxigraph as ox
from spinegraph.engine.errors import KnowledgeError, TurtleSyntaxError
from spinegraph.engine.knowledge.files import in_unix_form, read_file
from spinegraph.engine.knowledge.turtle.prefixes import check_prefixes
from spinegraph.engine.knowledge.turtle.short_rules import derived_statements
from spinegraph.engine.knowledge.turtle.slips import mend_turtle
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, Term, Text
from spinegraph.engine.knowledge.words import UNSHOWN_IN_TURTLE, unshown_character

INTEGER = PREFIXES["xsd"] + "integer"


def parse(text: bytes) -> ox.QuadParser:
    """What Oxigraph reads in a Turtle text; its prefixes are known at the end. Raises SyntaxError while it is iterated."""
    return ox.parse(text, format=ox.RdfFormat.TURTLE)


def read_triples(path: Path, number: int, most: int = sys.maxsize) -> list[tuple[str, str, Term]]:
    """The triples of one Turtle file, in Oxigraph's order, and after them what its rules in short form leave out.

    Blank nodes are numbered as they come, after the number of the file: read again, they have the same names.
    Raises TurtleSyntaxError with file:line, KnowledgeError where there are more than `most`, or where a prefix is misdeclared.
    """
    blanks: dict[str, str] = {}

    def name(node: object) -> str:
        if isinstance(node, ox.NamedNode):
            return sys.intern(node.value)  # most names stand in many triples
        if isinstance(node, ox.BlankNode):
            return blanks.setdefault(node.value, f"_:{number}-{len(blanks)}")
        raise not_turtle_1_1(path, text)

    def term(node: object) -> Term:
        if not isinstance(node, ox.Literal):
            return name(node)
        if node.direction is not None:
            raise not_turtle_1_1(path, text)
        value = node.value
        if not value.isprintable() and (unshown := unshown_character(value)):
            raise _unshown(path, text, unshown)
        return Text(value, node.language or "", sys.intern(node.datatype.value))

    text = _text_of(path)
    try:
        read = parse(text)
        triples = [(name(triple.subject), name(triple.predicate), term(triple.object)) for triple in itertools.islice(read, most)]
        if next(read, None) is None:
            check_prefixes(path, text, read.prefixes)
            return triples + [(subject, predicate, _written(value)) for subject, predicate, value in derived_statements(triples)]
    except SyntaxError as error:
        raise TurtleSyntaxError(
            f"{error.msg} (column {error.offset})",
            where=f"{path.name}:{error.lineno}",
            mend=mend_turtle(text.decode(errors="replace"), error.msg, error.lineno or 0, error.offset or 0),
            kind="turtle-syntax",
            path=path,
            line=error.lineno or 0,
            column=error.offset or 0,
        ) from error
    raise KnowledgeError(
        f"The file has more than {most:,} statements.",
        where=path.name,
        mend="Split it into several files.",
        kind="too-large",
        path=path,
    )


def _written(value: str | int) -> Term:
    """A derived value as if it had been written."""
    return Text(str(value), "", INTEGER) if isinstance(value, int) else value


def _text_of(path: Path) -> bytes:
    """The text of a file; raises TurtleSyntaxError where it cannot be read."""
    try:
        return in_unix_form(read_file(path))
    except OSError as error:
        what = f"The file cannot be read: {error.strerror}."
        mend = "Check its path and permissions."
        raise TurtleSyntaxError(what, where=path.name, mend=mend, kind="unreadable-file", path=path) from error


_TOKEN = re.compile(
    rb"""(?P<text>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    rb"""|<[^<>\s]*>|\#[^\n]*|\\.|(?P<new>\{\||<<|~|@[A-Za-z]+(?:-[A-Za-z0-9]+)*--[a-z]+)""",
    re.DOTALL,
)
"""Texts, IRIs and comments, or else what only RDF 1.2 has: annotations, triple terms, reifiers, directions of text."""


def not_turtle_1_1(path: Path, text: bytes) -> TurtleSyntaxError:
    """A file that is Turtle 1.2, with the place of a statement about a statement, or of a text with a direction."""
    found = next((match for match in _TOKEN.finditer(text) if match["new"]), None)
    line, column = _place(text, found.start()) if found else (0, 0)
    shown = f" ({found['new'].decode()})" if found else ""
    return TurtleSyntaxError(
        f"This is RDF 1.2{shown}: a statement about a statement, or a text with a direction.",
        where=f"{path.name}:{line}",
        mend="Write Turtle 1.1 only: give what is stated a node of its own.",
        kind="turtle-syntax",
        path=path,
        line=line,
        column=column,
    )


def _unshown(path: Path, text: bytes, unshown: str) -> KnowledgeError:
    """A file with a text in which a character has no place in words."""
    found = next((match for match in _TOKEN.finditer(text) if match["text"] and UNSHOWN_IN_TURTLE.search(match["text"])), None)
    line, column = _place(text, found.start()) if found else (0, 0)
    return KnowledgeError(
        f"A text has a character that nobody can read: {unshown}.",
        where=f"{path.name}:{line}",
        mend="Take it out.",
        kind="bad-literal",
        path=path,
        line=line,
        column=column,
    )


def _place(text: bytes, offset: int) -> tuple[int, int]:
    """1-based line and column of an offset into UTF-8."""
    before = text[:offset]
    return before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
