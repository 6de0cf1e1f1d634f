"""Literals of a graph as numbers."""

from __future__ import annotations

import math

from spinegraph.engine.errors import VocabularyError, shortened
from spinegraph.engine.knowledge.problems import Problems
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import Text, shorten


def read_number(graph: Graph, problems: Problems, subject: str, predicate: str, otherwise: float) -> float:
    """The first number, or `otherwise`."""
    return next(iter(read_numbers(graph, problems, subject, predicate)), otherwise)


def read_numbers(graph: Graph, problems: Problems, subject: str, predicate: str) -> list[float]:
    """Literals as numbers; what is none is noted and left out."""
    found = []
    for term in graph.terms(subject, predicate):
        try:
            number = float(term.value if isinstance(term, Text) else "nan")
            if not math.isfinite(number):
                raise ValueError(f"could not use {shortened(term.value if isinstance(term, Text) else shorten(term))}")
            found.append(number)
        except ValueError as error:
            problems.tell(
                VocabularyError,
                f"{shorten(subject)}: {predicate} is no number ({error}).",
                "Write a plain number.",
                "wrong-kind",
                subject,
                predicate,
                term,
            )
    return found
