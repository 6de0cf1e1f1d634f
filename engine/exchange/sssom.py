"""SSSOM mapping tables as triples: the mapping itself, and an owl:Axiom that says on what grounds (SSSOM's RDF form)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.build.mapping_table import expanded, read_table

OWL = "http://www.w3.org/2002/07/owl#"
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SSSOM = "https://w3id.org/sssom/"
XSD_DOUBLE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#double")
XSD_DATE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")
DCTERMS = "http://purl.org/dc/terms/"
TEXTS = ("object_label", "author_label", "reviewer_label", "object_source_version")
SOURCES = ("subject_source", "object_source")
RDFS_COMMENT = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")


class MappedCode(NamedTuple):
    """A row of a table, by IRIs, with the code as the table writes it (`snomedct:386661006`).

    `value` is "" where the table does not say what the prefix of the code stands for.
    """

    subject: str
    predicate: str
    value: str
    code: str


def mappings_in(path: Path) -> Iterator[MappedCode]:
    """The rows of an SSSOM table, whose own prefixes need no curie_map."""
    table = read_table(path)
    for row in table.rows:
        code = row.cells["object_id"]
        prefix, _, name = code.partition(":")
        value = table.prefixes[prefix] + name if prefix in table.prefixes else ""
        yield MappedCode(row.subject, expanded(row.cells["predicate_id"], table.prefixes), value, code)


def read_mappings(path: Path) -> Iterator[ox.Triple]:
    """The triples of an SSSOM table. Raises VocabularyError where a prefix is not in its curie_map."""
    table = read_table(path)
    for row in table.rows:
        yield from _triples(row.cells, table.prefixes, f"{path.name}:{row.line}", f"m{row.line}")


def _triples(row: Mapping[str, str], prefixes: Mapping[str, str], where: str, name: str) -> Iterator[ox.Triple]:
    subject, predicate, value = (_iri(row[column], prefixes, where) for column in ("subject_id", "predicate_id", "object_id"))
    yield ox.Triple(subject, predicate, value)
    axiom = ox.BlankNode(name)
    yield ox.Triple(axiom, RDF_TYPE, ox.NamedNode(f"{OWL}Axiom"))
    for part, node in (("Source", subject), ("Property", predicate), ("Target", value)):
        yield ox.Triple(axiom, ox.NamedNode(f"{OWL}annotated{part}"), node)
    if justification := row.get("mapping_justification"):
        yield ox.Triple(axiom, ox.NamedNode(f"{SSSOM}mapping_justification"), _iri(justification, prefixes, where))
    if confidence := row.get("confidence"):
        yield ox.Triple(axiom, ox.NamedNode(f"{SSSOM}confidence"), ox.Literal(confidence, datatype=XSD_DOUBLE))
    for slot in TEXTS:
        if text := row.get(slot):
            yield ox.Triple(axiom, ox.NamedNode(f"{SSSOM}{slot}"), ox.Literal(text))
    for slot in SOURCES:
        if source := row.get(slot):
            yield ox.Triple(axiom, ox.NamedNode(f"{SSSOM}{slot}"), _iri(source, prefixes, where))
    if day := row.get("mapping_date"):
        yield ox.Triple(axiom, ox.NamedNode(f"{DCTERMS}created"), ox.Literal(day, datatype=XSD_DATE))
    if comment := row.get("comment"):
        yield ox.Triple(axiom, RDFS_COMMENT, ox.Literal(comment, language="en"))


def _iri(curie: str, prefixes: Mapping[str, str], where: str) -> ox.NamedNode:
    prefix, _, name = curie.partition(":")
    if prefix not in prefixes:
        raise VocabularyError(
            f"{curie!r} has a prefix that the table does not declare.", where=where, mend=f"Add {prefix!r} to its curie_map."
        )
    return ox.NamedNode(prefixes[prefix] + name)
