"""Trusty URIs of RDF: an IRI that ends in a digest of what is said under it (module RA, trustyuri.net/documents/TR2014-…).

Quads are written one term a line, the place of the digest in an IRI as a blank, in the order of their characters, each once;
the SHA-256 of that, in base64 for URLs, after the letters of the module, is the artifact code. It is in the IRIs that it is
made of; whoever has the quads can make it again.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable

import pyoxigraph as ox

MODULE = "RA"
HOLE = " "
"""What stands for the artifact code while it is made."""
Named = Callable[[str], str]
"""An IRI as it is, or with the hole where the artifact code will be."""
_Key = tuple[str, str, str, bool, str, bool, str, str]


def artifact_code(quads: Iterable[ox.Quad], named: Named) -> str:
    """The artifact code of quads without blank nodes, 45 characters. Raises ValueError for a blank node or a quoted triple."""
    keys = sorted({_key(quad, named) for quad in quads})
    text = "".join(map(_lines, keys))
    return MODULE + urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def code_within(code: str) -> Named:
    """Makes the hole again in IRIs that have a code: for quads that are published."""
    return lambda name: name.replace(code, HOLE)


def _key(quad: ox.Quad, named: Named) -> _Key:
    """What a quad is sorted by, and all that is written of it: IRIs before literals, those with a language before the others."""
    graph, subject, predicate = (named(_iri(node)) for node in (quad.graph_name, quad.subject, quad.predicate))
    value = quad.object
    if isinstance(value, ox.Literal):
        if value.language:
            return graph, subject, predicate, True, value.value, False, "", value.language.lower()
        return graph, subject, predicate, True, value.value, True, value.datatype.value, ""
    return graph, subject, predicate, False, named(_iri(value)), False, "", ""


def _iri(node: object) -> str:
    if not isinstance(node, ox.NamedNode):
        raise ValueError(f"{node} is no IRI: a trusty URI is made of named nodes.")
    return node.value


def _lines(key: _Key) -> str:
    graph, subject, predicate, literal, value, _, datatype, language = key
    if literal:
        escaped = value.replace("\\", "\\\\").replace("\n", "\\n")
        value = f"@{language} {escaped}" if language else f"^{datatype} {escaped}"
    return f"{graph}\n{subject}\n{predicate}\n{value}\n"
