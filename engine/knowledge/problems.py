"""All that is wrong with knowledge, collected: loading raises the first, validation lists them all."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from spinegraph.engine.errors import KnowledgeError
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import Term, shorten

FURTHEST, MOST_COMPARED = 4, 1000
"""What is suggested differs in length by no more than so many letters; and so many names are compared."""

Kind = TypeVar("Kind", bound=KnowledgeError)


class Problems:
    """Errors in the order in which they were met, each once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._found: dict[int, KnowledgeError] = {}

    def report(
        self,
        error: type[KnowledgeError],
        what: str,
        mend: str,
        kind: str,
        subject: str,
        predicate: str = "",
        value: Term | None = None,
        **terms: object,
    ) -> None:
        """Note an error about a subject, or about a statement of it; `kind` names the diagnostic that it makes."""
        self.keep(located_error(self._graph, error, what, mend, kind, subject, predicate, value, **terms))

    def keep(self, error: KnowledgeError) -> None:
        """Note an error that was caught, and those found along with it."""
        self._found |= {id(each): each for each in (error, *error.others)}

    def __len__(self) -> int:
        return len(self._found)

    @property
    def found(self) -> tuple[KnowledgeError, ...]:
        return tuple(self._found.values())

    def raise_first(self) -> None:
        """Raises the first KnowledgeError, if there is any."""
        for error in self._found.values():
            raise error


def located_error(
    graph: Graph,
    error: type[Kind],
    what: str,
    mend: str,
    kind: str,
    subject: str,
    predicate: str = "",
    value: Term | None = None,
    **terms: object,
) -> Kind:
    """An error with file:line of the statement that it is about."""
    about = (subject, predicate, value)
    return error(what, where=graph.where(*about), mend=mend, kind=kind, about=about, terms=terms)


def named(iri: str) -> str:
    """What a message calls a node: its CURIE, and words for what has no name."""
    return "something without a name" if iri.startswith("_:") else shorten(iri)


def nearest(iri: str, known: Iterable[str]) -> str:
    """The CURIE of the known thing that is probably meant by something unknown, or ""."""
    name = shorten(iri)
    alike = (other for other in map(shorten, known) if abs(len(other) - len(name)) <= FURTHEST)
    return next(iter(difflib.get_close_matches(name, islice(alike, MOST_COMPARED), n=1, cutoff=0.8)), "")


def ending(meant: str) -> str:
    """The end of a sentence that names something unknown: "; did you mean rule:a?", or a full stop."""
    return f"; did you mean {meant}?" if meant else "."
