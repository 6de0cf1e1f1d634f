"""CodeSystem of our codes, ValueSet of each concept with what is narrower, ConceptMap of what is mapped (FHIR R4, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spinegraph.engine.exchange.fhir.elements import OWN
from spinegraph.engine.exchange.fhir.writing.codings import Codings, Json, mapped_coding
from spinegraph.engine.exchange.fhir.writing.heads import head
from spinegraph.engine.knowledge.turtle.terms import local_name
from spinegraph.engine.model import CodedProperty, CodeMapping, Concept, Knowledge, MappingRelation, Measurement

EQUIVALENCE: Mapping[MappingRelation, str] = {
    "exact": "equivalent",
    "close": "inexact",
    "broad": "wider",
    "narrow": "narrower",
    "related": "relatedto",
}
"""SKOS → R4 (value set `concept-map-equivalence`). Both speak of the target: `broadMatch` and `wider` of one that is broader."""
MAPS, SYSTEM = "mappings", "spinegraph"
Meant = tuple[str, str]


def code_systems(knowledge: Knowledge, codings: Codings) -> Iterator[Json]:
    """The one system of our codes, with the broader ones of each as `parent`."""
    terms = [*_terms(knowledge)]
    own = {term.iri: code for term in terms if (code := _own(codings, term.iri))}
    concepts = [
        {
            "code": own[term.iri],
            "display": term.label,
            **({"definition": term.definition} if term.definition else {}),
            "designation": [{"language": "en-x-patient", "value": term.patient_label}],
            **({"property": parents} if (parents := _parents(knowledge, term.iri, own)) else {}),
        }
        for term in terms
        if term.iri in own
    ]
    says = "Codes of findings, acts, measurements, coded values, conditions and interventions."
    yield {
        **head("CodeSystem", SYSTEM, "Codes of Spinegraph", knowledge.version, knowledge.sources.values(), says),
        "url": OWN,
        "caseSensitive": True,
        "hierarchyMeaning": "is-a",
        "content": "complete",
        "count": len(concepts),
        "property": [{"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"}],
        "concept": concepts,
    }


def value_sets(knowledge: Knowledge, codings: Codings) -> Iterator[Json]:
    """Of each finding, condition and intervention: its codes, those of what is narrower, and mapped codes that mean no more."""
    by_subject: dict[str, list[CodeMapping]] = {}
    for mapping in knowledge.mappings:
        if mapping.relation in ("exact", "narrow"):
            by_subject.setdefault(mapping.subject, []).append(mapping)
    for concept in _concepts(knowledge):
        narrower = knowledge.hierarchy.narrower.get(concept.iri, (concept.iri,))
        found: dict[str, dict[str, str]] = {}
        for iri in dict.fromkeys((concept.iri, *narrower)):
            written = [*codings.codings(iri)] if codings.knows(iri) else []
            for one in (*written, *map(mapped_coding, by_subject.get(iri, ()))):
                found.setdefault(one["system"], {}).setdefault(one["code"], one.get("display", ""))
        yield {
            **head(
                "ValueSet",
                value_set_name(concept),
                concept.label,
                knowledge.version,
                knowledge.sources.values(),
                concept.definition,
            ),
            "compose": {"include": [_included(system, codes) for system, codes in found.items() if system]},
        }


def value_set_name(concept: Concept) -> str:
    """A finding and a condition may have one code: the kind tells their sets apart."""
    return f"{concept.kind}-{concept.code}"


def concept_maps(knowledge: Knowledge, codings: Codings) -> Iterator[Json]:
    """All rows of the mapping tables, a group for each pair of systems. The direction is from our term to the code."""
    groups: dict[Meant, dict[str, list[Json]]] = {}
    displays: dict[str, str] = {}
    for mapping in knowledge.mappings:
        source, target = next(iter(codings.codings(mapping.subject))), mapped_coding(mapping)
        if not target["system"]:
            continue
        displays[source["code"]] = source["display"]
        group = groups.setdefault((source["system"], target["system"]), {})
        group.setdefault(source["code"], []).append(_target(mapping, target["code"]))
    if not groups:
        return
    says = "How our terms are to codes of other systems; made by hand, not reviewed by a terminologist."
    yield {
        **head("ConceptMap", MAPS, "Mappings of Spinegraph", knowledge.version, knowledge.sources.values(), says),
        "group": [
            {
                "source": source,
                "target": target,
                "element": [{"code": code, "display": displays[code], "target": targets} for code, targets in elements.items()],
            }
            for (source, target), elements in groups.items()
        ],
    }


def _target(mapping: CodeMapping, code: str) -> Json:
    """R4 asks for words where the target is narrower or only near (`cmd-1`): what the table calls it, and what it says."""
    words = "; ".join(filter(None, (mapping.label, mapping.comment))) or f"{mapping.relation} match"
    return {"code": code, "equivalence": EQUIVALENCE[mapping.relation], "comment": words}


def _included(system: str, codes: Mapping[str, str]) -> Json:
    concepts = [{"code": code, **({"display": display} if display else {})} for code, display in codes.items()]
    return {"system": system, "concept": concepts}


def _concepts(knowledge: Knowledge) -> Iterator[Concept]:
    for group in (knowledge.stated_findings, knowledge.conditions, knowledge.interventions):
        yield from group.values()


def _terms(knowledge: Knowledge) -> Iterable[Concept | Measurement | CodedProperty]:
    coded = {**knowledge.idle_coded, **knowledge.coded}
    return (*_concepts(knowledge), *knowledge.measurements.values(), *coded.values())


def _own(codings: Codings, iri: str) -> str:
    """Its code in our system, or "" of one that goes by its IRI."""
    one = next(iter(codings.codings(iri)))
    return one["code"] if one["system"] == OWN else ""


def _parents(knowledge: Knowledge, iri: str, own: Mapping[str, str]) -> list[Json]:
    """The nearest broader terms."""
    direct = (wider for wider, narrower in knowledge.hierarchy.children.items() if iri in narrower)
    return [{"code": "parent", "valueCode": own[wider]} for wider in sorted(direct, key=local_name) if wider in own]
