"""All resources that follow from the knowledge alone, by type and id; each type is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from threading import Lock

from spinegraph.engine.exchange.fhir.writing.codings import Codings, Json
from spinegraph.engine.exchange.fhir.writing.documents import document_references
from spinegraph.engine.exchange.fhir.writing.libraries import Content, contents, libraries
from spinegraph.engine.exchange.fhir.writing.plans import activity_definitions, plan_definitions
from spinegraph.engine.exchange.fhir.writing.terminology import code_systems, concept_maps, value_sets
from spinegraph.engine.model import Knowledge

MAKERS: Mapping[str, Callable[[Knowledge, Codings, dict[str, str]], Iterable[Json]]] = {
    "PlanDefinition": plan_definitions,
    "ActivityDefinition": activity_definitions,
    "Library": lambda knowledge, _, versions: libraries(knowledge, versions),
    "CodeSystem": lambda knowledge, codings, _: code_systems(knowledge, codings),
    "ValueSet": lambda knowledge, codings, _: value_sets(knowledge, codings),
    "ConceptMap": lambda knowledge, codings, _: concept_maps(knowledge, codings),
    "DocumentReference": lambda knowledge, *_: document_references(knowledge),
}
"""Type → what makes all of its resources."""


class Definitions:
    """The resources of a knowledge. `versions`: of packages that have one of their own. Safe to share between threads."""

    def __init__(self, knowledge: Knowledge, versions: Mapping[str, str] | None = None) -> None:
        self.knowledge = knowledge
        self._versions = dict(versions or {})
        self._made: dict[str, Mapping[str, Json]] = {}
        self._lock = Lock()

    @cached_property
    def codings(self) -> Codings:
        """The codings of all terms."""
        return Codings(self.knowledge)

    @cached_property
    def contents(self) -> Mapping[str, Content]:
        """The files of all libraries, by the id of the Binary by which they are fetched."""
        return {one.id: one for one in contents(self.knowledge, self._versions)}

    def of(self, kind: str) -> Mapping[str, Json]:
        """The resources of a type, by id. Raises KeyError where there is no such type."""
        maker = MAKERS[kind]
        with self._lock:
            if kind not in self._made:
                found: dict[str, Json] = {}
                for one in maker(self.knowledge, self.codings, self._versions):
                    found.setdefault(one["id"], one)
                self._made[kind] = found
            return self._made[kind]
