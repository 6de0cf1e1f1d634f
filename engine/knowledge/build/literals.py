"""Literals of a graph as numbers."""

from __future__ import annotations

from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.numbers import as_written, plain_number
from spinegraph.engine.knowledge.problems import Problems
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, Text, shorten

YEAR, INTEGER = PREFIXES["xsd"] + "gYear", PREFIXES["xsd"] + "integer"


def read_literal(graph: Graph, problems: Problems, subject: str, predicate: str, otherwise: float) -> float:
    """The first number, or `otherwise`."""
    return next(iter(read_literals(graph, problems, subject, predicate)), otherwise)


def read_literals(graph: Graph, problems: Problems, subject: str, predicate: str) -> list[float]:
    """Literals as plain numbers; what is none is noted and left out."""
    found = []
    for term in graph.terms(subject, predicate):
        is_year = isinstance(term, Text) and term.datatype == YEAR
        number = plain_number(Text(term[0], "", INTEGER) if is_year else term)
        if number is not None:
            found.append(number)
            continue
        about = "" if subject.startswith("_:") else f"{shorten(subject)}: "
        what = f"{about}{predicate} is {as_written(term, shorten(str(term)))}, which is no plain number."
        problems.report(VocabularyError, what, "Write a plain number.", "wrong-kind", subject, predicate, term)
    return found
