"""The shared vocabulary: what nothing that is loaded speaks of is left out, as if it were not there (ADR 21)."""

from __future__ import annotations

from collections.abc import Iterable

from spinegraph.engine.knowledge.files import GENERATED, is_shared
from spinegraph.engine.knowledge.turtle.graph import Graph


def unused_terms(graph: Graph) -> frozenset[str]:
    """The terms that the shared vocabulary alone describes, and that no other file, nor a term that is used, names."""
    shared = {path for path in graph.paths if is_shared(path)}
    beside = {*shared, *(path for path in graph.paths if path.name == GENERATED)}
    candidates = {iri for iri in graph.all_subjects() if not iri.startswith("_:") and shared.intersection(graph.files_of(iri))}
    used = {iri for iri in candidates if not beside.issuperset(graph.files_of(iri))}
    used.update(value for subject, value in graph.naming(candidates) if not beside.issuperset(graph.files_of(subject)))
    waiting = list(used)
    while waiting:
        found = candidates.intersection(_near(graph, waiting.pop(), candidates)) - used
        used |= found
        waiting += found
    return frozenset(candidates - used)


def _near(graph: Graph, iri: str, candidates: Iterable[str]) -> set[str]:
    """What is directly wider or narrower."""
    return {*graph.iris(iri, "rdfs:subClassOf"), *(other for other in candidates if iri in graph.iris(other, "rdfs:subClassOf"))}


def in_order_of_mention(graph: Graph, iris: Iterable[str]) -> list[str]:
    """Terms in the order in which files first speak of them, so that it matters nowhere which file describes them."""
    return sorted(iris, key=graph.order_of_mention.__getitem__)
