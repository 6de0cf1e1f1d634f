"""Whether rules lead anywhere: each to its source, its passages, and things that exist; and whether others can use it."""

from __future__ import annotations

from collections.abc import Collection, Container

from spinegraph.engine.errors import CriterionError, ProvenanceError, VocabularyError
from spinegraph.engine.knowledge.build.criteria import is_monotone
from spinegraph.engine.knowledge.problems import Problems, ending, nearest
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import expand, local_name, shorten
from spinegraph.engine.model import (
    Assessment,
    Criterion,
    DerivedFinding,
    Knowledge,
    Recommendation,
    Rule,
    SourceGap,
    Tension,
)

MEND_PASSAGE = "Mend the passage id, or add the passage to its source."


def _check_passage_ids(knowledge: Knowledge, problems: Problems) -> None:
    """Note passages of two packages, and documents, that answers would take for one."""
    numbers: dict[str, str] = {}
    for passage in knowledge.passages.values():
        if numbers.setdefault(passage.id, passage.iri) != passage.iri:
            what = f"{shorten(numbers[passage.id])} and {shorten(passage.iri)} have the same local name."
            mend = "Give each passage a local name of its own: it is the id by which answers cite it."
            problems.report(VocabularyError, what, mend, "duplicate-code", passage.iri)
    numbers = {}
    for source in knowledge.sources.values():
        if numbers.setdefault(source.number, source.iri) != source.iri:
            what = f"{shorten(numbers[source.number])} and {shorten(source.iri)} have the same identifier, {source.number}."
            mend = "Give each document an identifier of its own: answers cite it by that."
            problems.report(VocabularyError, what, mend, "duplicate-code", source.iri, "dcterms:identifier")


def check_rules(graph: Graph, knowledge: Knowledge, problems: Problems) -> None:
    """Note what rules rest on or act on and that does not exist, what is derived or named twice, what is taken back."""
    _check_passage_ids(knowledge, problems)
    ids = {local_name(iri) for iri in knowledge.passages}  # an identifier that differs is told as such
    screens = {iri for iri, concept in knowledge.interventions.items() if concept.screening}
    advice = set(graph.of_class("core:Recommendation"))
    derived: dict[str, str] = {}
    named: dict[str, str] = {}
    checked: set[int] = set()
    for rule in knowledge.rules.values():
        if named.setdefault(rule.id, rule.iri) != rule.iri:
            problems.report(
                VocabularyError,
                f"{shorten(named[rule.id])} and {shorten(rule.iri)} have the same local name.",
                "Give each rule a local name of its own: it is the rule's id.",
                "duplicate-code",
                rule.iri,
            )
        for criterion in filter(None, (rule.scope, rule.criterion)):
            _check_passages(graph, rule, criterion, ids, problems, checked)
        _check_own_passages(graph, rule, ids, problems)
        takes_back = rule.criterion is not None and not is_monotone(rule.criterion) and not _may_ask(rule, screens)
        if takes_back or (rule.scope is not None and not is_monotone(rule.scope)):
            problems.report(
                CriterionError,
                f"{shorten(rule.iri)} uses core:unassessed, so that learning more could take its conclusion back.",
                "Only assessments, gaps and recommendations of a core:screening intervention may do that; use core:absent.",
                "takes-back",
                rule.iri,
            )
        _check_targets(graph, rule, knowledge, advice, problems)
        if isinstance(rule, DerivedFinding) and derived.setdefault(rule.finding, rule.iri) != rule.iri:
            problems.report(
                VocabularyError,
                f"{shorten(rule.finding)} is derived by {shorten(derived[rule.finding])} and {shorten(rule.iri)}.",
                "Join the two criteria with sh:or in one rule.",
                "derived-twice",
                rule.iri,
                "core:derives",
                rule.finding,
            )


def _may_ask(rule: Rule, screens: set[str]) -> bool:
    if isinstance(rule, Recommendation):
        return rule.intervention in screens
    return isinstance(rule, Assessment | SourceGap)


def _check_targets(graph: Graph, rule: Rule, knowledge: Knowledge, advice: Collection[str], problems: Problems) -> None:
    targets: list[tuple[str, str, str, Collection[str]]] = []
    match rule:
        case DerivedFinding():
            targets = [(rule.iri, "core:derives", rule.finding, knowledge.findings)]
        case Assessment():
            targets = [(rule.iri, "core:assesses", rule.condition, knowledge.conditions)]
        case Recommendation():
            targets = [(rule.iri, "core:intervention", rule.intervention, knowledge.interventions)]
            targets += [(rule.iri, "core:overrides", target, advice) for target in rule.overrides]
            targets += [(rule.iri, "core:overridesIfKnown", target, advice) for target in rule.overrides_if_known]
            targets += [(rule.iri, "core:ifChosen", target, advice) for target in rule.if_chosen]
        case SourceGap() | Tension():
            targets = [(rule.iri, "core:leavesOpen", target, advice) for target in rule.leaves_open]
            targets += [
                (node, "core:recommendation", target, advice)
                for node in graph.iris(rule.iri, "core:position")
                for target in graph.iris(node, "core:recommendation")
            ]
        case _:
            pass
    if rule.source:
        targets.append((rule.iri, "core:source", rule.source, knowledge.sources))
    for subject, predicate, target, known in targets:
        if target not in known:
            kind = "override-of-nothing" if known is advice else "wrong-kind"
            meant = "" if graph.predicates(target) else nearest(target, known)
            problems.report(
                VocabularyError,
                f"{shorten(rule.iri)}: {predicate} names {shorten(target)}, which "
                + (f"is no {_NEEDED[predicate]}." if graph.predicates(target) else f"does not exist{ending(meant)}"),
                f"Name {_article(_NEEDED[predicate])}." if graph.predicates(target) else "Mend the name, or declare it.",
                kind if graph.predicates(target) else "dangling-iri",
                subject,
                predicate,
                target,
                meant=meant,
            )


def _article(noun: str) -> str:
    return f"{'an' if noun.startswith('i') else 'a'} {noun}"


_NEEDED = {
    "core:derives": "finding",
    "core:assesses": "condition",
    "core:intervention": "intervention",
    "core:source": "source",
    **dict.fromkeys(
        ("core:overrides", "core:overridesIfKnown", "core:ifChosen", "core:leavesOpen", "core:recommendation"), "recommendation"
    ),
}


def _check_own_passages(graph: Graph, rule: Rule, ids: Container[str], problems: Problems) -> None:
    stated = [(rule.iri, passage) for passage in graph.iris(rule.iri, "prov:wasDerivedFrom")]
    if isinstance(rule, Tension):
        positions = graph.iris(rule.iri, "core:position")
        stated += [(node, passage) for node in positions for passage in graph.iris(node, "prov:wasDerivedFrom")]
    for node, passage in stated:
        if local_name(passage) not in ids:
            other = bool(graph.predicates(passage))
            what = (
                f"{shorten(passage)}, which is no passage" if other else f"a passage that does not exist: {local_name(passage)}"
            )
            problems.report(
                ProvenanceError,
                f"{shorten(rule.iri)} is derived from {what}.",
                MEND_PASSAGE,
                "wrong-kind" if other else "missing-passage",
                node,
                "prov:wasDerivedFrom",
                passage,
            )


def _check_passages(
    graph: Graph, rule: Rule, criterion: Criterion, ids: Container[str], problems: Problems, checked: set[int]
) -> None:
    """`checked` are the criteria that other rules share."""
    for node in criterion.walk():
        if id(node) in checked:
            continue
        checked.add(id(node))
        for passage in node.passages:
            if passage not in ids:
                problems.report(
                    ProvenanceError,
                    f"{shorten(node.iri or rule.iri)} rests on a passage that does not exist: {passage}.",
                    MEND_PASSAGE,
                    "missing-passage",
                    *(_mention(graph, node.iri, passage) or (rule.iri,)),
                )


def _mention(graph: Graph, shape: str, passage: str) -> tuple[str, str, str] | None:
    """The statement of a shape, or for a blank node of any, by which it rests on a passage."""
    iri = expand("passage:") + passage
    for subject, predicate in graph.mentions(iri):
        if subject == shape or (not shape and subject.startswith("_:")):
            return subject, predicate, iri
    return None
