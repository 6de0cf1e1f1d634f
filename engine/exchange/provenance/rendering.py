"""The provenance of a decision in the form and the syntax that are asked for."""

from __future__ import annotations

import pyoxigraph as ox
from spinegraph.engine.exchange.provenance.decision import decision_graph
from spinegraph.engine.exchange.provenance.lean import lean_graph
from spinegraph.engine.exchange.provenance.nanopublication import Signer, make_nanopublication, publication_iri
from spinegraph.engine.exchange.provenance.publication import NANOPUBLICATION, head, run_iri
from spinegraph.engine.exchange.provenance.wanted import PLAIN, Wanted
from spinegraph.engine.exchange.rdf import JSON_LD, TRIG, TURTLE, render
from spinegraph.engine.knowledge.turtle.terms import PREFIXES
from spinegraph.engine.model import Decision, Knowledge

MEDIA_TYPES = (TURTLE, JSON_LD, TRIG)
"""In what a decision's provenance can be had."""
SIGNATURES = "http://purl.org/nanopub/x/"


def render_provenance(
    knowledge: Knowledge, decision: Decision, media_type: str, wanted: Wanted = PLAIN, sign: Signer | None = None
) -> bytes:
    """The provenance of a decision as `text/turtle`, `application/ld+json` or `application/trig` (with named graphs).

    A nanopublication is TriG. The same decision, asked for alike, gives the same bytes. Raises PublicationError where a
    nanopublication has too many statements or cannot be signed; ValueError for any other media type.
    """
    if media_type not in MEDIA_TYPES:
        raise ValueError(f"Provenance is {', '.join(MEDIA_TYPES)}, not {media_type}.")
    run = run_iri(decision)
    prefixes = PREFIXES | {"np": NANOPUBLICATION, "npx": SIGNATURES, "run": f"{run}:"}
    if wanted.form == "nanopublication":
        if media_type != TRIG:
            raise ValueError(f"A nanopublication is {TRIG}, not {media_type}.")
        quads = make_nanopublication(run, [*head(decision), *lean_graph(knowledge, decision, wanted)], sign)
        this = publication_iri(quads)
        return render(quads, media_type, {**prefixes, "this": this, "sub": f"{this}#"})
    graph: list[ox.Quad] = (lean_graph if wanted.form == "lean" else decision_graph)(knowledge, decision, wanted)
    return render([*head(decision), *graph] if media_type == TRIG else graph, media_type, prefixes)
