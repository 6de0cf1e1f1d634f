"""Graph → rules, and whether they lead anywhere: each to its source, its passages, and things that exist."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from engine.errors import CriterionError, ProvenanceError, VocabularyError
from engine.knowledge.criteria import CriterionReader, is_monotone
from engine.knowledge.reader import Graph, expand, local_name, shorten
from engine.model import (
    URGENCIES,
    And,
    Assessment,
    Criterion,
    DerivedFinding,
    Exclusion,
    Knowledge,
    Position,
    Recommendation,
    Rule,
    SourceGap,
    Tension,
)

PATIENT = "en-x-patient"
"""The language tag of words for patients."""


def passage_ids(graph: Graph, iri: str) -> tuple[str, ...]:
    """Ids of the passages that something is derived from."""
    return tuple(map(local_name, graph.iris(iri, "prov:wasDerivedFrom")))


def build_rules(graph: Graph, shapes: CriterionReader) -> Iterable[Rule]:
    """Every rule of the graph, kind by kind. Raises VocabularyError where one is not whole, CriterionError."""
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
    scopes = graph.iris(iri, "core:scope")
    if len(scopes) > 1:
        raise VocabularyError(
            f"{shorten(iri)} has {len(scopes)} scopes.",
            where=graph.where(iri),
            mend="Join them in one shape with sh:and or sh:or.",
        )
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
        "passages": passage_ids(graph, iri),
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
                passages=passage_ids(graph, node),
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


def check_rules(graph: Graph, knowledge: Knowledge) -> None:
    """That every rule leads to passages, targets and criteria that it may use. Raises KnowledgeError."""
    ids = {passage.id for passage in knowledge.passages.values()}
    screens = set(knowledge.hierarchy.narrower.get(expand("intervention:ClinicalAssessment"), ()))
    advice = {iri for iri, rule in knowledge.rules.items() if isinstance(rule, Recommendation)}
    derived: dict[str, str] = {}
    named: dict[str, str] = {}
    for rule in knowledge.rules.values():
        if named.setdefault(rule.id, rule.iri) != rule.iri:
            raise VocabularyError(
                f"{shorten(named[rule.id])} and {shorten(rule.iri)} have the same local name.",
                where=graph.where(rule.iri),
                mend="Give each rule a local name of its own: it is the rule's id.",
            )
        for criterion in filter(None, (rule.scope, rule.criterion)):
            _check_passages(graph, rule, criterion, ids)
        positions = rule.positions if isinstance(rule, Tension) else ()
        stated = (*rule.passages, *(passage for position in positions for passage in position.passages))
        missing = [passage for passage in stated if passage not in ids]
        if missing:
            raise ProvenanceError(
                f"{shorten(rule.iri)} is derived from passages that do not exist: {', '.join(missing)}.",
                where=graph.where(rule.iri),
                mend="Mend the passage id, or add the passage to its source.",
            )
        takes_back = rule.criterion is not None and not is_monotone(rule.criterion) and not _may_ask(rule, screens)
        if takes_back or (rule.scope is not None and not is_monotone(rule.scope)):
            raise CriterionError(
                f"{shorten(rule.iri)} uses core:unassessed, so that learning more could take its conclusion back.",
                where=graph.where(rule.iri),
                mend="Only assessments, gaps and recommendations to assess may do that; use core:absent.",
            )
        _check_targets(graph, rule, knowledge, advice)
        if isinstance(rule, DerivedFinding):
            if rule.finding in derived:
                raise VocabularyError(
                    f"{shorten(rule.finding)} is derived by {shorten(derived[rule.finding])} and {shorten(rule.iri)}.",
                    where=graph.where(rule.iri),
                    mend="Join the two criteria with sh:or in one rule.",
                )
            derived[rule.finding] = rule.iri


def _may_ask(rule: Rule, screens: set[str]) -> bool:
    if isinstance(rule, Recommendation):
        return rule.intervention in screens
    return isinstance(rule, Assessment | SourceGap)


def _check_targets(graph: Graph, rule: Rule, knowledge: Knowledge, advice: Container[str]) -> None:
    targets: list[tuple[str, str, Container[str]]] = []
    match rule:
        case DerivedFinding():
            targets = [("core:derives", rule.finding, knowledge.findings)]
        case Assessment():
            targets = [("core:assesses", rule.condition, knowledge.conditions)]
        case Recommendation():
            targets = [("core:intervention", rule.intervention, knowledge.interventions)]
            targets += [("core:overrides", target, advice) for target in rule.overrides]
            targets += [("core:overridesIfKnown", target, advice) for target in rule.overrides_if_known]
        case SourceGap() | Tension():
            targets = [("core:leavesOpen", target, advice) for target in rule.leaves_open]
            if isinstance(rule, Tension):
                targets += [
                    ("core:recommendation", position.recommendation, advice)
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
