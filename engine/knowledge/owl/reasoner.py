"""OWL reasoning by HermiT: the class hierarchy as it follows, and whether the classes make sense.

Run when the ontology changes, never when a case is decided: what is inferred is committed as `ontology/inferred.ttl`, and
a test holds the two together. Needs the `authoring` extra, which brings HermiT (in owlready2) and its own Java.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.errors import IncoherentOntologyError
from spinegraph.engine.knowledge.owl.axioms import NOTHING, logical
from spinegraph.engine.knowledge.owl.hermit import SECONDS, Triple, classified
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES, RDF_TYPE, expand, shorten

INFERRED = f"{BASE}ontology/inferred"
STANDARD = tuple(namespace for namespace in PREFIXES.values() if not namespace.startswith(BASE))
"""Namespaces whose classes are not a guideline's."""

Hierarchy = Mapping[str, frozenset[str]]
"""Class IRI → IRIs of its direct superclasses, transitively reduced."""


class Classification(NamedTuple):
    """What follows of the classes of the content: all superclasses of each, and those that can have no member."""

    ancestors: Hierarchy
    empty: tuple[str, ...]


def ontology_paths(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files with classes in them: not rules, not documents, not what was inferred before."""
    return tuple(
        path for path in paths if path.suffix == ".ttl" and path.parent.name == "ontology" and path.name != "inferred.ttl"
    )


def classify(paths: Iterable[Path]) -> Hierarchy:
    """Let HermiT infer the hierarchy of the classes in these files.

    Raises IncoherentOntologyError naming the classes that can have no member, or saying that the whole contradicts
    itself; ReasonerError where HermiT or Java is missing.
    """
    ancestors, empty = infer(triple for number, path in enumerate(paths) for triple in read_triples(path, number))
    if empty:
        raise IncoherentOntologyError(
            f"These classes can have no member: {', '.join(map(shorten, empty))}.",
            mend="Run `spinegraph validate`: it names the statements that exclude each other.",
            details={"classes": list(empty)},
        )
    return {iri: direct(iri, ancestors) for iri in sorted(ancestors)}


def infer(triples: Iterable[Triple], seconds: float = SECONDS) -> Classification:
    """What HermiT infers from an ontology. Raises IncoherentOntologyError where it has no model, else ReasonerError."""
    known = logical(triples)
    wider: dict[str, set[str]] = {
        subject: set() for subject, predicate, value in known if predicate == RDF_TYPE and value == expand("owl:Class")
    }
    for name, classes in classified(known, seconds):
        pairs = [classes] if name == "SubClassOf" else [(a, b) for a in classes for b in classes if a != b]
        for narrow, wide in pairs:
            wider.setdefault(narrow, set()).add(wide)
    ours = {iri for iri in wider if is_of_content(iri)}
    above = {iri: _closure(iri, wider) for iri in ours}
    return Classification(
        {iri: frozenset(above[iri] & ours - {iri}) for iri in ours},
        tuple(sorted(iri for iri in ours if NOTHING in above[iri])),
    )


def is_of_content(iri: str) -> bool:
    """Whether a class is one of a guideline or of the schema, in whatever namespace, and has a name."""
    return not iri.startswith((*STANDARD, "_:"))


def _closure(start: str, wider: Mapping[str, Iterable[str]]) -> set[str]:
    reached = {start}
    queue = [start]
    while queue:
        for iri in wider.get(queue.pop(), ()):
            if iri not in reached:
                reached.add(iri)
                queue.append(iri)
    return reached


def direct(iri: str, ancestors: Hierarchy) -> frozenset[str]:
    """Ancestors that are not reached through another; equal classes name each other."""
    above = ancestors[iri]
    through = {far for near in above if iri not in ancestors[near] for far in ancestors[near] if near not in ancestors[far]}
    return frozenset(wider for wider in above if wider not in through or iri in ancestors[wider])


def inferred_turtle(hierarchy: Hierarchy) -> str:
    """The hierarchy as the Turtle document that is committed."""
    from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef  # only `spinegraph infer` writes it
    from rdflib.namespace import DCTERMS
    from spinegraph.engine.knowledge.turtle.formatting import format_turtle

    graph, header = Graph(), URIRef(INFERRED)
    graph.add((header, RDF.type, OWL.Ontology))
    graph.add((header, DCTERMS.title, Literal("Spinegraph class hierarchy as inferred", lang="en")))
    graph.add((header, DCTERMS.creator, Literal("The Spinegraph developers")))
    graph.add((header, DCTERMS.license, URIRef("https://www.apache.org/licenses/LICENSE-2.0")))
    graph.add((header, RDFS.comment, Literal("Written by `spinegraph infer` (HermiT); do not edit.", lang="en")))
    for iri, parents in hierarchy.items():
        graph.add((URIRef(iri), RDF.type, OWL.Class))
        for parent in parents:
            graph.add((URIRef(iri), RDFS.subClassOf, URIRef(parent)))
    return format_turtle(graph.serialize(format="turtle"))
