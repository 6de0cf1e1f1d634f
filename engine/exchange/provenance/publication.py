"""What stands beside a decision: which knowledge and program made it, when and by whom, and how its graphs belong together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import pyoxigraph as ox
from spinegraph.engine.exchange.provenance.wanted import ORCID, Wanted
from spinegraph.engine.exchange.rdf import Triple, Value, iri, text
from spinegraph.engine.knowledge.turtle.terms import PREFIXES
from spinegraph.engine.model import Decision

NANOPUBLICATION = "http://www.nanopub.org/nschema#"
AGENT = ox.NamedNode("urn:spinegraph:agent:engine")
ASSERTION, PROVENANCE, PUBINFO, HEAD = "assertion", "provenance", "pubinfo", "head"
PUBLICATION = "nanopublication"


def run_iri(decision: Decision) -> str:
    """The IRI of the run that made a decision; everything else in its provenance is named below it."""
    return f"urn:spinegraph:decision:{decision.id}"


def knowledge_iri(decision: Decision) -> ox.NamedNode:
    """The IRI of the knowledge that a decision rests on, by its digest."""
    return ox.NamedNode(f"urn:spinegraph:knowledge:{decision.knowledge.digest}")


def head(decision: Decision) -> list[ox.Quad]:
    """The graph of a nanopublication that names the three others."""
    run = run_iri(decision)
    publication = ox.NamedNode(f"{run}:{PUBLICATION}")
    parts = {"hasAssertion": ASSERTION, "hasProvenance": PROVENANCE, "hasPublicationInfo": PUBINFO}
    triples = [(publication, iri("rdf:type"), ox.NamedNode(NANOPUBLICATION + "Nanopublication"))]
    triples += [
        (publication, ox.NamedNode(NANOPUBLICATION + name), ox.NamedNode(f"{run}:{part}")) for name, part in parts.items()
    ]
    return [ox.Quad(*triple, ox.NamedNode(f"{run}:{HEAD}")) for triple in triples]


def publication_triples(decision: Decision, wanted: Wanted) -> Iterator[Triple]:
    """What the graph of publication info says."""
    run = run_iri(decision)
    publication, knowledge = ox.NamedNode(f"{run}:{PUBLICATION}"), knowledge_iri(decision)
    stated: list[tuple[ox.NamedNode, str, Value]] = [
        (ox.NamedNode(f"{run}:{ASSERTION}"), "core:disclaimer", text(decision.disclaimer, "en")),
        (publication, "prov:wasAttributedTo", AGENT),
        (knowledge, "rdf:type", iri("prov:Entity")),
        (knowledge, "rdfs:label", text("the knowledge that was applied", "en")),
        (knowledge, "dcterms:identifier", text(decision.knowledge.digest)),
        (knowledge, "owl:versionInfo", text(decision.knowledge.version)),
        (AGENT, "rdf:type", iri("prov:Agent")),
        (AGENT, "rdf:type", iri("prov:SoftwareAgent")),
        (AGENT, "rdfs:label", text("Spinegraph engine", "en")),
        (AGENT, "owl:versionInfo", text(engine_version())),
        *_of_caller(ox.NamedNode(run), publication, wanted),
    ]
    for subject, predicate, value in stated:
        yield subject, iri(predicate), value


def _of_caller(run: ox.NamedNode, publication: ox.NamedNode, wanted: Wanted) -> Iterator[tuple[ox.NamedNode, str, Value]]:
    """When the decision was made, and by whom."""
    if wanted.made_at:
        instant = ox.Literal(wanted.made_at, datatype=ox.NamedNode(f"{PREFIXES['xsd']}dateTime"))
        yield publication, "dcterms:created", instant
        yield run, "prov:endedAtTime", instant
    if wanted.made_by:
        agent = ox.NamedNode(wanted.made_by)
        yield publication, "dcterms:creator", agent
        yield publication, "prov:wasAttributedTo", agent
        yield run, "prov:wasAssociatedWith", agent
        yield agent, "rdf:type", iri("prov:Agent")
        if wanted.made_by.startswith(ORCID):
            yield agent, "rdf:type", iri("prov:Person")


@cache
def engine_version() -> str:
    """The version of this program."""
    try:
        return version("spinegraph")
    except PackageNotFoundError:
        return "not installed"
