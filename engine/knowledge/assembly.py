"""Graph → Knowledge: concepts, sources, passages and rules as the frozen nouns of `engine.model`.

Everything that the engine will rely on is checked here, so that what is assembled can be compiled and explained:
codes are unique, rules lie within the profile, and every rule leads to passages that exist.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from engine.errors import CriterionError, KnowledgeError, ProvenanceError, VocabularyError
from engine.knowledge.criteria import CriterionReader, is_monotone
from engine.knowledge.reader import Graph, Text, expand, local_name, read_graph, shorten
from engine.model import (
    And,
    Assessment,
    CitationMapping,
    Concept,
    Criterion,
    DerivedFinding,
    Exclusion,
    Hierarchy,
    Knowledge,
    Measurement,
    Passage,
    Position,
    Recommendation,
    Reference,
    Rule,
    Source,
    SourceGap,
    Tension,
    URGENCIES,
)

Coded = TypeVar("Coded", Concept, Measurement)
PATIENT = "en-x-patient"
KINDS: tuple[Literal["finding", "condition", "intervention"], ...] = ("finding", "condition", "intervention")


def load_knowledge(paths: Iterable[Path] | None = None) -> Knowledge:
    """Read and assemble knowledge files, by default the shipped ones.

    Raises KnowledgeError (a subclass says which kind) at the first thing that makes the knowledge unusable.
    """
    return assemble(read_graph(paths))


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
    rules = {rule.iri: rule for rule in _rules(graph, shapes)}
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
        external_codes=_external_codes(graph),
    )
    _check_rules(graph, knowledge)
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
        "passages": _passage_ids(graph, iri),
    }


def _concepts(
    graph: Graph, hierarchy: Hierarchy, kind: Literal["finding", "condition", "intervention"]
) -> Iterable[Concept]:
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
            minimum=float(graph.text(iri, "core:minimum") or "-inf"),
            maximum=float(graph.text(iri, "core:maximum") or "inf"),
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
        passages=_passage_ids(graph, iri),
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
        citations=tuple(sorted(int(number) for number in graph.texts(iri, "core:printedCitation"))),
        paraphrase=graph.text(iri, "core:paraphrase"),
        start=int(graph.text(selector, "oa:start") or -1),
        end=int(graph.text(selector, "oa:end") or -1),
        digest=graph.text(iri, "core:textDigest"),
        figure=graph.text(iri, "core:figure"),
        ambiguity=graph.text(iri, "core:ambiguity"),
        not_modelled=graph.text(iri, "core:notModelled"),
    )


def _reference(graph: Graph, iri: str) -> Reference:
    year = graph.text(iri, "dcterms:issued")
    return Reference(
        iri=iri,
        source=graph.iri(iri, "core:source"),
        position=int(graph.text(iri, "core:listPosition") or 0),
        type=graph.text(iri, "core:referenceType"),
        title=graph.text(iri, "dcterms:title"),
        publisher=graph.text(iri, "dcterms:publisher"),
        year=int(year) if year else None,
        passages=_passage_ids(graph, iri),
    )


def _citation(graph: Graph, node: str) -> CitationMapping:
    confidence: Any = graph.text(node, "core:confidence") or "none"
    return CitationMapping(
        source=graph.iri(node, "core:source"),
        number=int(graph.text(node, "core:printedCitation") or 0),
        reference=graph.iri(node, "core:cites") or None,
        confidence=confidence,
        note=graph.text(node, "rdfs:comment"),
    )


def _passage_ids(graph: Graph, iri: str) -> tuple[str, ...]:
    return tuple(map(local_name, graph.iris(iri, "prov:wasDerivedFrom")))


def _rules(graph: Graph, shapes: CriterionReader) -> Iterable[Rule]:
    for kind, build in BUILDERS.items():
        for iri in graph.of_class(kind):
            try:
                yield build(graph, iri, _common(graph, iri, shapes))
            except (KeyError, ValueError) as error:
                raise VocabularyError(
                    f"{shorten(iri)} is not a whole {kind.removeprefix('core:')}: {error}.",
                    where=graph.where(iri),
                    mend="See docs/modelling.md for what each kind of rule needs.",
                ) from error


def _common(graph: Graph, iri: str, shapes: CriterionReader) -> dict[str, Any]:
    scope = graph.iri(iri, "core:scope")
    conditions = graph.iris(iri, "sh:condition")
    if scope and scope not in conditions:
        raise VocabularyError(
            f"{shorten(iri)} names {shorten(scope)} as its scope but does not require it.",
            where=graph.where(iri),
            mend="Add the scope to sh:condition, so that every SHACL engine sees it.",
        )
    criteria: list[Criterion] = [shapes.read(shape) for shape in conditions if shape != scope]
    return {
        "iri": iri,
        "id": local_name(iri),
        "label": graph.text(iri, "rdfs:label"),
        "source": graph.iri(iri, "core:source"),
        "scope": shapes.read(scope) if scope else None,
        "criterion": criteria[0] if len(criteria) == 1 else And(children=tuple(criteria)) if criteria else None,
        "order": int(graph.text(iri, "sh:order") or 0),
        "passages": _passage_ids(graph, iri),
        "rationale": graph.text(iri, "core:rationale"),
    }


def _required(graph: Graph, iri: str, predicate: str) -> str:
    value = graph.iri(iri, predicate)
    if not value:
        raise KeyError(f"{predicate} is missing")
    return value


def _one_word(graph: Graph, iri: str, predicate: str, allowed: Iterable[str]) -> Any:
    word = local_name(_required(graph, iri, predicate))
    if word not in allowed:
        raise ValueError(f"{predicate} is core:{word}, which is none of {', '.join(allowed)}")
    return word


def _derived(graph: Graph, iri: str, common: dict[str, Any]) -> Rule:
    return DerivedFinding(finding=_required(graph, iri, "core:derives"), **common)


def _assessment(graph: Graph, iri: str, common: dict[str, Any]) -> Rule:
    return Assessment(condition=_required(graph, iri, "core:assesses"), **common)


def _recommendation(graph: Graph, iri: str, common: dict[str, Any]) -> Rule:
    return Recommendation(
        direction=_one_word(graph, iri, "core:direction", ("for", "against")),
        modality=_one_word(graph, iri, "core:modality", ("must", "should", "may")),
        urgency=_one_word(graph, iri, "core:urgency", URGENCIES),
        intervention=_required(graph, iri, "core:intervention"),
        text=graph.text(iri, "core:text"),
        patient_text=graph.text(iri, "core:text", PATIENT),
        timing=graph.text(iri, "core:timing"),
        overrides=graph.iris(iri, "core:overrides"),
        overrides_if_known=graph.iris(iri, "core:overridesIfKnown"),
        **common,
    )


def _exclusion(graph: Graph, iri: str, common: dict[str, Any]) -> Rule:
    return Exclusion(text=graph.text(iri, "core:text"), **common)


def _gap(graph: Graph, iri: str, common: dict[str, Any]) -> Rule:
    return SourceGap(text=graph.text(iri, "core:text"), leaves_open=graph.iris(iri, "core:leavesOpen"), **common)


def _tension(graph: Graph, iri: str, common: dict[str, Any]) -> Rule:
    return Tension(
        definition=graph.text(iri, "skos:definition"),
        handling=graph.text(iri, "core:handling"),
        resolution=_one_word(graph, iri, "core:resolution", ("exposed", "resolved")),
        leaves_open=graph.iris(iri, "core:leavesOpen"),
        positions=tuple(
            Position(
                label=graph.text(node, "rdfs:label"),
                recommendation=graph.iri(node, "core:recommendation"),
                passages=_passage_ids(graph, node),
            )
            for node in graph.iris(iri, "core:position")
        ),
        **common,
    )


BUILDERS = {
    "core:DerivedFinding": _derived,
    "core:Assessment": _assessment,
    "core:Exclusion": _exclusion,
    "core:Recommendation": _recommendation,
    "core:SourceGap": _gap,
    "core:Tension": _tension,
}


def _check_rules(graph: Graph, knowledge: Knowledge) -> None:
    ids = {passage.id for passage in knowledge.passages.values()}
    assessed = {rule.condition for rule in knowledge.rules.values() if isinstance(rule, Assessment)}
    screens = set(knowledge.hierarchy.narrower.get(expand("intervention:ClinicalAssessment"), ()))
    derived: dict[str, str] = {}
    for rule in knowledge.rules.values():
        where = graph.where  # evaluated only when something is wrong
        for criterion in filter(None, (rule.scope, rule.criterion)):
            _check_passages(graph, rule, criterion, ids)
        missing = [passage for passage in rule.passages if passage not in ids]
        if missing:
            raise ProvenanceError(
                f"{shorten(rule.iri)} is derived from passages that do not exist: {', '.join(missing)}.",
                where=where(rule.iri),
                mend="Mend the passage id, or add the passage to its source.",
            )
        if rule.criterion and not is_monotone(rule.criterion) and not _may_ask(rule, screens):
            raise CriterionError(
                f"{shorten(rule.iri)} uses core:unassessed, so that learning more could take its conclusion back.",
                where=where(rule.iri),
                mend="Only assessments, gaps and recommendations to assess may do that; use core:absent.",
            )
        _check_targets(graph, rule, knowledge, assessed)
        if isinstance(rule, DerivedFinding):
            if rule.finding in derived:
                raise VocabularyError(
                    f"{shorten(rule.finding)} is derived by {shorten(derived[rule.finding])} and {shorten(rule.iri)}.",
                    where=where(rule.iri),
                    mend="Join the two criteria with sh:or in one rule.",
                )
            derived[rule.finding] = rule.iri


def _may_ask(rule: Rule, screens: set[str]) -> bool:
    if isinstance(rule, Recommendation):
        return rule.intervention in screens
    return isinstance(rule, Assessment | SourceGap)


def _check_targets(graph: Graph, rule: Rule, knowledge: Knowledge, assessed: set[str]) -> None:
    targets: list[tuple[str, str, Mapping[str, Any] | set[str]]] = []
    match rule:
        case DerivedFinding():
            targets = [("core:derives", rule.finding, knowledge.findings)]
        case Assessment():
            targets = [("core:assesses", rule.condition, knowledge.conditions)]
        case Recommendation():
            targets = [("core:intervention", rule.intervention, knowledge.interventions)]
            targets += [("core:overrides", target, knowledge.rules) for target in rule.overrides]
            targets += [("core:overridesIfKnown", target, knowledge.rules) for target in rule.overrides_if_known]
        case SourceGap() | Tension():
            targets = [("core:leavesOpen", target, knowledge.rules) for target in rule.leaves_open]
            if isinstance(rule, Tension):
                targets += [
                    ("core:recommendation", position.recommendation, knowledge.rules)
                    for position in rule.positions
                    if position.recommendation
                ]
        case _:
            pass
    if rule.source:
        targets.append(("core:source", rule.source, knowledge.sources))
    for predicate, target, known in targets:
        if target not in known:
            raise VocabularyError(
                f"{shorten(rule.iri)}: {predicate} names {shorten(target)}, which does not exist.",
                where=graph.where(rule.iri),
                mend="Mend the name, or declare it.",
            )


def _check_passages(graph: Graph, rule: Rule, criterion: Criterion, ids: set[str]) -> None:
    missing = [passage for passage in criterion.passages if passage not in ids]
    if missing:
        raise ProvenanceError(
            f"{shorten(criterion.iri or rule.iri)} rests on passages that do not exist: {', '.join(missing)}.",
            where=graph.where(criterion.iri or rule.iri),
            mend="Mend the passage id, or add the passage to its source.",
        )
    for child in getattr(criterion, "children", ()):
        _check_passages(graph, rule, child, ids)


def _external_codes(graph: Graph) -> dict[str, str]:
    """External code (CURIE such as snomedct:386661006) → IRI, from exact SSSOM matches that lead to one concept only."""
    found: dict[str, set[str]] = {}
    for path in graph.paths:
        if path.suffix == ".tsv":
            with path.open(encoding="utf-8", newline="") as lines:
                rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
                for row in rows:
                    if row["predicate_id"] == "skos:exactMatch":
                        found.setdefault(row["object_id"].lower(), set()).add(expand(row["subject_id"]))
    return {code: next(iter(iris)) for code, iris in found.items() if len(iris) == 1}


__all__ = ["KnowledgeError", "Text", "assemble", "load_knowledge"]
