"""The criterion profile: which terms a shape may use, and what a SHACL engine would take as a shape at which place.

The profile has no `sh:not`: that something is not known to hold does not show that it does not hold. What is
written here is run unmodified by any SHACL-SPARQL engine, so a measurement has to say `sh:minCount 1` itself.
"""

from __future__ import annotations

from collections.abc import Container
from difflib import get_close_matches
from typing import NamedTuple

from spinegraph.engine.criteria import KINDS
from spinegraph.engine.knowledge.problems import named
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.terms import RDF_TYPE, Term, Text, expand, shorten

ANNOTATIONS = frozenset(
    map(expand, ("rdfs:label", "rdfs:comment", "prov:wasDerivedFrom", "core:rationale", "core:reading", "sh:name", "sh:message"))
) | {RDF_TYPE}
WRAPPERS = ("sh:node", "sh:property")
"""Constraints that are no criterion of their own: they lead to one."""
_STATED = tuple(dict.fromkeys(kind.constraint for kind in KINDS))
CONSTRAINTS = (*(name for name in _STATED if name != "sh:path"), *WRAPPERS, "sh:path")
MODIFIERS: dict[str, tuple[str, ...]] = {}
for _kind in KINDS:
    for _modifier in _kind.modifiers:
        MODIFIERS[_modifier] = tuple(dict.fromkeys((*MODIFIERS.get(_modifier, ()), _kind.constraint)))
"""Each modifier and the constraints that it can belong to."""
TERMS = tuple(dict.fromkeys((*CONSTRAINTS, *MODIFIERS)))
"""Some constraints are modifiers as well: a count states core:atLeast, and so does a range of a score."""
ALLOWED = frozenset(map(expand, TERMS))
MEND = "Allowed: " + ", ".join(TERMS) + ". There is no sh:not: absence has to be recorded."
ALIKE = 0.8
"""How alike a misspelt term is to what is meant: sh:not is no slip of the pen for sh:node."""
SHAPES = {"sh:NodeShape", "sh:PropertyShape"}


class Misuse(NamedTuple):
    """What is wrong, how to mend it, the kind of diagnostic that it makes, the predicate of the shape that is wrong, and
    the CURIEs of those that it lacks."""

    what: str
    mend: str
    kind: str = "outside-profile"
    predicate: str = ""
    lacks: tuple[str, ...] = ()


def foreign_term(graph: Graph, shape: str) -> Misuse | None:
    """The first term of a shape that the profile does not have; None if there is none."""
    for predicate in graph.predicates(shape):
        if predicate not in ALLOWED and predicate not in ANNOTATIONS:
            near = get_close_matches(shorten(predicate), TERMS, n=1, cutoff=ALIKE)
            what = f"{shorten(predicate)} is not in the criterion profile" + (f"; did you mean {near[0]}?" if near else "")
            return Misuse(what, MEND, predicate=predicate)
    return None


def stated_by(graph: Graph, shape: str) -> list[str]:
    """The constraints of a shape, without those that only modify another of them."""
    found = [name for name in CONSTRAINTS if expand(name) in graph.predicates(shape)]
    return [name for name in found if not any(other in found for other in MODIFIERS.get(name, ()))]


def misplaced_modifier(graph: Graph, shape: str) -> Misuse | None:
    """A modifier without the constraint that it belongs to."""
    predicates = graph.predicates(shape)
    for modifier, constraints in MODIFIERS.items():
        if modifier in CONSTRAINTS or expand(modifier) not in predicates:
            continue
        if not any(expand(constraint) in predicates for constraint in constraints):
            wanted = " or ".join(constraints)
            what, mend = f"{modifier} stands without {wanted}", f"Add {wanted}, or drop {modifier}."
            if expand("core:score") in predicates:  # to a SHACL engine such a facet would be about the case, not about its sum
                mend = f"Bound a score by {', '.join(name for name, owners in MODIFIERS.items() if 'core:score' in owners)}."
            return Misuse(what, mend, predicate=modifier, lacks=constraints)
    return None


def misplaced_path(graph: Graph, shape: str, stated: list[str]) -> Misuse | None:
    """To a SHACL engine, what stands together with sh:path is about the value, not about the patient."""
    if expand("sh:NodeShape") in graph.iris(shape, "rdf:type"):
        what = f"{named(shape)} is a sh:NodeShape, which has no sh:path"
        return Misuse(what, "Write sh:property [ sh:path … ].", predicate="sh:path")
    for other in stated:
        if other != "sh:path":
            what = f"{other} stands beside sh:path, where it would be about the measured value"
            return Misuse(what, f"Take {other} out of the shape that has sh:path.", predicate=other)
    return None


def misplaced_shape(graph: Graph, predicate: str, target: Term, findings: Container[str]) -> Misuse | None:
    """Why a value of sh:condition, sh:node, sh:property, sh:and or sh:or would be taken by no SHACL engine."""
    if isinstance(target, Text):
        return Misuse(f"{predicate} needs a shape, not text", "Give its IRI, or a blank node [ … ].")
    stated = graph.predicates(target)
    if target in findings:
        place = "Name a shape that says" if predicate == "sh:condition" else "Write"
        return Misuse(
            f"{predicate} needs a shape, not {shorten(target)}", f"{place} [ core:present {shorten(target)} ].", "wrong-kind"
        )
    types = {shorten(term) for term in stated.get(RDF_TYPE, ()) if isinstance(term, str)}
    if types and not stated.keys() & ALLOWED and not types & SHAPES:
        return Misuse(f"{predicate} needs a shape, not {named(target)}", "Name the shape that is meant.", "wrong-kind")
    if predicate == "sh:property" and stated and expand("sh:path") not in stated:
        return Misuse(f"sh:property needs a shape with sh:path; {named(target)} has none", "Write sh:node instead.")
    if predicate == "sh:node" and expand("sh:path") in stated:
        return Misuse(f"sh:node needs a shape without sh:path; {named(target)} has one", "Write sh:property instead.")
    return None
