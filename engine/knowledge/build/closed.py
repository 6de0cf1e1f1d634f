"""A closed profile: what a file says of a rule and the engine does not know is refused by name, never ignored."""

from __future__ import annotations

from difflib import get_close_matches

from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.knowledge.build.deprecation import DEPRECATED, REPLACED, term_kind
from spinegraph.engine.knowledge.build.screens import list_items
from spinegraph.engine.knowledge.problems import Problems
from spinegraph.engine.knowledge.problems import named as name_of
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import PREFIXES, RDF_TYPE, expand, shorten

RULE = (
    "core:source", "core:scope", "core:rationale", "core:reading",
    "sh:condition", "sh:subject", "sh:predicate", "sh:object", "sh:order",
)  # fmt: skip
SCREEN = ("core:askedOf", "core:gate", "core:reading")
"""What a screen and an item of one have in common."""
PROPERTIES = {
    "core:DerivedFinding": (*RULE, "core:derives"),
    "core:Assessment": (*RULE, "core:assesses"),
    "core:Exclusion": (*RULE, "core:text"),
    "core:Recommendation": (
        *RULE, "core:direction", "core:modality", "core:urgency", "core:intervention", "core:text", "core:timing",
        "core:inLine", "core:overrides", "core:overridesIfKnown", "core:strength", "core:certainty", "core:dose", "core:every",
        "core:everyAtMost", "core:preference", "core:ifChosen",
    ),
    "core:SourceGap": (*RULE, "core:text", "core:leavesOpen", "core:leavesLevelOpen"),
    "core:Tension": (*RULE, "core:handling", "core:resolution", "core:leavesOpen", "core:position", "core:topic"),
    "core:Screen": (*SCREEN, "core:item", "core:tier", "core:noneOfThese", "core:question", "core:before", "sh:order"),
    "core:Score": ("core:item",),
    "core:UncoveredTopic": ("sh:order",),
    "core:Source": (
        "core:fileName", "core:subject", "core:audience", "core:disclaimer", "core:reviewStatus", "core:reviewNote",
        "core:textDigest", "core:titleQuestion",
    ),
    "core:BriefLine": ("core:place", "core:text", "core:headline", "core:yieldsTo", "core:reading", "sh:order"),
}  # fmt: skip
"""What rules, screens, uncovered topics, documents and lines of briefs have of the vocabularies that say what follows.

Annotations (rdfs, skos, dcterms, prov) come on top.
"""
TYPES = ("sh:TripleRule", "owl:NamedIndividual")
"""What a rule may be beside its kind."""
HOME = ("sh:rule", "sh:targetClass", "sh:order")
"""What a shape has that lists rules for SHACL engines."""
RULING = tuple(PREFIXES[name] for name in ("core", "sh", "owl", "rdf"))
"""The vocabularies whose terms say what follows."""
ITEM = (*SCREEN, "core:asks", "core:performed", "core:taking")
"""What an item of a screen has."""
SCORE_ITEM = ("core:points", "core:criterion", "core:reading")
"""What an item of a score has."""
POSITION = ("core:recommendation", "core:rationale")
"""What a position of a tension has."""
DOSE = (
    "core:amount", "core:unit", "core:per", "core:limit", "core:medicine", "core:route", "core:every", "core:timesPerDay",
    "core:lasting",
)  # fmt: skip
"""What a dose has."""
CODED = ("core:valueSet", "core:question", "owl:deprecated")
"""What a coded property has."""
SHAPES = frozenset(map(expand, ("sh:NodeShape", "sh:PropertyShape")))
"""Criteria refuse what they do not have themselves."""
ENDING = ("sh:deactivated", DEPRECATED, REPLACED)
"""What takes something out of use: terms that cases and rules name may be deprecated (`deprecation`), nothing else."""
MEND = "Take it out: what is not understood is refused, not ignored."
MENDS = {
    "core:scope": "Take it out: only a rule has a scope. Of whom a document or a passage speaks is its core:subject.",
    "sh:deactivated": "Take the rule itself out; nothing is switched off here.",
    "dcterms:isReplacedBy": "Take the thing itself out: only a finding, condition, intervention or value is replaced.",
    "owl:deprecated": "Take the thing itself out: only a finding, condition, intervention or value can be deprecated.",
}


def check_closed(graph: Graph, problems: Problems) -> None:
    """Note every property of a rule, of a shape that lists rules, or of anything that takes it out of use, that is not known."""
    kinds: dict[str, list[str]] = {}
    for kind in PROPERTIES:
        for iri in graph.of_class(kind):
            kinds.setdefault(iri, []).append(kind)
    for iri, own in kinds.items():
        named = " or ".join(kind.removeprefix("core:") for kind in own)
        _check(graph, problems, iri, named, tuple(property_ for kind in own for property_ in PROPERTIES[kind]))
        for type_ in graph.iris(iri, "rdf:type"):
            if type_.startswith(RULING) and shorten(type_) not in (*own, *TYPES):
                what = f"{name_of(iri)} is a {shorten(type_)}, which no {named} is here."
                problems.report(VocabularyError, what, MEND, "outside-profile", iri, "rdf:type", type_)
    seen = set(kinds)
    for iri in graph.subjects_with("sh:rule"):
        seen.add(iri)
        _check(graph, problems, iri, "shape that lists rules", HOME)
    _check_parts(graph, problems)
    _check_in_use(graph, problems, seen)


def _check_in_use(graph: Graph, problems: Problems, seen: set[str]) -> None:
    """Note what would take anything out of use that was not checked yet."""
    for ended in ("owl:DeprecatedClass", "owl:DeprecatedProperty"):
        for iri in graph.of_class(ended):
            what = f"{name_of(iri)} is a {ended}, which no thing is here."
            mend = "Write owl:deprecated true, which findings, conditions, interventions and values may have."
            problems.report(VocabularyError, what, mend, "outside-profile", iri, "rdf:type", expand(ended))
    for predicate in ENDING:
        for iri in graph.subjects_with(predicate):
            known = iri in seen and expand(predicate).startswith(RULING)  # and refused above
            known = known or (predicate in (DEPRECATED, REPLACED) and term_kind(graph, iri) is not None)
            if not known and not iri.startswith("_:") and SHAPES.isdisjoint(graph.iris(iri, "rdf:type")):
                _refuse(problems, iri, predicate, "thing")


def _check_parts(graph: Graph, problems: Problems) -> None:
    """What stands inside a tension, a screen, a coded property, a score or a recommendation."""
    for node in (node for tension in graph.of_class("core:Tension") for node in graph.iris(tension, "core:position")):
        _check(graph, problems, node, "position of a tension", POSITION)
    for node in (str(node) for screen in graph.of_class("core:Screen") for node in list_items(graph, screen, "core:item")):
        _check(graph, problems, node, "item of a screen", ITEM)
    for iri in graph.of_class("core:CodedProperty"):
        _check(graph, problems, iri, "coded property", CODED)
        for node in list_items(graph, iri, "core:valueSet"):
            _check(graph, problems, node, "value of a coded property", ())
    for node in (node for score in graph.of_class("core:Score") for node in list_items(graph, score, "core:item")):
        _check(graph, problems, node, "item of a score", SCORE_ITEM)
    for node in (node for rule in graph.of_class("core:Recommendation") for node in graph.iris(rule, "core:dose")):
        _check(graph, problems, node, "dose", DOSE)


def _check(graph: Graph, problems: Problems, iri: str, kind: str, properties: tuple[str, ...]) -> None:
    for predicate in graph.predicates(iri):
        if predicate.startswith(RULING) and predicate != RDF_TYPE and shorten(predicate) not in properties:
            _refuse(problems, iri, shorten(predicate), kind, properties)


def _refuse(problems: Problems, iri: str, predicate: str, kind: str, properties: tuple[str, ...] = ()) -> None:
    near = get_close_matches(predicate, properties, n=1, cutoff=0.8)
    what = f"{name_of(iri)} has {predicate}, which no {kind} has here"
    problems.report(
        VocabularyError,
        what + (f"; did you mean {near[0]}?" if near else "."),
        MENDS.get(predicate, MEND),
        "outside-profile",
        iri,
        predicate,
    )
