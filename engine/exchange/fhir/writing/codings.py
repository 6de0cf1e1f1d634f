"""Terms of ours → codings of FHIR: our own code first, then the codes of other systems that are mapped exactly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from spinegraph.engine.exchange.fhir.elements import OWN
from spinegraph.engine.knowledge.turtle.terms import BASE, local_name
from spinegraph.engine.model import CodedProperty, CodeMapping, Concept, Knowledge, Measurement

Json = dict[str, Any]
Term = Concept | Measurement | CodedProperty

CANONICAL = f"{BASE}fhir/"
"""Our resources of the kind that defines something have URLs below this, whichever service has them (R4, 2.26.0.2)."""
OWN_MODULE = BASE
"""The module that answers where no plan was asked for."""
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
SYSTEMS: Mapping[str, tuple[str, str]] = {
    "snomed.info/id/": ("http://snomed.info/sct", ""),
    "loinc.org/": ("http://loinc.org", ""),
    "hl7.org/fhir/sid/icd-10-cm/": ("http://hl7.org/fhir/sid/icd-10-cm", ""),
    "purl.bioontology.org/ontology/rxnorm/": ("http://www.nlm.nih.gov/research/umls/rxnorm", ""),
    "whocc.no/atc/": ("http://www.whocc.no/atc", ""),
    "ama-assn.org/go/cpt/": ("http://www.ama-assn.org/go/cpt", ""),
    "purl.obolibrary.org/obo/hp_": ("http://human-phenotype-ontology.org", "HP:"),
    "purl.obolibrary.org/obo/mondo_": ("http://purl.obolibrary.org/obo/mondo.owl", "MONDO:"),
}
"""How the meaning of a mapped code begins → the system by which FHIR knows it, and what its codes begin with (R4, 4.3)."""
LONGEST_ID = 64
_ZONED, _TO_THE_MINUTE = re.compile(r"(Z|[+-]\d\d:\d\d)$"), re.compile(r"^(\d\d:\d\d)(?=Z|[+-])")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9.-]+")


def resource_id(name: str) -> str:
    """A name of ours as an id of FHIR: letters, digits, hyphens and dots, at most 64 (R4, 2.24.0.1, `id`).

    >>> resource_id("mri_lumbar"), resource_id("taking:nsaid"), len(resource_id("x" * 65))
    ('mri-lumbar', 'taking-nsaid', 64)
    """
    plain = _NOT_IN_ID.sub("-", name)
    if len(plain) <= LONGEST_ID:
        return plain
    return f"{plain[: LONGEST_ID - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def moment_of(text: str) -> str:
    """A moment of a case as a `dateTime` of FHIR, which has seconds and a zone, or else no time of day (R4, 2.24.0.1).

    >>> moment_of("2026-03-03T10:15+01:00"), moment_of("2026-03-03T10:15"), moment_of("2026-03")
    ('2026-03-03T10:15:00+01:00', '2026-03-03', '2026-03')
    """
    day, _, time = text.partition("T")
    if not time or not _ZONED.search(time):
        return day
    with_seconds = _TO_THE_MINUTE.sub(r"\1:00", time)
    return f"{day}T{with_seconds}"


def canonical(kind: str, name: str) -> str:
    """The URL of a resource that defines something, such as `PlanDefinition` and `sore-throat`."""
    return f"{CANONICAL}{kind}/{resource_id(name)}"


def coding(system: str, code: str, display: str = "") -> Json:
    """One Coding."""
    return {"system": system, "code": code, **({"display": display} if display else {})}


def concept_of(system: str, code: str, display: str = "") -> Json:
    """A CodeableConcept of one coding."""
    return {"coding": [coding(system, code, display)], **({"text": display} if display else {})}


def mapped_coding(mapping: CodeMapping) -> Json:
    """The code of another system as FHIR writes it. Its label is in our own words, and so is no display (R4, 2.24.0.3)."""
    for begins, (system, prefix) in SYSTEMS.items():
        if mapping.meaning.startswith(begins):
            return coding(system, prefix + mapping.code)
    return coding(mapping.namespace.rstrip("/#_"), mapping.code)


class Codings:
    """The codings of all terms of a knowledge, in its words. Made once, safe to share: nothing in it ever changes."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._terms: dict[str, Term] = {
            **knowledge.conditions, **knowledge.interventions, **knowledge.idle_coded, **knowledge.coded,
            **knowledge.measurements, **knowledge.findings,
        }  # fmt: skip
        self._acts = {iri: act.intervention for iri, act in knowledge.acts.items()}
        self._recorded = {
            term.code: iri
            for group in (knowledge.findings, knowledge.measurements, knowledge.coded)
            for iri, term in group.items()
        }
        self._own = dict(_own_codings(self._terms.values()))
        self._mapped = _exactly_mapped(knowledge)

    def recorded(self, code: str) -> str:
        """The IRI of what a case can say under a code: a finding, an act, a measurement or a coded value. Raises KeyError."""
        return self._recorded[code]

    def knows(self, iri: str) -> bool:
        """Whether it is a term of this knowledge, and no class above all of them."""
        return iri in self._own

    def of(self, iri: str) -> Json:
        """The CodeableConcept of a term, of an act that of its intervention. Raises KeyError where there is no such term."""
        term = self._terms[self._acts.get(iri, iri)]
        return {"coding": [*self.codings(term.iri)], "text": term.label}

    def codings(self, iri: str) -> Iterator[Json]:
        """Its codings, our own first."""
        yield self._own[iri]
        yield from self._mapped.get(iri, ())


def _own_codings(terms: Iterable[Term]) -> Iterator[tuple[str, Json]]:
    """IRI → our own coding. A code that stands for a finding and a condition, say, is that of the finding: the other goes by its
    IRI, which readers of ours know as well (R4, 4.8.6: a code means one thing in a system)."""
    last = {term.code: term.iri for term in terms}
    for term in terms:
        if last[term.code] == term.iri:
            yield term.iri, coding(OWN, term.code, term.label)
        else:
            yield term.iri, coding(term.iri.rpartition("/")[0], local_name(term.iri), term.label)


def _exactly_mapped(knowledge: Knowledge) -> dict[str, list[Json]]:
    """IRI of a term → the codes that mean exactly it, and nothing else here."""
    exact = [one for one in knowledge.mappings if one.relation == "exact" and (one.namespace or one.meaning)]
    meant: dict[str, set[str]] = {}
    for one in exact:
        meant.setdefault(one.meaning, set()).add(one.subject)
    found: dict[str, list[Json]] = {}
    for one in exact:
        if len(meant[one.meaning]) == 1 and (written := mapped_coding(one))["system"]:
            found.setdefault(one.subject, []).append(written)
    return {iri: list(_once(codings)) for iri, codings in found.items()}


def _once(codings: Iterable[Json]) -> Iterator[Json]:
    seen: set[tuple[str, str]] = set()
    for one in codings:
        if (key := (one["system"], one["code"])) not in seen:
            seen.add(key)
            yield one
