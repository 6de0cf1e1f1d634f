"""Graph → Knowledge: concepts, sources, passages and rules as the frozen nouns of `engine.model`.

Everything that the engine will rely on is checked here, so that what is assembled can be compiled and explained:
codes are unique, rules lie within the profile, and every rule leads to passages that exist.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from engine.errors import VocabularyError, shortened
from engine.knowledge.criteria import CriterionReader
from engine.knowledge.mapping_table import read_table
from engine.knowledge.problems import Problems, nearest
from engine.knowledge.reader import Graph, Text, expand, local_name, read_graph, shorten
from engine.knowledge.rule_checks import check_rules
from engine.knowledge.rules import PATIENT, build_rules, passage_ids
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


def assemble(graph: Graph) -> Knowledge:
    """Build the frozen Knowledge of a graph. Raises the first KnowledgeError that `examine` finds."""
    knowledge, problems = examine(graph)
    problems.raise_first()
    return knowledge


def examine(graph: Graph) -> tuple[Knowledge, Problems]:
    """What a graph says as far as it can be understood, and everything for which it cannot be relied upon."""
    problems = Problems(graph)
    hierarchy = _hierarchy(graph)
    findings, conditions, interventions = (_by_code(_concepts(graph, hierarchy, kind), problems) for kind in KINDS)
    measurements = _by_code(_measurements(graph, problems), problems)
    holder = {finding.code: finding.iri for finding in findings.values()}
    for measurement in measurements.values():
        if measurement.code and measurement.code in holder:
            problems.tell(
                VocabularyError,
                f"{measurement.code}: a finding and a measurement share this code.",
                "Rename one.",
                "duplicate-code",
                measurement.iri,
                "skos:notation",
            )
    shapes = CriterionReader(graph, findings, conditions, measurements, hierarchy)
    knowledge = Knowledge(
        version=graph.text(expand("core:"), "owl:versionInfo"),
        digest=graph.digest,
        findings=findings,
        conditions=conditions,
        interventions=interventions,
        measurements=measurements,
        hierarchy=hierarchy,
        sources={iri: _source(graph, iri) for iri in graph.of_class("core:Source")},
        passages={iri: _passage(graph, iri, problems) for iri in graph.of_class("core:Passage")},
        references={iri: _reference(graph, iri, problems) for iri in graph.of_class("core:Reference")},
        citations=tuple(_citation(graph, node, problems) for node in graph.of_class("core:CitationMapping")),
        rules={rule.iri: rule for rule in build_rules(graph, shapes, problems)},
        external_codes=_external_codes(graph, {*findings, *conditions, *interventions, *measurements}, problems),
    )
    check_rules(graph, knowledge, problems)
    return knowledge, problems


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


def _by_code(things: Iterable[Coded], problems: Problems) -> dict[str, Coded]:
    by_iri: dict[str, Coded] = {}
    holder: dict[str, str] = {}
    for thing in things:
        if not thing.code:
            problems.tell(
                VocabularyError,
                f"{shorten(thing.iri)} has no code.",
                'Add skos:notation "its_code".',
                "duplicate-code",
                thing.iri,
            )
        elif holder.setdefault(thing.code, thing.iri) != thing.iri:
            problems.tell(
                VocabularyError,
                f"The code {thing.code!r} is used by {shorten(holder[thing.code])} and {shorten(thing.iri)}.",
                "Give each concept a code of its own.",
                "duplicate-code",
                thing.iri,
                "skos:notation",
            )
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
                derived_only=graph.flag(iri, "core:derivedOnly"),
                **_words(graph, iri),
            )


def _measurements(graph: Graph, problems: Problems) -> Iterable[Measurement]:
    for iri in graph.of_class("core:Measurement"):
        yield Measurement(
            unit=graph.text(iri, "core:unit"),
            minimum=_number(graph, problems, iri, "core:minimum", -math.inf),
            maximum=_number(graph, problems, iri, "core:maximum", math.inf),
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


def _passage(graph: Graph, iri: str, problems: Problems) -> Passage:
    selector = graph.iri(iri, "oa:hasSelector")
    identifier = graph.text(iri, "dcterms:identifier")
    if identifier and identifier != local_name(iri):
        problems.tell(
            VocabularyError,
            f"{shorten(iri)} has the identifier {shortened(identifier)}.",
            "Give it its local name as dcterms:identifier: rules name passages by it.",
            "naming",
            iri,
            "dcterms:identifier",
        )
    source, sources = graph.iri(iri, "core:source"), graph.of_class("core:Source")
    if source not in sources:
        problems.tell(
            VocabularyError,
            f"{shorten(iri)} belongs to {shorten(source)}, which is no source{nearest(source, sources)}"
            if source
            else f"{shorten(iri)} belongs to no source.",
            "Name the source in which it stands.",
            "dangling-iri",
            iri,
            "core:source",
            source or None,
        )
    return Passage(
        iri=iri,
        id=local_name(iri),
        source=source,
        section=graph.text(iri, "core:section"),
        kind=graph.text(iri, "core:kind"),
        modality=graph.text(iri, "core:modality"),
        urgency=graph.text(iri, "core:urgency"),
        citations=tuple(sorted(map(int, _numbers(graph, problems, iri, "core:printedCitation")))),
        paraphrase=graph.text(iri, "core:paraphrase"),
        start=int(_number(graph, problems, selector, "oa:start", -1)),
        end=int(_number(graph, problems, selector, "oa:end", -1)),
        digest=graph.text(iri, "core:textDigest"),
        figure=graph.text(iri, "core:figure"),
        ambiguity=graph.text(iri, "core:ambiguity"),
        not_modelled=graph.text(iri, "core:notModelled"),
    )


def _number(graph: Graph, problems: Problems, subject: str, predicate: str, otherwise: float) -> float:
    return next(iter(_numbers(graph, problems, subject, predicate)), otherwise)


def _numbers(graph: Graph, problems: Problems, subject: str, predicate: str) -> list[float]:
    """Literals as numbers; what is none is noted and left out."""
    found = []
    for term in graph.terms(subject, predicate):
        try:
            number = float(term.value if isinstance(term, Text) else "nan")
            if not math.isfinite(number):
                raise ValueError(f"could not use {shortened(term.value if isinstance(term, Text) else shorten(term))}")
            found.append(number)
        except ValueError as error:
            problems.tell(
                VocabularyError,
                f"{shorten(subject)}: {predicate} is no number ({error}).",
                "Write a plain number.",
                "wrong-kind",
                subject,
                predicate,
                term,
            )
    return found


def _reference(graph: Graph, iri: str, problems: Problems) -> Reference:
    year = int(_number(graph, problems, iri, "dcterms:issued", 0))
    return Reference(
        iri=iri,
        source=graph.iri(iri, "core:source"),
        position=int(_number(graph, problems, iri, "core:listPosition", 0)),
        type=graph.text(iri, "core:referenceType"),
        title=graph.text(iri, "dcterms:title"),
        publisher=graph.text(iri, "dcterms:publisher"),
        year=year or None,
        passages=passage_ids(graph, iri),
    )


def _citation(graph: Graph, node: str, problems: Problems) -> CitationMapping:
    confidence: Any = graph.text(node, "core:confidence") or "none"
    if confidence not in CONFIDENCES:
        problems.tell(
            VocabularyError,
            f"{shorten(node)}: core:confidence is {confidence!r}.",
            f"Use one of {', '.join(CONFIDENCES)}.",
            "wrong-kind",
            node,
            "core:confidence",
        )
    return CitationMapping(
        source=graph.iri(node, "core:source"),
        number=int(_number(graph, problems, node, "core:printedCitation", 0)),
        reference=graph.iri(node, "core:cites") or None,
        confidence=confidence if confidence in CONFIDENCES else "none",
        note=graph.text(node, "rdfs:comment"),
    )


def _external_codes(graph: Graph, known: Container[str], problems: Problems) -> dict[str, str]:
    """External code (CURIE such as snomedct:386661006) → IRI, from exact SSSOM matches that lead to one concept only."""
    found: dict[str, set[str]] = {}
    for path in graph.paths:
        if path.suffix == ".tsv":
            for code, iri in _exact_matches(path, known, problems):
                found.setdefault(code, set()).add(iri)
    return {code: next(iter(iris)) for code, iris in found.items() if len(iris) == 1}


def _exact_matches(path: Path, known: Container[str], problems: Problems) -> Iterable[tuple[str, str]]:
    """What is wrong with a table in other ways, validation says."""
    table = read_table(path)
    for error in table.errors(known):
        problems.keep(error)
    for row in table.rows:
        if row.cells.get("predicate_id") == "skos:exactMatch" and row.subject in known:
            yield row.cells.get("object_id", "").lower(), row.subject
