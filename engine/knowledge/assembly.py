"""Graph → Knowledge: concepts, sources, passages and rules as the frozen nouns of `engine.model`.

Everything that the engine will rely on is checked here, so that what is assembled can be compiled and explained:
codes are unique, rules lie within the profile, and every rule leads to passages that exist.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from engine.errors import KnowledgeError, VocabularyError
from engine.knowledge.criteria import CriterionReader
from engine.knowledge.reader import Graph, expand, local_name, read_graph, shorten
from engine.knowledge.rules import PATIENT, build_rules, check_rules, passage_ids
from engine.model import (
    CitationMapping,
    Concept,
    Hierarchy,
    Knowledge,
    Measurement,
    Passage,
    Reference,
    Source,
)

Coded = TypeVar("Coded", Concept, Measurement)
CONFIDENCES = ("high", "medium", "low", "none")
KINDS: tuple[Literal["finding", "condition", "intervention"], ...] = ("finding", "condition", "intervention")


def load_knowledge(paths: Iterable[Path] | None = None) -> Knowledge:
    """Read and assemble knowledge files, by default the shipped ones.

    Raises KnowledgeError (a subclass says which kind) at the first thing that makes the knowledge unusable.
    """
    return assemble(read_graph(paths))


def try_to_assemble(graph: Graph) -> tuple[Knowledge | None, tuple[KnowledgeError, ...]]:
    """The knowledge, or every reason for which it cannot be assembled."""
    try:
        return assemble(graph), ()
    except KnowledgeError as error:
        return None, (error, *error.others)


def assemble(graph: Graph) -> Knowledge:
    """Build the frozen Knowledge of a graph. Raises KnowledgeError."""
    hierarchy = _hierarchy(graph)
    findings, conditions, interventions = (_by_code(graph, _concepts(graph, hierarchy, kind)) for kind in KINDS)
    measurements = _by_code(graph, _measurements(graph))
    shared = set(map(_code, findings.values())) & set(map(_code, measurements.values()))
    if shared:
        raise VocabularyError(f"{', '.join(sorted(shared))}: a finding and a measurement share this code.", mend="Rename one.")
    sources = {iri: _source(graph, iri) for iri in graph.of_class("core:Source")}
    passages = {iri: _passage(graph, iri) for iri in graph.of_class("core:Passage")}
    shapes = CriterionReader(graph, findings, conditions, measurements, hierarchy)
    rules = {rule.iri: rule for rule in build_rules(graph, shapes)}
    knowledge = Knowledge(
        version=graph.text(expand("core:"), "owl:versionInfo"),
        digest=graph.digest,
        findings=findings,
        conditions=conditions,
        interventions=interventions,
        measurements=measurements,
        hierarchy=hierarchy,
        sources=sources,
        passages=passages,
        references={iri: _reference(graph, iri) for iri in graph.of_class("core:Reference")},
        citations=tuple(_citation(graph, node) for node in graph.of_class("core:CitationMapping")),
        rules=rules,
        external_codes=_external_codes(graph, {*findings, *conditions, *interventions, *measurements}),
    )
    check_rules(graph, knowledge)
    return knowledge


def _hierarchy(graph: Graph) -> Hierarchy:
    parents = {
        iri: tuple(dict.fromkeys(p for p in graph.iris(iri, "rdfs:subClassOf") if not p.startswith("_:")))
        for iri in graph.of_class("owl:Class")
        if not iri.startswith("_:")
    }
    broader = {iri: _closure(iri, parents) for iri in parents}
    narrower: dict[str, list[str]] = {iri: [] for iri in parents}
    children: dict[str, list[str]] = {iri: [] for iri in parents}
    for iri, ancestors in broader.items():
        for ancestor in ancestors:
            narrower.setdefault(ancestor, []).append(iri)
        for parent in parents[iri]:
            children.setdefault(parent, []).append(iri)
    return Hierarchy(
        broader=broader,
        narrower={iri: tuple(below) for iri, below in narrower.items()},
        children={iri: tuple(below) for iri, below in children.items()},
    )


def _closure(start: str, edges: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    reached = {start: None}
    queue = [start]
    while queue:
        for target in edges.get(queue.pop(), ()):
            if target not in reached:
                reached[target] = None
                queue.append(target)
    return tuple(reached)


def _code(thing: Concept | Measurement) -> str:
    return thing.code


def _by_code(graph: Graph, things: Iterable[Coded]) -> dict[str, Coded]:
    by_iri: dict[str, Coded] = {}
    holder: dict[str, str] = {}
    for thing in things:
        if not thing.code:
            raise VocabularyError(
                f"{shorten(thing.iri)} has no code.", where=graph.where(thing.iri), mend='Add skos:notation "its_code".'
            )
        if thing.code in holder:
            raise VocabularyError(
                f"The code {thing.code!r} is used by {shorten(holder[thing.code])} and {shorten(thing.iri)}.",
                where=graph.where(thing.iri),
                mend="Give each concept a code of its own.",
            )
        holder[thing.code] = thing.iri
        by_iri[thing.iri] = thing
    return by_iri


def _words(graph: Graph, iri: str) -> dict[str, Any]:
    label = graph.text(iri, "rdfs:label") or local_name(iri)
    return {
        "iri": iri,
        "code": graph.text(iri, "skos:notation"),
        "label": label,
        "patient_label": graph.text(iri, "skos:prefLabel", PATIENT) or label,
        "definition": graph.text(iri, "skos:definition"),
        "question": graph.text(iri, "core:question"),
        "patient_question": graph.text(iri, "core:question", PATIENT),
        "passages": passage_ids(graph, iri),
    }


def _concepts(graph: Graph, hierarchy: Hierarchy, kind: Literal["finding", "condition", "intervention"]) -> Iterable[Concept]:
    root = expand(f"core:{kind.capitalize()}")
    for iri in hierarchy.narrower.get(root, ()):
        if iri != root:
            yield Concept(
                kind=kind,
                synonyms=graph.texts(iri, "skos:altLabel"),
                derived_only=graph.text(iri, "core:derivedOnly") == "true",
                **_words(graph, iri),
            )


def _measurements(graph: Graph) -> Iterable[Measurement]:
    for iri in graph.of_class("core:Measurement"):
        yield Measurement(
            unit=graph.text(iri, "core:unit"),
            minimum=_number(graph, iri, "core:minimum", -math.inf),
            maximum=_number(graph, iri, "core:maximum", math.inf),
            **_words(graph, iri),
        )


def _source(graph: Graph, iri: str) -> Source:
    return Source(
        iri=iri,
        number=graph.text(iri, "dcterms:identifier"),
        title=graph.text(iri, "dcterms:title"),
        title_question=graph.text(iri, "core:titleQuestion"),
        publisher=graph.text(iri, "dcterms:publisher"),
        modified=graph.text(iri, "dcterms:modified"),
        review_status=graph.text(iri, "core:reviewStatus"),
        review_note=graph.text(iri, "core:reviewNote"),
        audience=graph.text(iri, "core:audience"),
        disclaimer=graph.text(iri, "core:disclaimer"),
        file_name=graph.text(iri, "core:fileName"),
        text_digest=graph.text(iri, "core:textDigest"),
        passages=passage_ids(graph, iri),
    )


def _passage(graph: Graph, iri: str) -> Passage:
    selector = graph.iri(iri, "oa:hasSelector")
    return Passage(
        iri=iri,
        id=graph.text(iri, "dcterms:identifier") or local_name(iri),
        source=graph.iri(iri, "core:source"),
        section=graph.text(iri, "core:section"),
        kind=graph.text(iri, "core:kind"),
        modality=graph.text(iri, "core:modality"),
        urgency=graph.text(iri, "core:urgency"),
        citations=tuple(sorted(map(int, _numbers(graph, iri, "core:printedCitation")))),
        paraphrase=graph.text(iri, "core:paraphrase"),
        start=int(_number(graph, selector, "oa:start", -1)),
        end=int(_number(graph, selector, "oa:end", -1)),
        digest=graph.text(iri, "core:textDigest"),
        figure=graph.text(iri, "core:figure"),
        ambiguity=graph.text(iri, "core:ambiguity"),
        not_modelled=graph.text(iri, "core:notModelled"),
    )


def _number(graph: Graph, subject: str, predicate: str, otherwise: float) -> float:
    return next(iter(_numbers(graph, subject, predicate)), otherwise)


def _numbers(graph: Graph, subject: str, predicate: str) -> list[float]:
    """Literals as numbers. Raises VocabularyError with file:line where one is none."""
    try:
        return [float(text) for text in graph.texts(subject, predicate)]
    except ValueError as error:
        raise VocabularyError(
            f"{shorten(subject)}: {predicate} is no number ({error}).", where=graph.where(subject), mend="Write a plain number."
        ) from error


def _reference(graph: Graph, iri: str) -> Reference:
    year = int(_number(graph, iri, "dcterms:issued", 0))
    return Reference(
        iri=iri,
        source=graph.iri(iri, "core:source"),
        position=int(_number(graph, iri, "core:listPosition", 0)),
        type=graph.text(iri, "core:referenceType"),
        title=graph.text(iri, "dcterms:title"),
        publisher=graph.text(iri, "dcterms:publisher"),
        year=year or None,
        passages=passage_ids(graph, iri),
    )


def _citation(graph: Graph, node: str) -> CitationMapping:
    confidence: Any = graph.text(node, "core:confidence") or "none"
    if confidence not in CONFIDENCES:
        raise VocabularyError(
            f"{shorten(node)}: core:confidence is {confidence!r}.",
            where=graph.where(node),
            mend=f"Use one of {', '.join(CONFIDENCES)}.",
        )
    return CitationMapping(
        source=graph.iri(node, "core:source"),
        number=int(_number(graph, node, "core:printedCitation", 0)),
        reference=graph.iri(node, "core:cites") or None,
        confidence=confidence,
        note=graph.text(node, "rdfs:comment"),
    )


def _external_codes(graph: Graph, known: Container[str]) -> dict[str, str]:
    """External code (CURIE such as snomedct:386661006) → IRI, from exact SSSOM matches that lead to one concept only."""
    found: dict[str, set[str]] = {}
    for path in graph.paths:
        if path.suffix == ".tsv":
            for code, iri in _exact_matches(path, known):
                found.setdefault(code, set()).add(iri)
    return {code: next(iter(iris)) for code, iris in found.items() if len(iris) == 1}


def _exact_matches(path: Path, known: Container[str]) -> Iterable[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"):
            try:
                subject, predicate, code = expand(row["subject_id"]), row["predicate_id"], row["object_id"]
            except KeyError as error:
                raise VocabularyError(
                    f"A mapping cannot be read: there is no {error}.",
                    where=path.name,
                    mend="Give the columns subject_id, predicate_id and object_id, and a subject such as finding:Fever.",
                ) from error
            if subject not in known:
                raise VocabularyError(
                    f"{row['subject_id']} is mapped, but does not exist.", where=path.name, mend="Mend the name of the subject."
                )
            if predicate == "skos:exactMatch":
                yield code.lower(), subject
