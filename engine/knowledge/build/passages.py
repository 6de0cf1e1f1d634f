"""Graph → sources, their passages, their references, and where printed citations lead."""

from __future__ import annotations

from typing import Any

from spinegraph.engine.errors import CriterionError, VocabularyError, shortened
from spinegraph.engine.knowledge.build.criteria import CriterionReader
from spinegraph.engine.knowledge.build.literals import read_literal, read_literals
from spinegraph.engine.knowledge.build.named import Known, known_iris
from spinegraph.engine.knowledge.build.rules import passage_ids
from spinegraph.engine.knowledge.problems import Problems, ending, nearest
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import local_name, shorten
from spinegraph.engine.model import CitationMapping, Criterion, Passage, Reference, Source

CONFIDENCES = ("high", "medium", "low", "none")


def read_source(graph: Graph, iri: str) -> Source:
    """A document, with its review status."""
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
        subject=graph.iri(iri, "core:subject"),
        passages=passage_ids(graph, iri),
    )


def read_passage(graph: Graph, iri: str, askable: Known, problems: Problems) -> Passage:
    """A passage: our words, and the place of the characters that they stand for. `askable`: what can be a red flag."""
    selector = graph.iri(iri, "oa:hasSelector")
    identifier = graph.text(iri, "dcterms:identifier")
    if identifier and identifier != local_name(iri):
        problems.report(
            VocabularyError,
            f"{shorten(iri)} has the identifier {shortened(identifier)}.",
            "Give it its local name as dcterms:identifier: rules name passages by it.",
            "naming",
            iri,
            "dcterms:identifier",
        )
    source, sources = graph.iri(iri, "core:source"), graph.of_class("core:Source")
    if source not in sources:
        meant = nearest(source, sources)
        problems.report(
            VocabularyError,
            f"{shorten(iri)} belongs to {shorten(source)}, which is no source{ending(meant)}"
            if source
            else f"{shorten(iri)} belongs to no source.",
            "Name the source in which it stands.",
            "dangling-iri",
            iri,
            "core:source",
            source or None,
            meant=meant,
            lacks=() if source else ("core:source",),
        )
    return Passage(
        iri=iri,
        id=local_name(iri),
        source=source,
        section=graph.text(iri, "core:section"),
        kind=graph.text(iri, "core:kind"),
        modality=graph.text(iri, "core:modality"),
        urgency=graph.text(iri, "core:urgency"),
        citations=tuple(sorted(map(int, read_literals(graph, problems, iri, "core:printedCitation")))),
        paraphrase=graph.text(iri, "core:paraphrase"),
        start=int(read_literal(graph, problems, selector, "oa:start", -1)),
        end=int(read_literal(graph, problems, selector, "oa:end", -1)),
        digest=graph.text(iri, "core:textDigest"),
        figure=graph.text(iri, "core:figure"),
        ambiguity=graph.text(iri, "core:ambiguity"),
        not_modelled=graph.text(iri, "core:notModelled"),
        subject=graph.iri(iri, "core:subject"),
        red_flags=tuple(known_iris(graph, iri, "core:redFlag", askable, "finding or measurement", problems)),
    )


def read_subjects(graph: Graph, shapes: CriterionReader, problems: Problems) -> dict[str, Criterion]:
    """IRI of a shape by which a document or a passage says of whom it speaks → the criterion; what is none is noted."""
    found: dict[str, Criterion] = {}
    for iri in graph.subjects_with("core:subject"):
        for shape in graph.iris(iri, "core:subject"):
            try:
                found[shape] = shapes.read_named(iri, "core:subject", shape)
            except CriterionError as error:
                problems.keep(error)
    return found


def read_reference(graph: Graph, iri: str, problems: Problems) -> Reference:
    """An entry in a document's list of references."""
    year = int(read_literal(graph, problems, iri, "dcterms:issued", 0))
    return Reference(
        iri=iri,
        source=graph.iri(iri, "core:source"),
        position=int(read_literal(graph, problems, iri, "core:listPosition", 0)),
        type=graph.text(iri, "core:referenceType"),
        title=graph.text(iri, "dcterms:title"),
        publisher=graph.text(iri, "dcterms:publisher"),
        year=year or None,
        passages=passage_ids(graph, iri),
    )


def read_citation(graph: Graph, node: str, problems: Problems) -> CitationMapping:
    """Where a printed number leads, and how sure that is."""
    confidence: Any = graph.text(node, "core:confidence") or "none"
    if confidence not in CONFIDENCES:
        problems.report(
            VocabularyError,
            f"{shorten(node)}: core:confidence is {confidence!r}.",
            f"Use one of {', '.join(CONFIDENCES)}.",
            "wrong-kind",
            node,
            "core:confidence",
        )
    return CitationMapping(
        iri=node,
        source=graph.iri(node, "core:source"),
        number=int(read_literal(graph, problems, node, "core:printedCitation", 0)),
        reference=graph.iri(node, "core:cites") or None,
        confidence=confidence if confidence in CONFIDENCES else "none",
        note=graph.text(node, "rdfs:comment"),
    )
