"""Graph → kinds of passages, and the sections of an article in which passages of a kind are told."""

from __future__ import annotations

from typing import Any

from spinegraph.engine.errors import VocabularyError, shortened
from spinegraph.engine.knowledge.build.literals import read_literal
from spinegraph.engine.knowledge.problems import Problems, ending, nearest
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PATIENT, local_name, shorten
from spinegraph.engine.model import ArticleSection, Passage, PassageKind


def read_sections(graph: Graph, problems: Problems) -> dict[str, ArticleSection]:
    """The sections of articles, by key."""
    found = {}
    for iri in graph.of_class("core:ArticleSection"):
        order = read_literal(graph, problems, iri, "sh:order", -1)
        taken_in = graph.iri(iri, "core:patientSection")
        label = graph.text(iri, "rdfs:label") or local_name(iri)
        section = ArticleSection(
            iri=iri,
            key=graph.text(iri, "skos:notation"),
            label=label,
            patient_label=graph.text(iri, "skos:prefLabel", PATIENT) or label,
            order=order if order >= 0 else None,
            patient_section=_key(graph, iri, "core:patientSection", taken_in, problems) if taken_in else "",
            by_direction=graph.flag(iri, "core:byDirection"),
        )
        found[section.key] = section
    return found


def read_kinds(graph: Graph, problems: Problems) -> dict[str, PassageKind]:
    """The kinds of passages, by notation."""
    found = {}
    for iri in graph.of_class("core:PassageKind"):
        direction: Any = local_name(graph.iri(iri, "core:direction"))
        kind = PassageKind(
            iri=iri,
            notation=graph.text(iri, "skos:notation"),
            label=graph.text(iri, "rdfs:label") or local_name(iri),
            sections=tuple(
                _key(graph, iri, "core:articleSection", section, problems)
                for section in sorted(graph.iris(iri, "core:articleSection"))
            ),
            direction=direction,
        )
        found[kind.notation] = kind
    return found


def check_kind(passage: Passage, kinds: dict[str, PassageKind], problems: Problems) -> None:
    """Note a passage of a kind that nobody declares: an article would not know where to tell it."""
    if passage.kind and passage.kind not in kinds:
        meant = nearest(passage.kind, kinds)
        problems.report(
            VocabularyError,
            f"{shorten(passage.iri)} is of the kind {shortened(passage.kind)}, which does not exist{ending(meant)}",
            f"Use one of {', '.join(sorted(kinds))}, or declare a core:PassageKind with this skos:notation.",
            "wrong-kind",
            passage.iri,
            "core:kind",
            meant=meant,
        )


def _key(graph: Graph, iri: str, predicate: str, section: str, problems: Problems) -> str:
    """The key of a section that a kind or section names."""
    sections = graph.of_class("core:ArticleSection")
    if section not in sections:
        meant = nearest(section, sections)
        problems.report(
            VocabularyError,
            f"{shorten(iri)}: {predicate} names {shorten(section)}, which is no section of an article{ending(meant)}",
            "Name a core:ArticleSection.",
            "wrong-kind" if graph.predicates(section) else "dangling-iri",
            iri,
            predicate,
            section,
            meant=meant,
        )
    return graph.text(section, "skos:notation")
