"""PlanDefinition of each package and each recommendation, and the ActivityDefinition of what a recommendation proposes.

A recommendation applies where a definition of the exported CQL says so, which is null while that is unknown: a plan says the same
as the decision, whoever reads it.
"""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.decide.dose import prepare_dose
from spinegraph.engine.exchange.cql.export import library_name
from spinegraph.engine.exchange.cql.library import APPLIES
from spinegraph.engine.exchange.fhir.writing.codings import TERMINOLOGY, Codings, Json, canonical, concept_of
from spinegraph.engine.exchange.fhir.writing.grading import citations_of, extensions_of
from spinegraph.engine.exchange.fhir.writing.heads import head, packages_of, plan_name, sources_of
from spinegraph.engine.exchange.fhir.writing.requests import CATEGORIES, MEDICATION, PRIORITIES, refuses, resource_of
from spinegraph.engine.model import Knowledge, Recommendation, Source

PLAN_TYPES = f"{TERMINOLOGY}plan-definition-type"


def plan_definitions(knowledge: Knowledge, codings: Codings, versions: dict[str, str]) -> Iterator[Json]:
    """One for each package, which lists those of its recommendations, and one for each of them. `versions`: of packages."""
    for package in packages_of(knowledge):
        rules = recommendations_of(knowledge, package)
        version = versions.get(package) or knowledge.version
        yield _of_package(knowledge, package, rules, version)
        for rule in rules:
            yield _of_recommendation(knowledge, codings, rule, package, version)


def activity_definitions(knowledge: Knowledge, codings: Codings, versions: dict[str, str]) -> Iterator[Json]:
    """One for each recommendation: the order that it proposes, for nobody in particular."""
    for package in packages_of(knowledge):
        for rule in recommendations_of(knowledge, package):
            yield _activity(knowledge, codings, rule, versions.get(package) or knowledge.version)


def recommendations_of(knowledge: Knowledge, package: str) -> list[Recommendation]:
    """The recommendations of a package."""
    return [
        rule
        for iri, rule in knowledge.rules.items()
        if isinstance(rule, Recommendation) and knowledge.package_of.get(iri, "") == package
    ]


def _of_package(knowledge: Knowledge, package: str, rules: list[Recommendation], version: str) -> Json:
    sources = sources_of(knowledge, package)
    title = "; ".join(source.title for source in sources) or plan_name(package)
    actions = [
        {
            "title": rule.label,
            "description": rule.text,
            **_priority(rule),
            "definitionCanonical": canonical("PlanDefinition", rule.id),
        }
        for rule in rules
    ]
    return {
        **head("PlanDefinition", plan_name(package), title, version, sources, f"The recommendations of {plan_name(package)}."),
        "type": concept_of(PLAN_TYPES, "clinical-protocol"),
        "library": [_library(package, version)],
        **({"action": actions} if actions else {}),
    }


def _of_recommendation(knowledge: Knowledge, codings: Codings, rule: Recommendation, package: str, version: str) -> Json:
    citations = citations_of(rule.passages, knowledge)
    action = {
        "extension": extensions_of(rule, knowledge),
        "title": rule.label,
        "description": rule.text,
        **_priority(rule),
        "code": [codings.of(rule.intervention)],
        **({"documentation": citations} if citations else {}),
        "condition": [
            {
                "kind": "applicability",
                "expression": {"language": "text/cql-identifier", "expression": APPLIES.format(rule.id)},
            }
        ],
        "definitionCanonical": canonical("ActivityDefinition", rule.id),
    }
    return {
        **head("PlanDefinition", rule.id, rule.label, version, _sources(knowledge, rule), rule.text),
        "type": concept_of(PLAN_TYPES, "eca-rule"),
        "library": [_library(package, version)],
        "action": [action],
    }


def _activity(knowledge: Knowledge, codings: Codings, rule: Recommendation, version: str) -> Json:
    kind, concept = resource_of(rule, knowledge), codings.of(rule.intervention)
    category = CATEGORIES.get(knowledge.interventions[rule.intervention].ordered_as)
    doses = [prepare_dose(dose, knowledge).stated.text for dose in rule.doses]
    citations = citations_of(rule.passages, knowledge)
    return {
        **head("ActivityDefinition", rule.id, rule.label, version, _sources(knowledge, rule), rule.text),
        **({"topic": [category]} if category else {}),
        **({"relatedArtifact": citations} if citations else {}),
        "kind": kind,
        **({"productCodeableConcept": concept} if kind == MEDICATION else {"code": concept}),
        "intent": "proposal",
        **_priority(rule),
        **({"doNotPerform": True} if refuses(rule, knowledge) else {}),
        **({"dosage": [{"text": "; or ".join(doses)}]} if doses and kind == MEDICATION else {}),
    }


def _priority(rule: Recommendation) -> Json:
    return {"priority": PRIORITIES[rule.urgency]} if rule.urgency in PRIORITIES else {}


def _library(package: str, version: str) -> str:
    return f"{canonical('Library', library_name(package))}|{version}"


def _sources(knowledge: Knowledge, rule: Recommendation) -> list[Source]:
    return [knowledge.sources[rule.source]] if rule.source in knowledge.sources else []
