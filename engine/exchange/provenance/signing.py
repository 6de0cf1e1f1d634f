"""Signing of nanopublications by the library `nanopub` (the extra of that name), with the key of a profile as it keeps them.

Signed are RSA-SHA256 over the same lines of which the trusty URI is made, so that the same decision and key give the same bytes.
Nothing is sent anywhere: who wants to publish it does that with the tools of nanopublications.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox
import rdflib
from spinegraph.engine.errors import PublicationError
from spinegraph.engine.exchange.provenance.nanopublication import Signed, Signer

EXTRA = "pip install 'spinegraph[nanopub]'"


class Signature(NamedTuple):
    """Who signs, by ORCID, and what does it."""

    agent: str
    sign: Signer


def read_profile(path: Path) -> Signature:
    """The profile of somebody who signs: YAML with `orcid_id`, `name`, `private_key` and `public_key` (paths of files).

    The library changes how rdflib reads literals in the whole process (none is normalised): a service had better not sign.
    Raises PublicationError where the library is not installed, or the profile or its key cannot be read.
    """
    try:
        from nanopub.profile import ProfileError, load_profile
    except ImportError as error:
        raise PublicationError("What signs nanopublications is not installed.", mend=f"Install it: {EXTRA}.") from error
    if not path.is_file():
        raise PublicationError("There is no such profile.", where=str(path), mend="`np setup` of that library makes one.")
    try:
        profile = load_profile(path)
        agent = str(profile.orcid_id)
    except (ProfileError, OSError, ValueError) as error:  # ValueError: of a key that is none
        what = f"The profile cannot be used: {' '.join(str(error.__context__ or error).split())}"
        raise PublicationError(what, where=str(path), mend="`np setup` of that library makes one.") from error
    return Signature(agent, lambda quads: _signed(quads, profile, path))


def _signed(quads: Sequence[ox.Quad], profile: Any, path: Path) -> Signed:
    from nanopub.nanopub import Nanopub
    from nanopub.nanopub_conf import NanopubConf

    with warnings.catch_warnings():  # the library uses the former name of rdflib.Dataset
        warnings.simplefilter("ignore", DeprecationWarning)
        graph = rdflib.ConjunctiveGraph()
        graph.parse(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"", format="nquads")
        publication = Nanopub(rdf=graph, conf=NanopubConf(profile=profile))
        try:
            publication.sign()
        except (ValueError, RuntimeError) as error:
            raise PublicationError(
                f"It cannot be signed: {error}", where=str(path), mend="Mend the profile or its key."
            ) from error
        about = publication.metadata
        stated = sorted(publication.rdf.triples((about.sig_uri, None, None)))
    signature, graph_name = ox.NamedNode(str(about.sig_uri)), ox.NamedNode(str(about.pubinfo))
    quads_of_signature = [
        ox.Quad(
            signature,
            ox.NamedNode(str(predicate)),
            ox.NamedNode(str(value)) if isinstance(value, rdflib.URIRef) else ox.Literal(str(value)),
            graph_name,
        )
        for _, predicate, value in stated
    ]
    return Signed(str(about.np_uri), quads_of_signature)
