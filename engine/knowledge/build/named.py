"""What a statement names, held against what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.problems import Problems, ending, named, nearest
from spinegraph.engine.knowledge.turtle.graph import Graph

Known = Mapping[str, object] | AbstractSet[str]
"""IRIs among which one is looked up: among those of a tuple it would be sought, for every statement, in more and more of them."""


def known_iris(graph: Graph, node: str, predicate: str, known: Known, kind: str, problems: Problems) -> Iterator[str]:
    """What a statement names of the known things; what is none of them is noted and left out."""
    for term in graph.terms(node, predicate):
        if term in known:
            yield str(term)
            continue
        meant = nearest(term, known) if isinstance(term, str) and not graph.predicates(term) else ""
        shown = named(term) if isinstance(term, str) else term.value
        exists = not isinstance(term, str) or bool(graph.predicates(term))
        problems.report(
            VocabularyError,
            f"{named(node)}: {predicate} names {shown}, which is no {kind}{ending(meant)}",
            f"Name a {kind} that the ontology declares.",
            "wrong-kind" if exists else "dangling-iri",
            node,
            predicate,
            term,
            meant=meant,
        )
