"""Graph → Knowledge: concepts, sources, passages and rules as the frozen nouns of `engine.model`.

Everything that the engine will rely on is checked here, so that what is assembled can be compiled and explained:
codes are unique, rules lie within the profile, and every rule leads to passages that exist.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from msgspec import structs
from spinegraph.engine.collector import collector_paused
from spinegraph.engine.errors import CriterionError, VocabularyError
from spinegraph.engine.knowledge.build.acts import with_acts
from spinegraph.engine.knowledge.build.brief_lines import brief_lines
from spinegraph.engine.knowledge.build.clashes import check_clashes
from spinegraph.engine.knowledge.build.closed import check_closed
from spinegraph.engine.knowledge.build.coded_values import coded_property
from spinegraph.engine.knowledge.build.criteria import CriterionReader
from spinegraph.engine.knowledge.build.deprecation import check_deprecated, deprecated_terms
from spinegraph.engine.knowledge.build.kinds import check_kind, read_kinds, read_sections
from spinegraph.engine.knowledge.build.literals import read_literal
from spinegraph.engine.knowledge.build.mapping_table import mapped_codes
from spinegraph.engine.knowledge.build.packages import check_packages
from spinegraph.engine.knowledge.build.passages import read_citation, read_passage, read_reference, read_source, read_subjects
from spinegraph.engine.knowledge.build.rule_checks import check_rules
from spinegraph.engine.knowledge.build.rules import build_rules, passage_ids
from spinegraph.engine.knowledge.build.screens import ScreenReader, check_interventions, uncovered_topics
from spinegraph.engine.knowledge.build.shared import in_order_of_mention, unused_terms
from spinegraph.engine.knowledge.build.statements import check_statements
from spinegraph.engine.knowledge.files import is_shared, package_names
from spinegraph.engine.knowledge.numbers import as_written
from spinegraph.engine.knowledge.problems import Problems
from spinegraph.engine.knowledge.turtle.graph import Graph, read_graph
from spinegraph.engine.knowledge.turtle.terms import PATIENT, expand, local_name, shorten
from spinegraph.engine.model import (
    ORDER_KINDS,
    CodedProperty,
    Concept,
    Hierarchy,
    Knowledge,
    Measurement,
    OrderKind,
    Score,
)

Coded = TypeVar("Coded", Concept, Measurement, CodedProperty, Score)
ConceptKind = Literal["finding", "condition", "intervention"]
KINDS: tuple[ConceptKind, ...] = ("finding", "condition", "intervention")


def load_knowledge(paths: Iterable[Path] | None = None) -> Knowledge:
    """Read and assemble knowledge files, by default the shipped ones.

    Raises KnowledgeError (a subclass says which kind) at the first thing that makes the knowledge unusable.
    """
    with collector_paused():
        return assemble(read_graph(paths))


def assemble(graph: Graph) -> Knowledge:
    """Build the frozen Knowledge of a graph. Raises the first KnowledgeError that `examine` finds."""
    knowledge, problems = examine(graph)
    problems.raise_first()
    return structs.replace(knowledge, languages={language: _in_language(graph, language) for language in graph.languages()})


def _in_language(graph: Graph, language: str) -> Knowledge:
    """The knowledge of a graph that is sound, in the words of another language."""
    view = graph.in_language(language)
    knowledge, _ = examine(view)
    english = sum(found in ("en", PATIENT) for found in view.told.values())
    return structs.replace(knowledge, language=language, in_english=english)


def examine(graph: Graph) -> tuple[Knowledge, Problems]:
    """What a graph says as far as it can be understood, and everything for which it cannot be relied upon."""
    problems = Problems(graph)
    check_clashes(graph, problems)
    check_packages(graph, problems)
    unused = unused_terms(graph)
    deprecated = deprecated_terms(graph, unused, problems)
    left_out = unused.union(deprecated)
    hierarchy = _hierarchy(graph, left_out)
    findings, conditions, interventions = (_by_code(_concepts(graph, hierarchy, kind, problems), problems) for kind in KINDS)
    measurements = _by_code(_measurements(graph, left_out, problems), problems)
    properties = [iri for iri in graph.of_class("core:CodedProperty") if iri not in deprecated]
    stated = _by_code((coded_property(graph, iri, _words(graph, iri), problems) for iri in properties), problems)
    coded = {iri: thing for iri, thing in stated.items() if iri not in unused}
    external = mapped_codes(
        graph.paths, {*findings, *conditions, *interventions, *measurements, *coded}, unused, deprecated, problems
    )
    valued: dict[str, Measurement | CodedProperty] = {**measurements, **coded}
    askable = dict.fromkeys((*findings, *valued))
    flags = dict.fromkeys((*findings, *measurements))
    kinds, sections = read_kinds(graph, problems), read_sections(graph, problems)
    shapes = CriterionReader(graph, findings, conditions, valued, interventions, hierarchy)
    scores = _by_code(_scores(graph, shapes, problems), problems)
    _check_apart({"finding": findings, "measurement": measurements, "coded property": coded, "score": scores}, problems)
    knowledge = Knowledge(
        version=graph.text(expand("core:"), "owl:versionInfo"),
        digest=graph.digest,
        findings=findings,
        conditions=conditions,
        interventions=interventions,
        measurements=measurements,
        hierarchy=hierarchy,
        sources={iri: read_source(graph, iri) for iri in graph.of_class("core:Source")},
        passages={iri: read_passage(graph, iri, flags, problems) for iri in graph.of_class("core:Passage")},
        references={iri: read_reference(graph, iri, problems) for iri in graph.of_class("core:Reference")},
        subjects=read_subjects(graph, shapes, problems),
        citations=tuple(read_citation(graph, node, problems) for node in graph.of_class("core:CitationMapping")),
        rules={rule.iri: rule for rule in build_rules(graph, shapes, problems)},
        external_codes={code: iris[0] for code, iris in external.exact.items() if len(iris) == 1},
        near_codes=external.mapped,
        narrower_codes=external.narrower,
        code_systems=external.systems,
        mappings=external.rows,
        passage_kinds=kinds,
        article_sections=sections,
        screens=ScreenReader(graph, shapes, interventions, askable, problems).screens(),
        uncovered=uncovered_topics(graph, problems),
        lines=brief_lines(graph, interventions, problems),
        coded=coded,
        idle_coded={iri: thing for iri, thing in stated.items() if iri in unused},
        scores=scores,
        deprecated=deprecated,
    )
    knowledge = structs.replace(knowledge, package_of=dict(_packages(graph, knowledge)))
    for passage in knowledge.passages.values():
        check_kind(passage, kinds, problems)
    check_rules(graph, knowledge, problems)
    check_statements(graph, knowledge, problems)
    check_interventions(graph, interventions, findings, askable, problems)
    check_deprecated(graph, knowledge, problems)
    check_closed(graph, problems)
    knowledge = structs.replace(knowledge, in_english=len(graph.told))
    return with_acts(knowledge, shapes.acts), problems


def _packages(graph: Graph, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """IRI of a rule, concept, screen or uncovered topic → the package of the file that describes it; none of a shared term."""
    names = package_names(graph.paths)
    concepts = (knowledge.findings, knowledge.conditions, knowledge.interventions, knowledge.valued)
    for stated in (knowledge.rules, *concepts, knowledge.screens, knowledge.uncovered):
        for iri in stated:
            if not any(map(is_shared, graph.files_of(iri))):
                yield iri, names[graph.files_of(iri)[0]]


def _hierarchy(graph: Graph, unused: Container[str]) -> Hierarchy:
    parents = {
        iri: tuple(dict.fromkeys(p for p in graph.iris(iri, "rdfs:subClassOf") if not p.startswith("_:")))
        for iri in in_order_of_mention(graph, graph.of_class("owl:Class"))
        if not iri.startswith("_:") and iri not in unused
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


def _check_apart(
    kinds: Mapping[str, Mapping[str, Concept] | Mapping[str, Measurement] | Mapping[str, CodedProperty] | Mapping[str, Score]],
    problems: Problems,
) -> None:
    """Note a code that stands for things of two kinds, of which a case can say something."""
    holder: dict[str, str] = {}
    for kind, things in kinds.items():
        for thing in things.values():
            if thing.code and holder.setdefault(thing.code, kind) != kind:
                problems.report(
                    VocabularyError,
                    f"{thing.code}: a {holder[thing.code]} and a {kind} share this code.",
                    "Rename one.",
                    "duplicate-code",
                    thing.iri,
                    "skos:notation",
                )


def _by_code(things: Iterable[Coded], problems: Problems) -> dict[str, Coded]:
    by_iri: dict[str, Coded] = {}
    holder: dict[str, str] = {}
    for thing in things:
        if not thing.code:
            problems.report(
                VocabularyError,
                f"{shorten(thing.iri)} has no code.",
                'Add skos:notation "its_code".',
                "duplicate-code",
                thing.iri,
            )
        elif holder.setdefault(thing.code, thing.iri) != thing.iri:
            problems.report(
                VocabularyError,
                f"The code {thing.code!r} is used by {shorten(holder[thing.code])} and {shorten(thing.iri)}.",
                "Give each concept a code of its own.",
                "duplicate-code",
                thing.iri,
                "skos:notation",
                counterpart=shorten(holder[thing.code]),
            )
        by_iri[thing.iri] = thing
    return by_iri


def _scores(graph: Graph, shapes: CriterionReader, problems: Problems) -> Iterator[Score]:
    for iri in graph.of_class("core:Score"):
        try:
            yield shapes.score(iri)
        except CriterionError as error:
            problems.keep(error)


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


def _concepts(graph: Graph, hierarchy: Hierarchy, kind: ConceptKind, problems: Problems) -> Iterable[Concept]:
    root = expand(f"core:{kind.capitalize()}")
    for iri in hierarchy.narrower.get(root, ()):
        if iri != root:
            yield Concept(
                kind=kind,
                synonyms=graph.texts(iri, "skos:altLabel"),
                derived_only=graph.flag(iri, "core:derivedOnly"),
                history=graph.flag(iri, "core:history"),
                absent_when_unrecorded=graph.text(iri, "core:absentWhenUnrecorded"),
                screening=any(graph.flag(wider, "core:screening") for wider in hierarchy.broader[iri]),
                serious=any(graph.flag(wider, "core:serious") for wider in hierarchy.broader[iri]),
                explains=graph.flag(iri, "core:explains"),
                caution=_nearest_text(graph, hierarchy.broader[iri], "core:caution"),
                patient_caution=_nearest_text(graph, hierarchy.broader[iri], "core:caution", PATIENT),
                contraindications=tuple(
                    dict.fromkeys(
                        finding for wider in hierarchy.broader[iri] for finding in graph.iris(wider, "core:contraindication")
                    )
                ),
                obtains=graph.iris(iri, "core:obtains"),
                unindicated=graph.iris(iri, "core:unindicated"),
                ordered_as=_ordered_as(graph, hierarchy.broader[iri], problems),
                **_words(graph, iri),
            )


def _ordered_as(graph: Graph, iris: Iterable[str], problems: Problems) -> OrderKind | Literal[""]:
    """Which kind of order asks for an intervention: what the first of it and all broader ones says that says anything."""
    for iri in iris:
        for term in graph.terms(iri, "core:orderedAs"):
            for kind in ORDER_KINDS:
                if term == expand(f"core:order-{kind}"):
                    return kind
            named = as_written(term, shorten(str(term)))
            what = f"{shorten(iri)} has core:orderedAs {named}, which is no kind of order."
            mend = f"Write one of {', '.join(f'core:order-{kind}' for kind in ORDER_KINDS)}."
            problems.report(VocabularyError, what, mend, "wrong-kind", iri, "core:orderedAs", term)
    return ""


def _nearest_text(graph: Graph, iris: Iterable[str], predicate: str, language: str = "en") -> str:
    """The text of the first that has one."""
    return next(filter(None, (graph.text(iri, predicate, language) for iri in iris)), "")


def _measurements(graph: Graph, unused: Container[str], problems: Problems) -> Iterable[Measurement]:
    for iri in in_order_of_mention(graph, dict.fromkeys(iri for iri in graph.of_class("core:Measurement") if iri not in unused)):
        yield Measurement(
            unit=graph.text(iri, "core:unit"),
            minimum=read_literal(graph, problems, iri, "core:minimum", -math.inf),
            maximum=read_literal(graph, problems, iri, "core:maximum", math.inf),
            **_words(graph, iri),
        )
