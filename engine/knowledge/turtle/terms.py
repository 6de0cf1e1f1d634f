"""IRIs and literals as they stand in knowledge files, and the prefixes by which messages name them."""

from __future__ import annotations

from typing import NamedTuple

BASE = "https://w3id.org/spinegraph/"
PREFIXES = {
    **{
        name: f"{BASE}{name}/"
        for name in (
            "core", "finding", "condition", "intervention", "source", "passage", "reference", "rule", "shape", "tension",
            "screen", "uncovered", "line", "score",
        )
    },
    "dcterms": "http://purl.org/dc/terms/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip
PATIENT = "en-x-patient"
"""The language tag of words for patients."""
FOR_PATIENTS = "-x-patient"
"""How such a tag ends, in whatever language."""
RDF_TYPE = PREFIXES["rdf"] + "type"
FIRST, REST, NIL = (PREFIXES["rdf"] + name for name in ("first", "rest", "nil"))


def expand(curie: str) -> str:
    """`core:present` → its IRI, by PREFIXES."""
    prefix, _, name = curie.partition(":")
    return PREFIXES[prefix] + name


def shorten(iri: str) -> str:
    """An IRI → its CURIE where a prefix fits, for messages."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def local_name(iri: str) -> str:
    """What follows the last slash or hash."""
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


class Text(NamedTuple):
    """A literal: lexical value, language tag or "", datatype IRI."""

    value: str
    language: str
    datatype: str


Term = str | Text
"""IRIs as they are, blank nodes as "_:…", literals as Text."""
