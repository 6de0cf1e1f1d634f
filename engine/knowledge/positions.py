"""Where in a Turtle file a statement stands.

rdflib's Turtle parser knows its line while it makes a statement; a subclass that listens gives every triple a line
without a tokenizer of our own. Used for messages only: loading does not depend on it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from rdflib import Graph, URIRef
from rdflib.plugins.parsers.notation3 import RDFSink, SinkParser

Lines = Mapping[tuple[str, str, str], int]
"""(subject, predicate, object) as N3 text → 1-based line on which the object ends."""


class _ListeningParser(SinkParser):
    """Notes the line on which each statement was made."""

    def __init__(self, sink: RDFSink) -> None:
        super().__init__(sink, baseURI="", turtle=True)
        self.lines_of: dict[tuple[str, str, str], int] = {}

    def makeStatement(self, quad: Any) -> None:  # noqa: N802 (rdflib's name)
        formula, *terms = quad
        predicate, subject, value = (self._store.normalise(formula, term).n3() for term in terms)
        self.lines_of.setdefault((subject, predicate, value), self.lines + 1)
        super().makeStatement(quad)


@lru_cache(maxsize=64)
def _statement_lines(path: Path, modified: float) -> Lines:  # noqa: ARG001 (part of the key)
    parser = _ListeningParser(RDFSink(Graph()))
    parser.loadStream(io.BytesIO(path.read_bytes()))
    return parser.lines_of


def statement_lines(path: Path) -> Lines:
    """The line of every statement of a file; blank nodes are rdflib's."""
    return _statement_lines(path, path.stat().st_mtime)


def line_of(path: Path, subject: str, triples: Mapping[str, Mapping[str, list[Any]]]) -> int | None:
    """The first line on which something is said about an IRI, or about the IRI that holds a blank node."""
    named = subject if not subject.startswith("_:") else _holder(subject, triples)
    if not named:
        return None
    wanted = URIRef(named).n3()
    found = [line for (about, _, _), line in statement_lines(path).items() if about == wanted]
    return min(found, default=None)


def _holder(blank: str, triples: Mapping[str, Mapping[str, list[Any]]]) -> str:
    """The named subject that leads to a blank node, or ""."""
    parents = {
        value: subject
        for subject, statements in triples.items()
        for values in statements.values()
        for value in values
        if isinstance(value, str) and value.startswith("_:")
    }
    seen = set()
    while blank.startswith("_:"):
        if blank in seen or blank not in parents:
            return ""
        seen.add(blank)
        blank = parents[blank]
    return blank
