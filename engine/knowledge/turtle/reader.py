"""Turtle file → triples: the only place where knowledge files are read."""

from __future__ import annotations

import codecs
import itertools
import sys
from pathlib import Path

import pyoxigraph as ox
from spinegraph.engine.errors import KnowledgeError, TurtleSyntaxError
from spinegraph.engine.knowledge.files import read_file
from spinegraph.engine.knowledge.turtle.prefixes import check_prefixes
from spinegraph.engine.knowledge.turtle.slips import mend_turtle
from spinegraph.engine.knowledge.turtle.terms import Term, Text


def read_triples(path: Path, number: int, most: int = sys.maxsize) -> list[tuple[str, str, Term]]:
    """The triples of one Turtle file, in Oxigraph's order.

    Blank nodes are numbered as they come, after the number of the file: read again, they have the same names.
    Raises TurtleSyntaxError with file:line, KnowledgeError where there are more than `most`, or where a prefix is misdeclared.
    """
    blanks: dict[str, str] = {}

    def name(node: object) -> str:
        if isinstance(node, ox.NamedNode):
            return str(node.value)
        if isinstance(node, ox.BlankNode):
            return blanks.setdefault(node.value, f"_:{number}-{len(blanks)}")
        raise ValueError(f"a quoted triple cannot be used here: {node}")

    def term(node: object) -> Term:
        return Text(node.value, node.language or "", node.datatype.value) if isinstance(node, ox.Literal) else name(node)

    try:
        text = read_file(path).removeprefix(codecs.BOM_UTF8)
        read = ox.parse(text, format=ox.RdfFormat.TURTLE)
        triples = [(name(triple.subject), triple.predicate.value, term(triple.object)) for triple in itertools.islice(read, most)]
        if next(read, None) is None:
            check_prefixes(path, text, read.prefixes)
            return triples
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
    except OSError as error:
        what = f"The file cannot be read: {error.strerror}."
        mend = "Check its path and permissions."
        raise TurtleSyntaxError(what, where=path.name, mend=mend, kind="unreadable-file", path=path) from error
    except ValueError as error:
        raise TurtleSyntaxError(
            str(error), where=path.name, mend="Save the file as UTF-8 Turtle.", kind="turtle-syntax", path=path
        ) from error
    raise KnowledgeError(
        f"The file has more than {most:,} statements.",
        where=path.name,
        mend="Split it into several files.",
        kind="too-large",
        path=path,
    )
