"""Passages and documents as entities of a decision's provenance, each passage with its place in the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox
from spinegraph.engine.exchange.rdf import Triple, iri, text
from spinegraph.engine.model import Knowledge, Passage, Source


def described(knowledge: Knowledge, passages: Sequence[Passage]) -> Iterator[Triple]:
    """All statements about passages, and of the documents that they are from."""
    for passage in passages:
        yield from _passage(passage)
    for source in dict.fromkeys(passage.source for passage in passages):
        yield from _source(knowledge.sources[source])


def _passage(passage: Passage) -> Iterator[Triple]:
    about, selector = ox.NamedNode(passage.iri), ox.NamedNode(f"{passage.iri}#selector")
    source = ox.NamedNode(passage.source)
    for kind in ("prov:Entity", "core:Passage"):
        yield about, iri("rdf:type"), iri(kind)
    yield about, iri("dcterms:identifier"), text(passage.id)
    yield about, iri("core:paraphrase"), text(passage.paraphrase, "en")
    yield about, iri("core:source"), source
    yield about, iri("prov:wasDerivedFrom"), source
    yield about, iri("core:textDigest"), text(passage.digest)
    yield about, iri("oa:hasSelector"), selector
    yield selector, iri("rdf:type"), iri("oa:TextPositionSelector")
    for name, offset in (("start", passage.start), ("end", passage.end)):
        yield selector, iri(f"oa:{name}"), ox.Literal(offset)


def _source(source: Source) -> Iterator[Triple]:
    about = ox.NamedNode(source.iri)
    for kind in ("prov:Entity", "core:Source"):
        yield about, iri("rdf:type"), iri(kind)
    yield about, iri("dcterms:identifier"), text(source.number)
    yield about, iri("dcterms:title"), text(source.title, "en")
    yield about, iri("core:reviewStatus"), text(source.review_status)
    yield about, iri("core:reviewNote"), text(source.review_note, "en")
    yield about, iri("core:textDigest"), text(source.text_digest)
