"""The ontologies are OWL 2 DL, as far as that can be said without an OWL API, and say whose they are and of when.

https://www.w3.org/TR/owl2-syntax/#OWL_2_DL: no property of two kinds, nothing used that is not declared in the ontology or in
what it imports, no literal of a datatype that OWL does not know. One name may stand for a class and for an individual (punning).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from spinegraph.engine.knowledge.turtle.terms import BASE, PREFIXES, expand

ROOT = Path(__file__).parents[3] / "ontology"
ONTOLOGIES = ("core", "shared-vocabulary", "findings", "conditions", "interventions", "measurements", "inferred")
"""Those with classes and properties. Screens, lines of briefs, uncovered topics and documents are data, with their own lists."""
KINDS = tuple(map(expand, ("owl:AnnotationProperty", "owl:DatatypeProperty", "owl:ObjectProperty")))
STANDARD = tuple(PREFIXES[name] for name in ("owl", "rdf", "rdfs", "xsd"))
DATATYPES = {expand("rdf:langString"), *(expand(f"xsd:{name}") for name in ("string", "boolean", "decimal", "integer", "anyURI"))}
LISTS = frozenset(map(expand, ("owl:intersectionOf", "owl:unionOf", "owl:members", "owl:distinctMembers")))
OPERANDS = frozenset(
    map(expand, ("rdfs:subClassOf", "rdfs:domain", "owl:equivalentClass", "owl:disjointWith", "owl:someValuesFrom"))
)
KNOWN_EXCEPTION = expand("core:valueSet")
"""The values of a coded property come in their order, as a list, which OWL cannot say."""


@cache
def triples_of(name: str) -> tuple[ox.Triple, ...]:
    return tuple(ox.parse(path=str(ROOT / f"{name}.ttl"), format=ox.RdfFormat.TURTLE))


def iri_of(name: str) -> str:
    return f"{BASE}core/" if name == "core" else f"{BASE}ontology/{name}"


NAMES = {iri_of(name): name for name in ONTOLOGIES}


def closure(name: str) -> Iterator[ox.Triple]:
    """The triples of an ontology and of what it imports."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            yield from triples_of(one)
            waiting += [NAMES[value] for value in objects(triples_of(one), iri_of(one), "owl:imports")]


def objects(triples: tuple[ox.Triple, ...], subject: str, predicate: str) -> list[str]:
    return [one.object.value for one in triples if one.subject.value == subject and one.predicate.value == expand(predicate)]  # type: ignore[union-attr]


def declared(triples: Iterator[ox.Triple]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for triple in triples:
        if triple.predicate.value == expand("rdf:type"):
            found.setdefault(triple.subject.value, set()).add(triple.object.value)  # type: ignore[union-attr]
    return found


def test_no_property_is_of_two_kinds() -> None:
    types = declared(triple for name in ONTOLOGIES for triple in triples_of(name))
    assert {iri: kinds for iri, kinds in types.items() if len(kinds & set(KINDS)) > 1} == {}


@pytest.mark.parametrize("name", ONTOLOGIES)
def test_every_property_is_declared(name: str) -> None:
    types = declared(closure(name if name != "inferred" else "core"))
    used = {triple.predicate.value for triple in triples_of(name)}
    assert {iri for iri in used if not iri.startswith(STANDARD) and not types.get(iri, set()) & set(KINDS)} == set()


@pytest.mark.parametrize("name", [name for name in ONTOLOGIES if name != "inferred"])
def test_every_class_is_declared_where_it_is_used_or_imported(name: str) -> None:
    own = tuple(triples_of(name))
    types = declared(closure(name))
    used = {one.object.value for one in own if one.predicate.value == expand("rdf:type")}  # type: ignore[union-attr]
    used |= {one.object.value for one in own if one.predicate.value in OPERANDS and isinstance(one.object, ox.NamedNode)}
    undeclared = {iri for iri in used if not iri.startswith(STANDARD) and expand("owl:Class") not in types.get(iri, set())}
    assert undeclared == set()


@pytest.mark.parametrize("name", ONTOLOGIES)
def test_every_datatype_is_one_of_owl(name: str) -> None:
    literals = {one.object.datatype.value for one in triples_of(name) if isinstance(one.object, ox.Literal)}
    ranges = {one.object.value for one in triples_of(name) if one.predicate.value == expand("rdfs:range")}  # type: ignore[union-attr]
    assert literals | {iri for iri in ranges if iri.startswith(PREFIXES["xsd"])} <= DATATYPES


@pytest.mark.parametrize("name", ONTOLOGIES)
def test_lists_stand_in_class_expressions_only(name: str) -> None:
    holders = {one.object: one.predicate.value for one in triples_of(name) if isinstance(one.object, ox.BlankNode)}
    heads = {one.subject for one in triples_of(name) if one.predicate.value == expand("rdf:first")}
    found = {holders[head] for head in heads} - {expand("rdf:rest")}  # type: ignore[index]
    assert found <= (LISTS | {KNOWN_EXCEPTION} if name == "shared-vocabulary" else LISTS)


@pytest.mark.parametrize("name", [name for name in ONTOLOGIES if name != "inferred"])
def test_a_header_says_whose_it_is_and_of_when(name: str) -> None:
    triples, iri = triples_of(name), iri_of(name)
    for predicate in ("dcterms:title", "dcterms:description", "dcterms:creator", "dcterms:license", "dcterms:modified"):
        assert len(objects(triples, iri, predicate)) == 1, predicate
    (version,) = objects(triples, iri, "owl:versionInfo")
    assert objects(triples, iri, "owl:versionIRI") == [f"{iri.removesuffix('/')}/{version}"]
