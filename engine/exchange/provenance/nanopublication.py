"""A decision as a nanopublication: one assertion with its provenance and publication info under a trusty URI, signed or not.

It is the lean form: what servers of nanopublications and the library that signs take is at most `MOST` statements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pyoxigraph as ox
from spinegraph.engine.errors import PublicationError
from spinegraph.engine.exchange.provenance.publication import (
    ASSERTION,
    HEAD,
    NANOPUBLICATION,
    PROVENANCE,
    PUBINFO,
    PUBLICATION,
)
from spinegraph.engine.exchange.provenance.trusty import HOLE, artifact_code, code_within

NANOPUBLICATIONS = "https://w3id.org/np/"
"""Where nanopublications have their IRIs: one that is published can be fetched there by its trusty URI."""
MOST = 1200
"""Statements of a nanopublication."""


class Signed(NamedTuple):
    """The trusty URI that statements have with their signature, and the statements of that."""

    iri: str
    signature: list[ox.Quad]


Signer = Callable[[Sequence[ox.Quad]], Signed]
"""Signs statements that have no artifact code yet (`renamed`)."""
PARTS = (ASSERTION, PROVENANCE, PUBINFO, HEAD)


def make_nanopublication(run: str, quads: Sequence[ox.Quad], sign: Signer | None = None) -> list[ox.Quad]:
    """The quads of a decision, head included, under a trusty URI. Raises PublicationError where there are too many."""
    if len(quads) > MOST:
        raise PublicationError(
            f"The decision takes {len(quads):,} statements, and a nanopublication has {MOST:,} at most.",
            mend="Keep it as TriG in the lean form.",
        )
    if sign is None:
        return renamed(quads, run, artifact_code(quads, lambda name: _name(name, run, HOLE)))
    signed = sign(renamed(quads, run, ""))
    whole = [*renamed(quads, run, signed.iri.removeprefix(NANOPUBLICATIONS)), *signed.signature]
    check_code(whole)
    return whole


def renamed(quads: Sequence[ox.Quad], run: str, code: str) -> list[ox.Quad]:
    """The same with the names of the publication and its graphs under an artifact code; without one, as the library has them."""
    names = {f"{run}:{part}" for part in (*PARTS, PUBLICATION)}
    new = {name: ox.NamedNode(_name(name, run, code)) for name in names}

    def term(node: object) -> object:
        return new.get(node.value, node) if isinstance(node, ox.NamedNode) else node

    return [ox.Quad(*map(term, (quad.subject, quad.predicate, quad.object, quad.graph_name))) for quad in quads]  # type: ignore[arg-type]


def _name(name: str, run: str, code: str) -> str:
    """`…:assertion` → `…/np/RA…#assertion`, or `…/np/assertion` while there is no code."""
    part = name.removeprefix(f"{run}:")
    if part == PUBLICATION:
        return NANOPUBLICATIONS + code
    return f"{NANOPUBLICATIONS}{code}{'#' if code else ''}{part}" if part in PARTS else name


def publication_iri(quads: Sequence[ox.Quad]) -> str:
    """The trusty URI of a nanopublication: the subject of its head."""
    kind = ox.NamedNode(f"{NANOPUBLICATION}Nanopublication")
    return next(quad.subject.value for quad in quads if quad.object == kind and isinstance(quad.subject, ox.NamedNode))


def check_code(quads: Sequence[ox.Quad]) -> None:
    """Make the artifact code of a nanopublication again. Raises PublicationError where it is another."""
    code = publication_iri(quads).removeprefix(NANOPUBLICATIONS)
    again = artifact_code(quads, code_within(code))
    if code != again:
        raise PublicationError(f"The artifact code {code} does not fit the statements, which have {again}.",
                               mend="They were changed after it was made.")  # fmt: skip
