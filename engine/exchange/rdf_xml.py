"""RDF/XML, which cannot write everything: what it cannot is refused, where Oxigraph would write what no parser reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pyoxigraph as ox

RDF_XML = "application/rdf+xml"
NAMED = re.compile(r"[^\W\d][\w.-]*$")
"""The end of a property's IRI, which has to be the name of an XML element."""
NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Characters, in UTF-8, that XML 1.0 has no way to write."""
RETURN = b"&#13;"
"""A carriage return that survives XML, whose readers take a bare one for the end of a line."""


def rdf_xml(triples: Sequence[ox.Triple], prefixes: Mapping[str, str]) -> bytes:
    """Triples as RDF/XML, UTF-8. Raises ValueError where a property or a character has no place in XML."""
    unnamed = next((triple.predicate.value for triple in triples if not NAMED.search(triple.predicate.value)), None)
    if unnamed is not None:
        raise ValueError(f"RDF/XML has no name for the property {unnamed}.")
    used = {one.predicate.value for one in triples} | {
        one.object.value for one in triples if isinstance(one.object, ox.NamedNode)
    }
    shown = {prefix: start for prefix, start in prefixes.items() if any(iri.startswith(start) for iri in used)}
    written = ox.serialize(triples, format=ox.RdfFormat.RDF_XML, prefixes=shown) or b""
    if NOT_XML.search(written):
        raise ValueError("A text has a character that XML cannot write.")
    return written.replace(b"\r", RETURN)
